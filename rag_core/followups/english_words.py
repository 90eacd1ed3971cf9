"""English words as the rules for follow-up questions need them, and what a question is about;
pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag_core.followups.before import Before, any_of

_OPENING = re.compile(
    r"^(?:(?:and|but|so|then|also|ok(?:ay)?|oh|well|yes|no|thanks|thank you|excuse me|of course"
    r"|in that case|if so|what if)\b[,\s!]*)+",
    re.IGNORECASE,
)
_FUNCTION = frozenset(
    """
    a an the and or but so if then than as at be been being by can could did do does for from had
    has have how in into is it its may might me much many more most must my no not of on one ones or
    our out over please shall should so some such that their them there these they this those to too
    up us was we were what when where which who whom whose why will with would you your i he she his
    her him any about after before during between under above because while until since still just
    also ever even only really now yet again all both each every few other another same own very
    tell explain describe show list give name define mean means happen happens happened work works
    exactly long often old far am are let's sure true false good better best get gets got use used
    using make makes made take takes took go goes went come comes came know need want say says said
    help thing things example examples detail details kind type way other others built made called
    named known born
    """.split()
)
_WORD = re.compile(r"[A-Za-z0-9가-힣][\w'’.-]*[\w]|[A-Za-z0-9가-힣]")
ENDS_PHRASE = """
    and or in on at by for from to with is was are were do does did can will that which who when if
    because be have has had after before during as about into so
"""
_ARTICLE = r"(?:the|a|an|my|our)\s+"
_NOUN_PHRASE = re.compile(
    rf"\b{_ARTICLE}((?:(?!{any_of(ENDS_PHRASE)}\b|(?<!of\s){_ARTICLE})[\w'’-]+\s?){{1,6}})",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?:\b(?:[A-Z][\w'’-]*|[A-Z0-9]{2,})(?:\s+(?:of|the|de|von|and)\s+(?=[A-Z])|\s+)?)+"
    r"(?:\d[\w.]*)?"
)
_NAME_BEGINS = re.compile(
    rf"^{any_of('The A An Who What When Where Why How Is Are Do Does Did Can')}\s+"
    rf"|^{any_of('Compare List Name Explain Describe Define Give Show Tell Find Summarize')}\s+"
)
_ASKS = """
    who what when where why how which whose whom is are was were do does did can could will would
    should has have had may might must if name list tell explain describe give show find compare
    i you we
"""
SENTENCE = re.compile(rf"{any_of(_ASKS)}\b", re.IGNORECASE)
"""How a question or a request begins, unlike words for a search."""
_KEYWORDS = 8
"""Words that are not a sentence, up to so many, are a search: all of them say what it is about."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a question is about; `whole` adds what an answer said it is."""

    phrase: str
    whole: str = ""
    person: str = ""  # whom the last answer named


def without_opening(question: str) -> tuple[str, bool]:
    """The question without "and", "but", "OK, so" …, and whether there was one."""
    body = _OPENING.sub("", question)
    return body, body != question


def named_words(text: str) -> list[str]:
    """The words that name or tell something."""
    return [word for word in _WORD.findall(text) if not _says_nothing(word)]


def _says_nothing(word: str) -> bool:
    return word.lower() in _FUNCTION or word.lower().endswith(("n't", "n’t"))


def topic_of(before: Before) -> Topic:
    """What the last question was about; an empty phrase when nothing can be told."""
    asked, _ = without_opening(before.question)
    words = asked.split()
    if len(words) <= _KEYWORDS and not any(SENTENCE.match(word) for word in words):
        phrase = asked.strip(" ?.!")
    else:
        phrase = _name(asked) or _described(asked) or _last_run(asked)
    identity = re.match(r"(?:who|what|which)\s+(?:is|was|are|were)\s+the\b", asked, re.IGNORECASE)
    named = before.named if identity and before.named.lower() not in asked.lower() else ""
    person = before.named if re.match(r"who\b", asked, re.IGNORECASE) else ""
    return Topic(phrase, f"{phrase} ({named})" if phrase and named else phrase, person)


def _name(asked: str) -> str:
    """The longest run of capitalised words, with the article and the noun around it."""
    found = [
        one
        for one in _NAME.finditer(asked)
        if named_words(one.group()) and (one.start() or len(named_words(one.group())) > 1)
    ]
    if not found or asked.istitle() or asked.isupper():
        return ""
    best = max(found, key=lambda one: len(one.group()))
    name = asked[best.start() : best.end()]
    around = [one for one in _NOUN_PHRASE.finditer(asked) if name.strip() in one.group(1)]
    if around:
        return _trimmed(around[0].group())
    return _NAME_BEGINS.sub("", name).strip()


def _described(asked: str) -> str:
    """The first noun phrase with an article, and what "of" adds to it."""
    found = _NOUN_PHRASE.search(asked)
    if not found or not named_words(found.group(1)):
        return ""
    return _trimmed(found.group())


def _trimmed(phrase: str) -> str:
    """Without words at its end that say nothing."""
    words = phrase.split()
    while len(words) > 1 and _says_nothing(words[-1].strip("?.!,")):
        words.pop()
    return " ".join(words).strip(" ?.!,")


def _last_run(asked: str) -> str:
    """The longest run of words that name something; the later one of two."""
    runs: list[list[str]] = [[]]
    for word in asked.split():
        plain = word.strip("?.!,;:\"'()")
        if plain and not _says_nothing(plain):
            runs[-1].append(plain)
        if not plain or _says_nothing(plain) or word[-1] in "?.!,;:":
            runs.append([])
    best = max(reversed(runs), key=len)
    return " ".join(best[1:] if len(best) > 1 and best[0].endswith("ed") else best)
