"""The page viewer: a page as a picture with the passage marked, beside its neighbours.

What it shows stands in the session, so that it stays open while the page behind it changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from pages.ui.messages import Words
from pages.ui.session import Visitor, password_of, remember_password, seodam
from pages.ui.shell import literal, show_error
from rag_core.errors import PasswordNeeded, SeodamError

_PICTURES = 64  # kept in memory; a picture is about 200 KB
_PAGE, _NEIGHBOUR = 1.6, 0.5  # pixels a point
_WIDTH = 860  # pixels of the drawer
_BESIDE = 150  # pixels of a neighbour with its frame


@dataclass(frozen=True)
class _Look:
    """Where the reader looks: the page shown now, and the one with the quote."""

    document_id: str
    page: int
    cited: int
    quote: str


def show(document_id: str, page: int, quote: str = "") -> None:
    """Open the drawer in the next run, at the page on which the quote stands."""
    st.session_state["viewer"] = _Look(document_id, page, page, quote)


def draw(visitor: Visitor, words: Words) -> None:
    """The drawer, if it is open. Pages that open it call this last."""
    if "viewer" in st.session_state:
        st.dialog(words("viewer.title"), width=_WIDTH, position="right", on_dismiss=_close)(_look)(
            visitor, words
        )


def _close() -> None:
    st.session_state.pop("viewer", None)


def _turn_to(page: int) -> None:
    st.session_state["viewer"] = replace(st.session_state["viewer"], page=page)


def _look(visitor: Visitor, words: Words) -> None:
    look: _Look = st.session_state["viewer"]
    try:
        document = visitor.library.document(look.document_id)
    except SeodamError:
        st.info(words("viewer.gone"), icon=":material/delete:")
        st.markdown(f"> {literal(look.quote)}")
        return
    labels = {page.number: page.label for page in visitor.library.pages(look.document_id)}
    quote = look.quote if look.page == look.cited else ""
    st.markdown(f"**{literal(document.name)}** · {_place(words, labels, look.page)}")
    _turn_pages(words, look, document.pages)
    if quote:
        st.caption(f"“{literal(' '.join(quote.split()))}”")
    middle, beside = st.columns([5, 1])
    with middle:
        _picture(visitor, words, look.document_id, look.page, quote)
    with beside:
        for number in (look.page - 1, look.page + 1):
            if number in labels:
                _neighbour(visitor, words, look, number, labels[number])


def _place(words: Words, labels: Mapping[int | None, str], page: int) -> str:
    """Which page this is, also by the number that is printed on it where that is another."""
    label = labels.get(page, "")
    if label in {"", str(page)}:
        return words("viewer.page", page=page, pages=len(labels))
    return words("viewer.labelled", label=literal(label), page=page, pages=len(labels))


def _turn_pages(words: Words, look: _Look, pages: int) -> None:
    with st.container(horizontal=True):
        st.button(
            words("viewer.previous"),
            icon=":material/chevron_left:",
            disabled=look.page <= 1,
            on_click=_turn_to,
            args=(look.page - 1,),
        )
        st.button(
            words("viewer.next"),
            icon=":material/chevron_right:",
            disabled=look.page >= pages,
            on_click=_turn_to,
            args=(look.page + 1,),
        )
        if look.page != look.cited:
            st.button(
                words("viewer.back"),
                icon=":material/keyboard_return:",
                on_click=_turn_to,
                args=(look.cited,),
            )


def _picture(visitor: Visitor, words: Words, document_id: str, page: int, quote: str) -> None:
    try:
        png, marked = _rendered(
            visitor.owner, document_id, page, quote, _PAGE, password_of(document_id)
        )
    except PasswordNeeded as error:
        _ask_password(words, document_id, bool(error.details.get("tried")))
        return
    except SeodamError as error:
        show_error(error, words)
        return
    with st.container(border=True):
        st.image(png, width="stretch", alt=words("viewer.alt", page=page))
    if quote and not marked:
        st.caption(words("viewer.unmarked"))


def _neighbour(visitor: Visitor, words: Words, look: _Look, page: int, label: str) -> None:
    """A neighbouring page, small; nothing where the page in the middle says why not."""
    quote = look.quote if page == look.cited else ""
    password = password_of(look.document_id)
    try:
        png, _ = _rendered(visitor.owner, look.document_id, page, quote, _NEIGHBOUR, password)
    except SeodamError:
        return
    with st.container(border=True, width=_BESIDE):
        st.image(png, width="stretch", alt=words("viewer.alt", page=page))
    st.button(
        literal(words("source.page", page=label or page)),
        key=f"neighbour-{page}",
        type="tertiary",
        on_click=_turn_to,
        args=(page,),
    )


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


@st.cache_data(max_entries=_PICTURES, show_spinner=False)
def _rendered(
    owner: str, document_id: str, page: int, quote: str, scale: float, password: str | None
) -> tuple[bytes, bool]:
    """The picture as PNG, and whether the quote was marked. The owner is part of the key."""
    picture = (
        seodam()
        .library(owner)
        .page_picture(document_id, page, (quote,) if quote else (), password, scale)
    )
    return picture.png, picture.marked
