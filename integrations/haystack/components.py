"""Haystack components over a Seodam library."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from haystack import Document, GeneratedAnswer, component, default_from_dict, default_to_dict
from haystack.errors import FilterError
from haystack.utils.filters import document_matches_filter

from rag_core.extractive import ExtractiveChatModel
from rag_core.library import Library
from rag_core.prompting import messages
from rag_core.settings import Settings
from rag_core.types import DEFAULT_COLLECTION, LOCAL_OWNER, Hit, Passage
from rag_core.types import Document as LibraryDocument
from rag_core.wiring import Seodam, open_seodam

FILTERABLE = ("document", "document_id", "title", "added_at")
"""What `filters` may ask of: they choose documents, as `meta.document` …"""


@component
class SeodamRetriever:
    """The passages of a collection that answer a question best: the hits of `Library.search`.

    `data` is the data folder, by default that of Seodam's own settings. One process at a time owns
    it: close the app first, and `close` this (or its pipeline) before the app is opened again.
    """

    def __init__(
        self,
        data: str | None = None,
        collection: str = DEFAULT_COLLECTION,
        top_k: int = 10,
        filters: dict[str, Any] | None = None,
    ) -> None:
        if top_k < 1:
            raise ValueError(f"top_k must be above 0, not {top_k}")
        self.data = data
        self.collection = collection
        self.top_k = top_k
        self.filters = filters
        self._seodam: Seodam | None = None

    def to_dict(self) -> dict[str, Any]:
        """What `from_dict` makes the same component of. Haystack loads such a pipeline only when it
        is told to: `Pipeline.load(…, allowed_modules=["integrations.haystack.*"])`."""
        return default_to_dict(
            self,
            data=self.data,
            collection=self.collection,
            top_k=self.top_k,
            filters=self.filters,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SeodamRetriever:
        """The component that `to_dict` described."""
        return default_from_dict(cls, data)

    def warm_up(self) -> None:
        """Open the library. Raises LibraryBusy while another process has it open."""
        if self._seodam is None:
            settings = Settings.load(os.environ)
            if self.data is not None:
                settings = replace(settings, data=Path(self.data).expanduser())
            self._seodam = open_seodam(settings)

    def close(self) -> None:
        """Let the library go; `warm_up` opens it again."""
        if self._seodam is not None:
            self._seodam.close()
            self._seodam = None

    @component.output_types(documents=list[Document])
    def run(
        self, query: str, top_k: int | None = None, filters: dict[str, Any] | None = None
    ) -> dict[str, list[Document]]:
        """At most `top_k` documents, best first; `filters` take the place of the component's own.

        `score` is 0 … 1, comparable between questions: how likely the passage is to hold what was
        asked for. Raises FilterError for a filter on anything but FILTERABLE.
        """
        self.warm_up()
        assert self._seodam is not None
        library = self._seodam.library(LOCAL_OWNER)
        wanted = self.top_k if top_k is None else top_k
        excluded = self._excluded(library, self.filters if filters is None else filters)
        hits = library.search(query, wanted, self.collection, excluded) if wanted > 0 else []
        return {"documents": [_as_document(hit) for hit in hits]}

    def _excluded(self, library: Library, filters: dict[str, Any] | None) -> frozenset[str]:
        """The documents that a filter leaves out."""
        if not filters:
            return frozenset()
        unknown = _fields(filters) - {f"meta.{name}" for name in FILTERABLE}
        if unknown:
            allowed = ", ".join(f"meta.{name}" for name in FILTERABLE)
            raise FilterError(f"no filter on {', '.join(sorted(unknown))}; allowed: {allowed}")
        return frozenset(
            one.id
            for one in library.documents(self.collection)
            if not document_matches_filter(filters, _about(one))
        )


@component
class SeodamReader:
    """Answers without a language model: the sentences of the documents that answer best.

    Takes the documents of SeodamRetriever; marks like [1] number them from 1.
    """

    @component.output_types(answers=list[GeneratedAnswer])
    def run(self, query: str, documents: list[Document]) -> dict[str, list[GeneratedAnswer]]:
        """One answer; `meta["answerable"]` is false when the documents do not answer."""
        hits = [_as_hit(rank, one) for rank, one in enumerate(documents, 1)]
        said = ExtractiveChatModel().invoke(messages(query, hits))
        meta = {"answerable": said.response_metadata["answerable"]}
        return {"answers": [GeneratedAnswer(said.text, query, documents, meta)]}


def _fields(filters: dict[str, Any]) -> set[str]:
    """The fields that a filter asks of, however nested."""
    if "field" in filters:
        return {str(filters["field"])}
    return {field for one in filters.get("conditions", ()) for field in _fields(one)}


def _about(document: LibraryDocument) -> Document:
    """A document of the library as filters see it."""
    meta = {
        "document": document.name,
        "document_id": document.id,
        "title": document.title,
        "added_at": document.added_at,
    }
    return Document(content="", meta=meta)


def _as_document(hit: Hit) -> Document:
    passage = hit.passage
    return Document(
        id=passage.id,
        content=passage.text,
        score=hit.score,
        meta={
            "document": hit.document,
            "document_id": passage.document_id,
            "page": passage.page,
            "page_label": passage.page_label,
            "context": passage.context,
            "index": passage.index,
            "start": passage.start,
        },
    )


def _as_hit(rank: int, document: Document) -> Hit:
    meta = document.meta
    passage = Passage(
        document.id,
        str(meta.get("document_id", document.id)),
        int(meta.get("index", rank)),
        meta.get("page"),
        str(meta.get("page_label", "")),
        document.content or "",
        int(meta.get("start", 0)),
        str(meta.get("context", "")),
    )
    return Hit(rank, passage, str(meta.get("document", "")), document.score or 0.0)
