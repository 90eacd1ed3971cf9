"""What was said before a question, as far as the question can lean on it; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rag_core.search_words import Word, english_stem, question_words
from rag_core.text import folded, sentences
from rag_core.types import MARK

LONGEST_NAME = 60
"""Characters; a longer answer is a statement rather than the name of something."""

_SPEAKS_OF = 0.5  # a sentence with so many of the words of what was spoken of names it
_GOES_ON = 4  # sentences, that one among them, that speak of it

_LATIN = re.compile(r"[a-z]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MARK = re.compile(rf"\s?{MARK}")
_ITEM = re.compile(r"^[ \t]*(?:[-*•·]|\(?\d{1,2}[.)]|[①-⑳])[ \t]+(.+)$", re.MULTILINE)
_NUMBERED = re.compile(r"^[ \t]*\(?(\d{1,2})[.)][ \t]+(.+)$", re.MULTILINE)
_LABELLED = re.compile(r"^([^\n:：]{1,30}[:：]\s.+)$", re.MULTILINE)
_INLINE_ITEM = re.compile(r"(?:^|\s)\(?\d{1,2}[.)]\s+(.+?)(?=[,;.]?\s+\(?\d{1,2}[.)]\s|[.]?\s*$)")
_LISTED = re.compile(
    r",\s*(?:and\s+|or\s+|그리고\s+)?|\s+(?:and|or|및|그리고)\s+|(?<=[가-힣])[와과]\s+"
)
_ENDS = re.compile(r"\s*(?:입니다|이에요|예요|이다|이었습니다|였습니다|이었다|였다)?[.!。]*\s*$")
_SAYS_ITS_NAME = re.compile(
    r"^(?:it (?:is|was)|they (?:are|were)|that (?:is|was))\s+", re.IGNORECASE
)
_COUNTED = re.compile(
    r"^(?:약\s?|about\s)?[\d,.]+\s?\S{0,4}(?:\s\d+\S{0,3}){0,2}$|^\S*\d{4}\S*$|\d%$"
)
_BEHIND_COLON = re.compile(r"\s*(?::|：| [-–—] ).*$")


@dataclass(frozen=True)
class Before:
    """The last question (in words that stand alone), its answer, and what was found for it.

    `found` gives the text of the passages; it is asked only when a question may lean on them.
    `earlier` is the turn before.
    """

    question: str
    answer: str = ""
    found: Callable[[], str] = field(default=lambda: "")
    earlier: Before | None = None

    @cached_property
    def plain_answer(self) -> str:
        """The answer without its citation marks."""
        return _MARK.sub("", self.answer).strip()

    @cached_property
    def named(self) -> str:
        """What the answer names, when it is no more than a name; "" for numbers and sentences."""
        name = _SAYS_ITS_NAME.sub("", _ENDS.sub("", self.plain_answer)).strip()
        if not name or re.search(r"[\n?？]", name) or len(name) > LONGEST_NAME:
            return ""
        if _COUNTED.search(name):
            return ""
        copula = not self.plain_answer.rstrip(" .").endswith(name)
        statement = re.search(r"[.!?]\s|\b(?:is|was|are|were|has|had)\b", name)
        return "" if statement or (name.endswith(("다", "요")) and not copula) else name

    @cached_property
    def items(self) -> tuple[str, ...]:
        """What the answer lists: its list items, or the parts of an enumeration; () for none."""
        listed = _ITEM.findall(self.plain_answer)
        if len(listed) < 2:
            listed = _LABELLED.findall(self.plain_answer)
        if len(listed) < 2:
            listed = _INLINE_ITEM.findall(self.plain_answer)
        if len(listed) < 2 and "\n" not in self.plain_answer:
            listed = _LISTED.split(_SAYS_ITS_NAME.sub("", _ENDS.sub("", self.plain_answer)))
            if any(len(one) > LONGEST_NAME // 2 for one in listed):
                return ()
        names = [_BEHIND_COLON.sub("", one).strip(" .*_`") for one in listed]
        return tuple(one for one in names if one) if len(names) >= 2 else ()

    def item(self, place: int) -> str:
        """The listed item at a place counted from 1, or from the end for -1; "" for none.

        An answer of single sentences may give items 1) and 5): then their numbers count, and what
        it left out is taken from the list that was found."""
        listed = self._list_with_gaps
        if not listed:
            return _item_at(self.items, place)
        return listed[max(listed)] if place < 0 else listed.get(place, "")

    @cached_property
    def _list_with_gaps(self) -> dict[int, str]:
        """The list that was found, where the answer gives only some of its numbers; else {}."""
        given = next(iter(_numbered(self.plain_answer)), {})
        if not given or list(given) == list(range(1, len(given) + 1)):
            return {}
        found = _numbered(self.found())
        return next((one for one in found if len(one) > 1 and given.items() <= one.items()), {})

    @cached_property
    def _passages(self) -> str:
        return folded(f"{self.question}\n{self.plain_answer}\n{self.found()}")

    def share_beside(self, phrase: str, topic: str) -> float:
        """As `share_found`, of what was found only in sentences that name the topic and the next
        few; in all of it where none names it."""
        topic_words, found = question_words(topic), self.found()
        said = [found[start:end] for start, end in sentences(found)]
        named = [i for i, one in enumerate(said) if _share(topic_words, folded(one)) >= _SPEAKS_OF]
        beside = ["\n".join(said[at : at + _GOES_ON]) for at in named]
        spoken = folded("\n".join([self.question, self.plain_answer, *(beside or [found])]))
        return _share(question_words(phrase), spoken)

    def share_found(self, phrase: str) -> float:
        """Share of the words of a phrase, 0 … 1, that stand in what was said and found before."""
        return _share(question_words(phrase), self._passages)


def _share(words: Sequence[Word], text: str) -> float:
    """Share of words, 0 … 1, that stand in folded text."""
    return sum(stands_in(word, text) for word in words) / len(words) if words else 0.0


def stands_in(word: Word, text: str) -> bool:
    """Whether a word, in any inflection, stands in folded text."""
    match word.kind:
        case "latin":
            return word.token in map(english_stem, _LATIN.findall(text))
        case "number":
            return word.token in [one.replace(",", "") for one in _NUMBER.findall(text)]
        case "hangul" if len(word.token) == 1:
            return bool(re.search(f"(?<![가-힣]){word.token}", text))
        case _:
            return word.token in text


def any_of(words: str) -> str:
    """Words, separated by space, as alternatives of a regular expression."""
    return f"(?:{'|'.join(words.split())})"


def share_words(first: str, second: str) -> bool:
    """Whether two phrases have a word that says something in common."""
    text = folded(second)
    return any(stands_in(word, text) for word in question_words(first) if len(word.token) > 1)


def _item_at(items: Sequence[str], place: int) -> str:
    if place < 0:
        return items[-1] if items else ""
    return items[place - 1] if 0 < place <= len(items) else ""


def _numbered(text: str) -> list[dict[int, str]]:
    """The numbered lists of a text: runs of items whose numbers rise."""
    runs: list[dict[int, str]] = []
    for number, said in _NUMBERED.findall(text):
        if not runs or int(number) <= max(runs[-1]):
            runs.append({})
        runs[-1][int(number)] = said.strip(" .*_`")
    return runs
