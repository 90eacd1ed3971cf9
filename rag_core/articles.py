"""Articles of Korean statutes and rules ("제8조", "제5조 제2항"), asked for by number; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBER = r"제? ?(?P<number>\d{1,4}) ?조(?: ?의 ?(?P<branch>\d{1,2}))?"
_PARAGRAPH = r"(?: ?제? ?(?P<paragraph>\d{1,2}) ?항)?"
_ASKED = re.compile(
    rf"(?:\S+ ){{0,4}}?{_NUMBER}(?:\([^)]*\))?{_PARAGRAPH}"
    r"(?:은|는|이|가|을|를|의|에 대해서?|에는|에서는?)?"
    r"(?: ?(?:내용|규정|조문|전문)(?:은|는|이|가|을|를)?)?"
    r"(?: ?(?:뭐|뭔|무엇|무슨|어떤|알려|설명|보여|말해|정리|읽어|찾아|요약)[가-힣 ]{0,12})?"
    r"요?[?？.!]*"
)
_BEGINS = re.compile(r"\s*제 ?(?P<number>\d{1,4}) ?조(?: ?의 ?(?P<branch>\d{1,2}))?(?=[\s(（])")
_ENDS = re.compile(r"\s*(?:부칙|별표|별지|\[(?:별표|별지)|제 ?\d{1,3} ?[편장절관](?=[\s(（]))")
_FIRST_CIRCLED = ord("①")


@dataclass(frozen=True, slots=True)
class Article:
    """The number of an article, and of the paragraph of it that is meant; 0 for all of it."""

    name: tuple[str, str]  # number and branch: of 제8조의2 "8" and "2"
    paragraph: int = 0

    def within(self, sentences: Sequence[str]) -> range:
        """Where the article stands, or its paragraph, among sentences in the order of reading."""
        begins = [at for at, one in enumerate(sentences) if _BEGINS.match(one) or _ENDS.match(one)]
        for at, after in zip(begins, [*begins[1:], len(sentences)], strict=True):
            if _name(_BEGINS.match(sentences[at])) == self.name:
                return self._narrowed(sentences, range(at, after))
        return range(0)

    def _narrowed(self, sentences: Sequence[str], article: range) -> range:
        """To the paragraph, where it is numbered with ①, ② …"""
        if self.paragraph < 2:
            return article
        marks = [chr(_FIRST_CIRCLED + self.paragraph - 1 + more) for more in (0, 1)]
        starts = [at for at in article if sentences[at].lstrip().startswith(marks[0])]
        ends = [at for at in article if sentences[at].lstrip().startswith(marks[1])]
        return range(starts[0], (ends or [article.stop])[0]) if starts else article


def asked_for(question: str) -> Article | None:
    """The article of which a question asks nothing but what it says; None for other questions."""
    found = _ASKED.fullmatch(" ".join(question.split()))
    return Article(_name(found), int(found["paragraph"] or 0)) if found else None


def _name(found: re.Match[str] | None) -> tuple[str, str]:
    return (found["number"], found["branch"] or "") if found else ("", "")
