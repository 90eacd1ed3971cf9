"""What a text says otherwise than a claim: a number or date, a name, a denial, an opposite; pure.

No rule here understands a sentence. Each wants the sentence of the text that comes nearest to share
most of the claim's other words, so that both are about the same thing; what is about something else
contradicts nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from rag_core.denials import denials, denied
from rag_core.exclusives import exclusives
from rag_core.opposites import opposites, swapped
from rag_core.quantities import Compared, Quantity, compare, quantities
from rag_core.search_words import Word, question_words
from rag_core.text import folded, sentences

SHARED = {
    "numbers": 0.5, "names": 0.6, "denial": 0.55, "opposite": 0.5, "roles": 0.85, "only": 0.5,
}  # fmt: skip
"""The share of a claim's words that the nearest sentence must have for each kind of difference.
Set by hand on the part of training/support.py's pairs that is learned from."""
_AS_LONG = 1.5
"""How much longer a sentence may be in which names stand in one another's place."""
_OF_A_CLAUSE = 0.3
"""As in SHARED, of a clause, which seldom names again what the sentence is about."""
_SAME = 0.85
"""From this share on both sentences are the same but for a word or a number."""
_SO_MANY = 3
"""Words of a claim from which on sharing them says that both sentences are the same."""
_AT_LEAST = re.compile(r"이상|초과|넘|at least|over|more than|above")
_AT_MOST = re.compile(r"이하|미만|이내|안에|at most|under|less than|below|up to|within")
_BEFORE = re.compile(
    r"기존|종전|당초|원래|이전|previous|original|former|before|used to", re.IGNORECASE
)
_CHANGED = re.compile(
    r"줄[이였었인]|늘[리렸었린]|감축|감소|삭감|증가|확대|인상|인하|추가|바[꾸뀌꿔뀐]"
    r"|reduc|increas|decreas|rais|\bcut\b|chang|instead|\bfrom\b.+\bto\b",
    re.IGNORECASE,
)
_LATER = re.compile(r"만[에의이]|[년월일]\s?(?:뒤|후)|later|after|ago|\bwithin\b", re.IGNORECASE)
_PART = re.compile(r"절반|분의|\b(?:half|third|quarter|twice|double)\b", re.IGNORECASE)
_LIMIT = re.compile(r"까지만|만 가능|이하|이내|at most|up to|only")
_CLAUSE = re.compile(
    r"(?<=[고며데만서])\s*,|,\s|(?<=지만|으며|는데|면서|거나)\s|(?<=[갔났랐렀렸봤섰셨였았었왔졌쳤켰했]다가)\s|;|\b(?:but|while|although|whereas)\b"
)
_GENERIC = frozenset(
    "정도 수준 지경 물질 사람 경우 부분 내용 방법 방식 문제 상황 결과 이유".split()
)
"""Words that stand for many others: that one of them stands in a word's place says nothing."""
_SAYS_LITTLE = re.compile(
    r"(?:있|없|않|못하|못한|못했|아니|아닌|아닙|아닐)[가-힣]*|할|하[는지고]|한다|했다|합니다|했습니다"
    r"|된다|됐다|됩니다|되었다|되[는지고]|너무|매우|아주|정말|무척|굉장히|상당히|훨씬|가장|좀|약간"
)
"""Korean words that a denial takes with it, or that only say how much."""
_HOW_MANY = frozenset("most many some several few all both each every no one other".split())
_NAME = re.compile(r"\b[A-Z][\w'’-]+")
_CASES = re.compile(r"([가-힣]{2,}?)(은|는|이|가|을|를|의|에|에서|에게|부터|까지|와|과)")
_SAME_CASE = {"는": "은", "이": "은", "가": "은", "를": "을", "과": "와"}


class Kind(StrEnum):
    """In what a text differs from a claim."""

    NUMBERS = "numbers"
    NAMES = "names"
    DENIAL = "denial"
    OPPOSITE = "opposite"
    ROLES = "roles"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Difference:
    """`said` are the claim's words that stand otherwise; `quote` is the sentence of the text that
    says so, word for word."""

    kind: Kind
    said: tuple[str, ...]
    quote: str


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


def deny_each_other(claim: str, sentence: str) -> bool:
    """Whether one of both denies what the other says, however little they share otherwise."""
    return bool(_denials(_words(claim), folded(claim), folded(sentence)))


def _differs(claim: str, asked: Sequence[Word], sentence: str, text: str) -> Difference | None:
    shared = _shared(asked, sentence)
    every = _share(_all_words(claim), _all_words(sentence))
    for kind, said in _kinds(claim, asked, sentence, text):
        enough = min(shared, every) if kind is Kind.NUMBERS else shared
        if said and enough >= SHARED[kind.value]:
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
    yield Kind.OPPOSITE, opposites(plain, other)
    yield Kind.DENIAL, _denials(asked, plain, other)
    yield Kind.ONLY, exclusives(plain, other)
    if len(_words(sentence)) <= _AS_LONG * len(asked):
        yield Kind.ROLES, swapped(claim, sentence)
    yield Kind.NAMES, _names(claim, sentence, text)


def _numbers(
    claim: str, sentence: str, numbers: Compared, text: str, shared: float
) -> tuple[str, ...]:
    """Numbers that stand otherwise: of the same unit, and nowhere else in the text; where the
    sentences are the same otherwise, also the ones without a unit and those that stand elsewhere.

    Where none of many is there the text tells of something else.
    """
    if shared >= _SAME and len(_words(claim)) >= _SO_MANY:
        own = {one.value for one in quantities(claim)}
        others = {one.unit for one in quantities(sentence) if one.value not in own}
        bare = [one for one in numbers.missing if one.unit in others or "" in others]
        differ = [*numbers.contradicted, *bare]
    else:
        anywhere = {one.start for one in compare(claim, [text]).contradicted}
        differ = [one for one in numbers.contradicted if one.start in anywhere]
        if len(quantities(claim)) > 2 and not numbers.matched:
            return ()
    return tuple(dict.fromkeys(one.said for one in differ if not _follows(one, claim, sentence)))


def _follows(number: Quantity, claim: str, sentence: str) -> bool:
    """Whether a number that the sentence does not have may follow from those that it has: of the
    time before a change, reckoned from a date, their sum or difference, within a bound that the
    claim names, or beyond one when the claim denies it."""
    if _BEFORE.search(claim) and _CHANGED.search(sentence):
        return True
    if _PART.search(sentence) or (number.unit in {"년", "월", "일"} and _LATER.search(sentence)):
        return True
    units = {number.unit, ""} if _CHANGED.search(sentence) else {number.unit}
    values = [one.value for one in quantities(sentence) if one.unit in units]
    if any(
        abs(a + b) == number.value or abs(a - b) == number.value for a, b in combinations(values, 2)
    ):
        return True
    around = claim[max(0, number.start - 12) : number.start + len(number.said) + 8].lower()
    if _AT_LEAST.search(around) and any(one >= number.value for one in values):
        return True
    if _AT_MOST.search(around) and any(one <= number.value for one in values):
        return True
    return bool(_LIMIT.search(sentence) and denied(folded(claim)))


def _denials(asked: Sequence[Word], claim: str, sentence: str) -> tuple[str, ...]:
    """What one of both denies: in the whole sentence, or in the clause of it that comes nearest to
    the claim; all in folded letters."""
    clauses = [(_shared(asked, one), one) for one in _CLAUSE.split(sentence)]
    most = max(_OF_A_CLAUSE, max(shared for shared, _ in clauses))
    for part in [sentence, *(one for shared, one in clauses if shared >= most)]:
        if said := denials(claim, part, _words, _held):
            return said
    return ()


def _names(claim: str, sentence: str, text: str) -> tuple[str, ...]:
    """The one name of the claim that the text lacks, where another stands in its place; not where
    one of both denies, so that they say something else anyway."""
    if len(denied(folded(claim))) % 2 != len(denied(folded(sentence))) % 2:
        return ()
    asked, there = _all_words(claim), _all_words(sentence)
    lacking = [one for one in asked if not _held(one, there)]
    if len(lacking) != 1 or _held(lacking[0], _all_words(text)):
        return ()
    theirs = [one for one in there if not _held(one, asked)]
    begins = {one.begins for one in theirs}
    if lacking[0].begins in _HOW_MANY:
        return ()
    if lacking[0].kind == "latin":
        own = [n for n in _NAME.findall(claim) if folded(n).startswith(lacking[0].begins)]
        others = [n for n in _NAME.findall(sentence) if folded(n).startswith(tuple(begins or "\0"))]
        return tuple(own[:1]) if others else ()
    if lacking[0].kind == "hangul" and not _GENERIC & {lacking[0].begins, *begins}:
        noun = lacking[0].begins
        if noun.endswith("기") or noun in "".join(sentence.split()):
            return ()  # a verb, which another can paraphrase; or only written together
        begins = {one for one in begins if not _slip(noun, one)}
        own_case = _case_of(lacking[0].begins, claim)
        cases = {_case_of(one, sentence) for one in begins}
        return (lacking[0].token,) if own_case and own_case in cases else ()
    return ()


def _slip(one: str, other: str) -> bool:
    """Whether two Korean words differ in a single letter: the same word, misspelt."""
    own, theirs = (unicodedata.normalize("NFD", word) for word in (one, other))
    return abs(len(own) - len(theirs)) <= 1 and _one_edit(own, theirs)


def _one_edit(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    at = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]


def _case_of(begins: str, text: str) -> str:
    """The case particle behind a Korean noun; "" where none is."""
    for word in re.findall(r"[가-힣]+", text):
        found = _CASES.fullmatch(word)
        if found and found[1] == begins:
            return _SAME_CASE.get(found[2], found[2])
    return ""


def _all_words(text: str) -> list[Word]:
    return [one for one in question_words(text) if one.kind != "number"]


def _words(text: str) -> list[Word]:
    """Without those that say little, unless there are no others."""
    words = _all_words(text)
    return [one for one in words if not _SAYS_LITTLE.fullmatch(one.token)] or words


def _shared(asked: Sequence[Word], sentence: str) -> float:
    return _share(asked, _words(sentence))


def _share(asked: Sequence[Word], theirs: Sequence[Word]) -> float:
    return sum(_held(one, theirs) for one in asked) / len(asked) if asked else 0.0


def _held(word: Word, among: Sequence[Word]) -> bool:
    """Whether a word is there, in whatever form: Korean words that begin alike count as one."""
    if word.kind != "hangul":
        return any(word.token == one.token for one in among)
    return any(
        one.kind == "hangul" and (one.token == word.token or one.begins[:2] == word.begins[:2])
        for one in among
    )
