"""Study material by the connected model: a button, its progress, and what became of it.

Nothing is sent before the button is pressed. What was made is kept in memory for the version of the
documents that it was made of.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import closing

import streamlit as st

from pages.ui.connection import EXTRACTIVE, chosen_model, generator, shown_model
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal
from rag_core.errors import SeodamError
from rag_core.study import Material
from rag_core.studying import Written, write_material
from rag_core.translations import error_in_words
from rag_core.types import Document

_KEPT = 64
_PIECES = 36  # what a model is asked for in all, see instructions
_lock = threading.Lock()
_made: OrderedDict[tuple[str, ...], Written] = OrderedDict()


def by_model(
    visitor: Visitor, words: Words, documents: Sequence[Document], plain: Material
) -> Material:
    """What the model made of these documents, else the plain material; with what to click."""
    model = chosen_model(visitor)
    if model == EXTRACTIVE:
        return plain
    key = (visitor.owner, model, *(f"{one.id}-{one.passages}" for one in documents))
    place = st.container()
    if st.session_state.pop("write-now", False):
        with place:
            _write(visitor, words, documents, key)
        st.rerun()
    with _lock:
        written = _made.get(key)
    with place:
        _line(words, shown_model(model), written, key)
    if written is None:
        return plain
    made = written.material
    return Material(
        plain.terms, made.meanings, made.summary, made.suggestions, made.quiz, made.cards
    )


def _line(words: Words, model: str, written: Written | None, key: tuple[str, ...]) -> None:
    """How it was made, and the way to the other form."""

    def forget() -> None:
        with _lock:
            _made.pop(key, None)

    def write() -> None:
        st.session_state["write-now"] = True

    if failed := st.session_state.pop("write-failed", ""):
        st.warning(failed, icon=":material/warning:")
    with st.container(horizontal=True, vertical_alignment="center"):
        if written is None:
            label = words("study.write", model=literal(model))
            st.button(label, key="write", icon=":material/auto_awesome:", on_click=write)
            return
        said = [words("study.written_by", model=literal(model))]
        if written.dropped:
            said.append(words("study.dropped", n=written.dropped, of=written.offered))
        if not written.done:
            said.append(words("study.unfinished"))
        st.caption(" ".join(said), width="stretch")
        if not written.done:
            st.button(words("study.write_again"), key="write", on_click=write)
        st.button(words("study.plain"), key="plain", on_click=forget)


def _write(
    visitor: Visitor, words: Words, documents: Sequence[Document], key: tuple[str, ...]
) -> None:
    """Let the model write, and show how far it is; Stop keeps what was verified until then."""
    library = visitor.library
    name = shown_model(chosen_model(visitor))
    passages = [one for document in documents for one in library.passages(document.id)]
    names = {one.id: one.name for one in documents}
    bar = st.progress(0.0, words("study.writing", model=literal(name), n=0))
    st.button(words("answer.stop"), key="write-stop", icon=":material/stop_circle:")
    try:
        model = generator(visitor)
        with closing(write_material(passages, names, library.page_text, model)) as growing:
            for written in growing:
                _keep(key, written)
                n = written.offered - written.dropped
                said = words("study.writing", model=literal(name), n=n)
                bar.progress(min(written.offered / _PIECES, 1.0), said)
                if written.done and not n:
                    none = words("study.none_kept", of=written.offered)
                    st.session_state["write-failed"] = none
    except SeodamError as error:
        with _lock:
            _made.pop(key, None)
        details = {**error.details, "model": name}
        what, way_out = error_in_words(error.code, details, words.language)
        st.session_state["write-failed"] = words(
            "study.write_failed", why=literal(f"{what} {way_out}")
        )


def _keep(key: tuple[str, ...], written: Written) -> None:
    with _lock:
        if written.offered > written.dropped:
            _made[key] = written
            _made.move_to_end(key)
        while len(_made) > _KEPT:
            _made.popitem(last=False)
