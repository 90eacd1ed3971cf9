"""Which embedding the library uses, choosing another, and watching the library move to it.

A choice is for the whole library, so it is offered only where everybody is the same person.
"""

from __future__ import annotations

import streamlit as st

from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal, show_error
from rag_core.errors import SeodamError
from rag_core.reembedding import EmbeddingInUse, Move

_BUNDLED = "bundled"
_KINDS = (_BUNDLED, "sentence-transformers", "openai", "word-vectors")
_EXAMPLES = {
    "sentence-transformers": "intfloat/multilingual-e5-small",
    "openai": "bge-m3",
    "word-vectors": "~/glove.6B.300d.txt",
}


def show_embedding(visitor: Visitor, words: Words) -> None:
    """The section of the settings page."""
    in_use = visitor.seodam.in_use
    st.markdown(words("embedding.in_use", name=literal(in_use.name)))
    if not visitor.seodam.settings.single_user:
        st.caption(words("embedding.shared"))
    elif in_use.moving:
        st.fragment(_watch, run_every=0.5)(in_use, words)
    else:
        if in_use.fixed:
            st.caption(words("embedding.fixed"))
        else:
            _choose(visitor, words)
        _ended(in_use.move, words)


def _choose(visitor: Visitor, words: Words) -> None:
    in_use, settings = visitor.seodam.in_use, visitor.seodam.settings
    now, _, model = in_use.name.partition(":")
    kind = st.selectbox(
        words("embedding.choose"),
        _KINDS,
        index=_KINDS.index(now) if now in _KINDS else 0,
        format_func=lambda one: words(f"embedding.{one}"),
        help=words("embedding.choose_help"),
        key="embedding_kind",
    )
    if kind == "openai" and not (settings.openai_base_url or settings.openai_api_key):
        st.info(words("embedding.no_server"), icon=":material/info:")
        return
    name = kind
    if kind != _BUNDLED:
        typed = st.text_input(
            words("embedding.name"),
            value=model if kind == now else "",
            placeholder=_EXAMPLES[kind],
            help=words(f"embedding.{kind}_help"),
            key=f"embedding_{kind}",
        )
        name = f"{kind}:{typed.strip()}"
    empty = name.endswith(":")
    if name != in_use.name and st.button(words("embedding.move"), disabled=empty):
        try:
            in_use.choose(name)
        except SeodamError as error:
            show_error(error, words)
        else:
            st.rerun()


def _watch(in_use: EmbeddingInUse, words: Words) -> None:
    """How far the move is; drawn twice a second until it has ended."""
    move = in_use.move
    if move is None or not in_use.moving:
        st.rerun()
    said = words("embedding.moving", name=literal(move.name), done=move.done, total=move.total)
    st.progress(move.done / max(move.total, 1), said)
    st.caption(words("embedding.meanwhile"))
    if st.button(words("job.cancel"), key="embedding_cancel"):
        in_use.cancel()
        st.rerun()


def _ended(move: Move | None, words: Words) -> None:
    if move is None:
        return
    if move.error is not None:
        st.caption(words("embedding.failed", name=literal(move.name)))
        show_error(move.error, words)
    elif move.stage == "cancelled":
        st.info(words("embedding.cancelled", name=literal(move.name)), icon=":material/cancel:")
    elif move.stage == "done":
        st.success(words("embedding.done", n=move.total), icon=":material/check:")
