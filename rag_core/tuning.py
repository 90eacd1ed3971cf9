"""Fine-tuning the retriever on somebody's own documents, and proving that it helped.

A tuning is tried on questions that were kept aside before it may be used, and it may be used only
where it found more with some certainty. Using it re-embeds beside the old vectors (reembedding.py),
so that going back is one click. Tunings and their trials are files in a folder of their own.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from pydantic import TypeAdapter

from rag_core.adapter import AdaptedEmbedding, Adapter, Course, Pair, Step, learn
from rag_core.background import Background, Stop
from rag_core.embeddings import (
    SENTENCE_TRANSFORMERS,
    Embedding,
    SentenceTransformerEmbedding,
    bundled_embedding,
    load_embedding,
)
from rag_core.errors import NotFound, SeodamError, TooFewLessons, WrongSetting
from rag_core.fine_tuning import Regimen, fine_tune
from rag_core.lessons import Lessons
from rag_core.trials import Trial, try_out
from rag_core.types import Passage

TUNED = "tuned:"
"""How the name of a tuned embedding begins."""
FEWEST = 40
"""Lessons to learn from, and a quarter of it to measure on: with fewer nothing can be said."""
EPOCHS = 8
_ID = re.compile(r"[0-9a-f]{12}")
BASE = "bundled"
"""The embedding that an adapter is learned on."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`stage`: preparing, learning (in steps), measuring (in texts that were read), or how it
    ended: done, cancelled, failed."""

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
        if (self._folder / tuning).is_dir():
            return SentenceTransformerEmbedding(str(self._folder / tuning))
        path = self._folder / f"{tuning}.npz"
        Adapter.load(path)
        return AdaptedEmbedding(path)

    def discard(self, tuning: str) -> None:
        """Delete a tuning and its trial; raises NotFound."""
        if not _ID.fullmatch(tuning) or not (self._folder / f"{tuning}.json").exists():
            raise NotFound(what="tuning")
        self._forget(tuning)

    def sweep(self) -> None:
        """Delete what a tuning left that was killed: all that has no trial. Not while one runs."""
        kept = {path.stem for path in self._folder.glob("*.json")}
        for path in list(self._folder.glob("*")):
            if _ID.fullmatch(path.stem) and (path.stem not in kept or path.suffix == ".partial"):
                with suppress(OSError):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _forget(self, tuning: str) -> None:
        for ending in ("json", "npz"):
            (self._folder / f"{tuning}.{ending}").unlink(missing_ok=True)
        shutil.rmtree(self._folder / tuning, ignore_errors=True)

    def tune(
        self,
        passages: Sequence[Passage],
        lessons: Lessons,
        show: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        base: str = BASE,
        in_use: Mapping[str, Embedding] = MappingProxyType({}),
    ) -> Trial:
        """Teach `base` ("bundled": an adapter on it; "sentence-transformers:NAME": all of it), try
        it against the base and what is `in_use`, by name; keep tuning and trial.

        Raises TooFewLessons, Cancelled, WrongSetting, MissingExtra, ModelFailed kinds.
        """
        _enough(lessons)
        begun = time.monotonic()
        losses: list[tuple[int, float]] = []

        def learning(step: Step) -> None:
            losses.append((step.step, round(step.loss, 4)))
            show(Progress("learning", step.step, step.steps, tuple(losses)))

        def measuring(done: int, total: int) -> None:
            show(Progress("measuring", done, total, tuple(losses)))

        pairs: list[Pair] = [(one.question, one.text, one.unlike) for one in lessons.taught]
        tuning = secrets.token_hex(6)
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            first, tuned = self._learn(tuning, base, pairs, learning, cancelled)
            show(Progress("measuring", 0, 1, tuple(losses)))
            befores = {**in_use, base: first}
            trial = try_out(befores, tuned, passages, lessons.held, cancelled, measuring)
        except BaseException:
            self._forget(tuning)
            raise
        seconds = round(time.monotonic() - begun, 1)
        trial = replace(trial, id=tuning, base=base, seconds=seconds, lessons=len(pairs))
        trial = replace(trial, losses=tuple(losses), collection=lessons.collection)
        self._keep(trial)
        return trial

    def _learn(
        self,
        tuning: str,
        base: str,
        pairs: Sequence[Pair],
        show: Callable[[Step], None],
        cancelled: Callable[[], bool],
    ) -> tuple[Embedding, Embedding]:
        """The embedding that learned, as it was and as it is now."""
        if base == BASE:
            bundled, path = bundled_embedding(), self._folder / f"{tuning}.npz"
            steps = int(np.clip(EPOCHS * len(pairs) / Course().batch, 30, 400))
            course = Course(steps=steps, look_every=max(5, steps // 12))
            learn(bundled, pairs, course, show, cancelled).save(path)
            return bundled, AdaptedEmbedding(path, bundled)
        if not base.startswith(SENTENCE_TRANSFORMERS):
            allowed = f"`{BASE}` or `{SENTENCE_TRANSFORMERS}NAME`"
            raise WrongSetting(setting="embedding", value=base, allowed=allowed)
        first = load_embedding(base)
        folder = self._folder / tuning
        fine_tune(base, pairs, folder, Regimen(), show, cancelled)
        return first, SentenceTransformerEmbedding(str(folder))

    def _keep(self, trial: Trial) -> None:
        partial = self._folder / f"{trial.id}.partial"
        partial.write_text(json.dumps(asdict(trial), ensure_ascii=False), encoding="utf-8")
        partial.replace(self._folder / f"{trial.id}.json")


_TRIAL = TypeAdapter(Trial)


def _enough(lessons: Lessons) -> None:
    if len(lessons.taught) < FEWEST or len(lessons.held) < FEWEST // 4:
        found = len(lessons.taught) + len(lessons.held)
        raise TooFewLessons(found=found, needed=FEWEST * 5 // 4)


Prepare = Callable[[], tuple[Sequence[Passage], Lessons]]


class Tuner:
    """Tunes in the background, one at a time; `progress` tells how far it is and how it ended."""

    def __init__(self, tunings: Tunings) -> None:
        self.tunings = tunings
        self._background = Background[Progress](
            "tuning", lambda stage, error: Progress(stage, error=error)
        )

    @property
    def progress(self) -> Progress | None:
        return self._background.progress

    @property
    def running(self) -> bool:
        return self._background.running

    def start(
        self,
        prepare: Prepare,
        base: str = BASE,
        in_use: Mapping[str, Embedding] = MappingProxyType({}),
    ) -> None:
        """Begin, unless one is running; `prepare` gives the passages and what to learn of them,
        `base` and `in_use` are those of `Tunings.tune`."""

        def work(show: Callable[[Progress], None], cancelled: Stop) -> Progress:
            passages, lessons = prepare()
            trial = self.tunings.tune(passages, lessons, show, cancelled, base, in_use)
            return Progress("done", losses=trial.losses, trial=trial)

        self._background.start(Progress("preparing"), work)

    def stop(self) -> None:
        """Stop within a step; nothing of it is kept."""
        self._background.stop()

    def wait(self) -> None:
        """Until nothing is going on."""
        self._background.wait()
