"""A question that leans on what was said before, put into words that stand alone.

By the rules of followups/ alone, or with a language model: one short call, and only where a
question may lean on something. When the model is late, fails, or says what is no question, the
rules serve.
"""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from rag_core import prompting
from rag_core.errors import ModelAnswerBroken
from rag_core.extractive import ExtractiveChatModel
from rag_core.followups import LONGEST, Search, may_lean, standing_alone
from rag_core.followups.before import share_words
from rag_core.generators import model_name
from rag_core.metering import NOTHING, Spent, spent
from rag_core.text import squash
from rag_core.types import MARK, Turn

REWRITE_SECONDS = 8.0
"""How long a model may take; then the rules serve."""
_QUOTES = "\"'“”‘’`「」『』 "


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A question in words that need no history, and what it took to ask a model for them."""

    question: str
    spent: Spent = NOTHING


def standalone(
    question: str,
    history: Sequence[Turn],
    search: Search,
    model: BaseChatModel,
    seconds: float = REWRITE_SECONDS,
) -> Rewritten:
    """The question in words that need no history; unchanged when it stands alone already.

    `search` as in followups. Errors of the model stay here; those of `search` pass through.
    """
    ruled = standing_alone(question, history, search)
    if isinstance(model, ExtractiveChatModel) or not may_lean(question, ruled, history):
        return Rewritten(ruled)
    said, took = _answered(model, prompting.rewriting(question, history), seconds)
    asked = _question_in(said, question, [turn.question for turn in history])
    return Rewritten(asked or ruled, took)


def _answered(
    model: BaseChatModel, messages: list[BaseMessage], seconds: float
) -> tuple[str, Spent]:
    """What the model says, "" when it fails or takes longer (it is then left to its own limits),
    and what that took: nothing where the server never began to answer."""
    arrived: queue.SimpleQueue[BaseMessage | Exception] = queue.SimpleQueue()

    def call() -> None:
        try:
            arrived.put(model.invoke(messages))
        except Exception as error:  # whatever kept it from answering, the rules answer for it
            arrived.put(error)

    threading.Thread(target=call, name="rewrite", daemon=True).start()
    try:
        said = arrived.get(timeout=seconds)
    except queue.Empty:
        return "", spent(model_name(model), messages, None)
    if isinstance(said, ModelAnswerBroken):
        return "", spent(model_name(model), messages, None)
    if isinstance(said, Exception):
        return "", NOTHING
    return said.text, spent(model_name(model), messages, said)


def _question_in(said: str, question: str, earlier: Sequence[str]) -> str:
    """The question that a model wrote, "" when it wrote something else: more than a line, an
    answer with marks, or what has no word of what was asked now or before."""
    lines = [line.strip(_QUOTES) for line in said.strip().splitlines() if line.strip(_QUOTES)]
    if len(lines) != 1 or len(lines[0]) > LONGEST or prompting.REWRITING_NOTHING in lines[0]:
        return ""
    if re.search(MARK, lines[0]) or not share_words(lines[0], "\n".join([question, *earlier])):
        return ""
    return question if squash(lines[0])[0] == squash(question)[0] else lines[0]
