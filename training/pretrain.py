"""Step 2, pre-training: a table that starts with what a teacher knows.

The teacher gives texts in both languages a vector (see teacher.py); of parallel texts only the
English side is asked, and the Korean side should come to the same place (Reimers and Gurevych 2020,
"Making Monolingual Sentence Embeddings Multilingual"). A subword starts as what the teacher says of
it alone, mixed with the average over the texts it stands in; training then carries the rest over.
Rare words weigh more than common ones, as in SIF (Arora et al. 2017).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.bags import Bags
from training.data import Source, Words

Floats = NDArray[np.float32]
Encode = Callable[[list[str]], Floats]

LONGEST = 120
"""Characters of a text that the teacher reads."""
SHARD = 2048
_HANGUL = re.compile("[가-힣]")
SIF = 1e-3
"""A token with this share of all tokens counts half."""
MOST_PER_SOURCE = 250
"""Rows of a source of weight 1 that are taught."""
COMMON_WORDS = 6_000
"""Words of each language that are taught."""


@dataclass(frozen=True)
class Lessons:
    """Texts and the row of `vectors` that each should come near to."""

    texts: tuple[str, ...]
    rows: NDArray[np.int64]
    korean: NDArray[np.bool_]
    vectors: Floats


def lessons(sources: list[Source], words: Words, teacher: Encode, cache: Path) -> Lessons:
    """What the teacher says of a sample of the texts, and of common words."""
    read = list(dict.fromkeys(pair for source in sources for pair in _readings(source)))
    read += [(word, word) for shares in words.values() for word, _ in shares[:COMMON_WORDS]]
    asked = list(dict.fromkeys(second for _, second in read))
    place = {text: row for row, text in enumerate(asked)}
    return Lessons(
        texts=tuple(first for first, _ in read),
        rows=np.array([place[second] for _, second in read]),
        korean=np.array([bool(_HANGUL.search(first)) for first, _ in read]),
        vectors=taught(asked, teacher, cache),
    )


def _readings(source: Source) -> Iterator[tuple[str, str]]:
    """(What the student reads, what the teacher reads); the choice depends on the text alone."""
    ordered = sorted(
        source.pairs,
        key=lambda pair: hashlib.sha1(pair[1].encode(), usedforsecurity=False).digest(),
    )
    for pair in ordered[: int(MOST_PER_SOURCE * source.weight)]:
        first, second = (text[:LONGEST] for text in pair)
        yield first, second if source.parallel else first
        yield second, second


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


def reduction(vectors: Floats, dimension: int) -> Callable[[Floats], Floats]:
    """A turn by which the first numbers say most (PCA), a cut, and length 1 again."""
    mean = vectors.mean(axis=0)
    centred = vectors - mean
    _, turn = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    kept = turn[:, ::-1][:, :dimension].astype(np.float32)

    def reduce(others: Floats) -> Floats:
        short = (others - mean) @ kept
        lengths = np.linalg.norm(short, axis=1, keepdims=True)
        return np.asarray(short / np.maximum(lengths, 1e-9), np.float32)

    return reduce


def initial_table(
    tokenizer: Tokenizer, lesson: Lessons, bags: Bags, targets: Floats, alone: Floats
) -> Floats:
    """One row a subword: what the teacher says of it `alone` and of the texts it stands in.

    A text of n tokens counts 1/n, so a word that is a text of its own is hardly moved by the rest.
    """
    size = tokenizer.get_vocab_size()
    sums, mass = alone.astype(np.float32).copy(), np.ones((size, 1), np.float32)
    counts = np.ones(size)
    for start in range(0, len(lesson.texts), SHARD):
        ids, owner, lengths = bags.flat(np.arange(start, min(start + SHARD, len(lesson.texts))))
        share = (1.0 / lengths[owner]).astype(np.float32)[:, None]
        np.add.at(sums, ids, targets[lesson.rows[start + owner]] * share)
        np.add.at(mass, ids, share)
        np.add.at(counts, ids, 1)
    frequency = counts / counts.sum()
    weighted: Floats = (sums / mass * (SIF / (SIF + frequency))[:, None]).astype(np.float32)
    return weighted


def pieces(tokenizer: Tokenizer) -> list[str]:
    """The subwords as a teacher can read them, by number."""
    size = tokenizer.get_vocab_size()
    return [(tokenizer.id_to_token(row) or "").replace("▁", "") or "." for row in range(size)]
