"""From word vectors to today's models: short, with sources, and where each can be tried here."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.ui.messages import Words
from pages.ui.shell import enter, literal, page_named

_ARXIV, _DOI = "https://arxiv.org/abs/", "https://doi.org/"
_SETTINGS, _LAB, _CHAT, _EVALUATION = "settings", "lab", "chat", "evaluation"


@dataclass(frozen=True)
class _Step:
    """`key` is that of its words; `when` the year of the first of its `sources`, which say who
    wrote what, and where; `tried` the pages to try it on, "embedding" for that part of one."""

    key: str
    when: int
    name: str
    sources: tuple[tuple[str, str], ...]
    tried: tuple[str, ...] = ()


_STEPS = (
    _Step(
        "rnn",
        1990,
        "RNN, LSTM",
        (
            ("Elman: Finding Structure in Time", f"{_DOI}10.1207/s15516709cog1402_1"),
            (
                "Hochreiter, Schmidhuber: Long Short-Term Memory (1997)",
                f"{_DOI}10.1162/neco.1997.9.8.1735",
            ),
            (
                "Sutskever et al.: Sequence to Sequence Learning with Neural Networks (2014)",
                f"{_ARXIV}1409.3215",
            ),
        ),
    ),
    _Step(
        "word2vec",
        2013,
        "Word2Vec",
        (
            (
                "Mikolov et al.: Efficient Estimation of Word Representations in Vector Space",
                f"{_ARXIV}1301.3781",
            ),
        ),
        ("embedding", _EVALUATION),
    ),
    _Step(
        "glove",
        2014,
        "GloVe",
        (
            (
                "Pennington, Socher, Manning: GloVe: Global Vectors for Word Representation",
                "https://aclanthology.org/D14-1162/",
            ),
        ),
        ("embedding", _EVALUATION),
    ),
    _Step(
        "transformer",
        2017,
        "Transformer",
        (("Vaswani et al.: Attention Is All You Need", f"{_ARXIV}1706.03762"),),
        (_LAB,),
    ),
    _Step(
        "gpt",
        2018,
        "GPT",
        (
            (
                "Radford et al.: Improving Language Understanding by Generative Pre-Training",
                "https://openai.com/index/language-unsupervised/",
            ),
        ),
        (_SETTINGS, _LAB),
    ),
    _Step(
        "bert",
        2018,
        "BERT",
        (
            (
                "Devlin et al.: BERT: Pre-training of Deep Bidirectional Transformers for "
                "Language Understanding",
                f"{_ARXIV}1810.04805",
            ),
        ),
        ("embedding", _EVALUATION),
    ),
    _Step(
        "rag",
        2020,
        "RAG",
        (
            (
                "Lewis et al.: Retrieval-Augmented Generation for Knowledge-Intensive NLP Tasks",
                f"{_ARXIV}2005.11401",
            ),
        ),
        (_CHAT, _LAB),
    ),
    _Step(
        "gpt3",
        2020,
        "GPT-3",
        (("Brown et al.: Language Models are Few-Shot Learners", f"{_ARXIV}2005.14165"),),
        (_SETTINGS,),
    ),
    _Step(
        "chatgpt",
        2022,
        "ChatGPT",
        (
            ("OpenAI: Introducing ChatGPT", "https://openai.com/index/chatgpt/"),
            (
                "Ouyang et al.: Training language models to follow instructions with human "
                "feedback (InstructGPT)",
                f"{_ARXIV}2203.02155",
            ),
        ),
        (_SETTINGS,),
    ),
    _Step(
        "llama",
        2023,
        "Llama",
        (
            (
                "Touvron et al.: LLaMA: Open and Efficient Foundation Language Models",
                f"{_ARXIV}2302.13971",
            ),
            (
                "Touvron et al.: Llama 2: Open Foundation and Fine-Tuned Chat Models",
                f"{_ARXIV}2307.09288",
            ),
        ),
        (_SETTINGS,),
    ),
    _Step(
        "claude",
        2023,
        "Claude",
        (
            ("Anthropic: Introducing Claude", "https://www.anthropic.com/news/introducing-claude"),
            (
                "Bai et al.: Constitutional AI: Harmlessness from AI Feedback (2022)",
                f"{_ARXIV}2212.08073",
            ),
        ),
        (_SETTINGS,),
    ),
    _Step(
        "gemini",
        2023,
        "Gemini",
        (
            (
                "Gemini Team: Gemini: A Family of Highly Capable Multimodal Models",
                f"{_ARXIV}2312.11805",
            ),
        ),
        (_SETTINGS,),
    ),
    _Step(
        "gpt4o",
        2024,
        "GPT-4o",
        (
            ("OpenAI: Hello GPT-4o", "https://openai.com/index/hello-gpt-4o/"),
            ("OpenAI: GPT-4o System Card", f"{_ARXIV}2410.21276"),
        ),
        (_SETTINGS,),
    ),
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
        named = (f":small[[{literal(said)}]({link})]" for said, link in step.sources)
        st.markdown("  \n".join(named))  # a caption would fade its links
        if step.tried:
            with st.container(horizontal=True):
                for place in step.tried:
                    _link(words, place)


def _link(words: Words, place: str) -> None:
    """The way to a page; an embedding is chosen in the settings."""
    name = _SETTINGS if place == "embedding" else place
    st.page_link(
        page_named(name), label=words(f"timeline.try_{place}"), icon=":material/play_arrow:"
    )


page()
