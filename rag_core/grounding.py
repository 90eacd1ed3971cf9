"""How far a passage bears out a sentence: its words, numbers, names, negations, and its meaning.

`check` says for a sentence and the passages it cites whether they support it, and how that was
seen. Word for word is the best; then no number may be missing or otherwise; then a small logistic
model weighs `SIGNALS`. Its weights stand in grounding.json beside this file; training/support.py
learns them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from rag_core.embeddings import BundledEmbedding
from rag_core.quantities import Compared, compare
from rag_core.subwords import nearness
from rag_core.text import find_quote, folded, language, question_tokens
from rag_core.types import CheckedBy

WEIGHTS = Path(__file__).with_suffix(".json")
IN_ENGLISH = ("covered", "covered_twice", "mean", "weighted", "phrases", "worst", "back")
"""Signals that count otherwise for an English sentence."""
SIGNALS = (
    "always",
    "covered",  # share of the sentence's search words that the evidence has
    "covered_twice",  # its square: the last missing words weigh most
    "mean",  # see subwords.Nearness, five of them
    "weighted",
    "phrases",
    "worst",
    "back",
    "names",  # share of its names that the evidence lacks
    "missing",  # it says a number that the evidence lacks
    "contradicted",  # … or has otherwise
    "negated",  # one of both denies, the other does not
    "opposite",  # a word whose opposite stands in the evidence
    "sweeping",  # "all", "only", "항상", which the evidence does not say
    "longer",  # logarithm of how much longer it is than the evidence, 0 when shorter
    "foreign",  # the evidence is in another language
    "foreign_mean",  # two of the signals again, for those
    "foreign_weighted",
    "english",
    *(f"{name}_english" for name in IN_ENGLISH),
)

_DENIES = re.compile(
    r"(?<![가-힣])(?:안|못)\s|않|없|아니|아닌|못하|못했|불가|실패|금지|미(?:달|완|정|흡)|말아야"
    r"|\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|fail(?:s|ed)?|lacks?)\b|n['’]t\b"
)
_SWEEPING = re.compile(
    r"모든|모두|전부|항상|언제나|절대|유일|뿐(?:이|만)|에만|만\s(?:가능|있|할)|반드시|누구나|어디서나|제일|가장|최초|최고|처음"
    r"|\b(?:all|every|always|only|never|most|best|first|unique|entirely|any|everyone|none)\b"
)
_PAIRS = """
    성공/실패 짧/길 증가/감소 늘/줄 높/낮 많/적 넓/좁 밝/어두 빠르/느리 강하/약하 비싸/싸 쉽/어렵
    찬성/반대 시작/종료 이전/이후 남쪽/북쪽 동쪽/서쪽 상승/하락 허용/금지 승리/패배 이기/지
    합격/불합격 가능/불가능 필요/불필요 만족/불만 좋/나쁘 좋/아쉬 낮에/밤에 여름/겨울 남성/여성
    남자/여자 오전/오후 위/아래 안쪽/바깥 국내/해외 최대/최소 최고/최저 처음/마지막 풍부/한정
    무료/유료 포함/제외 아파트/단독주택 개방/폐쇄 유지/폐지 인상/인하 흑자/적자 안전/위험
    깨끗/더러 조용/시끄러 넓은/좁은 increase/decrease rise/fall rose/fell more/less more/fewer
    higher/lower before/after success/failure accept/reject allow/forbid open/close win/lose
    won/lost first/last north/south east/west male/female older/younger early/late large/small
    largest/smallest highest/lowest begin/end start/stop include/exclude approve/deny
    legal/illegal possible/impossible long/short
"""
_OPPOSITES = [pair.split("/") for pair in _PAIRS.split()]
_NAME = re.compile(r"(?<![.!?:“\"]\s)(?<!^)\b[A-Z][\w'’-]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the passages say to a sentence. `contradicted` are its numbers and dates, in its own
    words, that stand otherwise there; `probability` is how surely it is supported, 0 … 1."""

    supported: bool
    by: CheckedBy
    contradicted: tuple[str, ...] = ()
    probability: float = 0.0


def check(
    sentence: str, evidence: Sequence[str], embedding: BundledEmbedding | None = None
) -> Verdict:
    """Whether the texts, together, bear out the sentence. Without a text nothing does."""
    if not evidence:
        return Verdict(False, CheckedBy.NOTHING)
    if any(find_quote(sentence, text) for text in evidence):
        return Verdict(True, CheckedBy.WORDS, probability=1.0)
    numbers = compare(sentence, evidence)
    probability = _model().probability(signals(sentence, evidence, numbers, embedding))
    otherwise = tuple(dict.fromkeys(one.said for one in numbers.contradicted))
    if otherwise or numbers.missing:
        return Verdict(False, CheckedBy.NUMBERS, otherwise, min(probability, 0.5))
    supported = probability >= _model().threshold
    by = CheckedBy.NUMBERS if numbers.matched and supported else CheckedBy.MEANING
    return Verdict(supported, by, probability=probability)


def signals(
    sentence: str,
    evidence: Sequence[str],
    numbers: Compared,
    embedding: BundledEmbedding | None = None,
) -> np.ndarray:
    """SIGNALS of a sentence and its evidence."""
    whole = "\n".join(evidence)
    words = set(question_tokens(sentence))
    held = set(question_tokens(whole))
    covered = len(words & held) / len(words) if words else 1.0
    near = nearness(sentence, [whole], embedding or _bundled())[0]
    own, theirs = language(sentence), language(whole)
    foreign = float(own != theirs and "other" not in (own, theirs))
    plain, other = folded(sentence), folded(whole)
    closest = folded(_closest(words, evidence))
    names = {name.lower() for name in _NAME.findall(sentence)}
    lacking = sum(name not in other for name in names) / len(names) if names else 0.0
    english = float(own == "en")
    values = np.array(
        [
            1.0,
            covered * (1 - foreign),
            covered * covered * (1 - foreign),
            near.mean * (1 - foreign),
            near.weighted * (1 - foreign),
            near.phrases,
            near.worst,
            near.back,
            lacking * (1 - foreign),
            float(bool(numbers.missing)),
            float(bool(numbers.contradicted)),
            float(bool(_DENIES.search(plain)) != bool(_DENIES.search(closest))),
            float(_opposite(plain, other)),
            float(bool(_new(_SWEEPING, plain, other))),
            max(0.0, math.log((len(sentence) + 10) / (len(whole) + 10))),
            foreign,
            near.mean * foreign,
            near.weighted * foreign,
            english,
        ]
    )
    again = values[[SIGNALS.index(name) for name in IN_ENGLISH]]
    return np.concatenate([values, again * english])


def _closest(words: set[str], evidence: Sequence[str]) -> str:
    """The sentence of the evidence that shares most words."""
    pieces = [piece for text in evidence for piece in re.split(r"(?<=[.!?。])\s|\n", text) if piece]
    return max(pieces, key=lambda one: len(words & set(question_tokens(one))), default="")


def _opposite(sentence: str, evidence: str) -> bool:
    """Whether the sentence has a word whose opposite, and not itself, stands in the evidence."""
    for first, second in _OPPOSITES:
        for own, other in ((first, second), (second, first)):
            if _has(own, sentence) and not _has(own, evidence) and _has(other, evidence):
                return True
    return False


def _has(word: str, text: str) -> bool:
    """Whether a word, or a word that begins with it, stands in the text."""
    edge = "가-힣" if "가" <= word[0] <= "힣" else "a-z"
    return bool(re.search(rf"(?<![{edge}]){word}", text))


def _new(pattern: re.Pattern[str], sentence: str, evidence: str) -> set[str]:
    """What the pattern finds in the sentence and not in the evidence."""
    return set(pattern.findall(sentence)) - set(pattern.findall(evidence))


@dataclass(frozen=True)
class Model:
    """Weights of SIGNALS, and the probability from which a sentence counts as supported."""

    weights: np.ndarray
    threshold: float

    def probability(self, values: np.ndarray) -> float:
        """Of being supported, 0 … 1."""
        return float(1 / (1 + np.exp(-np.clip(values @ self.weights, -30, 30))))


@lru_cache(maxsize=1)
def _bundled() -> BundledEmbedding:
    """Where the library uses another embedding."""
    return BundledEmbedding()


@lru_cache(maxsize=1)
def _model() -> Model:
    kept: dict[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Model(np.array([kept["weights"][name] for name in SIGNALS]), float(kept["threshold"]))
