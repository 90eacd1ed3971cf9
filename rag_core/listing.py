"""Lists in the documents, and questions that ask for one: an item is not given alone; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

MOST_ITEMS = 12
"""A longer list is no answer that is read at a glance."""

_KOREAN_COUNT = "두|세|네|다섯|여섯|일곱|여덟|아홉|열|몇|여러|[0-9]+"
_KOREAN = re.compile(
    r"나열|열거|목록|리스트|종류|단계|절차|순서|조건|항목|사항|요건|유형|일정|특징|경우"
    r"|(?:무엇|뭐|어떤 것|어떤 게|누가|누구)[가이들]* ?있|(?:어떤|무슨) (?:것|경우|방법|점|일)"
    rf"|방법(?:은|에는|을|들)|(?:{_KOREAN_COUNT}) ?가지"
)
_ENGLISH = re.compile(
    r"\b(?:list|enumerate|steps|stages|phases|kinds|types|conditions|requirements|ways|methods"
    r"|items|features|reasons|criteria)\b|\bwhat are (?:the )?(?:\w+ )?\w+s\b",
    re.IGNORECASE,
)
_MARKS = re.compile(
    r"\s*(?:(?P<bullet>[-*•·∙◦▪■□●○◆◇※►▶→✓])\s|\(?(?P<number>\d{1,2})[.)]\s(?!\d)"
    r"|(?P<circled>[①-⑳])|\(?(?P<letter>[가-하a-z])[.)]\s|(?P<label>[^:：.\n]{1,30}[:：]\s))"
)


def asks_for_list(question: str) -> bool:
    """Whether a question asks for several things of a kind rather than for one fact."""
    return bool(_KOREAN.search(question) or _ENGLISH.search(question))


def runs(sentences: Sequence[str]) -> list[range]:
    """Where two or more sentences in a row are items of one list, by the marks they begin with."""
    found, at = [], 0
    for kind, group in groupby(map(_kind, sentences)):
        length = len(list(group))
        if kind and length > 1:
            found.append(range(at, at + length))
        at += length
    return found


def _kind(sentence: str) -> str:
    """What items of one list have in common: the bullet, or that they are numbered; "" for none."""
    mark = _MARKS.match(sentence)
    return (mark["bullet"] or mark.lastgroup or "") if mark else ""
