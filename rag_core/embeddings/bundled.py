"""The Korean and English embedding that comes with Seodam."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag_core.embeddings.port import Embedding, Vectors, normalised, readable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BUNDLED = Path(__file__).parents[1] / "models" / "seodam-static-ko-en"
TEXTS_AT_ONCE = 256
SUBWORDS_AT_ONCE = 4096
"""Bounds the memory of a batch (5 MB), and of a text of any length."""

UNKNOWN_SCORE = -16.0
"""What a subword that the tokenizer does not know scores; its rarest one has -14."""
WORDS_KNOWN = 50_000
"""Words whose subwords are remembered, about 15 MB."""
WORDS_AT_ONCE = 512
"""Words that are read as one text."""


class BundledEmbedding(Embedding):
    """The Korean and English embedding that comes with Seodam, read without torch.

    A text is the mean of the vectors of its subwords. The table stays in whole numbers of one byte
    (13 MB); rows are scaled when they are used. `folder` is what `training/` writes.
    """

    def __init__(self, folder: Path = BUNDLED) -> None:
        self._folder = folder

    @cached_property
    def _table(self) -> tuple[NDArray[np.int8], Vectors]:
        from safetensors.numpy import load_file

        tensors = load_file(self._folder / "model.safetensors")
        return tensors["embeddings"], tensors["weights"][:, None]

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._folder / "tokenizer.json"))

    @cached_property
    def dimension(self) -> int:
        """See Embedding."""
        return self._table[0].shape[1]

    @cached_property
    def fingerprint(self) -> str:
        """See Embedding."""
        parts = (self._folder / name for name in ("model.safetensors", "tokenizer.json"))
        digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts))
        return f"{self._folder.name} {digest.hexdigest()[:16]} {self.dimension}"

    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        """See Embedding; `query` makes no difference."""
        sums = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            part = [readable(text) for text in texts[start : start + TEXTS_AT_ONCE]]
            encodings = self._tokenizer.encode_batch_fast(part, add_special_tokens=False)
            self._add_up([encoding.ids for encoding in encodings], sums[start:])
        return normalised(sums)

    def subwords(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of the subwords of each text, in order. Words that were met before are looked
        up, which is several times faster than reading them anew."""
        known, split = self._words, [readable(text).split() for text in texts]
        if len(known) >= WORDS_KNOWN:  # the older half goes; who reads the old table keeps it
            known = self._words = dict(list(known.items())[len(known) // 2 :])
        new = list(set(chain.from_iterable(split)).difference(known))
        known.update(zip(new, self._read(new), strict=True))
        return [list(chain.from_iterable(map(known.__getitem__, words))) for words in split]

    def _read(self, words: Sequence[str]) -> Iterator[list[int]]:
        """The subwords of each word, none of which holds white space. Hundreds are read as one
        text: as many tasks for the tokenizer's threads cost half as much again."""
        parts = [words[i : i + WORDS_AT_ONCE] for i in range(0, len(words), WORDS_AT_ONCE)]
        texts = [" ".join(part) for part in parts]
        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        for part, encoding in zip(parts, encodings, strict=True):
            spaces = np.cumsum(np.fromiter(map(len, part), np.int64, len(part)) + 1) - 1
            # The mark where a word begins stands at the space before it, so that counts to it.
            last = np.array([end for _, end in encoding.offsets], np.int64) - 1
            owner = np.searchsorted(spaces, last, side="right")
            bounds = np.searchsorted(owner, np.arange(len(part) + 1)).tolist()
            ids = encoding.ids
            yield from (ids[start:end] for start, end in pairwise(bounds))

    def pieces(self, text: str) -> list[tuple[str, int]]:
        """The subwords of a text as they stand in it, with their ids, in order; what the
        tokenizer leaves out, such as punctuation, stands in none of them."""
        text = readable(text)
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        pieces, before = [], 0
        for one, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            pieces.append((text[max(start, before) : end], one))
            before = max(before, end)
        return pieces

    def scored(self, text: str) -> list[tuple[str, float]]:
        """The subwords of a text as they stand in it, each with the natural logarithm of how often
        it occurs among those of the texts that the tokenizer was made from."""
        return [(piece, self._scores[one]) for piece, one in self.pieces(text)]

    @cached_property
    def _scores(self) -> list[float]:
        """Of each subword by its id; what the tokenizer does not know is the rarest of all."""
        model = json.loads((self._folder / "tokenizer.json").read_bytes())["model"]
        scores = [score for _, score in model["vocab"]]
        scores[model["unk_id"]] = UNKNOWN_SCORE
        return scores

    def directions(self, subwords: NDArray[np.int64]) -> tuple[Vectors, NDArray[Any]]:
        """The vectors of subwords brought to length 1, shape (n, d), and the lengths they had."""
        table, scales = self._table
        lengths = self._lengths[subwords]
        unit = table[subwords] * (1 / np.maximum(lengths, 1e-9)).astype(np.float32)[:, None]
        return unit.astype(np.float32, copy=False), lengths * scales[subwords][:, 0]

    @property
    def size(self) -> int:
        """Subwords in the table."""
        return len(self._table[0])

    def rows(self, subwords: NDArray[np.int64]) -> Vectors:
        """The vectors of subwords as they are added up, shape (n, d); not of length 1."""
        table, scales = self._table
        return (table[subwords] * scales[subwords]).astype(np.float32, copy=False)

    def weighted_sums(self, bags: Sequence[Sequence[int]], weights: NDArray[Any]) -> Vectors:
        """The sums of the vectors of each bag's subwords, each times its weight; (bags, d)."""
        sums = np.zeros((len(bags), self.dimension), np.float32)
        self._add_up(bags, sums, weights)
        return sums

    @cached_property
    def _lengths(self) -> NDArray[np.float32]:
        """Of the rows of the table, before they are scaled."""
        rows = self._table[0]
        parts = (rows[i : i + SUBWORDS_AT_ONCE] for i in range(0, len(rows), SUBWORDS_AT_ONCE))
        lengths = [np.linalg.norm(part.astype(np.float32), axis=1) for part in parts]
        return np.concatenate(lengths).astype(np.float32)

    @cached_property
    def _words(self) -> dict[str, list[int]]:
        return {}

    def _add_up(
        self, bags: Sequence[Sequence[int]], sums: Vectors, weights: NDArray[Any] | None = None
    ) -> None:
        """Add to each row of `sums` the vectors of its subwords, a few thousand at a time."""
        table, scales = self._table
        if weights is not None:
            scales = scales * weights[:, None]
        lengths = np.fromiter(map(len, bags), np.int64, len(bags))
        ids = np.fromiter(chain.from_iterable(bags), np.int64, lengths.sum())
        owner = np.repeat(np.arange(len(bags)), lengths)
        for start in range(0, len(ids), SUBWORDS_AT_ONCE):
            part, rows = (all_[start : start + SUBWORDS_AT_ONCE] for all_ in (ids, owner))
            vectors = table[part] * scales[part]
            first = np.flatnonzero(np.diff(rows, prepend=-1))
            sums[rows[first]] += np.add.reduceat(vectors, first, axis=0)


@lru_cache(maxsize=1)
def bundled_embedding() -> BundledEmbedding:
    """The one of this process: its table is read once, whoever uses it."""
    return BundledEmbedding()
