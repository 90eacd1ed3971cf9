"""Settings → objects: the only place that names implementations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag_core.assistant import Assistant
from rag_core.cross_encoder import load_cross_encoder
from rag_core.embeddings import Embedding
from rag_core.errors import BrokenPrices, LibraryBusy
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
from rag_core.recovery import Recovery
from rag_core.reembedding import EVERYBODY, EmbeddingInUse
from rag_core.settings import Settings
from rag_core.stores.conversations import Conversations
from rag_core.stores.database import Database
from rag_core.stores.failures import store_failures
from rag_core.stores.record import Record
from rag_core.stores.shelves import Shelves
from rag_core.tuning import BASE, Tuner, Tunings
from rag_core.types import AS_IT_IS, DEFAULT_COLLECTION, Options, Passage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


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
        seodam.recovery.start(say)
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
        self.recovery = Recovery(
            self._record,
            self._shelves,
            self.in_use,
            self.library,
            self.conversations,
            settings.data / "unclean",
        )

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

    def resume(self) -> None:
        """Queue what an earlier process had received and not finished, and pages that wait for
        OCR; go on in the background to the embedding that is wanted."""
        for left in self._record.unfinished():
            self.queue.resume(left.owner, left.document_id)
        for owner, document_id in self._record.waiting() if can_read_scans() else ():
            self.queue.read_on(owner, document_id)
        self.in_use.start()

    def close(self) -> None:
        """Stop the queue, close the stores, let the folder go."""
        self.queue.close()
        self.tuner.stop()
        for examiner in list(self._examiners.values()):
            examiner.stop()
        self.in_use.close()
        self._shelves.close()
        self._database.close()
        self.recovery.stopped_cleanly()
        self._lock.release()
