"""Made passages for measurements of size: words of real texts at their own (Zipf) frequencies.

A document keeps to one language and one topic, fifty rarer words that return in its passages, so
that vectors gather as those of real documents do. The same seed makes the same passages.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from rag_core.text import language

PASSAGES_EACH = 500
"""Passages of one made document."""
_TOPIC_WORDS = 50
_FROM_TOPIC = 0.3
_WORDS = (45, 110)  # Korean and English passages of about 300 and 450 letters on average


def rows(file: Path) -> list[dict[str, str]]:
    """The JSON objects of a gzipped file, one a line."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def texts(folders: Sequence[Path]) -> list[str]:
    """The passages of BEIR folders."""
    return [row["text"] for folder in folders for row in rows(folder / "corpus.jsonl.gz")]


def questions(folders: Sequence[Path], each: int, seed: int = 0) -> list[str]:
    """So many questions of each BEIR folder, drawn at random."""
    drawn = []
    for folder in folders:
        asked = [row["text"] for row in rows(folder / "queries.jsonl.gz")]
        draw = np.random.default_rng(seed).permutation(len(asked))[:each]
        drawn += [asked[at] for at in draw]
    return drawn


class Maker:
    """Makes documents from the words of given texts, three of five in Korean."""

    def __init__(self, real: Sequence[str]) -> None:
        self._words: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for tongue in ("ko", "en"):
            counted = Counter(
                word for text in real if language(text) == tongue for word in text.split()
            )
            words, counts = zip(*counted.most_common(), strict=True)
            self._words[tongue] = np.array(words, object), np.cumsum(counts) / sum(counts)

    def document(self, number: int) -> Iterator[str]:
        """The passages of document `number`."""
        draw = np.random.default_rng(number)
        words, reached = self._words["ko" if number % 5 < 3 else "en"]
        topic = draw.integers(len(words) // 50, len(words), _TOPIC_WORDS)
        for _ in range(PASSAGES_EACH):
            length = int(draw.integers(*_WORDS))
            at = np.searchsorted(reached, draw.random(length)).clip(max=len(words) - 1)
            special = draw.random(length) < _FROM_TOPIC
            at[special] = topic[(draw.random(special.sum()) ** 2 * _TOPIC_WORDS).astype(int)]
            yield " ".join(words[at])
