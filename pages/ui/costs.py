"""Where the prices of tokens stand, how to put in one's own, and what is wrong with those."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import show_failure
from rag_core.errors import BrokenPrices
from rag_core.prices import NAME, load_prices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag_core.prices import Price

_EXAMPLE = '["openai:gpt-4o"]\ninput = 2.5\noutput = 10'


def show_prices(visitor: Visitor, words: Words) -> None:
    """The section of Settings."""
    st.header(words("prices.title"))
    single = visitor.seodam.settings.single_user
    st.markdown(words("prices.own", name=NAME) if single else words("prices.shared"))
    if single:
        st.code(_EXAMPLE, language="toml")
    prices = warn_of_prices(visitor, words, with_folder=single)
    if not prices:
        return
    with st.expander(words("prices.table", n=len(prices)), type="compact"):
        rows = {
            words("prices.model"): list(prices),
            words("prices.read"): [one.input for one in prices.values()],
            words("prices.written"): [one.output for one in prices.values()],
        }
        st.dataframe(rows, hide_index=True)


def warn_of_prices(
    visitor: Visitor, words: Words, with_folder: bool = False
) -> Mapping[str, Price]:
    """The prices; where the visitor's own cannot be read, the line that is wrong is shown, and
    there are none."""
    try:
        return load_prices(visitor.seodam.settings.data)
    except BrokenPrices as error:
        shown = error.details if with_folder else {**error.details, "file": NAME}
        show_failure(error.code, shown, words)
        return {}
