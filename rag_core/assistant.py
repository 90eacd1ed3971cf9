"""The assistant: asks the chain in the words of a conversation, and keeps the turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel

from rag_core import budget, citations, prompting
from rag_core.answer_stream import AnswerStream, within
from rag_core.chain import Fit, build_chain, everything
from rag_core.citations import Checked
from rag_core.embeddings import BundledEmbedding
from rag_core.followups import REMEMBERED, texts_of_best
from rag_core.generators import EXTRACTIVE, model_name
from rag_core.library import Library
from rag_core.overview import WithOverviews, wants_overview
from rag_core.prices import Price
from rag_core.prompting import INSTRUCTIONS_LENGTH
from rag_core.reranker import LEARNED, Emphasis
from rag_core.retriever import SeodamRetriever
from rag_core.rewriting import standalone
from rag_core.stores.conversations import Conversations
from rag_core.stores.preferences import INSTRUCTIONS
from rag_core.text import shortened
from rag_core.types import (
    AS_IT_IS,
    DEFAULT_COLLECTION,
    EVERYTHING,
    Answer,
    Conversation,
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
        return self.conversations.start(shortened(question, TITLE_LENGTH), collection)

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
        parts = within(self._answer_seconds, self._parts(question, model, retriever), name)
        price = None if name == EXTRACTIVE else self._price(name)
        return AnswerStream(parts, question.text, name, check, keep, price)

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
