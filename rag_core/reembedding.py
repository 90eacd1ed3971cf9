"""Which embedding a data folder uses, and moving all of it to another one.

The vectors of the new embedding are stored beside the old ones and fill dense indexes of their
own, while questions and uploads go on with the old ones. The swap is one row, written while nobody
publishes and when every document is in the new indexes. Whatever ends a move before that (a wish,
an error, kill -9) leaves the old embedding in use; what had been embedded is not embedded again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from rag_core.background import Background, Stop
from rag_core.embeddings import Embedding, few_at_a_time
from rag_core.errors import Cancelled, SeodamError
from rag_core.passages import searchable_text
from rag_core.stores.conversations import Conversations
from rag_core.stores.record import Record
from rag_core.stores.shelves import Shelves
from rag_core.types import Document, DocumentState

EVERYBODY = "everybody"
"""The owner of choices that hold for the whole folder; no visitor's id looks like this."""

_IN_USE, _CHOICE, _BEFORE = "embedding_in_use", "embedding_choice", "embedding_before"
_PATIENCE = 10  # seconds
_SEARCHABLE = (DocumentState.READY, DocumentState.REMOVED)  # what was removed may be put back


@dataclass(frozen=True, slots=True)
class Move:
    """How far the move to an embedding is, in passages.

    `stage`: moving, or how it ended: done, cancelled, failed (with its error).
    """

    name: str
    stage: str = "moving"
    done: int = 0
    total: int = 0
    error: SeodamError | None = None

    @property
    def running(self) -> bool:
        return self.stage == "moving"


class EmbeddingInUse:
    """The one embedding of a data folder, for all owners, and its moves, one at a time.

    `default` is what the settings name, `fixed` whether somebody named it there; `load` makes an
    embedding from a name without costs, or raises WrongSetting. `move` is the last or current move
    in which there was something to do.
    """

    def __init__(
        self,
        record: Record,
        shelves: Shelves,
        kept: Conversations,
        load: Callable[[str], Embedding],
        default: str,
        fixed: bool,
    ) -> None:
        self.fixed = fixed
        self._record, self._shelves, self._kept = record, shelves, kept
        self._load, self._default = load, default
        self._current: Embedding | None = None
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._background = Background[Move]("reembedding", self._ended)

    @property
    def name(self) -> str:
        """The name of the embedding in use."""
        return self._recorded()[0] or self.wanted

    @property
    def wanted(self) -> str:
        """What the folder is to use: what the settings fix, else what was chosen, else default."""
        return self._default if self.fixed else self._kept.preference(_CHOICE, self._default)

    @property
    def before(self) -> str:
        """The name of the embedding that was in use before another was chosen last."""
        return self._kept.preference(_BEFORE, self._default)

    @property
    def current(self) -> Embedding:
        """The embedding in use; raises WrongSetting."""
        with self._lock:
            if self._current is None:
                self._current = self._load(self.name)
            return self._current

    @property
    def fingerprint(self) -> str:
        """Of the vectors in use; no model is loaded and no server asked when it is on record."""
        return self._recorded()[1] or self.current.fingerprint

    @property
    def move(self) -> Move | None:
        return self._background.progress

    @property
    def moving(self) -> bool:
        """Whether there is a move to be watched."""
        return self._background.running

    def choose(self, name: str) -> None:
        """Stay with that embedding from now on: start moving to it. Raises WrongSetting."""
        self._load(name)
        self.cancel()
        if (before := self.name) != name:
            self._kept.prefer(_BEFORE, before)
        self._kept.prefer(_CHOICE, name)
        self._begin(Move(name))

    def start(self) -> None:
        """Settle in the background; `move` tells how far it is and how it ended."""
        self._begin(None)

    def cancel(self) -> None:
        """Stop a move, wait until it has stopped, and stay with the embedding in use."""
        self._background.stop()

    def wait(self) -> None:
        """Until no move is running."""
        self._background.wait()

    def close(self) -> None:
        """Stop a move, to be gone on with at the next start; drop the indexes not in use.

        A model that loads or a server that does not answer is not waited for: whatever comes of
        it, the move ends before it touches a store.
        """
        self._closing.set()
        self._background.stop(_PATIENCE)
        if fingerprint := self._recorded()[1]:
            self._shelves.drop_others(fingerprint)

    def settle(
        self,
        show: Callable[[Move], None] = lambda _: None,
        cancelled: Stop = lambda: False,
    ) -> None:
        """Move to the wanted embedding, here and now; done at once when it is in use.

        Raises Cancelled and what the embedding raises; then, and on any other exception, nothing
        has changed.
        """
        name = self.wanted
        target = self._load(name)
        if self._recorded() == (name, target.fingerprint):
            return
        moving = _Moving(self._record, self._shelves, target, Move(name), show, cancelled)
        while moving.catch_up():
            pass
        with self._shelves.publishing:
            moving.catch_up()
            moving.forget_deleted()
            self._adopt(name, target)

    def _recorded(self) -> tuple[str, str]:
        name, fingerprint = json.loads(self._kept.preference(_IN_USE, '["", ""]'))
        return name, fingerprint

    def _adopt(self, name: str, target: Embedding) -> None:
        """The swap: the old embedding is in use before the first line, the new one after it."""
        self._kept.prefer(_IN_USE, json.dumps([name, target.fingerprint]))
        with self._lock:
            self._current = target

    def _begin(self, first: Move | None) -> None:
        def work(show: Callable[[Move], None], cancelled: Stop) -> Move | None:
            self.settle(show, cancelled)
            return self._ended("done", None)

        self._background.start(first, work)

    def _ended(self, stage: str, error: SeodamError | None) -> Move | None:
        """What is told of a move that has ended; one that did not succeed is not begun again."""
        if stage != "done" and not self._closing.is_set():
            in_use = self._recorded()[0]
            self._kept.prefer(_CHOICE, in_use or self._default)
            if not in_use:  # stopped before the first was adopted: forget what was wanted instead
                with self._lock:
                    self._current = None
        if self.move is None and error is None:
            return None
        return replace(self.move or Move(self.wanted), stage=stage, error=error)


class _Moving:
    """What of a folder is in the dense indexes of another embedding already."""

    def __init__(
        self,
        record: Record,
        shelves: Shelves,
        target: Embedding,
        move: Move,
        show: Callable[[Move], None],
        cancelled: Stop,
    ) -> None:
        self._record, self._shelves, self._target = record, shelves, target
        self._move, self._show, self._cancelled = move, show, cancelled
        self._placed: dict[str, tuple[str, Document]] = {}

    def catch_up(self) -> bool:
        """Place every document that is not there yet; whether there was any. Raises Cancelled."""
        if self._cancelled():
            raise Cancelled
        there = self._in_place()
        missing = [one for one in self._documents() if (one[1].id, one[1].collection) not in there]
        total = self._move.done + sum(document.passages for _, document in missing)
        self._move = replace(self._move, total=total)
        for owner, document in missing:
            _, before = self._placed.get(document.id, (owner, document))
            if before.collection != document.collection:  # it has moved since
                self._shelves.forget(owner, before.collection, [document.id])
            self._place(owner, document)
            self._placed[document.id] = owner, document
        return bool(missing)

    def _in_place(self) -> frozenset[tuple[str, str]]:
        """(id, collection) of what was placed, but for documents whose pages were read again
        since: their vectors of this embedding are gone."""
        owners = {owner for owner, _ in self._placed.values()}
        fingerprint = self._target.fingerprint
        embedded = frozenset().union(
            *(self._record.of(one).embedded(fingerprint) for one in owners)
        )
        placed = (document for _, document in self._placed.values())
        return frozenset((one.id, one.collection) for one in placed if one.id in embedded)

    def forget_deleted(self) -> None:
        """Take out what was deleted after it had been placed."""
        there = {document.id for _, document in self._documents()}
        for owner, document in self._placed.values():
            if document.id not in there:
                self._shelves.forget(owner, document.collection, [document.id])

    def _documents(self) -> list[tuple[str, Document]]:
        """Each document that can be found or put back, and whose it is."""
        return [
            (owner, document)
            for owner, collection in self._record.shelves(_SEARCHABLE)
            for document in self._record.of(owner).documents(collection, _SEARCHABLE)
        ]

    def _place(self, owner: str, document: Document) -> None:
        """Embed a document unless its vectors are recorded, and put it into the dense index."""
        record, fingerprint = self._record.of(owner), self._target.fingerprint
        passages = record.passages_of(document.id)
        vectors = record.vectors_of(document.id, fingerprint)
        if len(vectors) != len(passages):
            vectors = self._embed([searchable_text(passage) for passage in passages])
            record.keep_vectors(document.id, vectors, fingerprint)
        else:
            self._step(len(passages))
        dense = self._shelves.of(owner, document.collection, fingerprint).dense
        dense.remove(document.id)
        dense.add([passage.id for passage in passages], vectors, document.id)

    def _embed(self, texts: list[str]) -> np.ndarray:
        parts = []
        for part in few_at_a_time(texts):
            self._step(0)
            parts.append(self._target.embed_array(part))
            self._step(len(part))
        return np.concatenate(parts) if parts else np.empty((0, self._target.dimension), np.float32)

    def _step(self, passages: int) -> None:
        if self._cancelled():
            raise Cancelled
        self._move = replace(self._move, done=self._move.done + passages)
        self._show(self._move)
