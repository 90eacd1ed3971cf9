"""Evaluation on somebody's own documents: make questions, ask them, keep what came of it.

The measures are those of `python -m rag_core evaluate` (evaluation.py); only the library is the
owner's own, as it stands.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel

from rag_core.assistant import Assistant
from rag_core.errors import Cancelled, SeodamError
from rag_core.evaluation import (
    GoldQuestion,
    contains_gold,
    place_rank,
    score_answers,
    score_places,
)
from rag_core.examinations import Asked, Evaluation, Evaluations
from rag_core.library import Library
from rag_core.reranker import LEARNED, Emphasis
from rag_core.stores.record import now
from rag_core.types import Answer, Hit

DEPTH = 10
FROM_EACH = 12
"""Questions that are made of one document."""
_FOREIGN = (
    "오늘 서울의 날씨는 어때요?",
    "How do I bake sourdough bread?",
    "작년 프로야구 우승 팀은 어디인가요?",
    "What is the capital of Australia?",
)
"""Asked of a made set as well: no document of most libraries answers them."""


def made_questions(library: Library, document_ids: Sequence[str]) -> list[GoldQuestion]:
    """Questions made of documents without a language model, each with its page: of definitions,
    headings, and sentences that tell a number; and a few that should be declined."""
    names = {one.id: one.name for one in library.documents()}
    made: list[GoldQuestion] = []
    for document_id in document_ids:
        study = library.study([document_id], FROM_EACH)
        for suggestion in study.suggestions:
            place = names[document_id], suggestion.passage.page
            made.append(
                GoldQuestion(
                    suggestion.question,
                    kind="made",
                    evidence=(frozenset({place}),),
                    quotes=(suggestion.quote,) if suggestion.quote else (),
                )
            )
    declined = [GoldQuestion(one, answerable=False, kind="foreign") for one in _FOREIGN]
    return [*made, *declined] if made else []


@dataclass(frozen=True, slots=True)
class Progress:
    """`stage`: asking, or how it ended: done, cancelled, failed."""

    stage: str
    done: int = 0
    total: int = 0
    run: Evaluation | None = None
    error: SeodamError | None = None


def examine(
    library: Library,
    assistant: Assistant,
    model: BaseChatModel,
    questions: Sequence[GoldQuestion],
    emphasis: Emphasis = LEARNED,
    show: Callable[[int], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[dict[str, float], tuple[Asked, ...]]:
    """Ask every question; the measures of `evaluate` and each question. Raises Cancelled."""
    retriever = library.retriever(k=DEPTH, emphasis=emphasis)
    answered: list[tuple[GoldQuestion, Answer]] = []
    asked: list[Asked] = []
    for done, gold in enumerate(questions, start=1):
        if cancelled():
            raise Cancelled
        begun = time.perf_counter()
        found = retriever.search(gold.question)
        seconds = time.perf_counter() - begun
        rank = place_rank([(hit.document, hit.passage.page) for hit in found], gold)
        answer = _answer(assistant, gold.question, model, found)
        answered.append((gold, answer))
        right = contains_gold(gold, answer) if gold.answerable else not answer.answerable
        asked.append(
            Asked(gold.question, rank, answer.answerable, right, answer.verified_share, seconds)
        )
        show(done)
    return _measures(questions, asked, answered), tuple(asked)


def _answer(
    assistant: Assistant, question: str, model: BaseChatModel, found: Sequence[Hit]
) -> Answer:
    stream = assistant.ask_once(question, model, found=found)
    for _ in stream:
        pass
    assert stream.answer is not None
    return stream.answer


def _measures(
    questions: Sequence[GoldQuestion],
    asked: Iterable[Asked],
    answered: Sequence[tuple[GoldQuestion, Answer]],
) -> dict[str, float]:
    rows = list(asked)
    ranks = [row.rank for gold, row in zip(questions, rows, strict=True) if gold.answerable]
    times = sorted(row.seconds for row in rows)
    return {
        **score_places(ranks, DEPTH),
        **score_answers(answered),
        "search_p50_ms": 1000 * times[len(times) // 2] if times else 0.0,
        "questions": float(len(rows)),
    }


class Examiner:
    """Runs one evaluation at a time for one owner, in the background."""

    def __init__(self, evaluations: Evaluations) -> None:
        self.evaluations = evaluations
        self.progress: Progress | None = None
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self.progress is not None and self.progress.stage == "asking"

    def start(
        self,
        set_id: str,
        settings: dict[str, str],
        questions: Sequence[GoldQuestion],
        ask: Callable[
            [Callable[[int], None], Callable[[], bool]],
            tuple[dict[str, float], tuple[Asked, ...]],
        ],
    ) -> None:
        """Begin, unless one is running; `ask(show, cancelled)` is `examine` of what is chosen."""
        if self.running:
            return
        self._stopping.clear()
        self.progress = Progress("asking", 0, len(questions))

        def work() -> None:
            def show(done: int) -> None:
                self.progress = Progress("asking", done, len(questions))

            try:
                measures, asked = ask(show, self._stopping.is_set)
                run = Evaluation(secrets.token_hex(6), set_id, settings, measures, asked, now())
                self.evaluations.keep_run(run)
                self.progress = Progress("done", len(questions), len(questions), run)
            except Cancelled:
                self.progress = Progress("cancelled")
            except SeodamError as error:
                self.progress = Progress("failed", error=error)
            except Exception:  # a fault of ours must not look like a run that goes on for ever
                logging.getLogger(__name__).exception("an evaluation failed")
                self.progress = Progress("failed", error=SeodamError())

        self._worker = threading.Thread(target=work, name="evaluation", daemon=True)
        self._worker.start()

    def stop(self) -> None:
        """Stop after the question that is being asked; nothing of it is kept."""
        self._stopping.set()
        if self._worker is not None:
            self._worker.join()
