"""What is on its way: a job for each file, in memory; its document is in the record."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass

from rag_core.errors import SeodamError
from rag_core.library import shown_name
from rag_core.types import Document, DocumentState

ENDED = frozenset({"ready", "unchanged", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Job:
    """One file on its way.

    `stage`: waiting, reading, indexing, ocr (pictures of pages are read, `page` of `pages`),
    locked (a password is needed), or how it ended (ENDED). `searchable`: its document can be asked
    already. `only`: the one page that is to be read again, None for whatever waits for OCR.
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
    searchable: bool = False
    only: int | None = None

    @property
    def ended(self) -> bool:
        return self.stage in ENDED

    @property
    def moving(self) -> bool:
        """Whether it goes on by itself."""
        return not self.ended and self.stage != "locked"


class Jobs:
    """The jobs of all owners, for any thread, until they are dismissed; and which are to stop."""

    def __init__(self) -> None:
        self._jobs: dict[int, Job] = {}
        self._cancelled: dict[int, SeodamError | None] = {}
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def new(self, owner: str, name: str, collection: str) -> Job:
        """A job for a file; it is not kept yet."""
        return Job(next(self._ids), owner, shown_name(name), collection)

    def new_of(self, owner: str, document: Document) -> Job:
        """A job for a document that is in the record; it is not kept yet."""
        return Job(
            next(self._ids),
            owner,
            document.name,
            document.collection,
            document_id=document.id,
            searchable=document.state is DocumentState.READY,
        )

    def keep(self, job: Job) -> Job:
        """Remember how far a job is."""
        with self._lock:
            self._jobs[job.id] = job
        return job

    def forget(self, job: Job) -> None:
        """Nobody asks for it any more."""
        with self._lock:
            self._jobs.pop(job.id, None)

    def of(self, owner: str) -> tuple[Job, ...]:
        """The jobs of one owner, oldest first."""
        with self._lock:
            return tuple(job for job in self._jobs.values() if job.owner == owner)

    def find(self, owner: str, job_id: int) -> Job | None:
        """One of an owner's own jobs."""
        with self._lock:
            job = self._jobs.get(job_id)
        return job if job is not None and job.owner == owner else None

    def is_moving(self, document_id: str) -> bool:
        """Whether a document is on its way."""
        with self._lock:
            jobs = list(self._jobs.values())
        return any(job.moving and job.document_id == document_id for job in jobs)

    def cancel(self, job: Job, why: SeodamError | None) -> None:
        """Mark a job as one to stop; `why` is told to its owner, None where they wished it."""
        self._cancelled[job.id] = why

    def is_cancelled(self, job: Job) -> bool:
        """Whether a job is to stop, or has stopped."""
        return job.id in self._cancelled

    def why_cancelled(self, job: Job) -> SeodamError | None:
        """What `cancel` was told."""
        return self._cancelled.get(job.id)
