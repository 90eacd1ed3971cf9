"""Evaluation in the background: one thing at a time for one owner, with its progress and a stop."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel

from rag_core.background import Background, Stop
from rag_core.errors import SeodamError
from rag_core.examinations import Evaluation, Evaluations, QuestionList
from rag_core.examining import Examinee, Show, compare
from rag_core.gold import GoldQuestion
from rag_core.library import Library
from rag_core.question_files import take_in
from rag_core.question_making import written_questions
from rag_core.setups import Setup
from rag_core.stores.record import now
from rag_core.types import Document, Upload


@dataclass(frozen=True, slots=True)
class Progress:
    """`stage`: what is done ("embedding", "asking" …), or how it ended: done, cancelled, failed.

    `set_id` is a question set that was made, of `kept` questions, without the `dropped` ones, and
    `collection` the one that it is about.
    """

    stage: str
    done: int = 0
    total: int = 0
    error: SeodamError | None = None
    set_id: str = ""
    collection: str = ""
    kept: int = 0
    dropped: int = 0

    @property
    def running(self) -> bool:
        return self.stage not in {"done", "cancelled", "failed"}


Work = Callable[[Show, Stop], Progress]
"""What is done; gives how it ended. Raises Cancelled when it was stopped."""


class Examiner:
    """Works for one owner; `progress` tells how far it is and how it ended."""

    def __init__(self, evaluations: Evaluations) -> None:
        self.evaluations = evaluations
        self._background = Background[Progress](
            "evaluation", lambda stage, error: Progress(stage, error=error)
        )

    @property
    def progress(self) -> Progress | None:
        return self._background.progress

    @property
    def running(self) -> bool:
        return self._background.running

    def measure(
        self,
        questions: QuestionList,
        examinee: Examinee,
        setups: Sequence[Setup],
        told: Sequence[Mapping[str, str]],
    ) -> None:
        """Begin to ask with each setup; all runs are kept when the last question was asked, or
        none. `told` are the settings that each is kept with."""

        def work(show: Show, cancelled: Stop) -> Progress:
            results = compare(examinee, questions.questions, setups, show, cancelled)
            for result, settings in reversed([*zip(results, told, strict=True)]):
                self.evaluations.keep_run(
                    Evaluation(
                        secrets.token_hex(6),
                        questions.id,
                        dict(settings),
                        result.measures,
                        result.asked,
                        now(),
                    )
                )
            return Progress("done", len(questions.questions), len(questions.questions))

        self.start("asking", len(questions.questions), work)

    def write(
        self,
        name: str,
        library: Library,
        documents: Sequence[Document],
        model: BaseChatModel,
        collection: str,
    ) -> None:
        """Begin to let a model make a question set of this name; kept where any could be
        verified. Stopping keeps those made so far."""

        def work(show: Show, cancelled: Stop) -> Progress:
            made = written_questions(library, documents, model, show, cancelled)
            return self._kept(name, made.questions, collection, made.dropped)

        self.start("writing", len(documents), work)

    def take_in(
        self, name: str, library: Library, uploads: Sequence[Upload], collection: str
    ) -> None:
        """Begin to take in a question set of this name from files; see `question_files.take_in`."""

        def work(show: Show, cancelled: Stop) -> Progress:
            taken = take_in(library, name, uploads, collection, show, cancelled)
            return self._kept(name, taken.questions, taken.collection, taken.dropped)

        self.start("adding", 0, work)

    def _kept(
        self, name: str, questions: Sequence[GoldQuestion], collection: str, dropped: int
    ) -> Progress:
        kept = len(questions)
        set_id = self.evaluations.keep_set(name, questions) if kept else ""
        return Progress("done", set_id=set_id, collection=collection, kept=kept, dropped=dropped)

    def start(self, stage: str, total: int, work: Work) -> None:
        """Begin, unless something is going on."""
        self._background.start(
            Progress(stage, 0, total),
            lambda show, cancelled: work(lambda *said: show(Progress(*said)), cancelled),
        )

    def stop(self) -> None:
        """Stop after the question that is being asked; nothing of it is kept."""
        self._background.stop()

    def wait(self) -> None:
        """Until nothing is going on."""
        self._background.wait()
