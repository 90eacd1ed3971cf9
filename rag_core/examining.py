"""Evaluation on somebody's own documents: ask questions with one setup, or with two side by side.

The measures are those of `python -m rag_core evaluate` (evaluation.py); only the library is the
owner's own, as it stands.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.language_models import BaseChatModel

from rag_core.assistant import Assistant
from rag_core.background import Stop
from rag_core.embeddings import Embedding
from rag_core.errors import Cancelled
from rag_core.evaluation import Row, mean, percentile
from rag_core.examinations import Asked
from rag_core.gold import (
    GoldQuestion,
    answer_parts,
    cites_gold,
    contains_gold,
    evidence_ranks,
    evidence_recall,
    place_of,
    place_rank,
    score_found,
)
from rag_core.library import Library
from rag_core.retriever import SeodamRetriever
from rag_core.setups import Setup, find
from rag_core.types import DEFAULT_COLLECTION, Answer, Hit

if TYPE_CHECKING:
    from rag_core.stores.dense import DenseCollection

DEPTH = 10
"""How far down a right page is looked for."""
CHAT = Setup()

Show = Callable[[str, int, int], None]
"""Told what is done (a word), how far, and of how much."""


@dataclass(frozen=True, slots=True)
class Examinee:
    """Who is asked: one collection of a library. `load` gives an embedding by its name, for setups
    with another one than is in use."""

    library: Library
    assistant: Assistant
    model: BaseChatModel
    collection: str = DEFAULT_COLLECTION
    load: Callable[[str], Embedding] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of asking with one setup: the measures, and each question."""

    measures: dict[str, float]
    asked: tuple[Asked, ...]


def examine(
    library: Library, assistant: Assistant, model: BaseChatModel, questions: Sequence[GoldQuestion]
) -> tuple[dict[str, float], tuple[Asked, ...]]:
    """Ask every question as the chat does; the measures of `evaluate`, and each question."""
    [result] = compare(Examinee(library, assistant, model), questions, [CHAT])
    return result.measures, result.asked


def compare(
    examinee: Examinee,
    questions: Sequence[GoldQuestion],
    setups: Sequence[Setup],
    show: Show = lambda *_: None,
    cancelled: Stop = lambda: False,
) -> list[Result]:
    """Ask every question with each setup, one after the other; a result for each setup.

    A question is searched once with each. Shows "embedding", in passages, where a setup needs
    another embedding, and "asking". Raises Cancelled; what embedding and model raise.
    """
    rows: list[list[tuple[GoldQuestion, Answer, Asked]]] = [[] for _ in setups]
    with _opened(examinee, setups, show, cancelled) as retrievers:
        for done, gold in enumerate(questions, start=1):
            for retriever, setup, kept in zip(retrievers, setups, rows, strict=True):
                if cancelled():
                    raise Cancelled
                kept.append((gold, *_ask(examinee, retriever, setup, gold)))
            show("asking", done, len(questions))
    return [Result(_measures(kept), tuple(asked for *_, asked in kept)) for kept in rows]


@contextmanager
def _opened(
    examinee: Examinee, setups: Sequence[Setup], show: Show, cancelled: Stop
) -> Iterator[list[SeodamRetriever]]:
    """A retriever for each setup. Passages by another embedding than the one in use stand in an
    index of their own for as long."""
    from rag_core.stores.dense import DenseIndex

    library, collection = examinee.library, examinee.collection
    retrievers = [library.retriever(collection, DEPTH, one.emphasis) for one in setups]
    others = dict.fromkeys(one.embedding for one in setups if one.embedding and one.by_meaning)
    if not others:
        yield retrievers
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        index = DenseIndex.open(Path(folder))
        try:
            parts = {}
            for number, name in enumerate(others):
                assert examinee.load is not None, "a setup names an embedding"
                embedding, dense = examinee.load(name), index.collection(f"other-{number}")
                _fill(dense, examinee, embedding, show, cancelled)
                parts[name] = {"embedding": embedding, "dense": dense}
            yield [
                retriever.model_copy(update=parts.get(one.embedding, {}))
                for retriever, one in zip(retrievers, setups, strict=True)
            ]
        finally:
            index.close()


def _fill(
    dense: DenseCollection, examinee: Examinee, embedding: Embedding, show: Show, cancelled: Stop
) -> None:
    library = examinee.library
    documents = library.documents(examinee.collection)
    done, total = 0, sum(one.passages for one in documents)
    for document in documents:
        show("embedding", done, total)
        passages, vectors = library.embedded(document.id, embedding, cancelled)
        dense.add([one.id for one in passages], vectors, document.id)
        done += len(passages)
    show("embedding", done, total)


def _ask(
    examinee: Examinee, retriever: SeodamRetriever, setup: Setup, gold: GoldQuestion
) -> tuple[Answer, Asked]:
    begun = time.perf_counter()
    found = find(retriever, gold.question, setup, max(DEPTH, setup.k))
    searched = time.perf_counter()
    answer = _answer(examinee, gold.question, found[: setup.k])
    answered = time.perf_counter()
    places = [place_of(hit.document, hit.passage) for hit in found]
    parts = answer_parts([(gold, answer)])
    scores = {name: mean(values) for name, values in parts.items() if values}
    if gold.answerable and gold.evidence:
        scores |= score_found(places, gold, DEPTH)
        scores["recall@k"] = evidence_recall(evidence_ranks(places, gold), setup.k)
    return answer, Asked(
        question=gold.question,
        rank=place_rank(places[:DEPTH], gold),
        answered=answer.answerable,
        right=_right(gold, answer),
        valid=answer.verified_share,
        seconds=searched - begun,
        answer_seconds=answered - searched,
        scores=scores,
    )


def _right(gold: GoldQuestion, answer: Answer) -> bool:
    """Whether the answer holds what is expected; where no words are, whether it cites a right page;
    of what nothing answers, whether it was declined."""
    if not gold.answerable:
        return not answer.answerable
    return contains_gold(gold, answer) if gold.tells else cites_gold(gold, answer)


def _answer(examinee: Examinee, question: str, found: Sequence[Hit]) -> Answer:
    stream = examinee.assistant.ask_once(question, examinee.model, examinee.collection, found=found)
    for _ in stream:
        pass
    assert stream.answer is not None
    return stream.answer


def _measures(rows: Sequence[tuple[GoldQuestion, Answer, Asked]]) -> Row:
    """The means over the questions that count for each measure, absent where none does; of
    citation_validity over the citations, as `score_answers`."""
    asked = [one for *_, one in rows]
    names = dict.fromkeys(name for one in asked for name in one.scores)
    parts = answer_parts([(gold, answer) for gold, answer, _ in rows])
    return {
        **{name: mean(one.scores[name] for one in asked if name in one.scores) for name in names},
        **{name: mean(values) for name, values in parts.items() if values},
        "search_p50_ms": 1000 * percentile([one.seconds for one in asked], 0.5),
        "answer_p50_ms": 1000 * percentile([one.answer_seconds for one in asked], 0.5),
        "questions": float(len(asked)),
    }
