"""The collections on the library page: choose, make, name, remove them; filter what is listed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui import scope, undo, uploads
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal
from rag_core.errors import NotFound
from rag_core.scope import fits
from rag_core.types import DEFAULT_COLLECTION, Collection, Document, Removed, Scope


def header(visitor: Visitor, words: Words) -> None:
    """Which collection is shown, and what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="stretch"):
            scope.switch(visitor, words, "library", None)
        with st.popover(words("collection.manage"), icon=":material/create_new_folder:"):
            _manage(visitor, words)


def _manage(visitor: Visitor, words: Words) -> None:
    shelving = visitor.library.shelving
    now = next(one for one in shelving.all() if one.id == visitor.collection)

    def make() -> None:
        if st.session_state["collection-new"].strip():
            scope.use(visitor, shelving.add(st.session_state["collection-new"]).id)
            st.session_state["collection-new"] = ""

    st.text_input(
        words("collection.new"),
        key="collection-new",
        on_change=make,
        help=words("collection.enter"),
    )
    if now.id != DEFAULT_COLLECTION:
        _change(visitor, words, now)


def _change(visitor: Visitor, words: Words, now: Collection) -> None:
    shelving = visitor.library.shelving
    key = f"collection-name-{now.id}"

    def rename() -> None:
        shelving.rename(now.id, st.session_state[key])

    def remove() -> None:
        shelving.remove(now.id)
        visitor.seodam.queue.leave(visitor.owner, now.id)
        undo.took_away("library")
        uploads.dismiss_done(visitor)
        scope.use(visitor, DEFAULT_COLLECTION)

    st.text_input(words("collection.rename"), now.name, key=key, on_change=rename)
    st.button(
        words("collection.remove", n=now.documents),
        icon=":material/delete:",
        key="collection-remove",
        on_click=remove,
    )


def offer_undo(visitor: Visitor, words: Words) -> None:
    """The way back for documents and collections that were just removed."""
    library = visitor.library

    def back(one: Removed) -> None:
        if one.kind == "document":
            library.undo_remove(one.id)
            return
        name = library.shelving.undo_remove(one.id)
        visitor.seodam.queue.come_back(visitor.owner, one.id)
        scope.use(visitor, one.id)
        st.session_state["came_back"] = (name, len(library.documents(one.id)))

    undo.offer("library", words, library.removed, back, library.purge_removed)


def filtered(visitor: Visitor, words: Words, documents: Sequence[Document]) -> Sequence[Document]:
    """The documents that a reader wants to see of these: by name, tag and date."""
    name = ""
    if len(documents) >= scope.MANY:
        name = st.text_input(
            words("library.search"),
            key="library-search",
            placeholder=words("library.search"),
            icon=":material/search:",
            label_visibility="collapsed",
        )
    options = scope.picked_by(documents)
    picked: Sequence[str] = ()
    if options:
        picked = st.pills(
            words("collection.pick"),
            options,
            selection_mode="multi",
            format_func=lambda one: scope.said(words, one),
            key=f"library-picks-{visitor.collection}",
        )
    wanted = scope.picked(picked, Scope(name=name))
    seen = [one for one in documents if fits(one, wanted)]
    if documents and not seen:
        st.info(words("library.none_fits"), icon=":material/search_off:")
    if len(seen) > 1:
        _move_all(visitor, words, seen)
    return seen


def _move_all(visitor: Visitor, words: Words, seen: Sequence[Document]) -> None:
    """One choice that moves everything that is listed."""
    if len(visitor.library.shelving.all()) > 1:
        label = words("collection.move_all", n=len(seen))
        with st.popover(label, icon=":material/drive_file_move:", type="tertiary"):
            move_to(visitor, words, "all", [one.id for one in seen])


def move_to(visitor: Visitor, words: Words, key: str, document_ids: Sequence[str]) -> None:
    """A choice of another collection; choosing one moves the documents there."""
    others = [one for one in visitor.library.shelving.all() if one.id != visitor.collection]
    names = {one.id: scope.named(words, one) for one in others}
    place = f"move-{key}-{visitor.collection}"

    def move() -> None:
        chosen = st.session_state[place]
        if chosen is None:
            return
        try:
            moved = visitor.library.shelving.move(document_ids, chosen)
        except NotFound:
            moved = 0
        left = len(document_ids) - moved
        st.session_state["moved"] = (moved, left, names[chosen])
        st.session_state[place] = None

    if others:
        st.selectbox(
            words("collection.move"),
            list(names),
            index=None,
            format_func=lambda one: names[one],
            key=place,
            placeholder=words("collection.where"),
            on_change=move,
        )


def told(words: Words) -> None:
    """What the last move, or the way back, did, once."""
    if back := st.session_state.pop("came_back", None):
        name, n = back
        st.success(words("collection.back", n=n, name=literal(name)))
    if done := st.session_state.pop("moved", None):
        moved, left, name = done
        if moved:
            st.success(words("collection.moved", n=moved, name=literal(name)))
        if left:
            st.warning(words("collection.stayed", n=left, name=literal(name)))


def tags_of(visitor: Visitor, words: Words, document: Document) -> None:
    """The tags of a document, chosen from those in use or typed."""
    key = f"tags-{document.id}"
    known = dict.fromkeys((*document.tags, *visitor.library.shelving.tags(visitor.collection)))

    def keep() -> None:
        visitor.library.shelving.tag(document.id, st.session_state[key])

    st.multiselect(
        words("library.tags"),
        list(known),
        default=list(document.tags),
        accept_new_options=True,
        key=key,
        placeholder=words("library.tags_how"),
        on_change=keep,
    )
