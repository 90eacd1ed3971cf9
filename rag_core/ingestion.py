"""The queue that adds documents in the background, in the order of their arrival, for all visitors.

Bytes are stored when they are handed in, before anything is read: after a crash the queue goes on
with what it finds unfinished. A job's state is kept in memory; its document is in the record.
Two threads wait for the child processes that read; a third keeps what has been read and publishes
it, several documents at once where they come quickly.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from rag_core.errors import Cancelled, PasswordNeeded, SeodamError
from rag_core.library import Library, Progress, shown_name
from rag_core.types import DEFAULT_COLLECTION, Document, DocumentState, Parsed, Upload

_READERS = 2  # a file that takes long does not hold up the others
_TOGETHER = 4  # documents that are published at once at the most
_PATIENCE = 0.3  # seconds that a document waits for the next one, to be published with it
_AHEAD = 2  # documents read and not kept yet: their text is in memory

ENDED = frozenset({"ready", "unchanged", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Job:
    """One file on its way.

    `stage`: waiting, reading, indexing, locked (a password is needed), or how it ended (ENDED).
    """

    id: int
    owner: str
    name: str
    collection: str
    stage: str = "waiting"
    page: int = 0
    pages: int = 0
    document_id: str = ""
    error: SeodamError | None = None

    @property
    def ended(self) -> bool:
        return self.stage in ENDED

    @property
    def moving(self) -> bool:
        """Whether it goes on by itself."""
        return not self.ended and self.stage != "locked"


class IngestQueue:
    """Adds files, two at a time: as many cores serve the questions of everybody, too."""

    def __init__(self, library_of: Callable[[str], Library]) -> None:
        self._library_of = library_of
        self._jobs: dict[int, Job] = {}
        self._cancelled: set[int] = set()
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._waiting: queue.Queue[tuple[Job, str | None] | None] = queue.Queue()
        self._read: queue.Queue[tuple[Job, Parsed | None] | None] = queue.Queue(_AHEAD)
        self._kept: list[tuple[Job, Document]] = []
        self._workers = [
            threading.Thread(target=work, name=f"ingest{work.__name__}", daemon=True)
            for work in [self._reading] * _READERS + [self._keeping]
        ]
        for worker in self._workers:
            worker.start()

    def submit(self, owner: str, upload: Upload, collection: str = DEFAULT_COLLECTION) -> Job:
        """Store the bytes and queue the rest; a file that cannot be stored is a failed job."""
        job = Job(next(self._ids), owner, shown_name(upload.name), collection)
        try:
            document = self._library_of(owner).receive(upload, collection)
        except SeodamError as error:
            return self._keep(replace(job, stage="failed", error=error))
        job = replace(job, document_id=document.id)
        if document.state is DocumentState.READY:
            return self._keep(replace(job, stage="unchanged", name=document.name))
        return self._enqueue(job, upload.password)

    def resume(self, owner: str, document_id: str) -> Job:
        """Queue a document that an earlier process received and did not finish."""
        document = self._library_of(owner).document(document_id)
        job = Job(
            next(self._ids), owner, document.name, document.collection, document_id=document_id
        )
        return self._enqueue(job, None)

    def jobs(self, owner: str) -> tuple[Job, ...]:
        """The jobs of one owner, oldest first, until they are dismissed."""
        with self._lock:
            return tuple(job for job in self._jobs.values() if job.owner == owner)

    def unlock(self, owner: str, job_id: int, password: str) -> None:
        """Try a locked job again with a password, which is not kept."""
        job = self._job(owner, job_id)
        if job is not None and job.stage == "locked":
            self._enqueue(replace(job, stage="waiting", error=None), password)

    def cancel(self, owner: str, job_id: int) -> None:
        """Stop a job within a second; what it had done is undone."""
        job = self._job(owner, job_id)
        if job is None or job.ended:
            return
        if job.stage == "locked":
            self._library_of(owner).discard(job.document_id)
            self._keep(replace(job, stage="cancelled"))
        else:
            self._cancelled.add(job_id)

    def dismiss(self, owner: str, job_id: int) -> None:
        """Forget a job that has ended."""
        job = self._job(owner, job_id)
        if job is not None and job.ended:
            with self._lock:
                self._jobs.pop(job_id, None)

    def close(self) -> None:
        """Stop what runs and what waits; the record keeps it unfinished for the next start."""
        self._closing.set()
        for _ in range(_READERS):
            self._waiting.put(None)
        for worker in self._workers:
            worker.join()

    def _job(self, owner: str, job_id: int) -> Job | None:
        with self._lock:
            job = self._jobs.get(job_id)
        return job if job is not None and job.owner == owner else None

    def _keep(self, job: Job) -> Job:
        with self._lock:
            self._jobs[job.id] = job
        return job

    def _enqueue(self, job: Job, password: str | None) -> Job:
        self._keep(job)
        self._waiting.put((job, password))
        return job

    def _reading(self) -> None:
        """One file after the other, each in its child process."""
        while (item := self._waiting.get()) and not self._closing.is_set():
            job, password = item
            job = self._keep(replace(job, stage="reading"))
            with self._ending(job):
                library = self._library_of(job.owner)
                parsed = library.read(
                    job.document_id, password, self._show(job), self._is_cancelled(job)
                )
                self._read.put((job, parsed))
            self._waiting.task_done()
        self._read.put(None)

    def _keeping(self) -> None:
        """What was read into the record, and published when nothing more comes for a moment."""
        readers = _READERS
        while readers:
            if not (item := self._next()):
                self._publish()
                readers -= item is None
                continue
            job, parsed = item
            with self._ending(job):
                document = self._library_of(job.owner).keep(
                    job.document_id, parsed, self._show(job), self._is_cancelled(job)
                )
                self._kept.append((job, document))
            if len(self._kept) == _TOGETHER:
                self._publish()

    def _next(self) -> tuple[Job, Parsed | None] | tuple[()] | None:
        """What was read next; () when what is kept should not wait for it; None when a
        reader has ended."""
        more_to_come = self._waiting.unfinished_tasks > 0
        try:
            if not self._kept:
                return self._read.get()
            return self._read.get(more_to_come, _PATIENCE)
        except queue.Empty:
            return ()

    def _show(self, job: Job) -> Callable[[Progress], None]:
        def show(progress: Progress) -> None:
            stage = "reading" if progress.stage in {"received", "reading"} else "indexing"
            self._keep(replace(job, stage=stage, page=progress.page, pages=progress.pages))

        return show

    def _is_cancelled(self, job: Job) -> Callable[[], bool]:
        return lambda: self._closing.is_set() or job.id in self._cancelled

    @contextmanager
    def _ending(self, job: Job) -> Iterator[None]:
        """What ends a job before it is published, told in its stage; other jobs go on."""
        try:
            yield
        except Cancelled as error:
            if job.id in self._cancelled:
                self._library_of(job.owner).discard(job.document_id)
            self._keep(replace(job, stage="cancelled", error=error))
        except PasswordNeeded as error:
            self._keep(replace(job, stage="locked", error=error))
        except SeodamError as error:
            self._keep(replace(job, stage="failed", error=error))
        except Exception:  # a fault of ours must not stop the queue for everybody
            logging.getLogger(__name__).exception("adding a document failed")
            self._keep(replace(job, stage="failed", error=SeodamError()))

    def _publish(self) -> None:
        """Make READY what has been kept, together: writing an index to the disk is slow."""
        kept, self._kept = self._kept, []
        for job, _ in kept:
            with self._ending(job):
                if job.id in self._cancelled:
                    raise Cancelled
        kept = [(job, document) for job, document in kept if job.id not in self._cancelled]
        for owner in {job.owner for job, _ in kept}:
            mine = [(job, document) for job, document in kept if job.owner == owner]
            try:
                self._library_of(owner).publish([document for _, document in mine])
                ending: dict[str, Any] = {"stage": "ready"}
            except SeodamError as error:
                ending = {"stage": "failed", "error": error}
            for job, document in mine:
                self._keep(replace(job, pages=document.pages, **ending))
