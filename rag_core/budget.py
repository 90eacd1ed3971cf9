"""What fits into a model's window: tokens counted, passages and turns chosen, the rest told."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from rag_core import prompting
from rag_core.errors import MissingExtra, WrongSetting
from rag_core.foreign_tokens import TIKTOKEN, encodings_here, foreign_tokenizer
from rag_core.types import Hit, Turn

Known = TypeVar("Known")

ANSWER_TOKENS = 1024
"""Kept free for an answer whose length nobody limits."""
_FRAME = 24  # tokens around each message and passage
_FOR_HISTORY = 0.25  # of what is left beside the question: earlier turns get no more
_WIDE, _DIGIT, _NARROW = 2.0, 1.0, 1 / 3  # tokens of a letter outside ASCII, a digit, another
_WINDOWS = {
    "openai:gpt-3.5": 16_385,
    "openai:gpt-4": 8_192,
    "openai:gpt-4-turbo": 128_000,
    "openai:gpt-4o": 128_000,
    "openai:gpt-4.1": 1_047_576,
    "openai:gpt-5": 400_000,
    "openai:o": 200_000,
    "anthropic:claude": 200_000,
    "google:gemini": 1_048_576,
    "ollama:": 4_096,  # what Ollama takes unless it is told otherwise
}
"""Windows in tokens by how a model's name begins, the longest beginning first; as last
known in 2025. A reader may say another for each conversation."""

_ENCODINGS = {
    "openai:gpt-3.5": "cl100k_base",
    "openai:gpt-4": "cl100k_base",
    "openai:gpt-4o": "o200k_base",
    "openai:gpt-4.1": "o200k_base",
    "openai:gpt-5": "o200k_base",
    "openai:o": "o200k_base",
}
"""How OpenAI's models cut text, by how their names begin; other servers' models are not known."""

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is sent, how many tokens that is, and what had to stay behind."""

    hits: tuple[Hit, ...]
    history: tuple[Turn, ...]
    tokens: int
    passages_left_out: int = 0
    turns_left_out: int = 0


def window_of(model: str) -> int | None:
    """The window of a model by its name, in tokens; None where it is not known."""
    return _by_beginning(_WINDOWS, model)


def _by_beginning(table: Mapping[str, Known], model: str) -> Known | None:
    known = [name for name in table if model.startswith(name)]
    return table[max(known, key=len)] if known else None


@lru_cache(maxsize=8)
def counter(model: str) -> Count:
    """How tokens are counted for a model: by its own tokenizer where that is on this machine, else
    by an estimate that is rather too high."""
    provider, _, name = model.partition(":")
    encoding = _by_beginning(_ENCODINGS, model)
    if provider == "huggingface":
        wanted = f"hf:{name}"
    elif encoding in encodings_here():
        wanted = f"{TIKTOKEN}{encoding}"
    else:
        return estimate
    try:
        cut = foreign_tokenizer(wanted)
    except (WrongSetting, MissingExtra):
        return estimate
    return lambda text: len(cut(text))


def estimate(text: str) -> int:
    """Tokens of a text, more than the tokenizers of current models make of prose and numbers in
    Korean and English."""
    wide = sum(not letter.isascii() for letter in text)
    digits = sum(letter.isdigit() and letter.isascii() for letter in text)
    return math.ceil(_WIDE * wide + _DIGIT * digits + _NARROW * (len(text) - wide - digits))


def fit(
    question: str,
    hits: Sequence[Hit],
    history: Sequence[Turn],
    *,
    window: int | None,
    answer_tokens: int | None,
    count: Count,
    system: str,
) -> Fitted:
    """The passages, best first, and the latest turns that fit beside the question and the answer.

    The best passage is always sent, before any turn. With no window known everything is sent.
    """
    history = history[-prompting.HISTORY_TURNS :]
    said = [prompting.remembered([turn]) for turn in history]
    costs = [sum(count(one.text) + _FRAME for one in turn) for turn in said]
    passages = [count(prompting.framed([hit], "0" * 16)) + _FRAME for hit in hits]
    fixed = count(system) + count(question) + 4 * _FRAME
    left = math.inf if window is None else window - fixed - (answer_tokens or ANSWER_TOKENS)
    kept_turns, spent = 0, 0
    for cost in reversed(costs):
        if spent + cost > min(_FOR_HISTORY * left, left - sum(passages[:1])):
            break
        kept_turns, spent = kept_turns + 1, spent + cost
    kept = 0
    for cost in passages:
        if kept and spent + cost > left:
            break
        kept, spent = kept + 1, spent + cost
    return Fitted(
        tuple(hits[:kept]),
        tuple(history[len(history) - kept_turns :]),
        fixed + spent,
        len(hits) - kept,
        len(history) - kept_turns,
    )
