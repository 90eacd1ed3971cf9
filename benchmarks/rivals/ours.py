"""Seodam as it comes: a text is a passage; a PDF goes the whole way of an upload."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from benchmarks.rivals import Found
from rag_core.embeddings import load_embedding
from rag_core.errors import EmptyDocument
from rag_core.passages import searchable_text
from rag_core.retriever import SeodamRetriever
from rag_core.settings import Settings
from rag_core.stores.shelves import Shelves
from rag_core.types import LOCAL_OWNER, Passage, Upload
from rag_core.wiring import open_seodam


class Seodam:
    """The bundled embedding, both indexes, the retriever."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._embedding = load_embedding("bundled")
        self._collections = 0
        self._shelves = Shelves(Path(self._folder.name) / "texts")
        self.index([("warm", "", "warm")])
        self.search("warm", 1)

    def index(self, documents: list[tuple[str, str, str]]) -> int:
        passages = {
            id_: Passage(id_, id_, 0, None, "", text, context=title)
            for id_, title, text in documents
        }
        self._collections += 1
        shelf = self._shelves.of(LOCAL_OWNER, str(self._collections), self._embedding.fingerprint)
        ids = list(passages)
        vectors = self._embedding.embed_array([searchable_text(passages[id_]) for id_ in ids])
        shelf.dense.add_all(ids, vectors, ids)
        shelf.lexical.replace_all((id_, [passages[id_]]) for id_ in ids)
        retriever = SeodamRetriever(
            embedding=self._embedding,
            lexical=shelf.lexical,
            dense=shelf.dense,
            passages=lambda wanted: {id_: (passages[id_], id_) for id_ in wanted},
        )
        self._find = lambda question, k: [[hit.passage.id] for hit in retriever.search(question, k)]
        return len(ids)

    def read(self, paths: list[str]) -> int:
        self._collections += 1
        data = Path(self._folder.name) / str(self._collections)
        library = open_seodam(Settings(data=data)).library(LOCAL_OWNER)
        prepared = []
        for path in map(Path, paths):
            received = library.receive(Upload(path.name, path.read_bytes()))
            with suppress(EmptyDocument):
                prepared.append(library.prepare(received.id))
        library.publish(prepared)
        self._find = lambda question, k: [
            [f"{hit.document}#{hit.passage.page}"] for hit in library.search(question, k)
        ]
        return sum(document.passages for document in prepared)

    def search(self, question: str, k: int) -> Found:
        return self._find(question, k)

    def embed(self, texts: list[str]) -> None:
        self._embedding.embed_array(texts)
