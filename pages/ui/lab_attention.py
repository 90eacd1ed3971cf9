"""Inside a small Transformer: where each token of question and passage looks."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui import charts
from pages.ui.lab_local import local_model
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import show_error
from rag_core.errors import SeodamError
from rag_core.types import Hit

_TOKENS = 40  # more could not be read in a picture
_TEXT = 200  # characters of the passage


def show(visitor: Visitor, words: Words, question: str, hits: Sequence[Hit]) -> None:
    """Draw the step."""
    st.markdown(words("lab.attention_what"))
    model = local_model(visitor, words)
    if model is None:
        return
    passage = hits[0].passage.text[:_TEXT] if hits else ""
    try:
        seen = model.attention(f"{question}\n{passage}".strip(), _TOKENS)
    except SeodamError as error:
        show_error(error, words)
        return
    if not seen.tokens:
        return
    layers, heads = seen.weights.shape[:2]
    left, right = st.columns(2)
    layer = left.selectbox(
        words("lab.layer"), range(1, layers + 1), index=layers - 1, key="lab-layer"
    )
    head = right.selectbox(
        words("lab.head"),
        range(heads + 1),
        key="lab-head",
        format_func=lambda one: str(one) if one else words("lab.all_heads"),
    )
    weights = seen.weights[layer - 1]
    shown = weights[head - 1] if head else weights.mean(axis=0)
    titles = (words("lab.looks_from"), words("lab.looks_at"), words("lab.attention"))
    top = max(float(shown.max()), 1e-6)
    told = words("lab.attention_told", layer=layer, of=layers)
    charts.grid(shown, seen.tokens, seen.tokens, titles, "attention", told, top=top)
    st.caption(words("lab.attention_both" if model.reads_first else "lab.attention_before"))
