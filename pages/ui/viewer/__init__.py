"""The viewer: a document beside the page, at the passage that is cited, to leaf and search in.

What it shows stands in the session, so that it stays open while the page behind it changes.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.ui.keyboard import AFTER, BEFORE
from pages.ui.messages import Words
from pages.ui.places import place
from pages.ui.session import Visitor
from pages.ui.shell import literal, page_named
from pages.ui.viewer.leaf import FIT, Marks, show_neighbour, show_picture, show_text
from pages.ui.viewer.looking import Look, Opened, move, open_look
from pages.ui.viewer.searching import show_go_to, show_search
from rag_core.errors import SeodamError
from rag_core.finding import place_of_quote
from rag_core.text import shortened
from rag_core.types import Unit

_WIDTH = 860  # pixels of the drawer
_QUOTE_LENGTH = 300  # characters of a quote above its page


def show(
    document_id: str, number: int | None, quote: str = "", label: str = "", passage_id: str = ""
) -> None:
    """Open the drawer in the next run, at the quote on the page of this number or label."""
    st.session_state["viewer"] = Look(document_id, number, label, quote, passage_id)


def look_into(document_id: str, position: int = 0) -> None:
    """Open the drawer in the next run, at the page of this position, 0 = first."""
    st.session_state["viewer"] = Look(document_id, position=position)


def draw(visitor: Visitor, words: Words) -> None:
    """The drawer, if it is open. Pages that open it call this last."""
    if "viewer" in st.session_state:
        st.dialog(words("viewer.title"), width=_WIDTH, position="right", on_dismiss=_close)(_draw)(
            visitor, words
        )


def _close() -> None:
    st.session_state.pop("viewer", None)


def _draw(visitor: Visitor, words: Words) -> None:
    try:
        opened = open_look(visitor)
    except SeodamError:
        st.info(words("viewer.gone"), icon=":material/delete:")
        st.markdown(f"> {literal(st.session_state['viewer'].quote)}")
        return
    st.markdown(f"**{literal(opened.document.name)}** · {literal(_where(words, opened))}")
    _turn(words, opened)
    show_search(words, opened)
    marks = _marks(visitor, opened)
    if marks.quote:
        st.caption(f"“{literal(shortened(marks.quote, _QUOTE_LENGTH))}”")
    if opened.pictured:
        _show_pictures(visitor, words, opened, marks)
        return
    show_text(words, opened.page, opened.leaf, marks, str(opened.look.moved))
    if marks.quote and not marks.quoted:
        st.caption(words("viewer.unmarked_text"))


def _where(words: Words, opened: Opened) -> str:
    """Which page this is, also by the number that is printed on it where that is another."""
    page, of = opened.page, len(opened.pages)
    number = opened.leaf.position + 1
    unit = opened.document.unit
    said = place(words, unit, page.number, page.label)
    if unit is Unit.PAGE and opened.pictured:
        if page.label in {"", str(number)}:
            said = words("viewer.page", page=number, pages=of)
        else:
            said = words("viewer.labelled", label=page.label, page=number, pages=of)
    elif of > 1:
        said = words("viewer.of", place=said, n=number, of=of)
    parts = [leaf for leaf in opened.leaves if leaf.position == opened.leaf.position]
    if len(parts) > 1:
        part = words("viewer.part", n=parts.index(opened.leaf) + 1, of=len(parts))
        said = f"{said} · {part}" if said else part
    return said


def _turn(words: Words, opened: Opened) -> None:
    """Back and forth, back to the quote, to a page by its name, to the report.

    No button goes away or is disabled while it has the focus: the keyboard would lose its place.
    """
    look, at, last = opened.look, opened.look.at or 0, len(opened.leaves) - 1
    zoom = st.session_state.get("viewer_zoom", FIT) if opened.pictured else FIT
    arrows = (BEFORE, AFTER) if zoom == FIT else (None, None)  # zoomed in, they scroll
    before, after = words("viewer.before"), words("viewer.after")
    if opened.pictured:
        before, after = words("viewer.previous"), words("viewer.next")
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        for label, icon, to, shortcut in (
            (before, ":material/chevron_left:", max(at - 1, 0), arrows[0]),
            (after, ":material/chevron_right:", min(at + 1, last), arrows[1]),
        ):
            st.button(label, icon=icon, on_click=move, kwargs={"at": to}, shortcut=shortcut)
        if look.quote:
            back = words("viewer.back")
            icon = ":material/keyboard_return:"
            st.button(back, icon=icon, on_click=move, kwargs={"at": look.cited})
        show_go_to(words, opened)
        if st.button(words("nav.document"), icon=":material/fact_check:", type="tertiary"):
            _close()
            where = {"document": look.document_id, "page": str(opened.leaf.position + 1)}
            st.switch_page(page_named("document"), query_params=where)


def _marks(visitor: Visitor, opened: Opened) -> Marks:
    look, text, position = opened.look, opened.page.text, opened.leaf.position
    term = tuple((one.start, one.end) for one in opened.found if one.position == position)
    hit = opened.found[look.hit] if look.hit < len(opened.found) else None
    here = (hit.start, hit.end) if hit and hit.position == position else None
    if not look.quote or look.at != look.cited:
        return Marks(term=term, hit=here)
    passage = visitor.library.passage(look.passage_id)
    return Marks(look.quote, place_of_quote(look.quote, text, passage), term, here)


def _show_pictures(visitor: Visitor, words: Words, opened: Opened, marks: Marks) -> None:
    """The page, and its neighbours small beside it while it is not enlarged."""
    zoom = st.session_state.get("viewer_zoom", FIT)
    document, at = opened.document, opened.leaf.position
    once = f"{opened.look.moved}-{zoom}"
    if zoom != FIT:
        show_picture(visitor, words, document, opened.page, marks, zoom, once)
        return
    middle, beside = st.columns([5, 1])
    with middle:
        show_picture(visitor, words, document, opened.page, marks, FIT, once)
    with beside:
        for key, position in (("page-before", at - 1), ("page-after", at + 1)):
            if 0 <= position < len(opened.pages):
                page, turn = opened.pages[position], partial(move, at=position)
                show_neighbour(visitor, words, document, page, key, turn)
