"""The queue that adds documents in the background, in the order of their arrival, for all visitors.

Bytes are stored when they are handed in, before anything is read: after a crash the queue goes on
with what it finds unfinished. A job's state is kept in memory; its document is in the record.
Two threads wait for the child processes that read; a third keeps what has been read and publishes
it, several documents at once where they come quickly. A fourth reads pictures of pages by OCR when
the text of their document can be asked already: one at a time, a while for each owner in turn.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from rag_core.errors import (
    Cancelled,
    NotFound,
    PasswordNeeded,
    RemovedMeanwhile,
    SeodamError,
)
from rag_core.library import Library, Progress, shown_name
from rag_core.parsing import can_read_scans
from rag_core.rereading import is_waiting
from rag_core.turns import Turns
from rag_core.types import DEFAULT_COLLECTION, Document, DocumentState, Parsed, Upload

_READERS = 2  # a file that takes long does not hold up the others
_TOGETHER = 4  # documents that are published at once at the most
_PATIENCE = 0.3  # seconds that a document waits for the next one, to be published with it
_AHEAD = 2  # documents read and not kept yet: their text is in memory
_TURN_SECONDS = 20  # of OCR, until the next owner's turn; as often what was read can be found

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


_Read = tuple[Job, str | None, Parsed | None]
"""A job, the password that its document needed, and its pages."""


class IngestQueue:
    """Adds files, two at a time: as many cores serve the questions of everybody, too."""

    def __init__(self, library_of: Callable[[str], Library]) -> None:
        self._library_of = library_of
        self._jobs: dict[int, Job] = {}
        self._cancelled: dict[int, SeodamError | None] = {}
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._waiting: queue.Queue[tuple[Job, str | None] | None] = queue.Queue()
        self._read: queue.Queue[_Read | None] = queue.Queue(_AHEAD)
        self._kept: list[tuple[Job, str | None, Document]] = []
        self._scans: Turns[tuple[Job, str | None]] = Turns()
        self._workers = [
            threading.Thread(target=work, name=f"ingest{work.__name__}", daemon=True)
            for work in [self._reading] * _READERS + [self._keeping, self._scanning]
        ]
        for worker in self._workers:
            worker.start()

    def submit(self, owner: str, upload: Upload, collection: str = DEFAULT_COLLECTION) -> Job:
        """Store the bytes and queue the rest; a file that cannot be stored is a failed job."""
        job = Job(next(self._ids), owner, shown_name(upload.name), collection)
        try:
            document = self._library_of(owner).receive(upload, collection)
        except SeodamError as error:
            return self.refuse(owner, upload.name, error, collection)
        job = replace(job, document_id=document.id)
        if document.state is DocumentState.READY:
            return self._unchanged(replace(job, name=document.name, searchable=True), upload)
        return self._enqueue(job, upload.password)

    def refuse(
        self, owner: str, name: str, error: SeodamError, collection: str = DEFAULT_COLLECTION
    ) -> Job:
        """A failed job for what could not even become an upload: an address, a broken zip."""
        job = Job(next(self._ids), owner, shown_name(name), collection)
        return self._keep(replace(job, stage="failed", error=error))

    def resume(self, owner: str, document_id: str) -> Job:
        """Queue a document that an earlier process received and did not finish."""
        document = self._library_of(owner).document(document_id)
        return self._enqueue(self._job_of(owner, document), None)

    def read_on(self, owner: str, document_id: str, password: str | None = None) -> Job | None:
        """Queue the pages of a READY document that wait for OCR, also where that was stopped;
        None when there are none or they are on their way. Raises NotFound."""
        library = self._library_of(owner)
        document = library.document(document_id)
        library.read_on(document_id)
        if not library.unread(document_id) or self._is_moving(document_id):
            return None
        return self._enqueue_scans(self._job_of(owner, document), password)

    def read_again(
        self, owner: str, document_id: str, page: int, password: str | None = None
    ) -> Job:
        """Queue one page (1 = first) of a READY document to be read by OCR, however it was read
        before, ahead of the owner's other scans. Raises NotFound."""
        job = self._job_of(owner, self._library_of(owner).document(document_id))
        return self._enqueue_scans(replace(job, only=page, pages=1), password)

    def jobs(self, owner: str) -> tuple[Job, ...]:
        """The jobs of one owner, oldest first, until they are dismissed."""
        with self._lock:
            return tuple(job for job in self._jobs.values() if job.owner == owner)

    def unlock(self, owner: str, job_id: int, password: str) -> None:
        """Try a locked job again with a password, which is not kept."""
        job = self._job(owner, job_id)
        if job is not None and job.stage == "locked":
            again = self._enqueue_scans if job.searchable else self._enqueue
            again(replace(job, stage="waiting", error=None), password)

    def cancel(self, owner: str, job_id: int) -> None:
        """Stop a job within a second; what it had done is undone, but for pages read by OCR."""
        job = self._job(owner, job_id)
        if job is not None and not job.ended:
            self._cancel(job, None)

    def leave(self, owner: str, collection: str) -> None:
        """Stop what is on its way into a collection that was removed: it fails and says why."""
        for job in self.jobs(owner):
            if job.collection == collection and not job.ended:
                self._cancel(job, RemovedMeanwhile(name=job.name))

    def come_back(self, owner: str, collection: str) -> None:
        """Go on with the pages that wait for OCR in a collection that has come back."""
        for document in self._library_of(owner).documents(collection):
            if is_waiting(document) and can_read_scans() and not self._is_moving(document.id):
                self._enqueue_scans(self._job_of(owner, document), None)

    def _cancel(self, job: Job, why: SeodamError | None) -> None:
        self._cancelled[job.id] = why
        if job.stage == "locked" or self._scans.take_out(lambda item: item[0].id == job.id):
            self._stopped(job)

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
        self._scans.close()
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

    def _job_of(self, owner: str, document: Document) -> Job:
        return Job(
            next(self._ids),
            owner,
            document.name,
            document.collection,
            document_id=document.id,
            searchable=document.state is DocumentState.READY,
        )

    def _unchanged(self, job: Job, upload: Upload) -> Job:
        """The same bytes again change nothing, but that OCR goes on where it was stopped."""
        library = self._library_of(job.owner)
        library.read_on(job.document_id)
        waits = library.unread(job.document_id) and can_read_scans()
        if waits and not self._is_moving(job.document_id):
            return self._enqueue_scans(job, upload.password)
        return self._keep(replace(job, stage="unchanged"))

    def _is_moving(self, document_id: str) -> bool:
        with self._lock:
            jobs = list(self._jobs.values())
        return any(job.moving and job.document_id == document_id for job in jobs)

    def _enqueue_scans(self, job: Job, password: str | None) -> Job:
        job = replace(job, stage="ocr", pages=job.pages or self._unread(job))
        self._keep(job)
        self._scans.put(job.owner, (job, password), first=job.only is not None)
        return job

    def _unread(self, job: Job) -> int:
        return len(self._library_of(job.owner).unread(job.document_id))

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
                self._read.put((job, password, parsed))
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
            job, password, parsed = item
            with self._ending(job):
                document = self._library_of(job.owner).keep(
                    job.document_id, parsed, self._show(job), self._is_cancelled(job)
                )
                self._kept.append((job, password, document))
            if len(self._kept) == _TOGETHER:
                self._publish()

    def _next(self) -> _Read | tuple[()] | None:
        """What was read next; () when what is kept should not wait for it; None when a
        reader has ended."""
        more_to_come = self._waiting.unfinished_tasks > 0
        try:
            if not self._kept:
                return self._read.get()
            return self._read.get(more_to_come, _PATIENCE)
        except queue.Empty:
            return ()

    def _scanning(self) -> None:
        """One picture after the other, some of each owner's in turn."""
        while (item := self._scans.get()) is not None:
            job, password = item
            with self._ending(job):
                self._scan(job, password)

    def _scan(self, job: Job, password: str | None) -> None:
        library, cancelled = self._library_of(job.owner), self._is_cancelled(job)
        if job.only is not None:
            self._keep(replace(job, page=1))
            library.read_again(job.document_id, job.only, password, cancelled)
            self._keep(replace(job, stage="ready", page=1))
            return
        done = job.page

        def show(progress: Progress) -> None:
            at = min(job.pages, done + progress.page)
            self._keep(replace(job, page=at, searchable=self._is_ready(job)))

        seconds = _TURN_SECONDS if job.searchable else 0  # one page, and it can be asked
        left = library.read_scans(job.document_id, password, show, cancelled, seconds)
        job = replace(job, page=job.pages - len(left), searchable=self._is_ready(job))
        if left:
            self._enqueue_scans(job, password)
        else:
            self._keep(replace(job, stage="ready"))

    def _is_ready(self, job: Job) -> bool:
        try:
            document = self._library_of(job.owner).document(job.document_id)
        except NotFound:
            return False
        return document.state is DocumentState.READY

    def _stopped(self, job: Job) -> None:
        """What becomes of a job that its owner has cancelled: what can be asked already stays. Of
        one whose collection was removed: it may come back with that, as it is."""
        if (why := self._cancelled.get(job.id)) is not None:
            self._keep(replace(job, stage="failed", error=why))
            return
        library = self._library_of(job.owner)
        library.discard(job.document_id)
        if job.only is None and library.unread(job.document_id):
            library.leave_unread(job.document_id)
        self._keep(replace(job, stage="ready" if self._is_ready(job) else "cancelled"))

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
                self._stopped(job)
            else:
                self._keep(replace(job, stage="cancelled", error=error))
        except NotFound as error:
            gone = error.details.get("what") in ("document", "collection")
            told = RemovedMeanwhile(name=job.name) if gone else error
            self._keep(replace(job, stage="failed", error=told))
        except PasswordNeeded as error:
            self._keep(replace(job, stage="locked", error=error))
        except SeodamError as error:
            self._keep(replace(job, stage="failed", error=error))
        except Exception:  # a fault of ours must not stop the queue for everybody
            logging.getLogger(__name__).exception("adding a document failed")
            self._keep(replace(job, stage="failed", error=SeodamError()))

    def _publish(self) -> None:
        """Make READY what has been kept, together: writing an index to the disk is slow. What has
        pictures of pages goes on to OCR."""
        kept, self._kept = self._kept, []
        for job, _, _ in kept:
            with self._ending(job):
                if job.id in self._cancelled:
                    raise Cancelled
        kept = [one for one in kept if one[0].id not in self._cancelled]
        for owner in {job.owner for job, _, _ in kept}:
            mine = [one for one in kept if one[0].owner == owner]
            error = None
            try:
                self._library_of(owner).publish([document for _, _, document in mine])
            except SeodamError as failed:
                error = failed
            for job, password, document in mine:
                with self._ending(job):
                    if error is not None:
                        raise error
                    self._published(job, password, document)

    def _published(self, job: Job, password: str | None, document: Document) -> None:
        """What is next for a document that can be asked by now, if it has any text; NotFound when
        it was removed before that."""
        self._library_of(job.owner).document(document.id)
        if self._unread(job) and can_read_scans():
            ready = document.state is not DocumentState.READING
            self._enqueue_scans(replace(job, pages=0, searchable=ready), password)
        else:
            self._keep(replace(job, stage="ready", pages=document.pages, searchable=True))
