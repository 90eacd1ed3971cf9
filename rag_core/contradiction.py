"""What a text says otherwise than a claim: a number or date, a name, a denial, an opposite; pure.

No rule here understands a sentence. Each wants the sentence of the text that comes nearest to share
most of the claim's other words, so that both are about the same thing; what is about something else
contradicts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag_core.quantities import Compared, compare, quantities
from rag_core.text import Word, folded, question_words, sentences

SHARED = {"numbers": 0.5, "names": 0.6, "denial": 0.55, "opposite": 0.5}
"""The share of a claim's words that the nearest sentence must have for each kind of difference.
Set by hand on the part of training/support.py's pairs that is learned from."""
_SAME = 0.85
"""From this share on both sentences are the same but for a word or a number."""
_DENIED = re.compile(
    r"(?P<become>[가-힣]{2,}?)(?:이|가|은|는|도)\s되지\s?(?:않|못)"
    r"|(?P<verb>[가-힣]+?)(?:하|되)?지(?:는|도|를)?\s?(?:않|못|말)"
    r"|(?P<noun>[가-힣]+?)(?:이|가|은|는|도|을|를)?\s?(?:없|아니|아닌|아닙)"
    r"|(?<![가-힣])(?:안|못)\s(?P<after>[가-힣]+)"
    r"|\b(?:not|never|cannot|no|without|neither|nor)\s+(?:(?:be|been|have|yet|to|a|an|any|the|only)\s+)*"
    r"(?P<english>[a-z]+)"
    r"|n['’]t\s+(?:(?:be|been|have|yet|a|an|any|the)\s+)*(?P<short>[a-z]+)"
)
_EVEN = re.compile(r"뿐(?:만)? 아니|밖에|not only|수밖에")
_NAME = re.compile(r"\b[A-Z][\w'’-]+")
_CASES = re.compile(r"([가-힣]{2,}?)(은|는|이|가|을|를|의|에|에서|에게|으로|로|와|과)")
_SAME_CASE = {"는": "은", "이": "은", "가": "은", "를": "을", "로": "으로", "과": "와"}


class Kind(StrEnum):
    """In what a text differs from a claim."""

    NUMBERS = "numbers"
    NAMES = "names"
    DENIAL = "denial"
    OPPOSITE = "opposite"


@dataclass(frozen=True, slots=True)
class Difference:
    """`said` are the claim's words that stand otherwise; `quote` is the sentence of the text that
    says so, word for word."""

    kind: Kind
    said: tuple[str, ...]
    quote: str


_PAIRS = """
    짧/긴(?![가-힣]) 빠른/느린 큰/작은 강한/약한 쉬운/어려운 먼저/나중
    성공/실패 짧/길 증가/감소 늘어/줄어 늘었/줄었 높/낮 많/적 넓/좁 밝/어두 빠르/느리 강하/약하
    비싸/싸 쉽/어렵 찬성/반대 시작/종료 이전/이후 남쪽/북쪽 동쪽/서쪽 상승/하락 허용/금지 승리/패배
    합격/불합격 가능/불가능 가능/금지 필요/불필요 만족/불만 좋/나쁘 여름/겨울
    낮에/밤에 남성/여성 남자/여자
    오전/오후 안쪽/바깥 국내/해외 최대/최소 최고/최저 처음/마지막 무료/유료 포함/제외 개방/폐쇄
    유지/폐지 인상/인하 흑자/적자 안전/위험 공개/비공개 수입/수출 유죄/무죄 내부/외부
    increase/decrease rise/fall rose/fell more/less more/fewer higher/lower before/after
    success/failure accept/reject allow/forbid open/close win/lose won/lost first/last north/south
    east/west male/female older/younger early/late large/small largest/smallest highest/lowest
    begin/end start/stop include/exclude approve/deny legal/illegal possible/impossible long/short
    guilty/innocent public/private import/export inside/outside cheap/expensive safe/dangerous
"""
_OPPOSITES = [
    sides for pair in _PAIRS.split() for sides in (pair.split("/"), pair.split("/")[::-1])
]


def difference(claim: str, text: str) -> Difference | None:
    """What the text says otherwise than the claim, None where it does not or is silent.

    The claim is one sentence. Its numbers and dates count before its other words.
    """
    asked = _words(claim)
    for sentence in nearest(claim, text)[:2]:
        if found := _differs(claim, asked, sentence, text):
            return found
    return None


def nearest(claim: str, text: str) -> list[str]:
    """The sentences of a text, those that share most words with the claim first; [] for a claim
    without words."""
    asked = _words(claim)
    spans = [text[a:b] for a, b in sentences(text)] if asked else []
    return sorted(spans, key=lambda one: -_shared(asked, one))


def shared(claim: str, sentence: str) -> float:
    """The share of the claim's words, numbers apart, that a sentence has, 0 … 1."""
    asked = _words(claim)
    return _shared(asked, sentence) if asked else 0.0


def _differs(claim: str, asked: Sequence[Word], sentence: str, text: str) -> Difference | None:
    shared = _shared(asked, sentence)
    for kind, said in _kinds(claim, asked, sentence, text):
        if said and shared >= SHARED[kind.value]:
            return Difference(kind, said, sentence)
    return None


def _kinds(
    claim: str, asked: Sequence[Word], sentence: str, text: str
) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    numbers = compare(claim, [sentence])
    shared = _shared(asked, sentence)
    yield Kind.NUMBERS, _numbers(claim, sentence, numbers, text, shared)
    if numbers.missing or numbers.contradicted:
        return  # it stands in another sentence, or nowhere
    plain, other = folded(claim), folded(sentence)
    yield Kind.OPPOSITE, _opposites(plain, other)
    yield Kind.DENIAL, _denials(plain, other)
    yield Kind.NAMES, _names(claim, asked, sentence, text)


def _numbers(
    claim: str, sentence: str, numbers: Compared, text: str, shared: float
) -> tuple[str, ...]:
    """Numbers that stand otherwise: of the same unit, and nowhere else in the text; where the
    sentences are the same otherwise, also the ones without a unit and those that stand elsewhere.

    Where none of many is there the text tells of something else.
    """
    if shared >= _SAME:
        own = {one.value for one in quantities(claim)}
        others = {one.unit for one in quantities(sentence) if one.value not in own}
        bare = [one for one in numbers.missing if one.unit in others or "" in others]
        differ = [*numbers.contradicted, *bare]
    else:
        anywhere = {one.start for one in compare(claim, [text]).contradicted}
        differ = [one for one in numbers.contradicted if one.start in anywhere]
        if len(quantities(claim)) > 2 and not numbers.matched:
            return ()
    return tuple(dict.fromkeys(one.said for one in differ))


def _denials(claim: str, sentence: str) -> tuple[str, ...]:
    """A word that one of both denies and the other says."""
    if _EVEN.search(claim) or _EVEN.search(sentence):
        return ()
    own, theirs = _denied(claim), _denied(sentence)
    for denied, others, other in ((own, theirs, sentence), (theirs, own, claim)):
        said = [one for one in _words(other) if len(one.begins) > 1]
        denied_too = [one for word in others for one in _words(word)]
        for word in denied:
            first = next(iter(_words(word)), None)
            if first and _held(first, said) and not _held(first, denied_too):
                return (word,)
    return ()


def _denied(text: str) -> list[str]:
    """The words that are denied in a text, in folded letters."""
    return [next(filter(None, one.groups())) for one in _DENIED.finditer(text)]


def _opposites(claim: str, sentence: str) -> tuple[str, ...]:
    """A word of the claim whose opposite stands in the sentence, and not the word itself."""
    return tuple(
        _written(own, claim)
        for own, other in _OPPOSITES
        if _has(own, claim)
        and not _has(other, claim)
        and _has(other, sentence)
        and not _has(own, sentence)
    )[:1]


def _has(word: str, text: str) -> bool:
    return bool(_written(word, text))


def _written(begins: str, text: str) -> str:
    """The first word of the text that begins so; "" where none does."""
    letters = "가-힣" if "가" <= begins[0] <= "힣" else "a-z"
    found = re.search(rf"(?<![{letters}]){begins}[{letters}]*", text)
    return found.group() if found else ""


def _names(claim: str, asked: Sequence[Word], sentence: str, text: str) -> tuple[str, ...]:
    """The one name of the claim that the text lacks, where another stands in its place."""
    lacking = [one for one in asked if not _held(one, _words(sentence))]
    if len(lacking) != 1 or _held(lacking[0], _words(text)):
        return ()
    theirs = [one for one in _words(sentence) if not _held(one, asked)]
    begins = {one.begins for one in theirs}
    if lacking[0].kind == "latin":
        own = [n for n in _NAME.findall(claim) if folded(n).startswith(lacking[0].begins)]
        others = [n for n in _NAME.findall(sentence) if folded(n).startswith(tuple(begins or "\0"))]
        return tuple(own[:1]) if others else ()
    if lacking[0].kind == "hangul":
        own_case = _case_of(lacking[0].begins, claim)
        cases = {_case_of(one, sentence) for one in begins}
        return (lacking[0].token,) if own_case and own_case in cases else ()
    return ()


def _case_of(begins: str, text: str) -> str:
    """The case particle behind a Korean noun; "" where none is."""
    for word in re.findall(r"[가-힣]+", text):
        found = _CASES.fullmatch(word)
        if found and found[1] == begins:
            return _SAME_CASE.get(found[2], found[2])
    return ""


def _words(text: str) -> list[Word]:
    return [one for one in question_words(text) if one.kind != "number"]


def _shared(asked: Sequence[Word], sentence: str) -> float:
    theirs = _words(sentence)
    return sum(_held(one, theirs) for one in asked) / len(asked)


def _held(word: Word, among: Sequence[Word]) -> bool:
    """Whether a word is there, in whatever form: Korean words that begin alike count as one."""
    if word.kind != "hangul":
        return any(word.token == one.token for one in among)
    return any(
        one.kind == "hangul" and (one.token == word.token or one.begins[:2] == word.begins[:2])
        for one in among
    )
