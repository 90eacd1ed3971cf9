"""The queue that adds documents in the background, one after the other, for all visitors.

Bytes are stored when they are handed in, before anything is read: after a crash the queue goes on
with what it finds unfinished. A job's state is kept in memory; its document is in the record.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from rag_core.errors import Cancelled, PasswordNeeded, SeodamError
from rag_core.library import Library, Progress, shown_name
from rag_core.types import DEFAULT_COLLECTION, Document, DocumentState, Upload

_TOGETHER = 8  # documents that are published at once at the most, while others wait

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
    """Adds files one at a time: two cores serve a reader and the questions of everybody."""

    def __init__(self, library_of: Callable[[str], Library]) -> None:
        self._library_of = library_of
        self._jobs: dict[int, Job] = {}
        self._cancelled: set[int] = set()
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._waiting: queue.SimpleQueue[tuple[Job, str | None] | None] = queue.SimpleQueue()
        self._read: list[tuple[Job, Document]] = []
        self._worker = threading.Thread(target=self._work, name="ingest", daemon=True)
        self._worker.start()

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
        self._waiting.put(None)
        self._worker.join()

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

    def _work(self) -> None:
        """One file after the other; what was read is published when there is a pause."""
        while item := self._waiting.get():
            if self._closing.is_set():
                return
            self._run(*item)
            if self._waiting.empty() or len(self._read) >= _TOGETHER:
                self._publish()

    def _run(self, job: Job, password: str | None) -> None:
        job = self._keep(replace(job, stage="reading"))

        def show(progress: Progress) -> None:
            stage = "reading" if progress.stage in {"received", "reading"} else "indexing"
            self._keep(replace(job, stage=stage, page=progress.page, pages=progress.pages))

        def cancelled() -> bool:
            return self._closing.is_set() or job.id in self._cancelled

        library = self._library_of(job.owner)
        try:
            document = library.prepare(job.document_id, password, show, cancelled)
        except Cancelled as error:
            if job.id in self._cancelled:
                library.discard(job.document_id)
            self._keep(replace(job, stage="cancelled", error=error))
        except PasswordNeeded as error:
            self._keep(replace(job, stage="locked", error=error))
        except SeodamError as error:
            self._keep(replace(job, stage="failed", error=error))
        except Exception:  # a fault of ours must not stop the queue for everybody
            logging.getLogger(__name__).exception("adding a document failed")
            self._keep(replace(job, stage="failed", error=SeodamError()))
        else:
            self._read.append((job, document))

    def _publish(self) -> None:
        """Make READY what has been read, together: writing an index to the disk is slow."""
        read, self._read = self._read, []
        for owner in {job.owner for job, _ in read}:
            mine = [(job, document) for job, document in read if job.owner == owner]
            try:
                self._library_of(owner).publish([document for _, document in mine])
                ending: dict[str, Any] = {"stage": "ready"}
            except SeodamError as error:
                ending = {"stage": "failed", "error": error}
            for job, document in mine:
                self._keep(replace(job, pages=document.pages, **ending))
