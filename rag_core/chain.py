"""The retrieval chain, of langchain-core's Runnables: passages first, then the words."""

from __future__ import annotations

from collections.abc import Iterator
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
from rag_core.overview import Searcher
from rag_core.text import language
from rag_core.types import Hit


def build_chain(retriever: Searcher, model: BaseChatModel) -> Runnable[dict[str, Any], Any]:
    """A Runnable from {"question", "history"?, "documents"?} to dicts that add up.

    `stream` yields {"hits": [...]} before the model is asked, then {"text": piece} as the words
    arrive, and {"answerable": False} when the model says that nothing answers. `invoke` gives
    all of it in one dict. Errors of the model and the stores pass through as they are.
    """

    def find(asked: dict[str, Any]) -> list[Hit]:
        return retriever.search(asked["question"], retriever.k, asked.get("documents"))

    def prompt(found: dict[str, Any]) -> list[Any]:
        question = found["question"]
        return prompting.messages(question, found["hits"], found["history"], language(question))

    found = RunnableParallel(
        hits=RunnableLambda(find),
        question=RunnableLambda(lambda asked: asked["question"]),
        history=RunnableLambda(lambda asked: asked.get("history") or []),
    )
    return found.assign(message=RunnableLambda(prompt) | model) | RunnableGenerator(_parts)


def _parts(stream: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of what flows through the chain, what its reader needs."""
    for part in stream:
        if "hits" in part:
            yield AddableDict(hits=part["hits"])
        message = part.get("message")
        if message is None:
            continue
        if message.text:
            yield AddableDict(text=message.text)
        if message.response_metadata.get("answerable") is False:
            yield AddableDict(answerable=False)
