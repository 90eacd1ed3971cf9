"""What the reranker learns from: small libraries made of training rows, with questions for them.

Questions are rows that the embedding never saw (holdout.py), so that the search by meaning looks
as good, and no better, than on a reader's own files. The other rows fill the shelves.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag_core.types import Passage
from training.data import FOLDERS, group_starts
from training.groups import GROUPED
from training.holdout import held_out

Row = dict[str, str]


@dataclass
class Library:
    """Passages, questions for them, and which passages answer which question.

    `weight` is what the library counts beside others, whatever the number of its questions.
    """

    name: str
    weight: float = 1.0
    passages: dict[str, Passage] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    relevant: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _ids: dict[str, str] = field(default_factory=dict, repr=False)

    def hold(self, text: str, title: str = "") -> str:
        """Put a passage on the shelf; the id of an equal text that stands there already."""
        text = text.strip()
        if text not in self._ids:
            id_ = f"{self.name}-{len(self._ids)}"
            self._ids[text] = id_
            self.passages[id_] = Passage(id_, id_, 0, None, "", text, context=title)
        return self._ids[text]

    def holds(self, text: str) -> bool:
        """Whether a passage of this text stands there."""
        return text.strip() in self._ids

    def ask(self, question: str, passages: Iterable[str]) -> None:
        """Add a question that these passages answer."""
        id_ = f"{self.name}-q{len(self.questions)}"
        self.questions[id_] = question
        self.relevant[id_] |= set(passages)


@dataclass(frozen=True)
class Plan:
    """A library to be made of one source: rows of `lang`, about `size` passages."""

    source: str
    lang: str
    weight: float
    size: int = 1200
    questions: int = 100
    titled: bool = True
    turned: bool = False  # a translation asked the other way round

    @property
    def name(self) -> str:
        """Names the source, the direction and the size."""
        lang = "-".join(reversed(self.lang.split("-"))) if self.turned else self.lang
        return f"{self.source} {lang} {self.size}"


# Natural questions count most: they are what is asked. Headings and machine translations teach
# how the searches behave on documentation, but a heading is not a question.
PLANS = (
    Plan("tydi-ko", "ko", 10, 1500, 370),
    Plan("tydi-ko", "ko", 10, 450, 370, titled=False),
    Plan("tydi-en", "en", 5, 3700, 370),
    Plan("tydi-en", "en", 5, 600, 370, titled=False),
    Plan("qa-medquad", "en", 1.5, 2500, 200),
    Plan("def-kr-statutes", "ko", 1.5, 2500, 100),
    Plan("para-kqc", "ko", 2, 800, 385),
    Plan("para-korsts", "ko", 3, 1300, 141),
    *(
        Plan(f"par-{name}", "ko-en", 3, turned=turned)
        for name in ("news-jhe", "stsb", "tatoeba")
        for turned in (False, True)
    ),
    *(
        Plan(f"par-{name}", "ko-en", 0.5, turned=turned)
        for name in ("d2l", "opensource-guide", "python-docs", "owasp-top10-2025", "tensorflow")
        for turned in (False, True)
    ),
    *(
        Plan(f"sec-{name}", lang, 0.3, questions=80)
        for name in ("d2l", "tensorflow", "fastapi", "adobe-workfront", "adobe-audience-manager")
        for lang in ("ko", "en", "ko-en", "en-ko")
    ),
    *(
        Plan(f"sec-ms-{name}", lang, 0.3, questions=80)
        for name in ("dotnet", "sql", "teams", "windows-server")
        for lang in ("ko", "en-ko")
    ),
    *(Plan(f"sec-kr-{name}", "ko", 0.3, 1500, 80) for name in ("acts", "decrees")),
    Plan("sec-owasp-cheatsheets", "en", 0.3, 1500),
)
MIXED = (
    # Both languages on one shelf, asked in either: the right passage, not the right language.
    (5.0, (Plan("tydi-ko", "ko", 1, 700, 160), Plan("tydi-en", "en", 1, 900, 160))),
    (
        1.0,
        (
            Plan("sec-tensorflow", "ko", 1, 500, 80),
            Plan("sec-d2l", "en", 1, 500, 80),
            Plan("sec-adobe-workfront", "ko-en", 1, 400, 80),
            Plan("sec-fastapi", "en-ko", 1, 400, 80),
        ),
    ),
    (
        3.0,
        (
            Plan("tydi-ko", "ko", 1, 300, 60),
            Plan("tydi-en", "en", 1, 300, 100),
            Plan("sec-d2l", "ko-en", 1, 500, 60),
            Plan("sec-ms-teams", "en-ko", 1, 500, 60),
        ),
    ),
    (
        3.0,
        (
            Plan("par-news-jhe", "ko-en", 1, 500),
            Plan("par-news-jhe", "ko-en", 1, 501, turned=True),
            Plan("tydi-ko", "ko", 1, 500, 100),
            Plan("tydi-en", "en", 1, 500, 100),
        ),
    ),
)


def libraries(data: Path, seed: int) -> list[Library]:
    """All libraries that can be made of what is under `data`; the same for the same seed."""
    made = [library_of(plan, data, seed) for plan in PLANS]
    for number, (weight, plans) in enumerate(MIXED):
        parts = [library_of(plan, data, seed + 1 + number) for plan in plans]
        made.append(_merged(f"mixed {number}", weight, parts))
    return [library for library in made if library.questions]


def library_of(plan: Plan, data: Path, seed: int) -> Library:
    """The library of a plan, without questions where its source is not there."""
    draw = random.Random(f"{seed} {plan.name}")
    rows = [row for row in read_rows(data, plan.source) if row["lang"] == plan.lang]
    if plan.source in GROUPED:
        return _paraphrases(plan, rows, draw)
    draw.shuffle(rows)
    asked = [row for row in rows if held_out(row["query"])][: plan.questions]
    library = Library(plan.name, plan.weight)
    answers: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        answers[_sides(row, plan)[0]].add(_sides(row, plan)[1])
    for row in asked:
        library.hold(_sides(row, plan)[1], _title(row, plan))
    _fill(library, plan, asked, [row for row in rows if not held_out(row["query"])])
    for row in asked:
        question, _ = _sides(row, plan)
        shelved = [library.hold(text) for text in answers[question] if library.holds(text)]
        library.ask(_wording(question, row, plan, draw), shelved)
    return library


def _paraphrases(plan: Plan, rows: Sequence[Row], draw: random.Random) -> Library:
    """One text of each group on the shelf, asked for by others of the groups kept back."""
    groups: dict[int, list[str]] = defaultdict(list)
    for row, start in zip(rows, group_starts(plan.source, list(rows)), strict=True):
        groups[start] += row["query"], row["positive"]
    library, questions = Library(plan.name, plan.weight), []
    for start, texts in groups.items():
        shelved, *others = draw.sample(texts, len(texts))
        passage = library.hold(shelved)
        if held_out(rows[start]["query"]):
            questions += [(question, passage) for question in others[:5]]
    for question, passage in draw.sample(questions, min(len(questions), plan.questions)):
        library.ask(question, [passage])
    return library


def _fill(
    library: Library,
    plan: Plan,
    asked: Sequence[Row],
    others: Sequence[Row],
) -> None:
    """Further passages up to the size: first from the same pages as the answers, then others."""
    pages: dict[str, list[Row]] = defaultdict(list)
    for row in others:
        pages[page_of(row["query"])].append(row)
    beside = [row for one in asked for row in pages.get(page_of(one["query"]), [])[:4]]
    for row in [*(beside if plan.source.startswith("sec-") else ()), *others]:
        if len(library.passages) >= plan.size:
            break
        library.hold(_sides(row, plan)[1], _title(row, plan))


def _sides(row: Row, plan: Plan) -> tuple[str, str]:
    """Question and passage."""
    pair = row["query"], row["positive"].strip()
    return (pair[1], pair[0].strip()) if plan.turned else pair


def page_of(heading: str) -> str:
    """The page of a "page: section" heading, "" where it names none."""
    page, colon, section = heading.partition(": ")
    return page if colon and len(page) > 3 and len(section) > 3 else ""


def _title(row: Row, plan: Plan) -> str:
    if not plan.titled:
        return ""
    if plan.source.startswith("sec-"):
        return page_of(row["query"]) if "-" not in plan.lang else ""
    return row.get("title", "")


def _wording(question: str, row: Row, plan: Plan, draw: random.Random) -> str:
    """Every other heading is asked without its page."""
    page = page_of(row["query"]) if plan.source.startswith("sec-") else ""
    return question[len(page) + 2 :] if page and draw.random() < 0.5 else question


def _merged(name: str, weight: float, parts: Sequence[Library]) -> Library:
    library = Library(name, weight)
    for number, part in enumerate(parts):
        library.passages |= part.passages
        for id_, question in part.questions.items():
            library.questions[f"{number} {id_}"] = question
            library.relevant[f"{number} {id_}"] = part.relevant[id_]
    return library


def read_rows(data: Path, source: str) -> list[Row]:
    """The rows of a source, none where it is not there."""
    for folder in FOLDERS:
        path = data / folder / f"{source}.jsonl.gz"
        if path.exists():
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                return [json.loads(line) for line in lines]
    return []
