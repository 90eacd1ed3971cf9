"""Does the check of answers tell what a passage bears out from what it does not?

    python -m benchmarks.groundedness CASES.jsonl [--show]

A case is {"evidence": text or list of texts, "claim", "label", "lang"}; labels: supported,
partially_supported, not_supported, contradicted. Prints one JSON object: balanced accuracy of
supported against the rest, with partially supported claims left out and counted with the rest; by
language; and of contradicted claims with a number that the evidence has otherwise, how many are
flagged as such (and how many supported ones are, wrongly); and of the fact check, without a model,
how often its ruling (supported, contradicted, not found) is right, with partially supported claims
left out: all of them, the mean over the labels, and by label; and how often a supported claim is
shown as contradicted, the worst there is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag_core.embeddings import BundledEmbedding
from rag_core.evaluation import mean
from rag_core.fact_check import Ruling, rule
from rag_core.grounding import Verdict, check
from rag_core.quantities import quantities

Judged = tuple[dict[str, Any], Verdict]
RULINGS = {
    "supported": Ruling.SUPPORTED,
    "contradicted": Ruling.CONTRADICTED,
    "not_supported": Ruling.NOT_FOUND,
}


def judge(path: Path) -> list[Judged]:
    """Every case with what the check says."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [(row, check(row["claim"], _evidence(row))) for row in rows]


def _evidence(row: dict[str, Any]) -> list[str]:
    """One text: a passage is checked as a whole."""
    texts = row["evidence"]
    return [texts if isinstance(texts, str) else "\n".join(texts)]


def balanced_accuracy(judged: Sequence[Judged]) -> float:
    """Mean of the share of supported claims taken as such and of the others taken as not."""
    yes = [verdict.supported for row, verdict in judged if row["label"] == "supported"]
    no = [not verdict.supported for row, verdict in judged if row["label"] != "supported"]
    return (mean(map(float, yes)) + mean(map(float, no))) / 2


def measure(judged: Sequence[Judged]) -> dict[str, Any]:
    """The figures as printed."""
    whole = [pair for pair in judged if pair[0]["label"] != "partially_supported"]
    languages = sorted({row["lang"] for row, _ in judged})
    by_number = [
        bool(verdict.contradicted)
        for row, verdict in judged
        if row["label"] == "contradicted" and _numbers_differ(row)
    ]
    wrongly = [bool(v.contradicted) for row, v in judged if row["label"] == "supported"]
    return {
        "balanced accuracy": balanced_accuracy(whole),
        "by language": {
            one: balanced_accuracy([pair for pair in whole if pair[0]["lang"] == one])
            for one in languages
        },
        "with partially supported as not": balanced_accuracy(judged),
        "contradicted numbers flagged": mean(map(float, by_number)),
        "contradicted by number": len(by_number),
        "supported flagged wrongly": mean(map(float, wrongly)),
        "fact check": three_way([row for row, _ in judged if row["label"] in RULINGS]),
        "cases": len(judged),
    }


def three_way(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How often the fact check rules as people did: of all, mean over the labels, by label."""
    embedding = BundledEmbedding()
    right: dict[str, list[float]] = {}
    wronged = []
    for row in rows:
        ruling = rule(row["claim"], _evidence(row)[0], embedding).ruling
        right.setdefault(row["label"], []).append(float(ruling is RULINGS[row["label"]]))
        if row["label"] == "supported":
            wronged.append(float(ruling is Ruling.CONTRADICTED))
    by_label = {label: mean(marks) for label, marks in sorted(right.items())}
    return {
        "accuracy": mean([mark for marks in right.values() for mark in marks]),
        "balanced accuracy": mean(list(by_label.values())),
        "by label": by_label,
        "supported shown as contradicted": mean(wronged),
        "claims": len(rows),
    }


def _numbers_differ(row: dict[str, Any]) -> bool:
    """Whether claim and evidence both have numbers, and not the same in the same order."""
    claim = [one.value for one in quantities(row["claim"])]
    evidence = [one.value for text in _evidence(row) for one in quantities(text)]
    return bool(claim and evidence) and claim != evidence[: len(claim)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--show", action="store_true", help="print every case")
    options = parser.parse_args()
    judged = judge(options.cases)
    if options.show:
        for row, verdict in judged:
            said = [row["label"], verdict.supported, round(verdict.probability, 2), row["claim"]]
            print(json.dumps([*said, verdict.contradicted], ensure_ascii=False))
    print(json.dumps(measure(judged), ensure_ascii=False))


if __name__ == "__main__":
    main()
