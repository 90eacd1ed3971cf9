"""Which sentences of the passages found answer a question, and whether any does; pure.

Every sentence of every passage is a candidate. What speaks for one is weighed by `WEIGHTS`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag_core.support import numbers
from rag_core.text import lexical_tokens, question_tokens, sentences
from rag_core.types import Hit

Similarity = Callable[[str, Sequence[str]], Sequence[float]]
"""Question and texts → one cosine per text."""

MOST_SENTENCES = 3
MOST_CHARACTERS = 900
WORTH_ADDING = 0.55
"""A further sentence is given when its score reaches this share of the best one's."""
LEAST_SCORE = 0.006
"""Below this no passage is likely enough to hold an answer. Set by hand on the development PDFs:
of 12 questions on foreign subjects one came above it, of 45 that the PDFs answer none below."""

# Feature → weight, each feature about 0 … 1. Fitted by listwise softmax (which sentence holds the
# answer?) on the TyDi QA questions of the training data with lexical search, then rounded.
WEIGHTS = {
    "covered": 4.0,  # the question's words, the rarer the heavier
    "above": 3.0,  # more of them in the passage's title and headings
    "before": 1.0,  # more of them in the sentence before
    "passage": 2.5,  # how sure the retriever is of the passage
    "rank": 1.0,
    "kind": 1.5,  # a date for "when", a number for "how many" …
    "similar": 1.0,  # in meaning, where an embedding can tell
    "short": -0.5,
    "nothing_new": -1.0,  # says no more than the question
    "asks": -0.3,
    "opens": 0.3,
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence of passage `number` (1 = first hit), word for word."""

    number: int
    index: int  # among the sentences of its passage
    start: int
    text: str
    score: float = 0.0
    features: tuple[float, ...] = ()

    @property
    def is_prose(self) -> bool:
        """Whether it ends like a sentence, unlike a heading or the row of a table."""
        return bool(_PROSE_END.search(self.text))


_CELLS = re.compile(r"\t|\.{4}| \| |…{2}")
_SHORT = 100
_PROSE_END = re.compile(r"[.!?。！？][\"'”’」』)\]]*\s*$")

# What an answer must hold, by what the question asks for.
_QUANTITY = re.compile(
    r"몇|얼마|how (?:many|much|old|long|far|large|big|tall|high|fast|often)|what (?:number|percent"
    r"|percentage|size|amount|cost|price|fax|phone)|크기|비율|번호|점수|수는|수치|나이|높이|길이|면적|넓이|인구",
    re.I,
)
_TIME = re.compile(
    r"언제|몇 ?년|몇 ?월|며칠|연도|날짜|시기|기간|날은|해는"
    r"|\bwhen\b|(?:what|which) (?:year|date|day|month|time|century|decade)|how long",
    re.I,
)
_PERSON = re.compile(
    r"누구|누가|누군|사람은|인물|이름은|저자|감독은|\bwho(?:m|se)?\b|what (?:person|name)", re.I
)
_PLACE = re.compile(
    r"어디|어느 (?:나라|도시|곳|지역)|장소|위치"
    r"|\bwhere\b|(?:what|which) (?:city|country|place|state|region)",
    re.I,
)
_POINTS_BACK = re.compile(
    r"(?:이는|이것|그것|이들|그들|그는|그녀|그의|이를|이에|이러한|그러한|이와|해당|이 |그 |여기"
    r"|따라서|그래서|그러나|하지만|또한)|(?:It|Its|This|These|Those|That|They|Their|He|His|She|Her|However"
    r"|Therefore|Thus|But|Such)\b"
)
_COUNTED = re.compile(r"몇\s?([가-힣])")
_DATE_IN_TEXT = re.compile(
    r"\d{3,4}\s?년|\d{1,2}\s?월|\d{1,2}\s?일|세기|(?<!\d)(?:1\d|20)\d\d(?!\d)"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_NAME_IN_TEXT = re.compile(
    r"\b[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)+|[가-힣]{2,4}(?:은|는|이|가|이다|였다|:|\()"
)
_PLACE_IN_TEXT = re.compile(
    r"[가-힣]+(?:시|도|군|구|국|주|역|산|강|섬|대륙|나라|에서|에)(?![가-힣])"
    r"|\b(?:in|at|near|of) [A-Z]\w+"
)


def choose(question: str, hits: Sequence[Hit], similarity: Similarity | None = None) -> list[Unit]:
    """The sentences that answer best, at most three, in reading order; [] without passages."""
    ranked = rank(question, hits, similarity)
    if not ranked:
        return []
    best = ranked[0].score
    chosen: list[Unit] = []
    seen: set[str] = set()
    length = 0
    for unit in ranked:
        plain = "".join(unit.text.split())
        if len(chosen) == MOST_SENTENCES or unit.score < WORTH_ADDING * best:
            break
        if plain in seen or (chosen and length + len(unit.text) > MOST_CHARACTERS):
            continue
        seen.add(plain)
        chosen.append(unit)
        length += len(unit.text)
    if chosen and (needed := _needed_before(chosen[0], ranked)) and needed not in chosen:
        chosen.append(needed)
    return _in_reading_order(chosen, hits)


def _needed_before(unit: Unit, units: Sequence[Unit]) -> Unit | None:
    """What a sentence cannot be understood without: whom its first word means."""
    if unit.index == 0 or not _POINTS_BACK.match(unit.text):
        return None
    return next(one for one in units if one.number == unit.number and one.index == unit.index - 1)


def rank(question: str, hits: Sequence[Hit], similarity: Similarity | None = None) -> list[Unit]:
    """All sentences of the passages with their scores, best first."""
    units = [unit for number, hit in enumerate(hits, 1) for unit in _units(number, hit)]
    if not units:
        return []
    scale = _Scale(question, units, hits)
    similar = similarity(question, [unit.text for unit in units]) if similarity else None
    scored = []
    for position, unit in enumerate(units):
        features = scale.features(position, similar[position] if similar else 0.0)
        score = sum(w * f for w, f in zip(WEIGHTS.values(), features, strict=True))
        scored.append(Unit(unit.number, unit.index, unit.start, unit.text, score, features))
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


def answers(hits: Sequence[Hit], chosen: Sequence[Unit]) -> bool:
    """Whether the chosen sentences may be given as an answer, rather than "not found"."""
    return bool(chosen) and max(hit.score for hit in hits) >= LEAST_SCORE


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
        self.kinds = [kind for asks, kind in _KINDS if asks.search(question)]
        self.asked_numbers = numbers(question)
        counted = _COUNTED.search(question)
        self.unit = re.compile(rf"\d\s?{counted[1]}") if counted else None

    def features(self, position: int, similar: float) -> tuple[float, ...]:
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
            self._fits(unit.text),
            max(similar, 0.0),
            1.0 / (1.0 + len(words) / 8),
            1.0 if len(words - self.wanted) < 3 else 0.0,
            1.0 if unit.text.rstrip().endswith(("?", "？")) else 0.0,
            1.0 if unit.index == 0 else 0.0,
        )

    def _share(self, words: set[str]) -> float:
        return sum(w for word, w in self.weight.items() if word in words) / self.total

    def _before(self, position: int) -> set[str]:
        """The words of the sentence before it in its passage."""
        if self.units[position].index == 0:
            return set()
        return self.words[position - 1]

    def _fits(self, text: str) -> float:
        """1 where the sentence holds the kind of thing that is asked for."""
        return max((kind(self, text) for kind in self.kinds), default=0.0)

    def holds_quantity(self, text: str) -> float:
        """A number that the question does not name: 1 in the unit asked for, else half."""
        if self.unit:
            return 1.0 if self.unit.search(text) else 0.3 * self._is_new(text)
        return self._is_new(text)

    def holds_date(self, text: str) -> float:
        """A date that the question does not name."""
        dates = " ".join(_DATE_IN_TEXT.findall(text))
        return self._is_new(dates)

    def _is_new(self, text: str) -> float:
        return float(bool(numbers(text) - self.asked_numbers))


_KINDS: list[tuple[re.Pattern[str], Callable[[_Scale, str], float]]] = [
    (_TIME, _Scale.holds_date),
    (_QUANTITY, _Scale.holds_quantity),
    (_PERSON, lambda _, text: float(bool(_NAME_IN_TEXT.search(text)))),
    (_PLACE, lambda _, text: float(bool(_PLACE_IN_TEXT.search(text)))),
]
