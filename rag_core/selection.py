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

# Feature → weight. Fitted by logistic regression (does the sentence hold the answer?) on the
# 5,206 TyDi QA questions of the training data, then rounded.
WEIGHTS = {
    "covered": 3.0,
    "around": 1.2,
    "passage": 1.5,
    "first": 0.5,
    "kind": 0.8,
    "similar": 1.0,
    "short": -1.5,
    "nothing_new": -1.5,
    "asks": -1.0,
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
    return _in_reading_order(chosen, hits)


def rank(question: str, hits: Sequence[Hit], similarity: Similarity | None = None) -> list[Unit]:
    """All sentences of the passages with their scores, best first."""
    units = [
        Unit(number, index, start, hit.passage.text[start:end])
        for number, hit in enumerate(hits, 1)
        for index, (start, end) in enumerate(sentences(hit.passage.text))
    ]
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


def answers(question: str, hits: Sequence[Hit], chosen: Sequence[Unit]) -> bool:
    """Whether the chosen sentences may be given as an answer, rather than "not found"."""
    return bool(chosen)


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
        self.wanted = Counter(question_tokens(question))
        self.words = [set(lexical_tokens(unit.text)) for unit in units]
        frequency = Counter(word for words in self.words for word in words if word in self.wanted)
        self.weight = {
            word: math.log(1 + (len(units) - frequency[word] + 0.5) / (frequency[word] + 0.5))
            for word in self.wanted
        }
        self.total = sum(self.weight.values()) or 1.0
        self.above = [set(lexical_tokens(f"{hit.passage.context} {hit.document}")) for hit in hits]
        best = max(hit.score for hit in hits) or 1.0
        self.strength = [hit.score / best for hit in hits]
        self.kinds = [kind for asks, kind in _KINDS if asks.search(question)]
        self.asked_numbers = numbers(question)

    def features(self, position: int, similar: float) -> tuple[float, ...]:
        """In the order of WEIGHTS, each about 0 … 1."""
        unit, words = self.units[position], self.words[position]
        covered = self._share(words)
        around = self._share(words | self._neighbours(position)) - covered
        new = len(words - self.wanted.keys())
        return (
            covered,
            around,
            self.strength[unit.number - 1],
            1.0 if unit.number == 1 else 0.0,
            self._fits(unit.text),
            max(similar, 0.0),
            1.0 / (1.0 + len(words) / 4),
            1.0 if new < 3 else 0.0,
            1.0 if unit.text.rstrip().endswith(("?", "？")) else 0.0,
        )

    def _share(self, words: set[str]) -> float:
        return sum(w for word, w in self.weight.items() if word in words) / self.total

    def _neighbours(self, position: int) -> set[str]:
        """The words of the sentences before and after it in its passage, and of what is above."""
        number = self.units[position].number
        words = set(self.above[number - 1])
        for beside in (position - 1, position + 1):
            if 0 <= beside < len(self.units) and self.units[beside].number == number:
                words |= self.words[beside]
        return words

    def _fits(self, text: str) -> float:
        """1 where the sentence holds the kind of thing that is asked for."""
        return float(any(kind(self, text) for kind in self.kinds))

    def holds_quantity(self, text: str) -> bool:
        """A number that the question does not name."""
        return bool(numbers(text) - self.asked_numbers)


_KINDS: list[tuple[re.Pattern[str], Callable[[_Scale, str], bool]]] = [
    (_TIME, lambda _, text: bool(_DATE_IN_TEXT.search(text))),
    (_QUANTITY, lambda scale, text: scale.holds_quantity(text)),
    (_PERSON, lambda _, text: bool(_NAME_IN_TEXT.search(text))),
    (_PLACE, lambda _, text: bool(_PLACE_IN_TEXT.search(text))),
]
