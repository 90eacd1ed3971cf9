"""What a language model writes as JSON, whatever it can or cannot do with tools.

The model is asked in words for JSON and read by LangChain's own parser as it writes: fences, what
it says before and after, and an end that is cut off do no harm. What comes out is only JSON;
whoever asked checks each value.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.output_parsers import JsonOutputParser
from langchain_core.runnables import Runnable, RunnableGenerator
from pydantic import BaseModel, ValidationError

from rag_core.arriving import arriving
from rag_core.errors import ModelAnswerBroken

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
Value = TypeVar("Value", bound=BaseModel)


def json_chain(model: BaseChatModel) -> Runnable[Any, Any]:
    """Messages → JSON as a Runnable; `stream` gives what there is so far, growing."""
    return model | RunnableGenerator(_json_only) | JsonOutputParser()


def _json_only(messages: Iterator[BaseMessage]) -> Iterator[str]:
    """The text from its first brace on, without what the model thought aloud before."""
    before, begun = "", False
    for message in messages:
        if begun:
            yield message.text
            continue
        before += message.text
        plain = _THOUGHT.sub("", before)
        if (at := plain.find("{")) >= 0:
            begun = True
            yield plain[at:]


def written(model: BaseChatModel, messages: Sequence[BaseMessage], name: str) -> Generator[Any]:
    """The JSON object that a model writes, as far as it is; the last one is whole.

    Something is yielded a few times a second, also while nothing arrives (the same once more, {}
    at first), so that whoever iterates can stop at any time; the model is left alone then. Raises
    ModelFailed kinds; ModelAnswerBroken, of the model of this name, where no JSON object came.
    """
    latest: Any = {}
    values = json_chain(model).stream(list(messages))
    with closing(arriving(values, "structured")) as arrived:
        for value in arrived:
            latest = value if isinstance(value, dict) else latest
            yield latest
    if not latest:
        raise ModelAnswerBroken(model=name)


def valid(kind: type[Value], rows: Any) -> tuple[list[Value], int]:
    """Those of the rows that are of a kind, and how many are not; () for what is no list."""
    kept: list[Value] = []
    rows = rows if isinstance(rows, list) else []
    for row in rows:
        try:
            kept.append(kind.model_validate(row))
        except ValidationError:
            continue
    return kept, len(rows) - len(kept)
