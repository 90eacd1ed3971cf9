"""Settings → objects: the only place that names implementations."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag_core.assistant import Assistant
from rag_core.cross_encoder import load_cross_encoder
from rag_core.embeddings import Embedding
from rag_core.errors import (
    BrokenPrices,
    LibraryBusy,
    MissingExtra,
    ModelFailed,
    SeodamError,
    WrongSetting,
)
from rag_core.examinations import Evaluations
from rag_core.examiner import Examiner
from rag_core.examining import Examinee
from rag_core.generators import load_generator, no_tracing
from rag_core.ingestion import IngestQueue
from rag_core.lessons import Lessons
from rag_core.library import Library
from rag_core.named_embeddings import named_embedding
from rag_core.parsing import Limits, can_read_scans
from rag_core.prices import Price, load_prices, price_of
from rag_core.reembedding import EVERYBODY, EmbeddingInUse
from rag_core.settings import Settings
from rag_core.stores.conversations import Conversations
from rag_core.stores.database import Database
from rag_core.stores.failures import store_failures
from rag_core.stores.healing import probe_dense
from rag_core.stores.record import Record
from rag_core.stores.shelves import Shelves, dense_name, shelf_key
from rag_core.tuning import BASE, Tuner, Tunings
from rag_core.types import AS_IT_IS, DEFAULT_COLLECTION, DocumentState, Options, Passage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` found and did."""

    documents: int
    passages: int
    caches: str  # "sound" or "rebuilt"
    reason: str
    finished: int  # documents that an earlier process had left unfinished
    failed: int  # of these, those that cannot be used and were discarded


def open_seodam(settings: Settings, say: Callable[[str], None] = lambda _: None) -> Seodam:
    """Open the data folder, alone, and bring its caches in line with the record.

    `say` is told in one word what takes long ("probing", "rebuilding"). Raises LibraryBusy when
    another process holds the folder, StoreFailed when it cannot be used.
    """
    no_tracing()
    with store_failures():
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(settings.data / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise LibraryBusy(folder=str(settings.data)) from None
    try:
        seodam = Seodam(settings, lock)
        seodam.found_at_start = seodam.heal(say)
    except BaseException:
        lock.release()
        raise
    return seodam


class Seodam:
    """Everything, for all owners. Screens and command line start here."""

    def __init__(self, settings: Settings, lock: FileLock) -> None:
        self.settings = settings
        self._lock = lock
        self._database = Database(settings.data / "seodam.sqlite3")
        self._record = Record(self._database)
        self._shelves = Shelves(settings.data)
        self.tuner = Tuner(Tunings(settings.data / "tuned"))
        self.tuner.tunings.sweep()
        self.in_use = EmbeddingInUse(
            self._record,
            self._shelves,
            Conversations(self._database, EVERYBODY),
            lambda name: named_embedding(name, settings),
            settings.embedding,
            settings.embedding_fixed,
        )
        self._unclean = settings.data / "unclean"
        self._limits = Limits(
            bytes=settings.max_upload_mb * 1024**2,
            pages=settings.max_pages,
            characters=settings.max_characters,
            seconds=settings.parse_seconds,
            memory_mb=settings.parse_memory_mb,
        )
        self._cross_encoder = load_cross_encoder(settings.reranker)
        self.queue = IngestQueue(self.library)
        self._examiners: dict[str, Examiner] = {}
        self.found_at_start: Report | None = None

    @property
    def embedding(self) -> Embedding:
        """The embedding in use; it is loaded when vectors are first asked of it."""
        return self.in_use.current

    def tune(self, owner: str, base: str = BASE, collection: str = DEFAULT_COLLECTION) -> None:
        """Begin to fine-tune an embedding on one collection of an owner, in the background; see
        `Tunings.tune`. Raises WrongSetting when what is in use cannot be compared with."""
        library, conversations = self.library(owner), self.conversations(owner)

        def prepare() -> tuple[Sequence[Passage], Lessons]:
            helpful = [
                turn
                for _, turn in conversations.judged()
                if turn.feedback and turn.feedback.helpful
            ]
            passages, lessons = library.lessons(collection, helpful)
            return passages, replace(lessons, collection=collection)

        self.tuner.start(prepare, base, {self.in_use.name: self.embedding})

    def library(self, owner: str) -> Library:
        """The documents of one owner."""
        return Library(
            self._record.of(owner),
            self._shelves,
            lambda: self.embedding,
            self._limits,
            self._cross_encoder,
        )

    def conversations(self, owner: str) -> Conversations:
        """The conversations and preferences of one owner."""
        return Conversations(self._database, owner)

    def assistant(self, owner: str) -> Assistant:
        """Who answers one owner's questions."""
        return Assistant(
            self.library(owner),
            self.conversations(owner),
            self.settings.answer_seconds,
            self.price,
        )

    def price(self, name: str) -> Price | None:
        """What a model's tokens cost; None where that is not known, or where the reader's own
        prices cannot be read, of which the screens warn."""
        try:
            return price_of(name, load_prices(self.settings.data))
        except BrokenPrices:
            return None

    def evaluations(self, owner: str) -> Evaluations:
        """The question sets of one owner and what came of asking them."""
        return Evaluations(self._database, owner)

    def examiner(self, owner: str) -> Examiner:
        """Who asks the question sets of one owner, in the background."""
        return self._examiners.setdefault(owner, Examiner(self.evaluations(owner)))

    def examinee(self, owner: str, model: BaseChatModel, collection: str) -> Examinee:
        """One collection of one owner, to be examined with the answers of a model."""
        return Examinee(
            self.library(owner),
            self.assistant(owner),
            model,
            collection,
            lambda name: named_embedding(name, self.settings),
        )

    def generator(
        self,
        name: str = "",
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        options: Options = AS_IT_IS,
    ) -> BaseChatModel:
        """A language model by name, with the settings' key unless another is given."""
        return load_generator(
            name or self.settings.model,
            self.settings,
            api_key=api_key,
            base_url=base_url,
            temperature=options.temperature,
            answer_tokens=options.answer_tokens,
            context_tokens=options.context_tokens,
        )

    def heal(self, say: Callable[[str], None] = lambda _: None, thorough: bool = False) -> Report:
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
            library = self.library(left.owner)
            if left.state is DocumentState.INDEXING:
                library.shelving.forget_elsewhere(left.document_id)
                with suppress(ModelFailed, WrongSetting, MissingExtra):  # `resume` tries again
                    library.finish(left.document_id)
        for owner in self._record.removing():
            self.library(owner).purge_removed(older_than=0)
            self.conversations(owner).purge_deleted(older_than=0)
        for owner, document_id in self._record.stale():
            with suppress(ModelFailed, WrongSetting, MissingExtra):  # the next start tries again
                self.library(owner).refresh(document_id)
        return self._report(caches, reason)

    def finish_received(self) -> tuple[int, int]:
        """Read what an earlier process had only received; (finished, failed)."""
        finished = failed = 0
        for left in self._record.unfinished():
            try:
                self.library(left.owner).finish(left.document_id)
                finished += 1
            except SeodamError:
                failed += 1
        return finished, failed

    def resume(self) -> None:
        """Queue what an earlier process had received and not finished, and pages that wait for
        OCR; go on in the background to the embedding that is wanted."""
        for left in self._record.unfinished():
            self.queue.resume(left.owner, left.document_id)
        for owner, document_id in self._record.waiting() if can_read_scans() else ():
            self.queue.read_on(owner, document_id)
        self.in_use.start()

    def check(self, say: Callable[[str], None] = lambda _: None) -> Report:
        """Open everything, repair the caches, finish what was left; says what it found."""
        report = self.heal(say, thorough=True)
        if self.found_at_start and self.found_at_start.caches == "rebuilt":
            report = self.found_at_start
        finished, failed = self.finish_received()
        return self._report(report.caches, report.reason, finished, failed)

    def close(self) -> None:
        """Stop the queue, close the stores, let the folder go."""
        self.queue.close()
        self.tuner.stop()
        for examiner in list(self._examiners.values()):
            examiner.stop()
        self.in_use.close()
        self._shelves.close()
        self._database.close()
        self._unclean.unlink(missing_ok=True)
        self._lock.release()

    def _what_is_wrong(self) -> str:
        """Why the caches cannot be trusted; "" when they can."""
        self._shelves.close()
        verdict = probe_dense(self._shelves.dense_folder)
        if not verdict.sound:
            return verdict.reason
        fingerprint = self.in_use.fingerprint
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
            self.library(owner).reindex(collection, self.in_use.fingerprint)

    def _report(self, caches: str, reason: str, finished: int = 0, failed: int = 0) -> Report:
        documents = [
            document
            for owner, collection in self._record.shelves()
            for document in self._record.of(owner).documents(collection)
        ]
        passages = sum(document.passages for document in documents)
        return Report(len(documents), passages, caches, reason, finished, failed)
