"""The threads that read, keep, publish and scan what the queue hands to them.

Two wait for the child processes that read; a third keeps what has been read and publishes it,
several documents at once where they come quickly. A fourth reads pictures of pages by OCR when the
text of their document can be asked already: one at a time, a while for each owner in turn.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from rag_core.errors import (
    Cancelled,
    NotFound,
    PasswordNeeded,
    RemovedMeanwhile,
    SeodamError,
)
from rag_core.ingestion.jobs import Job, Jobs
from rag_core.library import Library, Progress
from rag_core.parsing import can_read_scans
from rag_core.turns import Turns
from rag_core.types import Document, DocumentState, Parsed

_READERS = 2  # a file that takes long does not hold up the others
_TOGETHER = 4  # documents that are published at once at the most
_PATIENCE = 0.3  # seconds that a document waits for the next one, to be published with it
_AHEAD = 2  # documents read and not kept yet: their text is in memory
_TURN_SECONDS = 20  # of OCR, until the next owner's turn; as often what was read can be found

_Read = tuple[Job, str | None, Parsed | None]
"""A job, the password that its document needed, and its pages."""


class Workers:
    """Do what is handed to them, and tell in `jobs` how it goes; two files at a time: as many cores
    serve the questions of everybody, too."""

    def __init__(self, library_of: Callable[[str], Library], jobs: Jobs) -> None:
        self._library_of, self._jobs = library_of, jobs
        self._closing = threading.Event()
        self._waiting: queue.Queue[tuple[Job, str | None] | None] = queue.Queue()
        self._read: queue.Queue[_Read | None] = queue.Queue(_AHEAD)
        self._kept: list[tuple[Job, str | None, Document]] = []
        self._scans: Turns[tuple[Job, str | None]] = Turns()
        self._threads = [
            threading.Thread(target=work, name=f"ingest{work.__name__}", daemon=True)
            for work in [self._reading] * _READERS + [self._keeping, self._scanning]
        ]
        for thread in self._threads:
            thread.start()

    def read(self, job: Job, password: str | None) -> Job:
        """Read a document that was received, and whatever follows."""
        self._jobs.keep(job)
        self._waiting.put((job, password))
        return job

    def scan(self, job: Job, password: str | None) -> Job:
        """Read pictures of the pages of a document; one single page comes before the owner's
        other scans."""
        job = replace(job, stage="ocr", pages=job.pages or self._unread(job))
        self._jobs.keep(job)
        self._scans.put(job.owner, (job, password), first=job.only is not None)
        return job

    def stop(self, job: Job, why: SeodamError | None) -> None:
        """Stop a job within a second, wherever it is; `why` as in `Jobs.cancel`."""
        self._jobs.cancel(job, why)
        if job.stage == "locked" or self._scans.take_out(lambda item: item[0].id == job.id):
            self._stopped(job)

    def close(self) -> None:
        """Stop what runs and what waits; the record keeps it unfinished for the next start."""
        self._closing.set()
        for _ in range(_READERS):
            self._waiting.put(None)
        self._scans.close()
        for thread in self._threads:
            thread.join()

    def _unread(self, job: Job) -> int:
        return len(self._library_of(job.owner).unread(job.document_id))

    def _reading(self) -> None:
        """One file after the other, each in its child process."""
        while (item := self._waiting.get()) and not self._closing.is_set():
            job, password = item
            job = self._jobs.keep(replace(job, stage="reading"))
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
            self._jobs.keep(replace(job, page=1))
            library.read_again(job.document_id, job.only, password, cancelled)
            self._jobs.keep(replace(job, stage="ready", page=1))
            return
        done = job.page

        def show(progress: Progress) -> None:
            at = min(job.pages, done + progress.page)
            self._jobs.keep(replace(job, page=at, searchable=self._is_ready(job)))

        seconds = _TURN_SECONDS if job.searchable else 0  # one page, and it can be asked
        left = library.read_scans(job.document_id, password, show, cancelled, seconds)
        job = replace(job, page=job.pages - len(left), searchable=self._is_ready(job))
        if left:
            self.scan(job, password)
        else:
            self._jobs.keep(replace(job, stage="ready"))

    def _is_ready(self, job: Job) -> bool:
        try:
            document = self._library_of(job.owner).document(job.document_id)
        except NotFound:
            return False
        return document.state is DocumentState.READY

    def _stopped(self, job: Job) -> None:
        """What becomes of a job that its owner has cancelled: what can be asked already stays. Of
        one whose collection was removed: it may come back with that, as it is."""
        if (why := self._jobs.why_cancelled(job)) is not None:
            self._jobs.keep(replace(job, stage="failed", error=why))
            return
        library = self._library_of(job.owner)
        library.discard(job.document_id)
        if job.only is None and library.unread(job.document_id):
            library.leave_unread(job.document_id)
        self._jobs.keep(replace(job, stage="ready" if self._is_ready(job) else "cancelled"))

    def _show(self, job: Job) -> Callable[[Progress], None]:
        def show(progress: Progress) -> None:
            stage = "reading" if progress.stage in {"received", "reading"} else "indexing"
            self._jobs.keep(replace(job, stage=stage, page=progress.page, pages=progress.pages))

        return show

    def _is_cancelled(self, job: Job) -> Callable[[], bool]:
        return lambda: self._closing.is_set() or self._jobs.is_cancelled(job)

    @contextmanager
    def _ending(self, job: Job) -> Iterator[None]:
        """What ends a job before it is published, told in its stage; other jobs go on."""
        try:
            yield
        except Cancelled as error:
            if self._jobs.is_cancelled(job):
                self._stopped(job)
            else:
                self._jobs.keep(replace(job, stage="cancelled", error=error))
        except NotFound as error:
            gone = error.details.get("what") in ("document", "collection")
            told = RemovedMeanwhile(name=job.name) if gone else error
            self._jobs.keep(replace(job, stage="failed", error=told))
        except PasswordNeeded as error:
            self._jobs.keep(replace(job, stage="locked", error=error))
        except SeodamError as error:
            self._jobs.keep(replace(job, stage="failed", error=error))
        except Exception:  # a fault of ours must not stop the queue for everybody
            logging.getLogger(__name__).exception("adding a document failed")
            self._jobs.keep(replace(job, stage="failed", error=SeodamError()))

    def _publish(self) -> None:
        """Make READY what has been kept, together: writing an index to the disk is slow. What has
        pictures of pages goes on to OCR."""
        kept, self._kept = self._kept, []
        for job, _, _ in kept:
            with self._ending(job):
                if self._jobs.is_cancelled(job):
                    raise Cancelled
        kept = [one for one in kept if not self._jobs.is_cancelled(one[0])]
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
            self.scan(replace(job, pages=0, searchable=ready), password)
        else:
            self._jobs.keep(replace(job, stage="ready", pages=document.pages, searchable=True))
