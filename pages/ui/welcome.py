"""The first screen: what this is, where to drop a file, a sample to try it with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from pages.ui import offered, understood, uploads
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal
from rag_core.types import Document, Upload

_SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def show(visitor: Visitor, words: Words) -> None:
    """Nothing is here yet."""
    st.title(words("welcome.title"))
    st.markdown(words("welcome.what"))
    uploads.drop_area(visitor, words, "welcome")
    st.button(
        words("welcome.sample"),
        icon=":material/play_circle:",
        type="primary",
        on_click=_add_samples,
        args=(visitor,),
    )
    st.caption(words("welcome.promise"))


def show_ready(visitor: Visitor, words: Words, documents: Sequence[Document]) -> None:
    """Documents are here, nothing was asked yet."""
    st.title(words("welcome.ready"))
    names = ", ".join(literal(document.name) for document in documents[:3])
    more = len(documents) - 3
    st.markdown(names + (f" {words('welcome.more', n=more)}" if more > 0 else ""))
    if not {document.name for document in documents} <= {path.name for path in samples()}:
        offered.show_first(visitor, words, documents)
    else:
        st.caption(words("welcome.try"))
        for number in (1, 2, 3):
            question = words(f"welcome.question_{number}")
            st.button(
                question,
                key=f"suggestion-{number}",
                icon=":material/arrow_forward:",
                on_click=understood.suggest,
                args=(question,),
            )


def samples() -> list[Path]:
    """The PDFs that come with Seodam."""
    return sorted(_SAMPLES.glob("*.pdf"))


def _add_samples(visitor: Visitor) -> None:
    for path in samples():
        upload = Upload(path.name, path.read_bytes())
        visitor.seodam.queue.submit(visitor.owner, upload, visitor.collection)
