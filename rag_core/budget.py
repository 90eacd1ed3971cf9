"""What fits into a model's window: tokens counted, passages and turns chosen, the rest told."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rag_core import prompting
from rag_core.errors import MissingExtra, WrongSetting
from rag_core.foreign_tokens import (
    HUGGING_FACE,
    TIKTOKEN,
    encodings_here,
    foreign_tokenizer,
)
from rag_core.neighbours import join
from rag_core.providers import by_beginning
from rag_core.types import NO_WINDOW, Hit, Turn, Window

ANSWER_TOKENS = 1024
"""Kept free for an answer whose length nobody limits."""
_FRAME = 24  # tokens around each message and passage
_FOR_HISTORY = 0.25  # of what is left beside the question: earlier turns get no more
_WIDE, _DIGIT, _NARROW = 2.0, 1.0, 1 / 3  # tokens of a letter outside ASCII, a digit, another
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
    window: Window = NO_WINDOW


def tokenizer_of(model: str) -> str:
    """The name of a model's own tokenizer (see foreign_tokens.py), "" where none is known."""
    provider, _, name = model.partition(":")
    if provider == "huggingface":
        return f"{HUGGING_FACE}{name}"
    encoding = by_beginning(_ENCODINGS, model)
    return f"{TIKTOKEN}{encoding}" if encoding else ""


@lru_cache(maxsize=8)
def counter(model: str) -> Count:
    """How tokens are counted for a model: by its own tokenizer where that is on this machine, else
    by an estimate that is rather too high."""
    wanted = tokenizer_of(model)
    if wanted.startswith(TIKTOKEN) and wanted.removeprefix(TIKTOKEN) not in encodings_here():
        wanted = ""
    if not wanted:
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
    window: Window,
    answer_tokens: int | None,
    count: Count,
    system: str,
) -> Fitted:
    """The passages, best first, and the latest turns that fit beside the question and the answer.

    The best passage is always sent, before any turn. With no window known everything is sent.
    Passages that follow each other on a page are sent as one (see neighbours.py).
    """
    history = history[-prompting.HISTORY_TURNS :]
    said = [prompting.remembered([turn]) for turn in history]
    costs = [sum(count(one.text) + _FRAME for one in turn) for turn in said]
    price = cache(lambda hit: count(prompting.framed([hit], "0" * 16)) + _FRAME)
    fixed = count(system) + count(question) + 4 * _FRAME
    room = math.inf if window.tokens is None else window.tokens
    left = room - fixed - (answer_tokens or ANSWER_TOKENS)
    kept_turns, spent = 0, 0
    for cost in reversed(costs):
        if spent + cost > min(_FOR_HISTORY * left, left - sum(map(price, hits[:1]))):
            break
        kept_turns, spent = kept_turns + 1, spent + cost
    kept, sent = _fitting(hits, left - spent, price)
    return Fitted(
        sent,
        tuple(history[len(history) - kept_turns :]),
        fixed + spent + sum(map(price, sent)),
        len(hits) - kept,
        len(history) - kept_turns,
        window,
    )


def _fitting(
    hits: Sequence[Hit], left: float, price: Callable[[Hit], int]
) -> tuple[int, tuple[Hit, ...]]:
    """How many hits, from the best on, fit into what is left, at least one; and these, joined."""
    kept, sent = 0, join(hits[:0])
    for n in range(1, len(hits) + 1):
        joined = join(hits[:n])
        if kept and sum(map(price, joined)) > left:
            break
        kept, sent = n, joined
    return kept, sent
