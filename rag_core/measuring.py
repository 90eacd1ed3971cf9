"""The `evaluate` command: our own retrieval and answers, as configured, over a question set.

Everything is built anew in a temporary folder; the user's library is neither read nor changed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag_core.cross_encoder import load_cross_encoder, make_retriever
from rag_core.errors import BadUpload
from rag_core.evaluation import (
    Row,
    intervals,
    read_question_set,
    run_question_set,
)
from rag_core.gold import (
    GoldQuestion,
    answer_parts,
    mean_found,
    place_of,
    read_gold,
    score_answers,
    score_found,
)
from rag_core.named_embeddings import named_embedding
from rag_core.parsing import FORMATS, can_read_scans
from rag_core.passages import searchable_text
from rag_core.settings import Settings
from rag_core.stores.shelves import Shelves
from rag_core.types import LOCAL_OWNER, Answer, Passage, Upload
from rag_core.wiring import Seodam, open_seodam

_FOLDER = "evaluation"


def evaluate_beir(
    settings: Settings, folder: Path, k: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """A BEIR folder, one document one passage; measures as `run_question_set` names them."""
    asked = read_question_set(folder)
    embedding = named_embedding(settings.embedding, settings)
    passages = {
        id_: Passage(id_, id_, 0, None, "", text, context=title)
        for id_, title, text in asked.documents
    }
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
        shelves = Shelves(Path(data))
        shelf = shelves.of(LOCAL_OWNER, _FOLDER, embedding.fingerprint)
        retriever = make_retriever(
            load_cross_encoder(settings.reranker),
            embedding=embedding,
            lexical=shelf.lexical,
            dense=shelf.dense,
            passages=lambda ids: {id_: (passages[id_], id_) for id_ in ids},
        )

        def index(documents: Sequence[tuple[str, str, str]]) -> None:
            say(f"indexing {len(documents)} documents")
            ids = [id_ for id_, _, _ in documents]
            texts = [searchable_text(passages[id_]) for id_ in ids]
            vectors = embedding.embed_array(texts)
            shelf.dense.add_all(ids, vectors, ids)
            shelf.lexical.replace_all((id_, [passages[id_]]) for id_ in ids)
            say(f"asking {len(asked.judged)} questions")

        def search(question: str, k: int) -> list[str]:
            return [hit.passage.id for hit in retriever.search(question, k)]

        def lexical(question: str, k: int) -> list[str]:
            return [id_ for id_, _ in shelf.lexical.search(question, k)]

        def dense(question: str, k: int) -> list[str]:
            vector = embedding.embed_array([question], query=True)[0]
            return [id_ for id_, _ in shelf.dense.search(vector, k)] if vector.any() else []

        try:
            legs = {"lexical": lexical, "dense": dense}
            return run_question_set(asked, index, search, k, legs)
        finally:
            shelves.close()


def evaluate_gold(
    settings: Settings, questions: Path, documents: Path, k: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Questions with gold pages over a folder of documents; see score_found, score_answers."""
    gold = read_gold(questions)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
        seodam = open_seodam(replace(settings, data=Path(data)))
        try:
            unread = _add_all(seodam, documents, say)
            say(f"asking {len(gold)} questions")
            found = [(one, _found(seodam, one, k)) for one in gold if one.answerable]
            answered = [(one, _answer(seodam, one.question)) for one in gold]
            return {
                **mean_found([row for _, row in found], k),
                **score_answers(answered),
                "intervals": _intervals([row for _, row in found], answered),
                "by_kind": _by_kind(found, answered, k),
                "questions": len(gold),
                "documents": len(seodam.library(LOCAL_OWNER).documents()),
                "unread_documents": unread,
            }
        finally:
            seodam.close()


def _intervals(
    found: Sequence[Row], answered: Sequence[tuple[GoldQuestion, Answer]]
) -> dict[str, list[float]]:
    """Of each measure, over the questions (of citation_validity over the citations) that count."""
    ends = intervals(found)
    for name, values in answer_parts(answered).items():
        ends |= intervals([{name: value} for value in values])
    return ends


def _by_kind(
    found: Sequence[tuple[GoldQuestion, Row]],
    answered: Sequence[tuple[GoldQuestion, Answer]],
    k: int,
) -> dict[str, dict[str, float]]:
    """The same measures for each kind of answerable question that the file names."""
    rows = {}
    for kind in sorted({one.kind for one, _ in found}):
        said = [(one, answer) for one, answer in answered if one.kind == kind]
        places = mean_found([row for one, row in found if one.kind == kind], k)
        rows[kind] = {**places, **score_answers(said), "questions": len(said)}
    return rows


def _add_all(seodam: Seodam, folder: Path, say: Callable[[str], None]) -> list[str]:
    """Add every file of a folder; the names of those that could not be."""
    unread = []
    library = seodam.library(LOCAL_OWNER)
    for path in sorted(one for one in folder.rglob("*") if one.suffix.lower() in FORMATS):
        say(f"reading {path.name}")
        try:
            document = library.add(Upload(path.name, path.read_bytes())).document
            if can_read_scans():
                library.read_scans(document.id)
        except BadUpload:
            unread.append(path.name)
    return unread


def _found(seodam: Seodam, gold: GoldQuestion, k: int) -> Row:
    hits = seodam.library(LOCAL_OWNER).search(gold.question, k)
    return score_found([place_of(hit.document, hit.passage) for hit in hits], gold, k)


def _answer(seodam: Seodam, question: str) -> Answer:
    stream = seodam.assistant(LOCAL_OWNER).ask_once(question, seodam.generator())
    for _ in stream:
        pass
    assert stream.answer is not None
    return stream.answer
