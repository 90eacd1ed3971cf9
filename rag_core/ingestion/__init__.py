"""The queue that adds documents in the background, in the order of their arrival, for all visitors.

Bytes are stored when they are handed in, before anything is read: after a crash the queue goes on
with what it finds unfinished. What is on its way stands in jobs.py, who does it in workers.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rag_core.errors import RemovedMeanwhile, SeodamError
from rag_core.ingestion.jobs import Job, Jobs
from rag_core.ingestion.workers import Workers
from rag_core.library import Library
from rag_core.parsing import can_read_scans
from rag_core.rereading import is_waiting
from rag_core.types import DEFAULT_COLLECTION, DocumentState, Upload

__all__ = ["IngestQueue", "Job"]


class IngestQueue:
    """What a visitor can wish of it; each owner sees and stops only their own jobs."""

    def __init__(self, library_of: Callable[[str], Library]) -> None:
        self._library_of = library_of
        self._jobs = Jobs()
        self._workers = Workers(library_of, self._jobs)

    def submit(self, owner: str, upload: Upload, collection: str = DEFAULT_COLLECTION) -> Job:
        """Store the bytes and queue the rest; a file that cannot be stored is a failed job."""
        job = self._jobs.new(owner, upload.name, collection)
        try:
            document = self._library_of(owner).receive(upload, collection)
        except SeodamError as error:
            return self.refuse(owner, upload.name, error, collection)
        job = replace(job, document_id=document.id)
        if document.state is DocumentState.READY:
            return self._unchanged(replace(job, name=document.name, searchable=True), upload)
        return self._workers.read(job, upload.password)

    def refuse(
        self, owner: str, name: str, error: SeodamError, collection: str = DEFAULT_COLLECTION
    ) -> Job:
        """A failed job for what could not even become an upload: an address, a broken zip."""
        job = self._jobs.new(owner, name, collection)
        return self._jobs.keep(replace(job, stage="failed", error=error))

    def resume(self, owner: str, document_id: str) -> Job:
        """Queue a document that an earlier process received and did not finish."""
        document = self._library_of(owner).document(document_id)
        return self._workers.read(self._jobs.new_of(owner, document), None)

    def read_on(self, owner: str, document_id: str, password: str | None = None) -> Job | None:
        """Queue the pages of a READY document that wait for OCR, also where that was stopped;
        None when there are none or they are on their way. Raises NotFound."""
        library = self._library_of(owner)
        document = library.document(document_id)
        library.read_on(document_id)
        if not library.unread(document_id) or self._jobs.is_moving(document_id):
            return None
        return self._workers.scan(self._jobs.new_of(owner, document), password)

    def read_again(
        self, owner: str, document_id: str, page: int, password: str | None = None
    ) -> Job:
        """Queue one page (1 = first) of a READY document to be read by OCR, however it was read
        before, ahead of the owner's other scans. Raises NotFound."""
        job = self._jobs.new_of(owner, self._library_of(owner).document(document_id))
        return self._workers.scan(replace(job, only=page, pages=1), password)

    def jobs(self, owner: str) -> tuple[Job, ...]:
        """The jobs of one owner, oldest first, until they are dismissed."""
        return self._jobs.of(owner)

    def unlock(self, owner: str, job_id: int, password: str) -> None:
        """Try a locked job again with a password, which is not kept."""
        job = self._jobs.find(owner, job_id)
        if job is not None and job.stage == "locked":
            again = self._workers.scan if job.searchable else self._workers.read
            again(replace(job, stage="waiting", error=None), password)

    def cancel(self, owner: str, job_id: int) -> None:
        """Stop a job within a second; what it had done is undone, but for pages read by OCR."""
        job = self._jobs.find(owner, job_id)
        if job is not None and not job.ended:
            self._workers.stop(job, None)

    def leave(self, owner: str, collection: str) -> None:
        """Stop what is on its way into a collection that was removed: it fails and says why."""
        for job in self.jobs(owner):
            if job.collection == collection and not job.ended:
                self._workers.stop(job, RemovedMeanwhile(name=job.name))

    def come_back(self, owner: str, collection: str) -> None:
        """Go on with the pages that wait for OCR in a collection that has come back."""
        for document in self._library_of(owner).documents(collection):
            if is_waiting(document) and can_read_scans() and not self._jobs.is_moving(document.id):
                self._workers.scan(self._jobs.new_of(owner, document), None)

    def dismiss(self, owner: str, job_id: int) -> None:
        """Forget a job that has ended."""
        job = self._jobs.find(owner, job_id)
        if job is not None and job.ended:
            self._jobs.forget(job)

    def close(self) -> None:
        """Stop what runs and what waits; the record keeps it unfinished for the next start."""
        self._workers.close()

    def _unchanged(self, job: Job, upload: Upload) -> Job:
        """The same bytes again change nothing, but that OCR goes on where it was stopped."""
        library = self._library_of(job.owner)
        library.read_on(job.document_id)
        waits = library.unread(job.document_id) and can_read_scans()
        if waits and not self._jobs.is_moving(job.document_id):
            return self._workers.scan(job, upload.password)
        return self._jobs.keep(replace(job, stage="unchanged"))
