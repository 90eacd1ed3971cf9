"""From word vectors to today's models: short, with sources, and where each can be tried here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.ui.messages import Words
from pages.ui.shell import enter

_PAGES = Path(__file__).resolve().parent
_ARXIV = "https://arxiv.org/abs/"


@dataclass(frozen=True)
class _Step:
    """`key` is that of its words; `source` says who wrote it where; `page` is where to try it."""

    key: str
    when: str
    name: str
    source: str
    link: str
    page: str


_STEPS = (
    _Step("word2vec", "2013", "Word2Vec", "Mikolov et al.", f"{_ARXIV}1301.3781", "settings"),
    _Step(
        "glove",
        "2014",
        "GloVe",
        "Pennington, Socher, Manning",
        "https://aclanthology.org/D14-1162/",
        "settings",
    ),
    _Step("rnn", "2014", "RNN, seq2seq", "Sutskever et al.", f"{_ARXIV}1409.3215", ""),
    _Step("transformer", "2017", "Transformer", "Vaswani et al.", f"{_ARXIV}1706.03762", "lab"),
    _Step(
        "gpt",
        "2018",
        "GPT",
        "Radford et al.",
        "https://openai.com/index/language-unsupervised/",
        "settings",
    ),
    _Step("bert", "2018", "BERT", "Devlin et al.", f"{_ARXIV}1810.04805", "settings"),
    _Step("rag", "2020", "RAG", "Lewis et al.", f"{_ARXIV}2005.11401", "chat"),
    _Step("chatgpt", "2022", "ChatGPT", "Ouyang et al.", f"{_ARXIV}2203.02155", "settings"),
    _Step("llama", "2023", "Llama", "Touvron et al.", f"{_ARXIV}2302.13971", "settings"),
    _Step(
        "claude",
        "2023",
        "Claude",
        "Bai et al., Constitutional AI",
        f"{_ARXIV}2212.08073",
        "settings",
    ),
    _Step("gemini", "2023", "Gemini", "Gemini Team", f"{_ARXIV}2312.11805", "settings"),
    _Step("gpt4o", "2024", "GPT-4o", "OpenAI", f"{_ARXIV}2410.21276", "settings"),
)


def page() -> None:
    """Draw the page."""
    _, words = enter()
    st.title(words("nav.timeline"))
    st.markdown(words("timeline.what"))
    for step in _STEPS:
        _step(words, step)


def _step(words: Words, step: _Step) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":gray-badge[{step.when}] **{step.name}**")
        st.markdown(words(f"timeline.{step.key}"))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"[{step.source}]({step.link})", width="stretch")
            if step.page:
                target = st.Page(_PAGES / f"{step.page}.py", default=step.page == "chat")
                st.page_link(
                    target, label=words(f"timeline.try_{step.page}"), icon=":material/play_arrow:"
                )


page()
