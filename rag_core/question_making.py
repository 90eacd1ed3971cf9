"""Question sets made of somebody's own documents, without a language model or by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel
from pydantic import Field

from rag_core.errors import Cancelled, ModelAnswerBroken
from rag_core.generators import model_name
from rag_core.gold import GoldQuestion, place_of
from rag_core.instructions import EXAMINATION, studying
from rag_core.library import Library
from rag_core.quoting import Desk, Quoting, chosen
from rag_core.structured import written
from rag_core.text import language, letters_of
from rag_core.types import Document, Hit

FROM_EACH = 12
"""Questions that are made of one document."""
_FOREIGN = (
    "오늘 서울의 날씨는 어때요?",
    "How do I bake sourdough bread?",
    "작년 프로야구 우승 팀은 어디인가요?",
    "What is the capital of Australia?",
)


def made_questions(library: Library, documents: Sequence[Document]) -> list[GoldQuestion]:
    """Questions made of documents without a language model, each with its place: of definitions,
    headings, and sentences that tell a number; and a few that should be declined."""
    made: list[GoldQuestion] = []
    for document in documents:
        study = library.study([document.id], FROM_EACH)
        for suggestion in study.suggestions:
            place = place_of(document.name, suggestion.passage)
            made.append(
                GoldQuestion(
                    suggestion.question,
                    kind="made",
                    evidence=(frozenset({place}),),
                    quotes=(suggestion.quote,) if suggestion.quote else (),
                )
            )
    return [*made, *foreign_questions()] if made else []


def foreign_questions() -> list[GoldQuestion]:
    """Questions that no document of most libraries answers: they should be declined."""
    return [GoldQuestion(one, answerable=False, kind="foreign") for one in _FOREIGN]


class _Question(Quoting):
    question: str = Field(min_length=1, max_length=400)
    answer: str = Field(min_length=1, max_length=400)


@dataclass(frozen=True, slots=True)
class Made:
    """Questions that were verified, and how many were dropped because they could not be."""

    questions: tuple[GoldQuestion, ...]
    dropped: int


def written_questions(
    library: Library,
    documents: Sequence[Document],
    model: BaseChatModel,
    show: Callable[[str, int, int], None] = lambda *_: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Made:
    """Questions that a model makes of documents, one call for each, with the foreign ones.

    Each quotes the page that answers it; what does not stand there, and what says the same as an
    earlier one, is dropped. Shows "writing", in documents. When it is stopped it gives what there
    is, or raises Cancelled where there is nothing. Raises ModelFailed kinds; ModelAnswerBroken only
    where no document got an answer that could be read.
    """
    kept: dict[str, GoldQuestion] = {}
    dropped, broken = 0, None
    for done, document in enumerate(documents):
        show("writing", done, len(documents))
        try:
            made = _of_document(library, document, model, cancelled)
        except ModelAnswerBroken as error:
            broken = error
            continue
        if made is None:
            break
        dropped += made.dropped
        for one in made.questions:
            dropped += letters_of(one.question) in kept
            kept.setdefault(letters_of(one.question), one)
    if not kept and cancelled():
        raise Cancelled
    if not kept and broken is not None:
        raise broken
    foreign = foreign_questions() if kept else []
    return Made((*kept.values(), *foreign), dropped)


def _of_document(
    library: Library, document: Document, model: BaseChatModel, cancelled: Callable[[], bool]
) -> Made | None:
    """What a model asks about one document; None when it was stopped."""
    some = chosen(library.passages(document.id))
    hits = [Hit(n, one, document.name, 1.0) for n, one in enumerate(some, start=1)]
    spoken = language("\n".join(one.text for one in some))
    whole: dict[str, object] = {}
    with closing(written(model, studying(EXAMINATION, hits, spoken), model_name(model))) as growing:
        for said in growing:
            if cancelled():
                return None
            whole = said
    pieces = Desk(some, library.page_text).verified(
        _Question, whole.get("questions"), lambda one: one.answer
    )
    questions = tuple(
        GoldQuestion(
            one.question,
            one.answer,
            kind="written",
            evidence=(frozenset({place_of(document.name, source.passage)}),),
            quotes=(source.text,),
        )
        for one, source in pieces.kept
    )
    return Made(questions, pieces.dropped)
