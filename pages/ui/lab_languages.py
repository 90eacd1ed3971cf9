"""One meaning in two languages: how many tokens it takes by each tokenizer, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.ui import charts
from pages.ui.connection import EXTRACTIVE, chosen_model, shown_model
from pages.ui.costs import warn_of_prices
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal
from rag_core.budget import tokenizer_of
from rag_core.foreign_tokens import Cut
from rag_core.prices import Price, price_of

_TIMES = 1000


def show(visitor: Visitor, words: Words, named: Mapping[str, Cut]) -> None:
    """A sentence in either language, its tokens by each of these tokenizers as bars and numbers,
    and dollars beside those of the chosen model where its price is known."""
    st.markdown(f"**{words('lab.languages')}**")
    said = _said(words)
    counts = {
        name: {tongue: len(cut(text)) for tongue, text in said.items()}
        for name, cut in named.items()
    }
    bars = [(name, {tongue: float(n) for tongue, n in of.items()}) for name, of in counts.items()]
    charts.groups(bars, words("lab.tokens_of"), "languages", words("lab.languages"), beside=True)
    model = chosen_model(visitor)
    price = _price(visitor, words, model) if tokenizer_of(model) in counts else None
    _table(words, counts, tokenizer_of(model), price)
    if price is not None:
        asked = literal(shown_model(model))
        st.caption(words("lab.cost_how", model=asked, dollars=f"{price.input:g}"))
    elif model != EXTRACTIVE:
        st.caption(words("lab.cost_unknown", model=literal(shown_model(model))))


def _said(words: Words) -> dict[str, str]:
    """What is typed in each language, by the language's name."""
    korean, english = st.columns(2)
    return {
        words("lab.korean"): korean.text_area(
            words("lab.korean"), words("lab.korean_given"), key="lab-korean", height=90
        ),
        words("lab.english"): english.text_area(
            words("lab.english"), words("lab.english_given"), key="lab-english", height=90
        ),
    }


def _price(visitor: Visitor, words: Words, model: str) -> Price | None:
    return price_of(model, warn_of_prices(visitor, words))


def _table(
    words: Words, counts: Mapping[str, Mapping[str, int]], priced: str, price: Price | None
) -> None:
    """A row for each language by each tokenizer; dollars only in those of the chosen model."""
    rows: list[dict[str, Any]] = []
    for name, of in counts.items():
        for tongue, tokens in of.items():
            row: dict[str, Any] = {words("lab.language"): tongue, words("lab.tokens_of"): tokens}
            if price is not None:
                dollars = price.of(_TIMES * tokens, 0)
                row[words("lab.cost")] = dollars if name == priced else None
            rows.append(row | {words("lab.tokenizer"): name})
    dollars_of = st.column_config.NumberColumn(format="$%.4f")
    columns = {words("lab.cost"): dollars_of}
    st.dataframe(rows, hide_index=True, column_config=columns, placeholder="–")
