"""Where the words of a question stand in a passage, pure: coverage, nearness, order.

Search words (search_words.py) find passages; this looks closely at the few that were found. A
Korean word matches inside a longer one and over wrong spacing; one that does not stand there at all
counts for the longest piece of it that does. English words match by their stem.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from operator import mul

from rag_core.search_words import (
    Word,
    english_stem,
    question_weights,
    question_words,
    syllable_pairs,
)
from rag_core.text import folded

_SATURATED = 2.2  # k1 + 1, with tantivy's k1 = 1.2: a word gives BM25 no more than that
MOST_WORDS = 40
"""Words of a question that are looked at, so that a pasted page costs no more than a question."""
_NEAR = 14
"""Characters between two words that still count as neighbours: a particle, an article, a name."""
_WINDOW = {"hangul": 90, "other": 180}
"""Characters within which the words of one statement stand: about two lines."""

Span = tuple[int, int]
Place = tuple[int, int, int]
"""Start, end, and which word of the question."""


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
        self._total = sum(self._weights) or 1.0
        strange = sum(w for w, met in zip(self._weights, known, strict=True) if not met)
        self.unknown = strange / self._total if self.words else 1.0
        self._width = _WINDOW["hangul" if any(w.kind == "hangul" for w in self.words) else "other"]
        self._above: dict[str, list[float]] = {}
        counted = (w * rarity.get(token, 0.0) for token, w in question_weights(question).items())
        self.most_bm25 = _SATURATED * sum(counted) or 1.0

    def match(self, text: str, context: str = "") -> tuple[Match, float]:
        """How `text` matches, and the coverage that `context` adds to it."""
        found, degrees = self._find(folded(text))
        weighted = list(map(mul, self._weights, degrees))
        covered = sum(weighted) / self._total
        added = 0.0
        if context:
            if context not in self._above:  # the passages of a document share it
                self._above[context] = self._find(folded(context))[1]
            both = map(max, degrees, self._above[context])
            added = sum(map(mul, self._weights, both)) / self._total - covered
        rarest = degrees[self._weights.index(max(self._weights))] if self.words else 0.0
        near = _densest(found, weighted, self._width) / self._total
        said = [d for d, word in zip(degrees, self.words, strict=True) if word.kind == "number"]
        numbers = float(bool(said) and min(said) == 1)
        return Match(covered, rarest, near, self._ordered(found, weighted), numbers), added

    def _find(self, text: str) -> tuple[list[Place], list[float]]:
        """Where words stand, in order, and to what degree each word was found."""
        found = self._whole(_Text(text))
        degrees = [0.0] * len(self.words)
        for _, _, number in found:
            degrees[number] = 1.0
        for number, word in enumerate(self.words):
            if word.kind == "hangul" and not degrees[number]:
                places, degrees[number] = _longest_piece(word.token, text)
                found += [(start, end, number) for start, end in places]
        return sorted(found), degrees

    def _whole(self, text: _Text) -> list[Place]:
        """Where whole words stand, in order. Two never share a letter: the one that begins first
        counts, of those that begin together the first of the question."""
        hits = sorted(
            (start, number, end)
            for number, word in enumerate(self.words)
            for start, end in text.places(word)
        )
        found: list[Place] = []
        free = 0
        for start, number, end in hits:
            if start >= free:
                found.append((start, end, number))
                free = end
        return [place for place in found if self._fits(place, text.plain)]

    def _fits(self, place: Place, text: str) -> bool:
        """Whether it is the word rather than another that begins alike."""
        start, end, number = place
        word = self.words[number]
        return word.kind != "latin" or english_stem(text[start:end]) == word.token

    def _ordered(self, found: Sequence[Place], weighted: Sequence[float]) -> float:
        """Weight of the pairs of neighbouring words that are neighbours in the text as well."""
        if len(self.words) < 2:
            return 0.0
        ends: dict[int, int] = {}
        near: set[int] = set()
        for start, end, number in found:
            if number - 1 in ends and 0 <= start - ends[number - 1] <= _NEAR:
                near.add(number)
            ends[number] = end
        both = sum(map(min, self._weights[1:], self._weights)) or 1.0
        return sum(min(weighted[i], weighted[i - 1]) for i in near) / both


class _Text:
    """A folded text in which words are looked for letter by letter: patterns would have to be
    compiled for each question, and Python tries each of their branches at each letter."""

    def __init__(self, plain: str) -> None:
        self.plain = plain

    def places(self, word: Word) -> Iterable[Span]:
        """Where a word stands, or in Latin letters one that begins as it does; in order."""
        begins, plain = word.begins, self.plain
        match word.kind:
            case "hangul" if len(begins) > 1:
                return self._syllables(begins)
            case "hangul":
                spans = _spans(begins, plain)
                return [span for span in spans if not "가" <= plain[span[0] - 1 : span[0]] <= "힣"]
            case "number":
                written = begins in self._without_commas
                return (hit.span() for hit in _number(begins).finditer(plain)) if written else ()
            case "latin":
                spans = _spans(begins, plain)
                starts = [at for at, _ in spans if not "a" <= plain[at - 1 : at] <= "z"]
                return [(at, _word_end(plain, at + len(begins))) for at in starts]
            case _:
                return _spans(begins, plain)

    def _syllables(self, word: str) -> Iterable[Span]:
        """Where a Korean word stands, also with a space or a line end between its syllables."""
        plain, bare = self.plain, self._without_spaces
        if word not in bare:
            return ()
        if plain.count(word) == bare.count(word) and word[0] not in word[1:]:
            return _spans(word, plain)
        letters, last = self._letters, len(word) - 1
        spans: list[Span] = []
        at = bare.find(word)
        while at >= 0:
            here = letters[at : at + len(word)]
            near = all(after - before <= 2 for before, after in pairwise(here))
            if near:
                spans.append((here[0], here[-1] + 1))
            at = bare.find(word, at + (last + 1 if near else 1))
        return spans

    @cached_property
    def _without_commas(self) -> str:
        return self.plain.replace(",", "")

    @cached_property
    def _without_spaces(self) -> str:
        return "".join(self.plain.split())

    @cached_property
    def _letters(self) -> list[int]:
        """Where each letter of `_without_spaces` stands."""
        return [at for at, letter in enumerate(self.plain) if not letter.isspace()]


def _spans(piece: str, text: str) -> list[Span]:
    spans: list[Span] = []
    at = text.find(piece)
    while at >= 0:
        spans.append((at, at + len(piece)))
        at = text.find(piece, at + len(piece))
    return spans


def _word_end(text: str, start: int) -> int:
    while "a" <= text[start : start + 1] <= "z":
        start += 1
    return start


@lru_cache(maxsize=1024)
def _number(digits: str) -> re.Pattern[str]:
    """The number by itself, also with commas between its digits."""
    return re.compile(r"(?<![\d.,])" + ",?".join(map(re.escape, digits)) + r"(?!\d)")


def _weights(
    words: Sequence[Word], rarity: Mapping[str, float], documents: int
) -> tuple[list[float], list[bool]]:
    """The weight of each word, and whether the collection knows it, or pieces of it."""
    unseen = math.log(1 + (documents + 0.5) / 0.5)
    weights: list[float] = []
    known: list[bool] = []
    for word in words:
        pairs = syllable_pairs(word.token) if word.kind == "hangul" else []
        pieces = [rarity[pair] for pair in pairs if pair in rarity]
        if word.token in rarity:
            weights.append(rarity[word.token])
        else:
            weights.append(max(pieces) * len(pieces) / len(pairs) if pieces else unseen)
        known.append(word.token in rarity or bool(pieces))
    return weights, known


def _longest_piece(word: str, text: str) -> tuple[list[Span], float]:
    """Places of the longest piece of a Korean word that stands in the text, and its share.

    The beginning of a word carries its meaning, so a piece from elsewhere counts less.
    """
    pairs = [pair in text for pair in syllable_pairs(word)]
    if not any(pairs):
        return [], 0.0
    for length in range(len(word) - 1, 1, -1):
        for at in range(len(word) - length + 1):
            piece = word[at : at + length]
            if all(pairs[at : at + length - 1]) and piece in text:
                return _spans(piece, text), length / len(word) * (0.7 if at else 1.0)
    return [], 0.0


def _densest(found: Sequence[Place], weighted: Sequence[float], width: int) -> float:
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
