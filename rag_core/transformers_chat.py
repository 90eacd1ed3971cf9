"""Hugging Face models that answer in the chat, on this machine, as a LangChain chat model."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from queue import SimpleQueue
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk

from rag_core.errors import PromptTooLong
from rag_core.local_models import LocalModel, load_local_model, streamed
from rag_core.streaming import StreamingChatModel
from rag_core.tokenisation import Spelling, Tokens

ANSWER_TOKENS = 512
LEAST_ROOM = 16  # tokens; less is no answer

Likely = dict[str, Any]
"""{"token", "logprob", "top_logprobs": [{"token", "logprob"}, …]}, as OpenAI tells it."""

_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


class TransformersChatModel(StreamingChatModel):
    """A causal or sequence-to-sequence model by hub name or folder, loaded when first asked.

    It writes as its makers advise unless `temperature` is given, at most `answer_tokens` tokens or
    ANSWER_TOKENS. Asked with `logprobs=True, top_logprobs=5` it tells of each token how likely it
    was, as OpenAI's servers do (response_metadata["logprobs"]["content"]). Raises PromptTooLong
    when what it is to read leaves no room for an answer, and what `load_local_model` raises.
    """

    model: str
    temperature: float | None = None
    answer_tokens: int | None = None

    @property
    def window(self) -> int:
        """Tokens that it reads and writes at most; loads the model."""
        return load_local_model(self.model).window

    @property
    def _llm_type(self) -> str:
        return "seodam-transformers"

    @property
    def called(self) -> str:
        return self.model

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        model = load_local_model(self.model)
        prompt = model.tokens.chat(
            [{"role": _ROLES[one.type], "content": one.text} for one in messages]
        )
        limit = self._limit(model, len(prompt))
        written: list[int] = []
        held = _UntilStop(stop or ())
        most = int(kwargs.get("top_logprobs") or 0) if kwargs.get("logprobs") else None
        with closing(self._pieces(model, prompt, limit, written, most)) as pieces:
            for piece, likely in pieces:
                text = held.add(piece)
                if text or likely:
                    yield _told(text, run_manager, likely)
                if held.stopped:
                    break
        rest = held.rest()
        if rest:
            yield _told(rest, run_manager)
        ended = held.stopped or (bool(written) and written[-1] in model.tokens.ends)
        yield _last(self.model, "stop" if ended else "length", len(prompt), len(written))

    def _pieces(
        self, model: LocalModel, prompt: Tokens, limit: int, written: list[int], most: int | None
    ) -> Generator[tuple[str, Likely | None], None, None]:
        """The text as it is written; `written` takes its tokens. With `most`: how likely each
        token was, beside so many that were likelier than all others."""
        rows: SimpleQueue[np.ndarray] = SimpleQueue()

        def work(put: Callable[[int], None], stopped: Callable[[], bool]) -> None:
            watch = None if most is None else rows.put
            model.write(prompt, limit, put, stopped, self.temperature, watch)

        spelling = Spelling(model.tokens)
        with closing(streamed(work)) as tokens:
            for token in tokens:
                written.append(token)
                last = token in model.tokens.ends or len(written) == limit
                likely = None if most is None else _likely(model, token, rows.get(), most)
                yield spelling.add(token, last), likely

    def _limit(self, model: LocalModel, read: int) -> int:
        """How many tokens may be written."""
        wanted = self.answer_tokens or ANSWER_TOKENS
        room = model.window if model.reads_first else model.window - read
        least = min(LEAST_ROOM, wanted)
        if room < least or (model.reads_first and read > model.window):
            most = model.window - (0 if model.reads_first else least)
            raise PromptTooLong(model=self.model, tokens=read, window=most)
        return min(wanted, room)


class _UntilStop:
    """Text up to the first of some words; the end is held back while it may be their beginning."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = [word for word in words if word]
        self._held = ""
        self.stopped = False

    def add(self, piece: str) -> str:
        """What of the text so far may be shown now."""
        self._held += piece
        found = [at for word in self._words if (at := self._held.find(word)) >= 0]
        self.stopped = bool(found)
        ready = min(found) if found else len(self._held) - self._waiting()
        shown, self._held = self._held[:ready], self._held[ready:]
        return shown

    def rest(self) -> str:
        """What had been held back when nothing more comes."""
        return "" if self.stopped else self._held

    def _waiting(self) -> int:
        lengths = (
            length
            for word in self._words
            for length in range(len(word) - 1, 0, -1)
            if self._held.endswith(word[:length])
        )
        return max(lengths, default=0)


def _likely(model: LocalModel, token: int, row: np.ndarray, most: int) -> Likely:
    """How likely a token was, in the form of OpenAI's `logprobs`."""

    def told(one: int) -> Likely:
        return {"token": model.tokens.token(one), "logprob": float(row[one])}

    best = np.argsort(-row, kind="stable")[:most]
    return {**told(token), "top_logprobs": [told(one) for one in best.tolist()]}


def _told(
    text: str, run_manager: CallbackManagerForLLMRun | None, likely: Likely | None = None
) -> ChatGenerationChunk:
    about = {"logprobs": {"content": [likely]}} if likely else None
    chunk = ChatGenerationChunk(message=AIMessageChunk(content=text), generation_info=about)
    if run_manager:
        run_manager.on_llm_new_token(text, chunk=chunk)
    return chunk


def _last(model: str, reason: str, read: int, written: int) -> ChatGenerationChunk:
    message = AIMessageChunk(
        content="",
        response_metadata={"finish_reason": reason, "model_name": model},
        usage_metadata={
            "input_tokens": read,
            "output_tokens": written,
            "total_tokens": read + written,
        },
        chunk_position="last",
    )
    return ChatGenerationChunk(message=message)
