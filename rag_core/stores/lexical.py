"""The lexical index: BM25 by tantivy over the words of search_words.py, a cache of the record.

Two fields are searched, the passage's own words and those of its context (title and headings),
each scored by BM25 and added; tantivy's home is this file.
"""

from __future__ import annotations

import math
import shutil
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag_core.search_words import lexical_tokens, question_weights
from rag_core.stores.failures import store_failures
from rag_core.types import Passage

if TYPE_CHECKING:
    from collections.abc import Iterator

FINGERPRINT = "lexical-1"
"""Changes with the schema or the words of search_words.py; an index of another is emptied."""

CONTEXT_WEIGHT = 0.5
"""What a word in the title or a heading counts beside one in the text."""
_WRITER_BYTES = 30_000_000
_ANALYZER = "words"


class LexicalIndex:
    """Passages of one collection, found by words. One writing process at a time."""

    def __init__(self, folder: Path, index: Any, schema: Any) -> None:
        self._folder = folder
        self._index = index
        self._schema = schema
        self._writer: Any = None
        self._lock = threading.RLock()

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """Open or create; an index made by other rules (see FINGERPRINT) starts empty.

        Raises StoreFailed when the folder cannot be read or written; a corrupt one can be
        deleted by the caller, since everything in it is in the record too.
        """
        mark = folder / "FINGERPRINT"
        with _translated():
            if folder.exists() and (not mark.exists() or mark.read_text() != FINGERPRINT):
                shutil.rmtree(folder)
            folder.mkdir(parents=True, exist_ok=True)
            index, schema = _open_index(folder)
            mark.write_text(FINGERPRINT)
        return cls(folder, index, schema)

    def replace(self, document_id: str, passages: Sequence[Passage]) -> None:
        """Hold exactly these passages of a document; durable on return."""
        self.replace_all([(document_id, passages)])

    def replace_all(self, documents: Iterable[tuple[str, Sequence[Passage]]]) -> None:
        """`replace` for many documents with one commit: all or nothing."""
        with self._writing() as writer:
            for document_id, passages in documents:
                writer.delete_documents_by_term("document", document_id)
                for passage in passages:
                    writer.add_document(_row(passage))

    def remove(self, *document_ids: str) -> None:
        """Forget documents with one commit; nothing happens when one is not there. Durable on
        return."""
        with self._writing() as writer:
            for document_id in document_ids:
                writer.delete_documents_by_term("document", document_id)

    def search(
        self, question: str, k: int, documents: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """The best k passages as (passage id, BM25 score > 0), best first.

        `documents` restricts it to those documents; an empty one finds nothing.
        """
        words = question_weights(question)
        if not words or k < 1 or (documents is not None and not documents):
            return []
        with _translated():
            return self._best(self._query(words, "document", documents), k)

    def scores(self, question: str, ids: Collection[str]) -> dict[str, float]:
        """BM25 of these passages; one that shares no word with the question is absent."""
        words = question_weights(question)
        if not words or not ids:
            return {}
        with _translated():
            return dict(self._best(self._query(words, "id", ids), len(ids)))

    def rarity(self, tokens: Iterable[str]) -> dict[str, float]:
        """BM25's inverse document frequency of each token that occurs in the text of a passage;
        one that occurs nowhere is absent."""
        with _translated():
            searcher = self._index.searcher()
            total = searcher.num_docs
            seen = {token: searcher.doc_freq("body", token) for token in set(tokens)}
        return {
            token: math.log(1 + (max(total, n) - n + 0.5) / (n + 0.5))
            for token, n in seen.items()
            if n
        }

    def count(self) -> int:
        """How many passages it holds."""
        return int(self._index.searcher().num_docs)

    def rest(self) -> None:
        """Let go of what writing holds, unless somebody is writing; the next `replace` takes it
        up again."""
        if self._lock.acquire(blocking=False):
            try:
                self.close()
            finally:
                self._lock.release()

    def close(self) -> None:
        """Let go of the folder; the object is not used any more."""
        with self._lock:
            if self._writer is not None:
                self._writer.wait_merging_threads()
                self._writer = None

    def _query(
        self, words: Mapping[str, float], field: str, allowed: Collection[str] | None
    ) -> Any:
        """Any of the words, in passages whose `field` is one of `allowed`; None = in all."""
        from tantivy import Occur, Query

        clauses = []
        for word, counts in words.items():
            for place, weight in (("body", 1.0), ("context", CONTEXT_WEIGHT)):
                term = Query.term_query(self._schema, place, word)
                clauses.append((Occur.Should, Query.boost_query(term, counts * weight)))
        scored = Query.boolean_query(clauses)
        if allowed is None:
            return scored
        among = Query.term_set_query(self._schema, field, list(allowed))
        unscored = Query.const_score_query(among, 0.0)
        return Query.boolean_query([(Occur.Must, unscored), (Occur.Must, scored)])

    def _best(self, query: Any, k: int) -> list[tuple[str, float]]:
        searcher = self._index.searcher()
        found = searcher.search(query, k, count=False).hits
        hits = [(searcher.doc(address)["id"][0], float(score)) for score, address in found]
        return [(passage_id, score) for passage_id, score in hits if score > 0]

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """A writer whose work is committed at the end, or rolled back."""
        with self._lock, _translated():
            if self._writer is None:
                self._writer = self._index.writer(_WRITER_BYTES, 1)
            try:
                yield self._writer
            except BaseException:
                self._writer.rollback()
                raise
            self._writer.commit()
            self._index.reload()


def _open_index(folder: Path) -> tuple[Any, Any]:
    from tantivy import Index, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    for field in ("body", "context"):
        builder.add_text_field(field, tokenizer_name=_ANALYZER, index_option="freq")
    schema = builder.build()
    index = Index(schema, path=str(folder))
    index.register_tokenizer(_ANALYZER, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    return index, schema


def _row(passage: Passage) -> Any:
    from tantivy import Document

    return Document(
        id=passage.id,
        document=passage.document_id,
        body=" ".join(lexical_tokens(passage.text)),
        context=" ".join(lexical_tokens(passage.context)),
    )


def _translated() -> AbstractContextManager[None]:
    """tantivy raises ValueError for everything; the file system OSError."""
    return store_failures(ValueError)
