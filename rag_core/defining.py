"""How Korean and English sentences say what something is, as they are written; pure.

`definitions` takes the term from them, `gist` counts them as telling. `asking` knows its term and
reads without spaces and within sentences; it shares the English verbs.
"""

from __future__ import annotations

import re

from rag_core.hangul import ending_on

ENGLISH_VERBS = ("means", "refers to", "is defined as", "consists? of", "stands for")
"""What else a definition says than "is" and "are"."""

_GLOSS = r"\((?:[^()]|\([^()]*\)){1,90}\)"
_SUBJECT = r"(?P<term>[가-힣A-Za-z0-9][가-힣A-Za-z0-9 ·/-]{0,30}?)(?P<gloss>\s?" + _GLOSS + r")?"
_THING = (
    "것|방법|기술|과정|모델|도구|방식|단위|개념|구조|프로그램|서비스|제도|기관|사람|언어|형식|규칙|체계"
    "|시스템|라이브러리|문서"
)
_WILL = ending_on("ㄹ")  # "할 것이다" foretells
_NAME = (
    r"^(?P<article>(?:The|A|An) )?(?P<term>[A-Za-z][\w-]*(?: [\w-]+){0,3}?)(?: " + _GLOSS + r")?"
)

NAMED_AS_TERM = re.compile(rf"^{_SUBJECT}(?:이란|란)(?=[ ,])")
"""A Korean sentence that says by its particle that it defines."""
KOREAN = (
    NAMED_AS_TERM,
    re.compile(
        rf"^{_SUBJECT}(?:은|는) (?=.*(?:[을를] (?:말|뜻|의미|가리|일컫)[가-힣]+"
        r"|라고 (?:합니다|한다|해요|부릅니다|부른다|불러요)"
        rf"|(?<![{_WILL}] )(?:{_THING})(?:이다|입니다|이에요|을 말[가-힣]+))\.)"
    ),
)
"""Groups: `term`, and `gloss` for what follows it in brackets."""
ENGLISH = (
    re.compile(_NAME + r" (?:is|are) (?:an?|the|one of|any|called) (?=\w)"),
    re.compile(_NAME + rf" (?:{'|'.join(ENGLISH_VERBS)}) (?=\w)"),
)
"""Groups: `article`, `term`."""


def defines(sentence: str) -> bool:
    """Whether a sentence, on one line, is built like a definition."""
    return any(pattern.match(sentence) for pattern in (*KOREAN, *ENGLISH))
