"""The page viewer: a page as a picture with the passage marked, beside its neighbours."""

from __future__ import annotations

import streamlit as st

from pages.ui.messages import Words
from pages.ui.session import Visitor, seodam
from pages.ui.shell import literal, show_error
from rag_core.errors import PasswordNeeded, SeodamError

_PICTURES = 64  # kept in memory; a picture is about 200 KB
_THUMBNAIL = 0.35
_PAGE = 1.6


def show(visitor: Visitor, words: Words, document_id: str, page: int, quote: str) -> None:
    """Open the drawer with the page on which the quote stands."""
    st.session_state["viewer_page"] = page
    st.dialog(words("viewer.title"), width="large")(_pages)(
        visitor, words, document_id, page, quote
    )


def _pages(visitor: Visitor, words: Words, document_id: str, cited: int, quote: str) -> None:
    try:
        document = visitor.library.document(document_id)
    except SeodamError:
        st.info(words("viewer.gone"), icon=":material/delete:")
        st.markdown(f"> {literal(quote)}")
        return
    page = st.session_state["viewer_page"]
    st.markdown(
        f"**{literal(document.name)}** · {words('viewer.page', page=page, pages=document.pages)}"
    )
    _turn_pages(words, page, cited, document.pages)
    middle, beside = st.columns([5, 1])
    with middle:
        _picture(visitor, words, document_id, page, quote if page == cited else "", _PAGE)
    with beside:
        for number in (page - 1, page + 1):
            if 1 <= number <= document.pages:
                _neighbour(visitor, words, document_id, number, quote if number == cited else "")


def _neighbour(visitor: Visitor, words: Words, document_id: str, page: int, quote: str) -> None:
    _picture(visitor, words, document_id, page, quote, _THUMBNAIL)
    st.button(
        words("source.page", page=page),
        key=f"neighbour-{page}",
        type="tertiary",
        width="stretch",
        on_click=_turn_to,
        args=(page,),
    )


def _turn_pages(words: Words, page: int, cited: int, pages: int) -> None:
    with st.container(horizontal=True):
        st.button(
            words("viewer.previous"),
            icon=":material/chevron_left:",
            disabled=page <= 1,
            on_click=_turn_to,
            args=(page - 1,),
        )
        st.button(
            words("viewer.next"),
            icon=":material/chevron_right:",
            disabled=page >= pages,
            on_click=_turn_to,
            args=(page + 1,),
        )
        if page != cited:
            st.button(
                words("viewer.back"),
                icon=":material/keyboard_return:",
                on_click=_turn_to,
                args=(cited,),
            )


def _turn_to(page: int) -> None:
    st.session_state["viewer_page"] = page


def _picture(
    visitor: Visitor, words: Words, document_id: str, page: int, quote: str, scale: float
) -> None:
    password = st.session_state.get(f"password-{document_id}", "")
    try:
        png, marked = _rendered(visitor.owner, document_id, page, quote, scale, password)
    except PasswordNeeded:
        _ask_password(words, document_id, page)
        return
    except SeodamError as error:
        show_error(error, words)
        return
    st.image(png, width="stretch", alt=words("viewer.alt", page=page))
    if quote and not marked:
        st.caption(words("viewer.unmarked"))


def _ask_password(words: Words, document_id: str, page: int) -> None:
    """A locked document keeps its password to itself; it is asked once a session."""
    st.text_input(
        words("password.label"),
        type="password",
        key=f"password-{document_id}",
        help=words("password.help"),
    )


@st.cache_data(max_entries=_PICTURES, show_spinner=False)
def _rendered(
    owner: str, document_id: str, page: int, quote: str, scale: float, password: str
) -> tuple[bytes, bool]:
    """The picture as PNG, and whether the quote was marked. The owner is part of the key."""
    picture = (
        seodam()
        .library(owner)
        .page_picture(document_id, page, (quote,) if quote else (), password or None, scale)
    )
    return picture.png, picture.marked
