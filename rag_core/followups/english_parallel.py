"""The last question asked with another phrase: "and in Busan?", "what about for the tenant?"; pure.

Linguists call it stripping: what such a question leaves out is the last one, and its phrase takes
the place of the one that has the same preposition and is of its kind (a name, a number or words);
where there is none it is one thing more that is asked.
"""

from __future__ import annotations

import re

from rag_core.followups.before import any_of
from rag_core.followups.english_words import ENDS_PHRASE
from rag_core.text import language

_PREPOSITIONS = """
    in on at for from to with by under during before after between within per against without as of
"""
_PLACES = frozenset("in on at by under within".split())
"""Before a name they say where, before words also how: "in Busan", "in total"."""
_PHRASE = re.compile(
    rf"^(?P<how>{any_of(_PREPOSITIONS)})\s+(?P<what>[^?!,;:]{{1,50}}?)[\s?]*$", re.IGNORECASE
)
_ASKS = any_of("who whom what when where why how which whose")
_FOR_WHICH = re.compile(rf"^(?:{_ASKS}|{_ASKS}\s+\w+(?:\s+\w+)?)$", re.IGNORECASE)
_POINTS = "it its this that these those he she they them him her his their one ones there"
_DOES = "is are was were do does did has have had can could will would should may must"
_SAYS_MORE = re.compile(
    rf"\b(?:{_ASKS}|{any_of(_POINTS)}|{any_of(_DOES)})\b"
    r"|^(?:example|instance|now|sure|short|general|fact)\b",
    re.IGNORECASE,
)
"""It asks or points by itself, or only leads over."""
_ARTICLE = re.compile(r"^(?:the|a|an|any|all|my|our|your)\s+", re.IGNORECASE)


def asked_with(body: str, asked: str) -> str | None:
    """The question `asked` with the phrase that `body` is; None where that is no such phrase, and
    for a question in Korean."""
    found = _PHRASE.match(body)
    if found is None or language(asked) == "ko":
        return None
    phrase = f"{found['how'].lower()} {found['what']}"
    asked = asked.rstrip(" ?.!")
    if _FOR_WHICH.match(found["what"]) and not re.search(rf"\b{any_of(_DOES)}\b", found["what"]):
        return f"{asked} — {phrase}?"
    if _SAYS_MORE.search(found["what"]):
        return None
    how = found["how"].lower()
    kind = _kind(how, found["what"])
    same = [one for one in _phrases(how, asked) if _kind(how, one["old"]) == kind]
    if not same:
        return f"{asked} {phrase}?"
    start, end = same[-1].span()
    spaces = len(asked[:end]) - len(asked[:end].rstrip())
    return f"{asked[:start]}{phrase}{asked[end - spaces :]}?"


def _phrases(preposition: str, asked: str) -> list[re.Match[str]]:
    """The phrases with a preposition in a question, each to where the next one begins."""
    ends = rf"{any_of(f'{_PREPOSITIONS} {ENDS_PHRASE}')}\b"
    pattern = rf"\b{preposition}\s+(?P<old>(?:(?!{ends})[^\s?!,;:]+\s*)+)"
    return list(re.finditer(pattern, asked, re.IGNORECASE))


def _kind(preposition: str, phrase: str) -> str:
    """Of a number, a name or words: "in 1999" asks for a time, and "in Busan" for a place."""
    bare = _ARTICLE.sub("", phrase)
    if re.search(r"\d", bare):
        return "number"
    return "name" if preposition in _PLACES and bare[:1].isupper() else "words"
