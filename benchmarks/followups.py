"""Follow-up questions: are they understood, is what they mean found, are the others left alone?

    python -m benchmarks.followups CASES.jsonl BEIR_FOLDER [--model NAME] [--show]

A case is {"question", "history": [{"role", "text"}], "needs_history", "gold_doc"?, "lang"}; the
documents of its gold are those of the BEIR folder. Every case is understood and searched as in
`ask --history`. Beside the cases as they stand, every first question of one history is asked
after every other history: it stands alone, so it must come back to the letter.
Prints one JSON object: hit@5 of the gold document with history, without it, and with the
stand-alone question that a person wrote; the share of stand-alone questions left as they are, and
of follow-ups changed.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel

from rag_core.assistant import PASSAGES
from rag_core.commands import turns_of
from rag_core.cross_encoder import make_retriever
from rag_core.embeddings import BundledEmbedding
from rag_core.evaluation import hit_at, mean, read_question_set
from rag_core.followups import texts_of_best
from rag_core.generators import load_generator
from rag_core.passages import searchable_text
from rag_core.rewriting import standalone
from rag_core.settings import Settings
from rag_core.stores.shelves import Shelves
from rag_core.types import LOCAL_OWNER, Hit, Passage, Turn

K = 5
Search = Callable[[str, int], list[Hit]]
"""A question and how many → the passages found, best first."""


@dataclass(frozen=True)
class Case:
    """A question after a history; `gold` is the document that answers it, "" where none is known.

    `written` is the question as a person put it into words that stand alone.
    """

    question: str
    history: tuple[Turn, ...]
    leans: bool
    language: str
    gold: str = ""
    written: str = ""


def read(path: Path) -> list[Case]:
    """The cases of a file."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [
        Case(
            row["question"],
            turns_of(row["history"]),
            bool(row["needs_history"]),
            row.get("lang", ""),
            row.get("gold_doc") or "",
            row.get("standalone") or "",
        )
        for row in rows
    ]


def crossed(cases: Sequence[Case]) -> Iterator[Case]:
    """First questions of histories after the histories of other subjects."""
    firsts = {case.history[0].question: case for case in cases if case.leans and case.gold}
    for first, own in firsts.items():
        for case in firsts.values():
            if case.gold != own.gold:
                yield replace(own, question=first, history=case.history, leans=False)


def measure(
    cases: Sequence[Case], search: Search, model: BaseChatModel, show: bool = False
) -> dict[str, Any]:
    """The figures; `search` gives passages, best first."""

    def understood(case: Case) -> str:
        def texts(question: str) -> list[str]:
            return texts_of_best(search(question, PASSAGES))

        return standalone(case.question, case.history, texts, model).question

    def found(question: str, case: Case, k: int) -> float:
        return hit_at(k, [hit.document for hit in search(question, k)], {case.gold: 1.0})

    asked = [(case, understood(case)) for case in cases]
    golden = [(case, said) for case, said in asked if case.gold]
    alone = [(case, understood(case)) for case in crossed(cases)]
    if show:
        for case, said in [*asked, *(pair for pair in alone if pair[1] != pair[0].question)]:
            hit = found(said, case, K) if case.gold else ""
            print(json.dumps([case.leans, hit, case.question, said], ensure_ascii=False))
    row: dict[str, Any] = {}
    for k in (1, K):
        row[f"hit@{k} with history"] = mean(found(said, case, k) for case, said in golden)
        row[f"hit@{k} without"] = mean(found(case.question, case, k) for case, _ in golden)
        written = mean(found(case.written, case, k) for case, _ in golden)
        row[f"hit@{k} as a person wrote it"] = written
    return row | {
        "with gold": len(golden),
        "left alone": mean(float(said == case.question) for case, said in asked if not case.leans),
        "standing alone": sum(not case.leans for case in cases),
        "left alone, crossed": mean(float(said == case.question) for case, said in alone),
        "crossed": len(alone),
        "changed": {
            language: mean(
                float(said != case.question)
                for case, said in asked
                if case.leans and case.language == language
            )
            for language in sorted({case.language for case in cases})
        },
    }


@contextmanager
def searched(folder: Path) -> Iterator[Search]:
    """A search over the documents of a BEIR folder, one document one passage."""
    documents = {id_: (title, text) for id_, title, text in read_question_set(folder).documents}
    passages = {
        id_: Passage(id_, id_, 0, None, "", text, context=title)
        for id_, (title, text) in documents.items()
    }
    embedding = BundledEmbedding()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
        shelves = Shelves(Path(data))
        shelf = shelves.of(LOCAL_OWNER, "followups", embedding.fingerprint)
        ids = list(passages)
        vectors = embedding.embed_array([searchable_text(passages[id_]) for id_ in ids])
        shelf.dense.add_all(ids, vectors, ids)
        shelf.lexical.replace_all((id_, [passages[id_]]) for id_ in ids)
        retriever = make_retriever(
            None,
            embedding=embedding,
            lexical=shelf.lexical,
            dense=shelf.dense,
            passages=lambda ids: {id_: (passages[id_], id_) for id_ in ids},
        )

        try:
            yield retriever.search
        finally:
            shelves.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("documents", type=Path, help="a BEIR folder")
    parser.add_argument("--model", default="extractive")
    parser.add_argument("--show", action="store_true", help="print every case")
    options = parser.parse_args()
    model = load_generator(options.model, Settings.load(os.environ))
    with searched(options.documents) as search:
        row = measure(read(options.cases), search, model, options.show)
    print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
