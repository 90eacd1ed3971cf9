"""The way around a document, pure: to a page by what is printed on it, to words by their places.

A position is the index of a page among the document's pages, 0 = first; it exists for units
without numbers, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag_core.text import find_quote, find_quotes, normalise
from rag_core.types import Page, Passage

PORTION = 6000
"""Characters of a long text that are shown at once: about two printed pages."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A place of a term: characters [start, end) of the page at `position`."""

    position: int
    start: int
    end: int


def occurrences(term: str, text: str) -> Iterator[Span]:
    """Where `term` stands in `text`, in order; letter case and white space do not count."""
    words = normalise(term).split()
    if words:
        pattern = r"\s*".join(re.escape(word) for word in words)
        yield from (found.span() for found in re.finditer(pattern, text, re.IGNORECASE))


def find_term(term: str, pages: Sequence[Page], most: int) -> tuple[Found, ...]:
    """The first `most` places of a term in a document."""
    found: list[Found] = []
    for position, page in enumerate(pages):
        for start, end in occurrences(term, page.text):
            if len(found) == most:
                return tuple(found)
            found.append(Found(position, start, end))
    return tuple(found)


def page_called(name: str, pages: Sequence[Page]) -> int | None:
    """The position of the page that a reader means by a label ("iv", a sheet's name) or a number.

    What is printed on a page counts before where it lies in the file, as readers expect.
    """
    wanted = normalise(name).strip().casefold()
    for position, page in enumerate(pages):
        if wanted and page.label.casefold() == wanted:
            return position
    if wanted.isdecimal() and 1 <= int(wanted) <= len(pages):
        return int(wanted) - 1
    return None


def page_of(number: int | None, label: str, quote: str, pages: Sequence[Page]) -> int | None:
    """The position of the page that a citation names; None when there is no such page.

    Among sections of the same name it is the first that holds the quote.
    """
    named = [
        position
        for position, page in enumerate(pages)
        if (page.number == number if number is not None else page.label == label)
    ]
    if len(named) > 1 and quote:
        held = (one for one in named if find_quote(quote, pages[one].text))
        return next(held, named[0])
    return named[0] if named else None


def place_of_quote(quote: str, text: str, passage: Passage | None = None) -> Span | None:
    """Where a quote stands in the text of its page; None where it does not.

    A quote that stands there more than once is the one in its passage.
    """
    stands = passage is not None and text.startswith(passage.text, passage.start)
    within = find_quote(quote, passage.text) if passage and stands else None
    if passage and within:
        return within[0] + passage.start, within[1] + passage.start
    return find_quote(quote, text)


def turn_of_quote(quote: str, text: str, place: Span) -> int:
    """How many times a quote stands in a text before the given place of it."""
    return sum(start < place[0] for start, _ in find_quotes(quote, text))


def portions(text: str) -> tuple[Span, ...]:
    """A long text in stretches of about PORTION characters that end with a line where they can.

    Together they hold every character.
    """
    spans: list[Span] = []
    start = 0
    while len(text) - start > 2 * PORTION:
        line = text.find("\n", start + PORTION, start + 2 * PORTION) + 1
        end = line or start + 2 * PORTION
        spans.append((start, end))
        start = end
    spans.append((start, len(text)))
    return tuple(spans)


def around(text: str, start: int, end: int, room: int = 60) -> tuple[str, Span]:
    """The words around a place on one line, and where the place stands in them."""
    before = " ".join(text[max(0, start - room) : start].split())
    after = " ".join(text[end : end + room].split())
    place = " ".join(text[start:end].split())
    head = ("…" if start > room else "") + before
    head += " " if before and text[start - 1].isspace() else ""
    tail = (" " if after and text[end].isspace() else "") + after
    tail += "…" if len(text) - end > room else ""
    return head + place + tail, (len(head), len(head) + len(place))
