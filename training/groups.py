"""Groups of paraphrases: rows of a source that say one thing and stand one after the other.

The rows are pairs cut out of groups, and the file does not say where a group ends. It shows: rows
of one group share their rarer words. Knowing the groups, any two of their texts are a pair, the
other groups (often the same subject, asked otherwise) are what it must be told from, and a group
can be kept back whole.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from rag_core.search_words import lexical_tokens

GROUPED = ("para-kqc",)
"""Sources whose rows come in groups."""
MOST = 5
"""Rows of a group: ten texts, two in each (the source's own README)."""
ALIKE = 0.1
"""Rows that share this much, 0 … 1, rather belong together; gives 807 groups of the 800 there."""


def starts(texts: Sequence[str], most: int = MOST) -> list[int]:
    """For each text the number of the first one of its group; the same for the same texts.

    The cuts under which texts of a group share most, more than ALIKE being gain and less loss
    (dynamic programming); at most `most` texts a group.
    """
    alike = _Alike(texts)
    best, begin = [0.0], [0]
    for end in range(1, len(texts) + 1):
        gain, chances = 0.0, []
        for start in range(end - 1, max(0, end - most) - 1, -1):
            gain += sum(alike(start, other) - ALIKE for other in range(start + 1, end))
            chances.append((best[start] + gain, start))
        value, start = max(chances)
        best.append(value)
        begin.append(start)
    found: list[int] = []
    end = len(texts)
    while end:
        found[:0] = [begin[end]] * (end - begin[end])
        end = begin[end]
    return found


class _Alike:
    """How much two texts share: cosine of their words, rare ones counting more."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.words = [frozenset(lexical_tokens(text)) for text in texts]
        counts = Counter(word for words in self.words for word in words)
        self.mass = {word: math.log(1 + len(texts) / n) ** 2 for word, n in counts.items()}
        self.length = [math.sqrt(self._mass(words)) or 1.0 for words in self.words]

    def __call__(self, first: int, second: int) -> float:
        shared = self._mass(self.words[first] & self.words[second])
        return shared / (self.length[first] * self.length[second])

    def _mass(self, words: frozenset[str]) -> float:
        return sum(self.mass[word] for word in sorted(words))
