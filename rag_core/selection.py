"""Which sentences of the passages found answer a question, and whether any does; pure.

Every sentence of every passage is a candidate. What speaks for one is weighed by `WEIGHTS`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from rag_core.articles import Article, asked_for
from rag_core.asking import Definition, Expected
from rag_core.listing import MOST_ITEMS, asks_for_list, runs
from rag_core.passages import written_in
from rag_core.pointing_back import points_back
from rag_core.search_words import lexical_tokens, question_tokens
from rag_core.text import NOTES, differ, language, sentences
from rag_core.types import Hit

MOST_SENTENCES = 3
MOST_CHARACTERS = 900
LONGEST_LIST = 1500  # characters of a list that is given whole
WORTH_ADDING = 0.55
"""A further sentence is given when its score reaches this share of the best one's."""
LEAST_SCORE = {"same": 0.010, "foreign": 0.006}
"""Below this no passage is likely enough to hold an answer: of passages in the question's language,
and of those in another, which look less likely even when they answer. Of TyDi QA questions one in
300 that are answered falls below 0.010, and 6 in 10 do when other subjects are searched
(`training/selection.py`). A higher one would soon decline short questions and paraphrases."""

# Feature → weight, each feature about 0 … 1. Fitted by listwise softmax (which sentence holds the
# answer?) on TyDi QA questions of the training data, then rounded; `training/selection.py` fits
# them anew and prints them beside these.
WEIGHTS = {
    "covered": 4.0,  # the question's words, the rarer the heavier
    "above": 3.0,  # more of them in the passage's title and headings
    "before": 1.0,  # more of them in the sentence before
    "passage": 2.5,  # how sure the retriever is of the passage
    "rank": 1.0,
    "kind": 1.5,  # a date for "when", a number for "how many" …
    "short": -0.5,
    "nothing_new": -1.0,  # says no more than the question
    "asks": -0.3,
    "opens": 0.3,
    "defines": 3.0,  # says what it is that the question asks about
}
_DEFINES = list(WEIGHTS).index("defines")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence of passage `number` (1 = first hit), word for word."""

    number: int
    index: int  # among the sentences of its passage
    start: int
    text: str
    score: float = 0.0
    features: tuple[float, ...] = ()
    is_new: bool = True  # it has words that neither the question nor a heading above has

    @property
    def tells(self) -> bool:
        """Whether it says something, unlike a heading, or a question that the document asks."""
        return not self.asks and (self.is_new or self.is_prose)

    @property
    def asks(self) -> bool:
        return self.text.rstrip().endswith(("?", "？"))

    @property
    def is_prose(self) -> bool:
        """Whether it ends like a sentence, unlike a heading or the row of a table."""
        return bool(_PROSE_END.search(self.text))


_CELLS = re.compile(r"\t|\.{4}| \| |…{2}")
_SHORT = 100
_PROSE_END = re.compile(rf"[.!?。！？][\"'”’」』)\]]*{NOTES}\s*$")


def choose(question: str, hits: Sequence[Hit]) -> list[Unit]:
    """The sentences that answer best, at most three, in reading order; [] without passages."""
    units = rank(question, hits)
    if (article := asked_for(question)) and (said := _article(article, units, hits)):
        return said
    ranked = [unit for unit in units if unit.tells] or units
    if Definition(question).term and any(_defines(unit) for unit in ranked[:MOST_SENTENCES]):
        ranked = [unit for unit in ranked if _defines(unit)]  # a heading only names the thing
    chosen = _best(ranked)
    if chosen and (needed := _needed_before(chosen[0], units)) and needed not in chosen:
        chosen.append(needed)
    if chosen and asks_for_list(question):
        chosen += _rest_of_list(chosen, units)
    return _in_reading_order(chosen, hits)


def _best(ranked: Sequence[Unit]) -> list[Unit]:
    """The best sentences, no two alike, as long as they are worth adding."""
    chosen: list[Unit] = []
    seen: set[str] = set()
    length = 0
    for unit in ranked:
        plain = "".join(unit.text.split())
        if len(chosen) == MOST_SENTENCES or unit.score < WORTH_ADDING * ranked[0].score:
            break
        if plain in seen or (chosen and length + len(unit.text) > MOST_CHARACTERS):
            continue
        seen.add(plain)
        chosen.append(unit)
        length += len(unit.text)
    return chosen


def _defines(unit: Unit) -> bool:
    return unit.is_prose or unit.features[_DEFINES] == 1.0


def _needed_before(unit: Unit, units: Sequence[Unit]) -> Unit | None:
    """What a sentence cannot be understood without: whom its first word means."""
    if unit.index == 0 or not points_back(unit.text):
        return None
    return next(one for one in units if one.number == unit.number and one.index == unit.index - 1)


def _rest_of_list(chosen: Sequence[Unit], units: Sequence[Unit]) -> list[Unit]:
    """What is missing of the list that the best sentence is an item of, or that it leads to."""
    best = chosen[0]
    passage = sorted((one for one in units if one.number == best.number), key=lambda one: one.index)
    for run in runs([one.text for one in passage]):
        items = passage[run.start : run.stop]
        if run.start - 1 <= best.index < run.stop and _fits(items):
            lead = passage[run.start - 1 : run.start] if run.start else []
            return [one for one in [*lead, *items] if one not in chosen]
    return []


def _article(article: Article, units: Sequence[Unit], hits: Sequence[Hit]) -> list[Unit]:
    """What an article says, of the document found first that has it; no more than a long list."""
    placed = _in_reading_order(units, hits)
    for _, group in groupby(placed, lambda unit: hits[unit.number - 1].passage.document_id):
        document = list(group)
        if found := article.within([unit.text for unit in document]):
            return _unbroken(document[found.start : found.stop], hits)
    return []


def _unbroken(units: Sequence[Unit], hits: Sequence[Hit]) -> list[Unit]:
    """The first of some sentences and what follows it without a passage that was not found."""
    given = [*units[:1]]
    for before, unit in pairwise(units):
        passages = [hits[one.number - 1].passage.index for one in (before, unit)]
        length = sum(len(one.text) for one in given)
        if passages[1] - passages[0] > 1 or length + len(unit.text) > LONGEST_LIST:
            break
        given.append(unit)
    return given


def _fits(items: Sequence[Unit]) -> bool:
    return len(items) <= MOST_ITEMS and sum(len(one.text) for one in items) <= LONGEST_LIST


def rank(question: str, hits: Sequence[Hit]) -> list[Unit]:
    """All sentences of the passages with their scores, best first."""
    units = [unit for number, hit in enumerate(hits, 1) for unit in _units(number, hit)]
    if not units:
        return []
    scale = _Scale(question, units, hits)
    scored = []
    for position, unit in enumerate(units):
        features = scale.features(position)
        score = sum(w * f for w, f in zip(WEIGHTS.values(), features, strict=True))
        is_new = scale.is_new(position)
        scored.append(replace(unit, score=score, features=features, is_new=is_new))
    return sorted(scored, key=lambda unit: (-unit.score, unit.number, unit.index))


def _units(number: int, hit: Hit) -> list[Unit]:
    """The sentences of a passage; the row of a table, and any short line, stays in one piece."""
    text = hit.passage.text
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if spans and "\n" not in text[spans[-1][1] : start] and _is_row(text, start):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return [Unit(number, i, start, text[start:end]) for i, (start, end) in enumerate(spans)]


def _is_row(text: str, at: int) -> bool:
    """Whether the line around `at` is a row, a heading or the like rather than prose."""
    end = text.find("\n", at)
    line = text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]
    return bool(_CELLS.search(line)) or (len(line) < _SHORT and not _PROSE_END.search(line))


def answers(question: str, hits: Sequence[Hit], chosen: Sequence[Unit]) -> bool:
    """Whether the chosen sentences may be given as an answer, rather than "not found"."""
    return bool(chosen) and any(hit.score >= least_score(question, hit) for hit in hits)


def least_score(question: str, hit: Hit) -> float:
    """The score from which on a passage is likely enough to hold an answer."""
    foreign = differ(language(question), written_in(hit.passage))
    return LEAST_SCORE["foreign" if foreign else "same"]


def _in_reading_order(units: Sequence[Unit], hits: Sequence[Hit]) -> list[Unit]:
    """By document (the better one first), then as they stand there."""
    documents: dict[str, int] = {}
    for hit in hits:
        documents.setdefault(hit.passage.document_id, len(documents))

    def place(unit: Unit) -> tuple[int, int, int]:
        passage = hits[unit.number - 1].passage
        return documents[passage.document_id], passage.index, unit.start

    return sorted(units, key=place)


class _Scale:
    """What all sentences of one question are measured against."""

    def __init__(self, question: str, units: Sequence[Unit], hits: Sequence[Hit]) -> None:
        self.units = units
        self.wanted = frozenset(question_tokens(question))
        self.words = [set(lexical_tokens(unit.text)) for unit in units]
        frequency = Counter(word for words in self.words for word in words & self.wanted)
        self.weight = {word: math.log(1 + len(units) / df) for word, df in frequency.items()}
        self.total = sum(self.weight.values()) or 1.0
        self.above = [set(lexical_tokens(hit.passage.context)) for hit in hits]
        best = max(hit.score for hit in hits) or 1.0
        self.strength = [hit.score / best for hit in hits]
        self.expected, self.definition = Expected(question), Definition(question)

    def features(self, position: int) -> tuple[float, ...]:
        """In the order of WEIGHTS, each about 0 … 1."""
        unit, words = self.units[position], self.words[position]
        covered = self._share(words)
        before = self._before(position)
        return (
            covered,
            self._share(words | self.above[unit.number - 1]) - covered,
            self._share(words | before) - covered,
            self.strength[unit.number - 1],
            1.0 / unit.number,
            self.expected.fit_of(unit.text),
            1.0 / (1.0 + len(words) / 8),
            1.0 if len(words - self.wanted) < 3 else 0.0,
            float(unit.asks),
            1.0 if unit.index == 0 else 0.0,
            self.definition.said_by(unit.text),
        )

    def is_new(self, position: int) -> bool:
        if self._heads_rows(position):
            return False
        known = self.wanted | self.above[self.units[position].number - 1]
        return not known.issuperset(self.words[position])

    def _heads_rows(self, position: int) -> bool:
        """Whether a row says only what the cells of the next one are called: "Year: 2024"."""
        unit, following = self.units[position], self.units[position + 1 : position + 2]
        first, tab, _ = unit.text.partition("\t")
        return bool(tab) and any(
            one.number == unit.number and one.text.startswith(f"{first.strip()}: ")
            for one in following
        )

    def _share(self, words: set[str]) -> float:
        return sum(w for word, w in self.weight.items() if word in words) / self.total

    def _before(self, position: int) -> set[str]:
        """The words of the sentence before it in its passage."""
        if self.units[position].index == 0:
            return set()
        return self.words[position - 1]
