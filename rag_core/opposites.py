"""Words whose opposite stands in another sentence, and roles that have changed places; pure.

Both only mean something between sentences that share most of their other words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag_core.antonyms import PAIRS
from rag_core.denials import denied, excepts

_OPPOSITES = [sides for pair in PAIRS.split() for sides in (pair.split("/"), pair.split("/")[::-1])]
_RELATES = re.compile(r"[a-z]{3}|보다|에게|한테|비[해하]|[가-힣](?:와|과)\s|이[기긴겼]|졌|[승패]")
_THAN = re.compile(r"([가-힣]+)보다")
_SPAN = re.compile(r"\S+부터.{1,20}까지|\bfrom\b.{1,30}\bto\b\s\S+")


def opposites(claim: str, sentence: str) -> tuple[str, ...]:
    """A word of the claim whose opposite stands in the sentence, and not the word itself; both in
    folded letters.

    Not where one side denies and the other does not ("not simple" and "complex"), or excepts
    something, or has those it tells of in another order ("A beat B" and "B lost to A").
    """
    if len(denied(claim)) % 2 != len(denied(sentence)) % 2 or excepts(claim) != excepts(sentence):
        return ()
    own_words, theirs = _SPAN.sub(" ", claim), _SPAN.sub(" ", sentence)  # "from end to end"
    for own, other in _OPPOSITES:
        said = written(own, own_words)
        instead = said and written(other, theirs)
        if not instead or written(other, claim) or written(own, sentence):
            continue
        meet = {said[-2:], instead[-2:]} == {"까지", "부터"}  # until one, from the other on
        if not meet and not _turned_round(claim, sentence):
            return (said,)
    return _within(own_words, theirs)


def _within(claim: str, sentence: str) -> tuple[str, ...]:
    """A Korean word whose second part is the opposite of another's that begins alike: 경기남부."""
    for word in re.findall(r"[가-힣]{4,}", claim):
        for own, other in _OPPOSITES:
            begins, found, _ = word.partition(own)
            parts = found and len(begins) > 1 and len(own) > 1
            if parts and begins + other in sentence and begins + own not in sentence:
                return (word,)
    return ()


def _turned_round(claim: str, sentence: str) -> bool:
    """Whether the first two words that both have stand in the sentence the other way round; in
    Korean, where words move freely, of sentences that compare or tell of a loss or a gift."""
    if not _RELATES.search(claim + sentence):
        return False
    own, other = _THAN.search(claim), _THAN.search(sentence)
    if own and other and own[1] != other[1]:
        return True
    there = [place for word in _LONG.findall(claim) if (place := sentence.find(word)) >= 0]
    return len(there) > 1 and there[0] > there[1]


def written(begins: str, text: str) -> str:
    """The first word of the text that begins so; "" where none does."""
    if begins.isalnum() and begins not in text:
        return ""
    found = _beginning(begins).search(text)
    return found.group() if found else ""


@lru_cache(maxsize=2048)
def _beginning(begins: str) -> re.Pattern[str]:
    letters = "가-힣" if any("가" <= letter <= "힣" for letter in begins) else "a-z"
    ends = r"[가-힣]*" if letters == "가-힣" else r"(?:s|es|d|ed|ing|ly|r|st)?(?![a-z])"
    return re.compile(rf"(?<![{letters}])(?:{begins}){ends}")


_LONG = re.compile(r"[a-z]{4,}|[가-힣]{2}")
_CASE = re.compile(
    r"([가-힣]{2,}?)(께서|에게서|에게|한테|보다|으로|로|은|는|이|가|을|를|의|와|과)(?![가-힣])"
)
_SAME = {"는": "은", "이": "은", "가": "은", "께서": "은", "를": "을", "한테": "에게", "과": "와"}
_ORDERED = re.compile(r"[a-z][a-z'’-]+|\d+")
_EQUALS = frozenset(
    "and or with met meets meet married marries between equals both resembles same similar near "
    "beside adjacent borders differs".split()
)
_NAMES = re.compile(r"\b[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*")
_NO_NAMES = frozenset("The A An In On At It He She They This That These Those There".split())


def swapped(claim: str, sentence: str) -> tuple[str, ...]:
    """Two names of the claim that have each other's role in the sentence, as they are written.

    Korean: with the case particles of one another. English: on the other sides of the same words.
    """
    return (
        _swapped_cases(claim, sentence)
        or _swapped_sides(claim, sentence)
        or _swapped_words(claim, sentence)
    )


def _swapped_cases(claim: str, sentence: str) -> tuple[str, ...]:
    own, theirs = _cases(claim), _cases(sentence)
    for one, case in own.items():
        for other, its in own.items():
            changed = case != its and theirs.get(one) == its and theirs.get(other) == case
            if changed and one != other and {case, its} != {"은", "와"}:
                return one, other
    return ()


def _cases(text: str) -> dict[str, str]:
    """The case of each noun that has a particle, of the first time it stands there."""
    found: dict[str, str] = {}
    for noun, particle in _CASE.findall(text):
        found.setdefault(noun, _SAME.get(particle, particle))
    return found


def _swapped_sides(claim: str, sentence: str) -> tuple[str, ...]:
    own, theirs = _names(claim), _names(sentence)
    if len(own) != 2 or len(set(own)) != 2 or set(own) - set(theirs):
        return ()
    first, second = own
    if sentence.find(first) < sentence.find(second):
        return ()
    said = _between(claim, first, second)
    if said and said == _between(sentence, second, first) and not _EQUALS & set(said):
        return first, second
    return ()


def _swapped_words(claim: str, sentence: str) -> tuple[str, ...]:
    """Two words in each other's place between sentences that are the same otherwise, in English."""
    own, theirs = (_ORDERED.findall(one.lower()) for one in (claim, sentence))
    if len(own) != len(theirs):
        return ()
    differ = [at for at, (one, other) in enumerate(zip(own, theirs, strict=True)) if one != other]
    if len(differ) != 2 or differ[1] - differ[0] < 2 or _EQUALS & set(own):
        return ()
    said, instead = ([words[at] for at in differ] for words in (own, theirs))
    return tuple(said) if said == instead[::-1] else ()


def _names(text: str) -> list[str]:
    return [one for one in _NAMES.findall(text) if one not in _NO_NAMES]


def _between(text: str, first: str, second: str) -> tuple[str, ...]:
    """The words between two names, in lower case."""
    start = text.find(first) + len(first)
    return tuple(_ORDERED.findall(text[start : text.find(second, start)].lower()))
