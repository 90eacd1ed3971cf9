"""An answer as it comes: piece by piece, then checked, measured and handed on to be kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from rag_core.arriving import arriving
from rag_core.citations import Checked
from rag_core.errors import ModelTimedOut, SeodamError
from rag_core.metering import Meter
from rag_core.prices import Price
from rag_core.types import Answer, Finish, Hit

Check = Callable[[str, Sequence[Hit]], Checked]
"""An answer as written and the passages shown → the answer as it may be shown."""


class AnswerStream:
    """Iterate for the pieces of the answer, once.

    `standalone_question` and `hits` are known before the first piece; "" is yielded while nothing
    arrives, so that whoever iterates can stop at any time. However the iteration ends (to the
    end, by an error, by `close()` or by an exception of the one who iterates), `answer` is set
    and kept.
    """

    def __init__(
        self,
        parts: Generator[dict[str, Any]],
        question: str,
        model: str,
        check: Check,
        keep: Callable[[Answer], None],
        price: Price | None = None,
    ) -> None:
        self._meter = Meter(model, price)
        self.hits: tuple[Hit, ...] = ()
        self.answer: Answer | None = None
        self.asked = self.standalone_question = question
        self._parts = parts
        self._model = model
        self._check = check
        self._keep = keep

    def __iter__(self) -> Iterator[str]:
        started = self._meter.started = time.monotonic()
        text, answerable, finish, error = "", True, Finish.STOPPED, ""
        try:
            for part in self._parts:
                self.standalone_question = part.get("standalone", self.standalone_question)
                self.hits = tuple(part.get("hits", self.hits))
                answerable = part.get("answerable", answerable)
                piece = part.get("text", "")
                self._meter.read(part)
                text += piece
                yield piece
            finish = Finish.COMPLETE
        except SeodamError as failure:
            finish, error = Finish.FAILED, failure.code
            raise
        finally:
            self._parts.close()
            self.answer = self._checked(text, answerable, finish)
            seconds = time.monotonic() - started
            usage = self._meter.usage(text, finish is Finish.COMPLETE)
            self.answer = replace(self.answer, seconds=seconds, error=error, usage=usage)
            self._keep(self.answer)

    def _checked(self, text: str, answerable: bool, finish: Finish) -> Answer:
        checked = self._check(text, self.hits)
        return Answer(
            text=checked.text,
            citations=checked.citations,
            sentences=checked.sentences if answerable else (),  # that nothing answers is no claim
            hits=self.hits,
            answerable=answerable and checked.answerable and bool(self.hits),
            finish=finish,
            model=self._model,
            standalone_question=self.standalone_question,
            offered_citations=checked.offered,
        )


def within(
    seconds: float, parts: Iterator[dict[str, Any]], model: str
) -> Generator[dict[str, Any]]:
    """What the chain yields, and {} while it yields nothing. Raises ModelTimedOut, of the model of
    this name, when it is not done in time."""
    deadline = time.monotonic() + seconds
    with closing(arriving(parts, "answer")) as arrived:
        for part in arrived:
            if time.monotonic() > deadline:
                raise ModelTimedOut(model=model)
            yield part or {}
