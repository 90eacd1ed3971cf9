"""The retrieval chain, of langchain-core's Runnables: passages first, then the words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import (
    Runnable,
    RunnableGenerator,
    RunnableLambda,
    RunnableParallel,
)
from langchain_core.runnables.utils import AddableDict

from rag_core import prompting
from rag_core.budget import Fitted
from rag_core.overview import Searcher
from rag_core.text import language
from rag_core.types import Hit, Turn

Fit = Callable[[str, Sequence[Hit], Sequence[Turn]], Fitted]
"""Question, passages and earlier turns → what of them is sent."""


def everything(_: str, hits: Sequence[Hit], history: Sequence[Turn]) -> Fitted:
    """All of them."""
    return Fitted(tuple(hits), tuple(history), 0)


def build_chain(
    retriever: Searcher, model: BaseChatModel, fit: Fit = everything, instructions: str = ""
) -> Runnable[dict[str, Any], Any]:
    """A Runnable from {"question", "history"?, "documents"?} to dicts that add up.

    `stream` yields {"hits": [...], "fitted": Fitted} before the model is asked, then {"text":
    piece} as the words arrive, {"usage": {...}} where the model counts its tokens, and
    {"answerable": False} when it says that nothing answers. `invoke` gives all of it in one dict.
    Errors of the model and the stores pass through as they are. `instructions` as in
    `prompting.messages`.
    """

    def find(asked: dict[str, Any]) -> Fitted:
        hits = retriever.search(asked["question"], retriever.k, asked.get("documents"))
        return fit(asked["question"], hits, asked.get("history") or [])

    def prompt(found: dict[str, Any]) -> list[Any]:
        question, fitted = found["question"], found["fitted"]
        return prompting.messages(
            question, fitted.hits, fitted.history, language(question), instructions
        )

    found = RunnableParallel(
        fitted=RunnableLambda(find), question=RunnableLambda(lambda asked: asked["question"])
    )
    return found.assign(message=RunnableLambda(prompt) | model) | RunnableGenerator(_parts)


def _parts(stream: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of what flows through the chain, what its reader needs."""
    for part in stream:
        if "fitted" in part:
            yield AddableDict(hits=list(part["fitted"].hits), fitted=part["fitted"])
        message = part.get("message")
        if message is None:
            continue
        if message.text:
            yield AddableDict(text=message.text)
        if counted := getattr(message, "usage_metadata", None):
            yield AddableDict(usage=counted)
        if message.response_metadata.get("answerable") is False:
            yield AddableDict(answerable=False)
