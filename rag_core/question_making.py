"""Question sets made of somebody's own documents, without a language model."""

from __future__ import annotations

from collections.abc import Sequence

from rag_core.evaluation import GoldQuestion, place_of
from rag_core.library import Library
from rag_core.types import Document

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
