"""Sentences that say what something is, found by how Korean and English define; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag_core import defining
from rag_core.followups.korean_words import with_particle
from rag_core.gist import Telling
from rag_core.key_terms import korean_nouns

_WORDS = 3
"""Of a Korean term: more of them are a clause."""
_NO_NAME = frozenset(
    """it this that these those there which what who how why when where he she they we you one some
    most all any each result reason goal purpose figure table step first second third last here case
    following problem question answer other same other course point example""".split()
)
_NO_KOREAN_NAME = frozenset(
    """이것 그것 여기 거기 무엇 누구 다음 아래 목적 목표 결과 이유 방법 경우 내용 특징 핵심 전자
    후자 둘 하나 사람 문제 예제 중요한 필요한 가능한""".split()
)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a sentence defines: `term` as it is written there, and the question that asks for it."""

    term: str
    question: str
    source: Telling


def definitions(found: Sequence[Telling]) -> list[Definition]:
    """What is defined, each once, in order."""
    texts = [one.text for one in found]
    nouns = frozenset(korean_nouns(texts))
    said = {word for text in texts for word in text.split()}
    made: dict[str, Definition] = {}
    for one in found:
        term, question = _korean_definition(one.text, nouns) or _english_definition(one.text, said)
        if term:
            made.setdefault(term.lower(), Definition(term, question, one))
    return list(made.values())


def _korean_definition(text: str, nouns: frozenset[str]) -> tuple[str, str] | None:
    """The defined term and the question for it. What precedes 은 or 는 may be a verb: it is a
    noun if a gloss in brackets follows it, or if it takes other particles elsewhere."""
    for pattern in defining.KOREAN:
        if match := pattern.match(text):
            term = match["term"].strip()
            last = term.split()[-1]
            defined = pattern is defining.NAMED_AS_TERM
            named = defined or bool(match["gloss"]) or last in nouns or last.isascii()
            short = len(term) > 1 and len(term.split()) <= _WORDS
            if named and last not in _NO_KOREAN_NAME and short:
                return term, f"{with_particle(term, '이란')} 무엇인가요?"
    return None


def _english_definition(text: str, said: set[str]) -> tuple[str, str]:
    """The same; a name that is written small elsewhere is written small in the question."""
    for pattern in defining.ENGLISH:
        if match := pattern.match(text):
            term = match["term"].strip()
            if {word.lower() for word in term.split()} & _NO_NAME:
                continue
            small = not match["article"] and term[:1].lower() + term[1:]
            shown = small if small and small.split()[0] in said else term
            article = (match["article"] or "").lower()
            many = article == "" and re.search(r"(?<![siu])s$", shown) and " are " in text
            return term, f"What {'are' if many else 'is'} {article}{shown}?"
    return "", ""
