"""Tables of contents among passages: they name what stands elsewhere and answer nothing; pure.

A list of titles shares more words with a question than the text that answers it does. It is known
by its shape: dots that lead to page numbers which never fall, or the heading of a table of contents
over lines of which none is a sentence.
"""

from __future__ import annotations

import re
from itertools import pairwise

_HEADING = re.compile(r"(?:table of )?contents|toc|(?:toc )?(?:목\s*차|차\s*례)", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?。…]['\"”’)\]]*$")
_LEADERS, _DOTS = ".·․‥…⋯", 3
_DIGITS = "0123456789"
_HIGHEST = 3  # digits of a page's number
_TAIL = 40  # letters before it
_FEWEST = 3  # entries
_TITLE = 90  # letters of the longest


def is_contents(text: str) -> bool:
    """Whether a passage is (a part of) a table of contents."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < _FEWEST:
        return False
    pages = [page for line in lines if (page := _led_to(line)) is not None]
    if len(pages) >= _FEWEST and 2 * len(pages) >= len(lines):
        return all(before <= after for before, after in pairwise(pages))
    titles = lines[1:]
    return (
        bool(_HEADING.fullmatch(lines[0]))
        and len(titles) >= _FEWEST
        and not any(len(line) > _TITLE or _SENTENCE.search(line) for line in titles)
    )


def _led_to(line: str) -> int | None:
    """The page that dots lead to at the end of a line."""
    title = line.rstrip(_DIGITS)
    page = line[len(title) :]
    if not 0 < len(page) <= _HIGHEST:
        return None
    tail = "".join(title[-_TAIL:].split())
    dots = len(tail) - len(tail.rstrip(_LEADERS))
    return int(page) if dots >= _DOTS and any(map(str.isalnum, title)) else None


def asks_for_contents(question: str) -> bool:
    """Whether it is the table of contents itself that is asked for."""
    return bool(_ASKED.search(question))


_ASKED = re.compile(r"목차|차례|\bcontents\b|\bchapters?\b|\bsections?\b|몇\s*장", re.IGNORECASE)
