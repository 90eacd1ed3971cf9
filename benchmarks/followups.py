"""Follow-up questions: are they understood, is what they mean found, are the others left alone?

    python -m benchmarks.followups CASES.jsonl BEIR_FOLDER [--model NAME] [--show]

A case is {"question", "history": [{"role", "text"}], "needs_history", "gold_doc"?, "lang"}; the
documents of its gold are those of the BEIR folder. Every case goes through the assistant as in
`ask --history`. Beside the cases as they stand, every first question of one history is asked
after every other history: it stands alone, so it must come back to the letter.
Prints one JSON object: hit@5 of the gold document with history, without it, and with the
stand-alone question that a person wrote; the share of stand-alone questions left as they are, and
of follow-ups changed.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag_core.commands import turns_of
from rag_core.evaluation import hit_at, mean, read_question_set
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Turn, Upload
from rag_core.wiring import Seodam, open_seodam

K = 5
_FIRST = (1, K)


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
    seodam: Seodam, cases: Sequence[Case], model: str, show: bool = False
) -> dict[str, Any]:
    """The figures; what is searched lies in the library of the local owner, named by its id."""
    library = seodam.library(LOCAL_OWNER)

    def understood(case: Case) -> str:
        assistant = seodam.assistant(LOCAL_OWNER)
        stream = assistant.ask_once(case.question, seodam.generator(model), history=case.history)
        for _ in stream:
            pass
        return stream.standalone_question

    def found(question: str, case: Case, k: int = K) -> float:
        ranked = [hit.document.removesuffix(".txt") for hit in library.search(question, K)]
        return hit_at(k, ranked, {case.gold: 1.0})

    asked = [(case, understood(case)) for case in cases]
    golden = [(case, said) for case, said in asked if case.gold]
    alone = [(case, understood(case)) for case in crossed(cases)]
    if show:
        for case, said in [*asked, *(pair for pair in alone if pair[1] != pair[0].question)]:
            mark = "=" if said == case.question else "→ " + said
            hit = found(said, case) if case.gold else ""
            print(json.dumps([case.leans, hit, case.question, mark], ensure_ascii=False))
    row: dict[str, Any] = {}
    for k in _FIRST:
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


def fill(seodam: Seodam, folder: Path) -> None:
    """Every document of a BEIR folder as a file named by its id."""
    library = seodam.library(LOCAL_OWNER)
    uploads = [
        Upload(f"{id_}.txt", f"{title}\n\n{text}".strip().encode())
        for id_, title, text in read_question_set(folder).documents
    ]
    library.publish([library.prepare(library.receive(one).id) for one in uploads])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("documents", type=Path, help="a BEIR folder")
    parser.add_argument("--model", default="extractive")
    parser.add_argument("--show", action="store_true", help="print every case")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
        seodam = open_seodam(Settings(Path(data)))
        try:
            fill(seodam, options.documents)
            row = measure(seodam, read(options.cases), options.model, options.show)
        finally:
            seodam.close()
    print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
