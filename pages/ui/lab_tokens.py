"""The lab's first step: how a question and a passage are cut into tokens, here and elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.ui import charts, lab_languages
from pages.ui.connection import chosen_model
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal, show_error
from rag_core import lab
from rag_core.embeddings import bundled_embedding
from rag_core.errors import SeodamError
from rag_core.foreign_tokens import (
    HUGGING_FACE,
    TIKTOKEN,
    Cut,
    encodings_here,
    foreign_tokenizer,
)
from rag_core.search_words import lexical_tokens
from rag_core.types import Hit

_COLOURS = ("blue", "green", "orange", "violet", "red")
_MOST = 400  # characters of a passage whose tokens are shown
_BARS = 20  # tokens of a question


def count(text: str) -> int:
    """How many tokens a text has by our tokenizer."""
    return len(lab.tokens(bundled_embedding(), text))


def show(visitor: Visitor, words: Words, question: str, hits: Sequence[Hit]) -> None:
    """Draw the step."""
    st.markdown(words("lab.tokens_what"))
    texts = {words("lab.the_question"): question}
    if hits:
        texts[words("lab.best_passage")] = hits[0].passage.text[:_MOST]
    for title, text in texts.items():
        _cut(words, title, text, [piece.text for piece in lab.tokens(bundled_embedding(), text)])
    st.markdown(f"**{words('lab.search_words')}**")
    st.markdown(" ".join(f":gray-badge[{literal(one)}]" for one in lexical_tokens(question)))
    st.markdown(f"**{words('lab.heavy')}**")
    weights = [(one.text, one.weight) for one in lab.tokens(bundled_embedding(), question)[:_BARS]]
    if weights:
        charts.bars(weights, words("lab.weight"), "weights", words("lab.heavy"))
    _others(visitor, words, texts)


def _cut(words: Words, title: str, text: str, pieces: Sequence[str]) -> None:
    """How many tokens, and each on a colour of its own."""
    st.markdown(f"**{literal(title)}** · {words('lab.count', n=len(pieces), of=len(text))}")
    shown = []
    for number, piece in enumerate(pieces):
        if flat := literal(" ".join(piece.split())):
            shown.append(f":{_COLOURS[number % len(_COLOURS)]}-background[{flat}]")
    st.markdown(" ".join(shown))


def _others(visitor: Visitor, words: Words, texts: Mapping[str, str]) -> None:
    """The same by other models' tokenizers: counts, pieces, and one meaning in two languages."""
    st.header(words("lab.other"))
    named: dict[str, Cut] = {words("lab.ours"): _ours}
    here = encodings_here()
    named |= {TIKTOKEN + one: foreign_tokenizer(TIKTOKEN + one) for one in here}
    if not here:
        st.caption(words("lab.no_tiktoken"))
    name = _asked_for(visitor, words)
    if name:
        try:
            cut = foreign_tokenizer(name)
            for title, text in texts.items():
                _cut(words, f"{name} · {title}", text, cut(text))
            named[name] = cut
        except SeodamError as error:
            show_error(error, words)
    rows = [
        {
            words("lab.tokenizer"): title,
            **{
                f"{what} ({words('lab.tokens_of')})": len(cut(text)) for what, text in texts.items()
            },
            words("lab.per_word"): _per_word(cut, texts),
            words("lab.per_letter"): sum(len(cut(t)) for t in texts.values()) / _letters(texts),
        }
        for title, cut in named.items()
    ]
    two = {words(one): st.column_config.NumberColumn(format="%.2f") for one in _RATIOS}
    st.dataframe(rows, hide_index=True, column_config=two)
    lab_languages.show(visitor, words, named)


def _ours(text: str) -> list[str]:
    return [one.text for one in lab.tokens(bundled_embedding(), text)]


_RATIOS = ("lab.per_word", "lab.per_letter")


def _per_word(cut: Cut, texts: Mapping[str, str]) -> float:
    return sum(len(cut(t)) for t in texts.values()) / sum(len(t.split()) for t in texts.values())


def _letters(texts: Mapping[str, str]) -> int:
    return sum(map(len, texts.values()))


def _asked_for(visitor: Visitor, words: Words) -> str:
    """The tokenizer that a reader names; a folder of this computer only at home."""
    chosen = chosen_model(visitor)
    local = chosen.removeprefix("huggingface:")
    given = HUGGING_FACE + local if local != chosen else ""
    if not visitor.seodam.settings.single_user:
        return given
    return st.text_input(
        words("lab.tokenizer"),
        value=given,
        key="lab-tokenizer",
        placeholder="hf:bert-base-multilingual-cased",
        help=words("lab.other_how"),
    ).strip()
