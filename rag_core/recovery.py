"""After a stop: caches brought in line with the record, and what was left half done finished."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rag_core.errors import MissingExtra, ModelFailed, SeodamError, WrongSetting
from rag_core.library import Library
from rag_core.reembedding import EmbeddingInUse
from rag_core.stores.conversations import Conversations
from rag_core.stores.healing import probe_dense
from rag_core.stores.record import Record
from rag_core.stores.shelves import Shelves, dense_name, shelf_key
from rag_core.types import DocumentState


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` found and did."""

    documents: int
    passages: int
    caches: str  # "sound" or "rebuilt"
    reason: str
    finished: int  # documents that an earlier process had left unfinished
    failed: int  # of these, those that cannot be used and were discarded


class Recovery:
    """What a process that opens a data folder does about the one before it.

    `unclean` is a file that stands there while a process is at work, and after one that was
    killed. `library` and `conversations` give those of an owner.
    """

    def __init__(
        self,
        record: Record,
        shelves: Shelves,
        in_use: EmbeddingInUse,
        library: Callable[[str], Library],
        conversations: Callable[[str], Conversations],
        unclean: Path,
    ) -> None:
        self.found_at_start: Report | None = None
        self._record = record
        self._shelves = shelves
        self._in_use = in_use
        self._library = library
        self._conversations = conversations
        self._unclean = unclean

    def start(self, say: Callable[[str], None]) -> None:
        """Begin to work in the folder; `found_at_start` says what was found."""
        self.found_at_start = self._heal(say)

    def stopped_cleanly(self) -> None:
        """Everything is closed: the next start need not probe."""
        self._unclean.unlink(missing_ok=True)

    def check(self, say: Callable[[str], None] = lambda _: None) -> Report:
        """Open everything, repair the caches, finish what was left; says what it found."""
        report = self._heal(say, thorough=True)
        if self.found_at_start and self.found_at_start.caches == "rebuilt":
            report = self.found_at_start
        finished, failed = self.finish_received()
        return self._report(report.caches, report.reason, finished, failed)

    def finish_received(self) -> tuple[int, int]:
        """Read what an earlier process had only received; (finished, failed)."""
        finished = failed = 0
        for left in self._record.unfinished():
            try:
                self._library(left.owner).finish(left.document_id)
                finished += 1
            except SeodamError:
                failed += 1
        return finished, failed

    def _heal(self, say: Callable[[str], None], thorough: bool = False) -> Report:
        """Bring caches and record in line; all that was acknowledged can be found afterwards, and
        all that was removed is deleted for good.

        After a clean stop, and unless `thorough`, nothing is probed. What had been recorded but
        not indexed is indexed; what had only been received stays for `finish_received`.
        """
        caches, reason = "sound", ""
        if thorough or self._unclean.exists():
            say("probing")
            reason = self._what_is_wrong()
            if reason:
                say("rebuilding")
                self._rebuild()
                caches = "rebuilt"
        self._unclean.touch()
        for left in self._record.unfinished():
            library = self._library(left.owner)
            if left.state is DocumentState.INDEXING:
                library.shelving.forget_elsewhere(left.document_id)
                with suppress(ModelFailed, WrongSetting, MissingExtra):  # `resume` tries again
                    library.finish(left.document_id)
        for owner in self._record.removing():
            self._library(owner).purge_removed(older_than=0)
            self._conversations(owner).purge_deleted(older_than=0)
        for owner, document_id in self._record.stale():
            with suppress(ModelFailed, WrongSetting, MissingExtra):  # the next start tries again
                self._library(owner).refresh(document_id)
        return self._report(caches, reason)

    def _what_is_wrong(self) -> str:
        """Why the caches cannot be trusted; "" when they can."""
        self._shelves.close()
        verdict = probe_dense(self._shelves.dense_folder)
        if not verdict.sound:
            return verdict.reason
        fingerprint = self._in_use.fingerprint
        for owner, collection in self._record.shelves():
            documents = self._record.of(owner).documents(collection)
            expected = sum(document.passages for document in documents)
            name = dense_name(shelf_key(owner, collection), fingerprint)
            if verdict.counts.get(name, 0) < expected:
                return "the dense index lacks passages"
            if self._shelves.of(owner, collection, fingerprint).lexical.count() < expected:
                return "the lexical index lacks passages"
        return ""

    def _rebuild(self) -> None:
        self._shelves.set_aside(f"quarantine-{time.strftime('%Y%m%dT%H%M%S')}")
        for owner, collection in self._record.shelves():
            self._library(owner).reindex(collection, self._in_use.fingerprint)

    def _report(self, caches: str, reason: str, finished: int = 0, failed: int = 0) -> Report:
        documents = [
            document
            for owner, collection in self._record.shelves()
            for document in self._record.of(owner).documents(collection)
        ]
        passages = sum(document.passages for document in documents)
        return Report(len(documents), passages, caches, reason, finished, failed)
