"""Questions with gold pages: what answers each, and how well that was found, said and cited."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag_core.errors import BrokenFile
from rag_core.evaluation import Row, mean, means, ndcg_at, read_rows
from rag_core.text import squash
from rag_core.types import Answer, Citation, Passage

Place = tuple[str, int | str | None]
"""File name and physical page; where a file's pages have no numbers, the name of the sheet or the
section; None where it is not divided. As a gold place None stands for the whole file."""


def place_of(document: str, of: Passage | Citation) -> Place:
    """Where something stands that was found, or is cited, in a document of that name."""
    return document, of.page if of.page is not None else of.page_label or None


@dataclass(frozen=True)
class GoldQuestion:
    """A question, its answer and the places that hold it, one set of places for each evidence."""

    question: str
    answer: str = ""
    answerable: bool = True
    kind: str = ""
    language: str = ""
    evidence: tuple[frozenset[Place], ...] = field(default=())
    quotes: tuple[str, ...] = ()

    @property
    def places(self) -> frozenset[Place]:
        """Every page on which some of the evidence stands."""
        return frozenset().union(*self.evidence)

    @property
    def tells(self) -> bool:
        """Whether it says in words what an answer should hold."""
        return bool(self.answer or any(self.quotes))


def read_gold(path: Path) -> tuple[GoldQuestion, ...]:
    """Questions with gold pages, one JSON object a line. Raises NotFound, BrokenFile."""
    try:
        return tuple(_gold(row) for row in read_rows(path, {"question"}))
    except (KeyError, TypeError, AttributeError) as error:
        raise BrokenFile(name=path.name) from error


def read_gold_lines(name: str, data: bytes) -> tuple[GoldQuestion, ...]:
    """The same from the bytes of an upload; raises BrokenFile."""
    try:
        rows = [json.loads(line) for line in data.decode("utf-8-sig").splitlines() if line.strip()]
        return tuple(_gold(row) for row in rows)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenFile(name=name) from error


def _gold(row: Mapping[str, Any]) -> GoldQuestion:
    evidence = row.get("evidence") or []
    pages = [(one["doc"], [one.get("page"), *one.get("also_pages", [])]) for one in evidence]
    return GoldQuestion(
        question=row["question"],
        answer=row.get("answer") or "",
        answerable=bool(row.get("answerable", True)),
        kind=row.get("kind", ""),
        language=row.get("lang", ""),
        evidence=tuple(frozenset((doc, page) for page in listed) for doc, listed in pages),
        quotes=tuple(one.get("quote", "") for one in evidence),
    )


def place_rank(found: Sequence[Place], gold: GoldQuestion) -> int | None:
    """Rank (1 = first) of the first passage that lies on a gold page; None when there is none."""
    return next((i for i, place in enumerate(found, 1) if _lies_in(place, gold.places)), None)


def _lies_in(place: Place, places: frozenset[Place]) -> bool:
    return place in places or (place[0], None) in places


def evidence_ranks(found: Sequence[Place], gold: GoldQuestion) -> list[int | None]:
    """For each evidence the rank of the passage that shows it, None where none does. A passage
    shows one of them at most; what stands on the same pages is one evidence."""
    left = dict.fromkeys(gold.evidence)
    ranks: list[int | None] = []
    for rank, place in enumerate(found, start=1):
        shown = next((one for one in left if _lies_in(place, one)), None)
        if shown is not None:
            del left[shown]
            ranks.append(rank)
    return [*ranks, *(None for _ in left)]


def evidence_recall(ranks: Sequence[int | None], k: int) -> float:
    """Share of the evidence that the first k passages show, of what `evidence_ranks` gave."""
    return mean(float(rank is not None and rank <= k) for rank in ranks)


def score_found(found: Sequence[Place], gold: GoldQuestion, k: int = 10) -> Row:
    """Of the passages found for one question, best first: page_hit@n and MRR of the first that
    lies on a gold page; recall and nDCG of the evidence (`evidence_ranks`), each worth the same."""
    rank, ranks = place_rank(found[:k], gold), evidence_ranks(found[:k], gold)
    gains = {f"{one}": 1.0 for one in range(len(ranks))}
    shown = {rank: f"{one}" for one, rank in enumerate(ranks) if rank is not None}
    return {
        **{f"page_hit@{n}": float(rank is not None and rank <= n) for n in sorted({1, 5, k})},
        f"page_mrr@{k}": 1 / rank if rank else 0.0,
        f"recall@{k}": evidence_recall(ranks, k),
        f"ndcg@{k}": ndcg_at(k, [shown.get(n, "") for n in range(1, k + 1)], gains),
    }


def mean_found(rows: Sequence[Row], k: int = 10) -> Row:
    """The means of what `score_found` gave; all 0 of nothing."""
    return means(rows or [score_found((), GoldQuestion(""), k)])


def score_answers(answered: Sequence[tuple[GoldQuestion, Answer]]) -> Row:
    """What became of the answers: the means of `answer_parts`; citation_validity is 1 where none
    was offered, the others 0 where no question counts."""
    parts = answer_parts(answered)
    return {name: mean(values) for name, values in parts.items()} | (
        {} if parts["citation_validity"] else {"citation_validity": 1.0}
    )


def answer_parts(answered: Sequence[tuple[GoldQuestion, Answer]]) -> dict[str, list[float]]:
    """What each measure is the mean of, 0 or 1.

    answer_contains_gold: the gold answer or a gold quote stands in the answer (as `squash`
    compares, letter case ignored), for answerable questions that have one. cites_gold_page: a
    shown citation opens a gold page. citation_validity: kept, for each citation that the model
    offered. abstention_recall: declined, for unanswerable questions; answered_share: not declined,
    for answerable ones.
    """
    can = [(gold, answer) for gold, answer in answered if gold.answerable]
    cannot = [answer for gold, answer in answered if not gold.answerable]
    offered = sum(answer.offered_citations for _, answer in answered)
    kept = sum(len(answer.citations) for _, answer in answered)
    return {
        "answer_contains_gold": [float(contains_gold(*pair)) for pair in can if pair[0].tells],
        "cites_gold_page": [float(cites_gold(*pair)) for pair in can],
        "citation_validity": [1.0] * kept + [0.0] * (offered - kept),
        "abstention_recall": [float(not answer.answerable) for answer in cannot],
        "answered_share": [float(answer.answerable) for _, answer in can],
    }


def cites_gold(gold: GoldQuestion, answer: Answer) -> bool:
    """Whether a shown citation of an answer opens a gold page."""
    return any(_lies_in(place_of(one.document, one), gold.places) for one in answer.citations)


def contains_gold(gold: GoldQuestion, answer: Answer) -> bool:
    """Whether the gold answer or a gold quote stands in an answer, as `squash` compares."""
    said = squash(answer.text)[0].casefold()
    wanted = [squash(text)[0].casefold() for text in (gold.answer, *gold.quotes)]
    return any(text and text in said for text in wanted)
