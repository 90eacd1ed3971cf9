"""Texts as bags of subword numbers, kept flat: a batch is cut without reading text again."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Ints = NDArray[np.int64]


class Bags:
    """Subword numbers of many texts. An empty text is one unknown token, number 0."""

    def __init__(self, ids: NDArray[np.int32], offsets: Ints) -> None:
        self.ids, self.offsets = ids, offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def of(cls, tokenizer: Tokenizer, texts: Iterable[str]) -> Bags:
        """Cut texts into subwords."""
        parts, lengths, rest = [np.zeros(0, np.int32)], [0], iter(texts)
        while batch := list(islice(rest, 4096)):
            for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
                ids = encoding.ids or [0]
                parts.append(np.array(ids, np.int32))
                lengths.append(len(ids))
        return cls(np.concatenate(parts), np.cumsum(lengths))

    def flat(self, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """Of the chosen texts: all numbers, which text each belongs to, and lengths."""
        starts, lengths = self.offsets[rows], self.offsets[rows + 1] - self.offsets[rows]
        owner = np.repeat(np.arange(len(rows)), lengths)
        begin = np.cumsum(lengths) - lengths
        position = np.arange(len(owner)) - begin[owner] + starts[owner]
        return self.ids[position].astype(np.int64), owner, lengths
