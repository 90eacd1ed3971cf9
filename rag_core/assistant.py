"""The assistant: asks the chain, streams the answer, checks its citations, keeps the turn."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.language_models import BaseChatModel

from rag_core import budget, citations, prompting
from rag_core.chain import Fit, build_chain, everything
from rag_core.citations import Checked
from rag_core.embeddings import BundledEmbedding
from rag_core.errors import ModelTimedOut, SeodamError
from rag_core.followups import REMEMBERED, texts_of_best
from rag_core.generators import EXTRACTIVE, model_name
from rag_core.library import Library
from rag_core.metering import Meter
from rag_core.overview import WithOverviews, wants_overview
from rag_core.prices import Price
from rag_core.prompting import INSTRUCTIONS_LENGTH
from rag_core.reranker import LEARNED, Emphasis
from rag_core.retriever import SeodamRetriever
from rag_core.rewriting import standalone
from rag_core.stores.conversations import Conversations
from rag_core.stores.preferences import INSTRUCTIONS
from rag_core.types import (
    AS_IT_IS,
    DEFAULT_COLLECTION,
    EVERYTHING,
    Answer,
    Conversation,
    Finish,
    Hit,
    Options,
    Passage,
    Scope,
    Turn,
)
from rag_core.windows import window_of

PASSAGES = 8  # shown to the model
TITLE_LENGTH = 60
_EMPHASIS = "emphasis"  # the preference that holds it
QUESTION_LENGTH = 8000  # characters; a longer question is cut and the reader is told

Check = Callable[[str, Sequence[Hit]], Checked]
"""An answer as written and the passages shown → the answer as it may be shown."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of what, and after which turns; `whole` when it leans on none of them;
    `found` where it has been searched for already."""

    text: str
    collection: str = DEFAULT_COLLECTION
    excluded: frozenset[str] = frozenset()
    scope: Scope = EVERYTHING
    history: tuple[Turn, ...] = ()
    whole: bool = False
    options: Options = AS_IT_IS
    found: tuple[Hit, ...] | None = None


class Assistant:
    """Everything that one owner can do with conversations."""

    def __init__(
        self,
        library: Library,
        conversations: Conversations,
        answer_seconds: float,
        price: Callable[[str], Price | None] = lambda _: None,
    ) -> None:
        self.conversations = conversations
        self._library = library
        self._answer_seconds = answer_seconds
        self._price = price

    @property
    def emphasis(self) -> Emphasis:
        """What this owner wants the search to trust more, or less, than was learned."""
        return Emphasis.read(self.conversations.preference(_EMPHASIS))

    def emphasise(self, emphasis: Emphasis) -> None:
        """Search so from now on; LEARNED goes back."""
        self.conversations.prefer(_EMPHASIS, "" if emphasis == LEARNED else emphasis.written)

    def instructions(self, collection: str = DEFAULT_COLLECTION) -> str:
        """What this owner tells the model about a collection; "" for `prompting.INSTRUCTIONS`."""
        return self.conversations.preference(INSTRUCTIONS + collection)

    def instruct(self, instructions: str, collection: str = DEFAULT_COLLECTION) -> None:
        """Tell the model so from now on; "" goes back to ours."""
        kept = instructions.strip()[:INSTRUCTIONS_LENGTH]
        self.conversations.prefer(INSTRUCTIONS + collection, kept)

    def start(self, question: str, collection: str = DEFAULT_COLLECTION) -> Conversation:
        """A new conversation, titled after its first question."""
        title = " ".join(question.split())
        if len(title) > TITLE_LENGTH:
            title = title[: TITLE_LENGTH - 1].rstrip() + "…"
        return self.conversations.start(title, collection)

    def ask(
        self,
        question: str,
        conversation: Conversation,
        model: BaseChatModel,
        whole: bool = False,
        beside: int | None = None,
    ) -> AnswerStream:
        """Ask within a conversation; however it ends, the turn is kept: as the last one, or as a
        version of the turn `beside`.

        A question that leans on earlier turns is asked in words that stand alone, but for one that
        its reader calls `whole`: that one is taken as it is.
        """
        kept = self.conversations
        if beside is None:
            before = kept.turns(conversation.id, last=REMEMBERED)
        else:
            before = kept.turns_before(conversation.id, beside, last=REMEMBERED)
        text = question.strip()[:QUESTION_LENGTH]
        asked = Question(
            text,
            conversation.collection,
            conversation.excluded,
            conversation.scope,
            before,
            whole,
            conversation.options,
        )
        return self._stream(asked, model, conversation.id, beside)

    def ask_once(
        self,
        question: str,
        model: BaseChatModel,
        collection: str = DEFAULT_COLLECTION,
        history: Sequence[Turn] = (),
        found: Sequence[Hit] | None = None,
    ) -> AnswerStream:
        """Ask without a conversation; nothing is kept. `found` are the passages, best first, where
        the same search has been done already."""
        known = None if found is None else tuple(found)
        text = question.strip()[:QUESTION_LENGTH]
        asked = Question(text, collection, history=tuple(history), found=known)
        return self._stream(asked, model, None)

    def _stream(
        self,
        question: Question,
        model: BaseChatModel,
        conversation_id: str | None,
        beside: int | None = None,
    ) -> AnswerStream:
        def keep(answer: Answer) -> None:
            if conversation_id is not None:
                self.conversations.append(conversation_id, question.text, answer, beside)

        retriever = self._library.retriever(question.collection, PASSAGES, self.emphasis)
        embedding = retriever.embedding
        bundled = embedding if isinstance(embedding, BundledEmbedding) else None

        def check(text: str, hits: Sequence[Hit]) -> Checked:
            return citations.check(text, hits, self._library.page_text, bundled)

        name = model_name(model)
        pump = _Pump(self._parts(question, model, retriever), self._answer_seconds, name)
        price = None if name == EXTRACTIVE else self._price(name)
        return AnswerStream(pump, question.text, name, check, keep, price)

    def _parts(
        self, question: Question, model: BaseChatModel, retriever: SeodamRetriever
    ) -> Iterator[dict[str, Any]]:
        """The question as it was understood, then what the chain yields for it."""
        documents = self._library.included(question.collection, question.excluded, question.scope)

        def search(asked: str) -> list[str]:
            return texts_of_best(retriever.search(asked, PASSAGES, documents))

        def named(chosen: frozenset[str] | None) -> Iterator[tuple[str, Sequence[Passage]]]:
            for one in self._library.documents(question.collection):
                if chosen is None or one.id in chosen:
                    yield one.name, self._library.passages(one.id)

        alone = question.text
        if question.history and not question.whole and not wants_overview(alone):
            rewritten = standalone(question.text, question.history, search, model)
            alone = rewritten.question
            yield {"spent": rewritten.spent}
        yield {"standalone": alone}
        history = list(question.history)
        asked = {"question": alone, "history": history, "documents": documents}
        chain = build_chain(
            WithOverviews(retriever if question.found is None else _Found(question.found), named),
            model,
            self._fitting(question, model),
            self.instructions(question.collection),
        )
        yield from chain.stream(asked)

    def _fitting(self, question: Question, model: BaseChatModel) -> Fit:
        """What is sent to this model: all to the one that needs no window."""
        options, name = question.options, model_name(model)
        system = prompting.system("", self.instructions(question.collection))
        if name == EXTRACTIVE:
            return everything

        def fit(asked: str, hits: Sequence[Hit], history: Sequence[Turn]) -> budget.Fitted:
            return budget.fit(
                asked,
                hits,
                history,
                window=window_of(model, options.context_tokens),
                answer_tokens=options.answer_tokens,
                count=budget.counter(name),
                system=system,
            )

        return fit


@dataclass(frozen=True)
class _Found:
    """In the place of a search: what one has found."""

    hits: tuple[Hit, ...]

    @property
    def k(self) -> int:
        return len(self.hits)

    def search(
        self, question: str, k: int = 10, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        return list(self.hits[:k])


class AnswerStream:
    """Iterate for the pieces of the answer, once.

    `standalone_question` and `hits` are known before the first piece; "" is yielded while nothing
    arrives, so that whoever iterates can stop at any time. However the iteration ends (to the
    end, by an error, by `close()` or by an exception of the one who iterates), `answer` is set
    and kept.
    """

    def __init__(
        self,
        parts: _Pump,
        question: str,
        model: str,
        check: Check,
        keep: Any,
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
            sentences=checked.sentences,
            hits=self.hits,
            answerable=answerable and checked.answerable and bool(self.hits),
            finish=finish,
            model=self._model,
            standalone_question=self.standalone_question,
            offered_citations=checked.offered,
        )


class _Pump:
    """Draws a stream in a thread of its own, so that whoever reads it can always stop."""

    _HEARTBEAT = 0.2  # seconds
    _END = object()

    def __init__(self, parts: Iterator[dict[str, Any]], seconds: float, model: str) -> None:
        self._parts = parts
        self._seconds = seconds
        self._model = model
        self._closed = threading.Event()
        self._arrived: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        deadline = time.monotonic() + self._seconds
        threading.Thread(target=self._draw, name="answer", daemon=True).start()
        while True:
            try:
                part = self._arrived.get(timeout=self._HEARTBEAT)
            except queue.Empty:
                part = {}
            if part is self._END:
                return
            if isinstance(part, BaseException):
                raise part
            if time.monotonic() > deadline:
                raise ModelTimedOut(model=self._model)
            yield part

    def close(self) -> None:
        self._closed.set()

    def _draw(self) -> None:
        try:
            for part in self._parts:
                if self._closed.is_set():
                    return
                self._arrived.put(part)
        except BaseException as error:  # handed to the reader, who raises it
            self._arrived.put(error)
        else:
            self._arrived.put(self._END)
        finally:
            close = getattr(self._parts, "close", None)
            if close:
                close()
