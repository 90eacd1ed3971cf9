"""Where the words of a question stand in a passage, pure: coverage, nearness, order.

Search words (rag_core.text) find passages; this looks closely at the few that were found. A Korean
word matches inside a longer one and over wrong spacing; one that does not stand there at all
counts for the longest piece of it that does. English words match by their stem.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rag_core.text import (
    Word,
    english_stem,
    folded,
    question_weights,
    question_words,
    syllable_pairs,
)

_SATURATED = 2.2  # k1 + 1, with tantivy's k1 = 1.2: a word gives BM25 no more than that
MOST_WORDS = 40
"""Words of a question that are looked at, so that a pasted page costs no more than a question."""
_NEAR = 14
"""Characters between two words that still count as neighbours: a particle, an article, a name."""
_WINDOW = {"hangul": 90, "other": 180}
"""Characters within which the words of one statement stand: about two lines."""


@dataclass(frozen=True, slots=True)
class Match:
    """How well a passage matches the words of a question, each 0 … 1, by weight of the words."""

    covered: float = 0.0
    rarest: float = 0.0  # of the rarest word of the question
    nearby: float = 0.0  # covered within two lines
    ordered: float = 0.0  # neighbours in the question that are neighbours here too
    numbers: float = 0.0  # 1 where the question says numbers and all of them stand there


class QuestionWords:
    """The words of a question with their weights in one collection.

    `rarity` is the inverse document frequency of the search words that occur in the collection,
    `documents` how many passages it holds.
    """

    def __init__(self, question: str, rarity: Mapping[str, float], documents: int) -> None:
        self.words = question_words(question)[:MOST_WORDS]
        self._weights, known = _weights(self.words, rarity, documents)
        self._total = float(self._weights.sum()) or 1.0
        self.unknown = float(self._weights[~known].sum()) / self._total if self.words else 1.0
        self._width = _WINDOW["hangul" if any(w.kind == "hangul" for w in self.words) else "other"]
        self._pattern = _pattern(tuple(self.words))
        self._numbers = [i for i, word in enumerate(self.words) if word.kind == "number"]
        self._above: dict[str, np.ndarray] = {}
        counted = (w * rarity.get(token, 0.0) for token, w in question_weights(question).items())
        self.most_bm25 = _SATURATED * sum(counted) or 1.0

    def match(self, text: str, context: str = "") -> tuple[Match, float]:
        """How `text` matches, and the coverage that `context` adds to it."""
        plain = folded(text)
        found, degrees = self._find(plain)
        weighted = self._weights * degrees
        covered = float(weighted.sum()) / self._total
        added = 0.0
        if context:
            if context not in self._above:  # the passages of a document share it
                self._above[context] = self._find(folded(context))[1]
            both = float(self._weights @ np.maximum(degrees, self._above[context]))
            added = both / self._total - covered
        rarest = float(degrees[int(self._weights.argmax())]) if self.words else 0.0
        near = _densest(found, weighted.tolist(), self._width) / self._total
        order = self._ordered(found, weighted)
        numbers = float(bool(self._numbers) and degrees[self._numbers].min() == 1)
        return Match(covered, rarest, near, order, numbers), added

    def _find(self, text: str) -> tuple[list[tuple[int, int, int]], np.ndarray]:
        """(start, end, word) in order of start, and to what degree each word was found."""
        found: list[tuple[int, int, int]] = []
        degrees = np.zeros(len(self.words))
        if self._pattern is None:
            return found, degrees
        for hit in self._pattern.finditer(text):
            number = int(hit.lastgroup[1:]) if hit.lastgroup else 0
            word = self.words[number]
            if word.kind == "latin" and english_stem(hit.group()) != word.token:
                continue
            found.append((hit.start(), hit.end(), number))
            degrees[number] = 1.0
        for number, word in enumerate(self.words):
            if word.kind == "hangul" and not degrees[number]:
                places, degrees[number] = _longest_piece(word.token, text)
                found += [(start, end, number) for start, end in places]
        return sorted(found), degrees

    def _ordered(self, found: Sequence[tuple[int, int, int]], weighted: np.ndarray) -> float:
        """Weight of the pairs of neighbouring words that are neighbours in the text as well."""
        if len(self.words) < 2:
            return 0.0
        ends: dict[int, int] = {}
        near: set[int] = set()
        for start, end, number in found:
            if number - 1 in ends and 0 <= start - ends[number - 1] <= _NEAR:
                near.add(number)
            ends[number] = end
        both = np.minimum(self._weights[1:], self._weights[:-1]).sum() or 1.0
        return float(sum(min(weighted[i], weighted[i - 1]) for i in near) / both)


def _weights(
    words: Sequence[Word], rarity: Mapping[str, float], documents: int
) -> tuple[np.ndarray, np.ndarray]:
    """The weight of each word, and whether the collection knows it, or pieces of it."""
    unseen = math.log(1 + (documents + 0.5) / 0.5)
    weights, known = [], []
    for word in words:
        pairs = syllable_pairs(word.token) if word.kind == "hangul" else []
        pieces = [rarity[pair] for pair in pairs if pair in rarity]
        if word.token in rarity:
            weights.append(rarity[word.token])
        else:
            weights.append(max(pieces) * len(pieces) / len(pairs) if pieces else unseen)
        known.append(word.token in rarity or bool(pieces))
    return np.array(weights, float), np.array(known, bool)


@lru_cache(maxsize=64)
def _pattern(words: tuple[Word, ...]) -> re.Pattern[str] | None:
    if not words:
        return None
    return re.compile("|".join(f"(?P<w{i}>{word.pattern})" for i, word in enumerate(words)))


def _longest_piece(word: str, text: str) -> tuple[list[tuple[int, int]], float]:
    """Places of the longest piece of a Korean word that stands in the text, and its share.

    The beginning of a word carries its meaning, so a piece from elsewhere counts less.
    """
    for length in range(len(word) - 1, 1, -1):
        for at in range(len(word) - length + 1):
            piece = word[at : at + length]
            if piece in text:
                places = [(hit.start(), hit.end()) for hit in re.finditer(piece, text)]
                return places, length / len(word) * (0.7 if at else 1.0)
    return [], 0.0


def _densest(found: Sequence[tuple[int, int, int]], weighted: Sequence[float], width: int) -> float:
    """The most weight of different words within `width` characters."""
    best = held = 0.0
    first = 0
    times: dict[int, int] = {}
    for _, end, number in found:
        times[number] = times.get(number, 0) + 1
        held += weighted[number] if times[number] == 1 else 0.0
        while end - found[first][0] > width and first < len(found) - 1:
            gone = found[first][2]
            times[gone] -= 1
            held -= weighted[gone] if times[gone] == 0 else 0.0
            first += 1
        best = max(best, held)
    return best
