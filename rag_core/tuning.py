"""Fine-tuning the retriever on somebody's own documents, and proving that it helped.

A tuning is tried on questions that were kept aside before it may be used, and it may be used only
where it found more with some certainty. Using it re-embeds beside the old vectors (reembedding.py),
so that going back is one click. Tunings and their trials are files in a folder of their own.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from rag_core.adapter import AdaptedEmbedding, Adapter, Course, Pair, Step, learn
from rag_core.embeddings import BundledEmbedding, Embedding
from rag_core.errors import Cancelled, NotFound, SeodamError, TooFewLessons, WrongSetting
from rag_core.evaluation import bootstrap, mean
from rag_core.lessons import Lesson, Lessons
from rag_core.passages import searchable_text
from rag_core.stores.record import now
from rag_core.types import Passage

TUNED = "tuned:"
"""How the name of a tuned embedding begins."""
FEWEST = 40
"""Lessons to learn from, and a quarter of it to measure on: with fewer nothing can be said."""
EPOCHS = 8
_ID = re.compile(r"[0-9a-f]{12}")
_SURE = 0.10
"""Share of the bootstrap's draws in which a tuning that is worth using may be no better."""
_BASE = "bundled"


@dataclass(frozen=True, slots=True)
class Trial:
    """How well the questions kept aside find their passage, before and after.

    `gain` is the mean difference of nDCG@10 with its 95 % bootstrap interval, drawn in pairs.
    `better` says that the tuning may be used.
    """

    id: str
    base: str
    made_at: str
    seconds: float
    lessons: int
    questions: int
    before: dict[str, float]
    after: dict[str, float]
    gain: float
    interval: tuple[float, float]
    better: bool
    losses: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """`stage`: preparing, learning, measuring, or how it ended: done, cancelled, failed."""

    stage: str
    step: int = 0
    steps: int = 0
    losses: tuple[tuple[int, float], ...] = ()
    trial: Trial | None = None
    error: SeodamError | None = None

    @property
    def running(self) -> bool:
        return self.stage in {"preparing", "learning", "measuring"}


class Tunings:
    """The tunings of one data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> tuple[Trial, ...]:
        """Their trials, newest first."""
        files = self._folder.glob("*.json") if self._folder.exists() else ()
        trials = [_TRIAL.validate_json(path.read_bytes()) for path in files]
        return tuple(sorted(trials, key=lambda one: one.made_at, reverse=True))

    def embedding(self, name: str) -> Embedding:
        """The embedding "tuned:ID"; raises WrongSetting."""
        tuning = name.removeprefix(TUNED)
        if not _ID.fullmatch(tuning):
            raise WrongSetting(setting="embedding", value=name, allowed="a tuning kept here")
        path = self._folder / f"{tuning}.npz"
        Adapter.load(path)
        return AdaptedEmbedding(path)

    def discard(self, tuning: str) -> None:
        """Delete a tuning and its trial; raises NotFound."""
        if not _ID.fullmatch(tuning) or not (self._folder / f"{tuning}.json").exists():
            raise NotFound(what="tuning")
        for ending in ("json", "npz"):
            (self._folder / f"{tuning}.{ending}").unlink(missing_ok=True)

    def tune(
        self,
        passages: Sequence[Passage],
        lessons: Lessons,
        show: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Trial:
        """Learn an adapter, try it, keep both. Raises TooFewLessons, Cancelled."""
        _enough(lessons)
        begun = time.monotonic()
        base = BundledEmbedding()
        losses: list[tuple[int, float]] = []

        def learning(step: Step) -> None:
            losses.append((step.step, round(step.loss, 4)))
            show(Progress("learning", step.step, step.steps, tuple(losses)))

        pairs: list[Pair] = [(one.question, one.text, one.unlike) for one in lessons.taught]
        steps = int(np.clip(EPOCHS * len(pairs) / Course().batch, 30, 400))
        course = Course(steps=steps, look_every=max(5, steps // 12))
        adapter = learn(base, pairs, course, learning, cancelled)
        show(Progress("measuring", steps, steps, tuple(losses)))
        tuning = secrets.token_hex(6)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{tuning}.npz"
        adapter.save(path)
        trial = try_out(base, AdaptedEmbedding(path, base), passages, lessons.held)
        trial = replace(
            trial,
            id=tuning,
            base=_BASE,
            seconds=round(time.monotonic() - begun, 1),
            lessons=len(pairs),
            losses=tuple(losses),
        )
        self._keep(trial)
        return trial

    def _keep(self, trial: Trial) -> None:
        partial = self._folder / f"{trial.id}.partial"
        partial.write_text(json.dumps(asdict(trial), ensure_ascii=False), encoding="utf-8")
        partial.replace(self._folder / f"{trial.id}.json")


_TRIAL = TypeAdapter(Trial)


def try_out(
    before: Embedding, after: Embedding, passages: Sequence[Passage], held: Sequence[Lesson]
) -> Trial:
    """Both embeddings over the questions kept aside, each among all passages. A passage of which
    a sentence asks is searched without that sentence, as it was cut out of it."""
    first, second = (_ranks(one, passages, held) for one in (before, after))
    gains = [b - a for a, b in zip(first, second, strict=True)]
    low, high = bootstrap(gains)
    draws = np.random.default_rng(0).choice(gains, (1000, len(gains))).mean(axis=1)
    return Trial(
        id="",
        base="",
        made_at=now(),
        seconds=0.0,
        lessons=0,
        questions=len(held),
        before=_row(first),
        after=_row(second),
        gain=mean(gains),
        interval=(low, high),
        better=bool(mean(gains) > 0 and (draws <= 0).mean() < _SURE),
        losses=(),
    )


def _ranks(
    embedding: Embedding, passages: Sequence[Passage], held: Sequence[Lesson]
) -> list[float]:
    """nDCG@10 of each question, by meaning alone."""
    places = {one.id: place for place, one in enumerate(passages)}
    vectors = embedding.embed_array([searchable_text(one) for one in passages])
    asked = embedding.embed_array([one.question for one in held], query=True)
    texts = embedding.embed_array([one.text for one in held])
    gains = []
    for lesson, question, text in zip(held, asked, texts, strict=True):
        scores = vectors @ question
        own = places[lesson.passage_id]
        scores[own] = text @ question
        rank = int((scores > scores[own]).sum()) + 1
        gains.append(1 / float(np.log2(rank + 1)) if rank <= 10 else 0.0)
    return gains


def _row(gains: Sequence[float]) -> dict[str, float]:
    """hit@1, hit@5 and nDCG@10 of questions with one right passage each."""
    return {
        "hit@1": mean(float(gain == 1.0) for gain in gains),
        "hit@5": mean(float(gain >= 1 / np.log2(6)) for gain in gains),
        "ndcg@10": mean(gains),
    }


def _enough(lessons: Lessons) -> None:
    if len(lessons.taught) < FEWEST or len(lessons.held) < FEWEST // 4:
        found = len(lessons.taught) + len(lessons.held)
        raise TooFewLessons(found=found, needed=FEWEST * 5 // 4)


class Tuner:
    """Tunes in the background, one at a time; `progress` tells how far it is and how it ended."""

    def __init__(self, tunings: Tunings) -> None:
        self.tunings = tunings
        self.progress: Progress | None = None
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self.progress is not None and self.progress.running

    def start(self, prepare: Callable[[], tuple[Sequence[Passage], Lessons]]) -> None:
        """Begin, unless one is running; `prepare` gives the passages and what to learn of them."""
        if self.running:
            return
        self._stopping.clear()
        self.progress = Progress("preparing")
        self._worker = threading.Thread(target=self._work, args=(prepare,), daemon=True)
        self._worker.start()

    def stop(self) -> None:
        """Stop within a step; nothing of it is kept."""
        self._stopping.set()
        if self._worker is not None:
            self._worker.join()

    def _work(self, prepare: Callable[[], tuple[Sequence[Passage], Lessons]]) -> None:
        def show(progress: Progress) -> None:
            self.progress = progress

        try:
            passages, lessons = prepare()
            trial = self.tunings.tune(passages, lessons, show, self._stopping.is_set)
            self.progress = Progress("done", losses=trial.losses, trial=trial)
        except Cancelled:
            self.progress = Progress("cancelled")
        except SeodamError as error:
            self.progress = Progress("failed", error=error)
        except Exception:  # a fault of ours must not look like learning that goes on for ever
            logging.getLogger(__name__).exception("tuning failed")
            self.progress = Progress("failed", error=SeodamError())
