"""One leaf of a document in the viewer: a page as a picture, or a stretch of text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from pages.ui.marked import show_marked, within
from pages.ui.messages import Words
from pages.ui.pictures import picture
from pages.ui.places import place
from pages.ui.reveal import reveal, reveal_in_picture
from pages.ui.session import Visitor, remember_password
from pages.ui.shell import literal, show_error
from rag_core.errors import PasswordNeeded, SeodamError
from rag_core.finding import Span, portions, turn_of_quote
from rag_core.types import Document, Page, ReadBy, Unit

FIT, ZOOMS = 0, (0, 100, 150, 200)  # per cent; 100 = as large as printed
_FIT_SCALE, _NEIGHBOUR_SCALE = 1.6, 0.5  # pixels a point
_CSS_SCALE = 96 / 72  # of a browser's pixels a point, at 100 %
_SHARPEST = 2.7  # pixels a point: what 200 % needs
_BESIDE = 150  # pixels of a neighbour with its frame
_MOST_TERMS = 20  # ways of writing one term that are marked on a picture
# Streamlit makes every picture as narrow as its frame; the frame scrolls sideways by itself.
_WIDE = "<style>.st-key-zoomed * { max-width: none; }</style>"


@dataclass(frozen=True)
class Leaf:
    """What is shown at once: characters [start, end) of the page at `position`, or its picture."""

    position: int
    start: int
    end: int


@dataclass(frozen=True)
class Marks:
    """What is to be marked: the cited quote with its place in the text, the places of a term, and
    the one of them that the reader has come to."""

    quote: str = ""
    quoted: Span | None = None
    term: tuple[Span, ...] = ()
    hit: Span | None = None

    @property
    def first(self) -> Span | None:
        """What is brought into view."""
        return self.hit or self.quoted

    def once(self, text: str) -> tuple[list[str], list[int]]:
        """What is marked at one place of a page, that which is brought into view first; and at
        which of the places where it stands."""
        spans = [span for span in (self.hit, self.quoted) if span]
        quotes = [text[start:end] for start, end in spans]
        nth = [turn_of_quote(quote, text, span) for quote, span in zip(quotes, spans, strict=True)]
        if self.quote and not self.quoted:  # perhaps the picture has it all the same
            quotes, nth = [*quotes, self.quote], [*nth, 0]
        return quotes, nth


def pictured(document: Document, pages: Sequence[Page]) -> bool:
    """Whether the pages of a document can be drawn."""
    return document.unit is Unit.PAGE and bool(pages) and pages[0].number is not None


def leaves(pages: Sequence[Page], as_pictures: bool) -> tuple[Leaf, ...]:
    """All leaves of a document in order; a long text has several for a page."""
    if as_pictures:
        return tuple(Leaf(i, 0, len(page.text)) for i, page in enumerate(pages))
    return tuple(Leaf(i, *span) for i, page in enumerate(pages) for span in portions(page.text))


def show_text(words: Words, page: Page, leaf: Leaf, marks: Marks, once: str) -> None:
    """A stretch of text with its marks, the first of them brought into view."""
    text = page.text[leaf.start : leaf.end]
    spans = within([*marks.term, *([marks.quoted] if marks.quoted else [])], leaf.start, leaf.end)
    first = within([marks.first], leaf.start, leaf.end) if marks.first else []
    line = text.rfind("\n", 0, first[0][0]) + 1 if first else 0
    with st.container(border=True, gap=None, key="leaf"):
        show_marked(text[:line], within(spans, 0, line))
        if first:
            reveal(once)
        show_marked(text[line:], within(spans, line, len(text)))
    if not text.strip():
        st.caption(empty(words, page))


def empty(words: Words, page: Page) -> str:
    """Why there is nothing to read on a page."""
    unread = page.read_by is ReadBy.UNREAD
    return words("report.empty_unread") if unread else words("report.empty_text")


def show_picture(
    visitor: Visitor,
    words: Words,
    document: Document,
    page: Page,
    marks: Marks,
    zoom: int,
    once: str,
) -> None:
    """A page as a picture with its marks, the first of them brought into view; zoomed in it
    scrolls sideways."""
    scale = min(max(_FIT_SCALE, zoom / 100 * _CSS_SCALE * 1.25), _SHARPEST)
    terms = sorted({page.text[start:end] for start, end in marks.term})[:_MOST_TERMS]
    quotes, nth = marks.once(page.text)
    try:
        drawn = picture(visitor, document.id, page.number or 1, scale, quotes, nth, terms)
    except PasswordNeeded as error:
        _ask_password(words, document.id, bool(error.details.get("tried")))
        return
    except SeodamError as error:
        show_error(error, words)
        return
    alt = words("viewer.alt", place=place(words, document.unit, page.number, page.label))
    with st.container(border=True, key="leaf"):
        if zoom == FIT:
            st.image(drawn.png, width="stretch", alt=alt)
        else:
            st.html(_WIDE)
            with st.container(horizontal=True, wrap=False, key="zoomed"):
                points = drawn.width / scale
                st.image(drawn.png, width=round(points * zoom / 100 * _CSS_SCALE), alt=alt)
    if drawn.boxes and quotes:
        left, top, right, bottom = drawn.boxes[0]
        reveal_in_picture("leaf", (left + right) / 2, (top + bottom) / 2, once)
    if (quotes or terms) and not drawn.marked:
        st.caption(words("viewer.unmarked"))


def show_neighbour(
    visitor: Visitor,
    words: Words,
    document: Document,
    page: Page,
    key: str,
    turn: Callable[[], None],
) -> None:
    """A neighbouring page, small; nothing where the page in the middle says why not."""
    try:
        drawn = picture(visitor, document.id, page.number or 1, _NEIGHBOUR_SCALE)
    except SeodamError:
        return
    named = place(words, document.unit, page.number, page.label)
    with st.container(border=True, width=_BESIDE):
        st.image(drawn.png, width="stretch", alt=words("viewer.alt", place=named))
    st.button(literal(named), key=key, type="tertiary", on_click=turn)


def _ask_password(words: Words, document_id: str, wrong: bool) -> None:
    """A locked document keeps its password to itself; it is asked once a session."""
    key = f"password-{document_id}"

    def keep() -> None:
        remember_password(document_id, st.session_state[key])

    st.text_input(
        words("password.label"),
        type="password",
        key=key,
        help=words("password.help"),
        on_change=keep,
    )
    if wrong:
        st.caption(f":red[{words('password.wrong')}]")
