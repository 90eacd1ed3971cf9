"""Question sets from files: gold pages and BEIR, packed or not, and what is no question set."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag_core.errors import BadUpload, BrokenSet, Cancelled, LimitExceeded
from rag_core.examining import CHAT, compare
from rag_core.library import Library
from rag_core.parsing import Limits
from rag_core.question_files import take_in
from rag_core.settings import Settings
from rag_core.types import DEFAULT_COLLECTION, LOCAL_OWNER, Upload
from rag_core.wiring import Seodam, open_seodam

CORPUS = [
    {"_id": "d1", "title": "호미곶 등대", "text": "호미곶 등대는 1908년에 처음 불을 밝혔다."},
    {
        "_id": "d2",
        "title": "",
        "text": "<b>Not bold</b> & # none\n\n- the pier is 380 m long.",
    },
    {"_id": "d3", "title": "호미곶 등대", "text": "등대의 높이는 26미터이다."},
    {"_id": "d4", "title": "empty", "text": "  "},
]
QUERIES = [
    {"_id": "q1", "text": "등대는 언제 처음 불을 밝혔나요?"},
    {"_id": "q2", "text": "How long is the pier?"},
    {"_id": "q3", "text": "등대는 얼마나 높나요?"},
    {"_id": "q4", "text": "What is in the empty one?"},
    {"_id": "q5", "text": "never judged"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\nq3\td3\t2\nq3\td1\t0\nq4\td4\t1\n"


def _lines(rows: list[dict[str, str]]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def _beir() -> list[Upload]:
    return [
        Upload("corpus.jsonl.gz", gzip.compress(_lines(CORPUS))),
        Upload("queries.jsonl", _lines(QUERIES)),
        Upload("dev.tsv", QRELS.encode()),
    ]


def _zip(folder: str = "set/") -> Upload:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{folder}corpus.jsonl", _lines(CORPUS))
        archive.writestr(f"{folder}queries.jsonl", _lines(QUERIES))
        archive.writestr(f"{folder}qrels/test.tsv", QRELS)
        archive.writestr(f"{folder}README.md", "nothing of it")
    return Upload("set.zip", data.getvalue())


@pytest.fixture
def seodam(tmp_path: Path) -> Iterator[Seodam]:
    opened = open_seodam(Settings(data=tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def library(seodam: Seodam) -> Library:
    return seodam.library(LOCAL_OWNER)


@pytest.mark.parametrize("packed", [True, False])
def test_a_beir_set_brings_its_corpus_into_a_collection_of_its_own(
    seodam: Seodam, library: Library, packed: bool
) -> None:
    uploads = [_zip()] if packed else _beir()
    taken = take_in(library, "coast", uploads, DEFAULT_COLLECTION)
    assert library.documents() == ()
    [document] = library.documents(taken.collection)
    assert [one.name for one in library.shelving.all()] == ["", "coast"]
    assert [page.label for page in library.pages(document.id)] == [
        "호미곶 등대 (d1)",
        "d2",
        "호미곶 등대 (d3)",
    ]
    assert "<b>Not bold</b> & # none" in library.pages(document.id)[1].text
    assert [one.question for one in taken.questions] == [row["text"] for row in QUERIES[:3]]
    assert taken.dropped == 1  # its text is empty
    assert taken.questions[2].places == {(document.name, "호미곶 등대 (d3)")}
    examinee = seodam.examinee(LOCAL_OWNER, seodam.generator("extractive"), taken.collection)
    [result] = compare(examinee, taken.questions, [CHAT])
    assert result.measures["page_hit@1"] == 1
    assert "answer_contains_gold" not in result.measures  # there are no gold answers
    again = take_in(library, "coast", uploads, DEFAULT_COLLECTION)
    assert again == taken
    assert len(library.documents(taken.collection)) == 1


def test_another_corpus_of_the_same_name_goes_into_another_collection(library: Library) -> None:
    first = take_in(library, "coast", _beir(), DEFAULT_COLLECTION)
    other = [Upload("corpus.jsonl", _lines(CORPUS[:1])), *_beir()[1:]]
    second = take_in(library, "coast", other, DEFAULT_COLLECTION)
    assert [one.name for one in library.shelving.all()] == ["", "coast", "coast 2"]
    assert first.collection != second.collection
    assert len(library.documents(second.collection)) == 1
    assert take_in(library, "coast", other, DEFAULT_COLLECTION) == second


def test_a_long_corpus_becomes_several_documents(library: Library) -> None:
    rows = [{"_id": f"d{n}", "text": f"Number {n} is here."} for n in range(1003)]
    uploads = [
        Upload("corpus.jsonl", _lines(rows)),
        Upload("queries.jsonl", _lines([{"_id": "q", "text": "Which is number 1002?"}])),
        Upload("test.tsv", b"q\tc\ts\nq\td1002\t1\n"),
    ]
    told: list[tuple[str, int, int]] = []
    taken = take_in(library, "n", uploads, DEFAULT_COLLECTION, lambda *said: told.append(said))
    assert [one.name for one in library.documents(taken.collection)] == ["n 1.html", "n 2.html"]
    assert taken.questions[0].places == {("n 2.html", "d1002")}
    assert told == [("adding", 0, 1003), ("adding", 1000, 1003), ("adding", 1003, 1003)]


def test_without_a_corpus_the_judgements_name_ones_own_documents(library: Library) -> None:
    library.add(Upload("d1.txt", b"Lit in 1908."))
    library.add(Upload("d3.tower.md", b"# One\n\n26 metres.\n\n# Two\n\nWhite."))
    uploads = [
        Upload("queries.jsonl", _lines(QUERIES)),
        Upload("a.tsv", b"query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n"),
        Upload("b.tsv", b"query-id\tcorpus-id\tscore\nq3\td3.tower.md\t1\n"),
    ]
    taken = take_in(library, "mine", uploads, DEFAULT_COLLECTION)
    assert [one.places for one in taken.questions] == [{("d1.txt", None)}, {("d3.tower.md", None)}]
    assert (taken.collection, taken.dropped) == (DEFAULT_COLLECTION, 1)
    assert len(library.shelving.all()) == 1


def test_gold_pages_come_in_as_they_are(library: Library) -> None:
    rows = [
        {"question": "q", "answer": "26 m", "evidence": [{"doc": "a.pdf", "page": 3}]},
        {"question": "u", "answerable": False},
    ]
    taken = take_in(library, "x", [Upload("gold.jsonl", json_lines(rows))], DEFAULT_COLLECTION)
    first, second = taken.questions
    assert (first.answer, first.places) == ("26 m", {("a.pdf", 3)})
    assert not second.answerable
    assert len(library.shelving.all()) == 1


def json_lines(rows: list[dict[str, object]]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


@pytest.mark.parametrize(
    ("uploads", "kind"),
    [
        ([Upload("a.pdf", b"%PDF-1.4")], BrokenSet),
        ([Upload("queries.jsonl", _lines(QUERIES))], BrokenSet),
        ([Upload("corpus.jsonl", _lines(CORPUS)), Upload("a.tsv", b"x")], BrokenSet),
        ([Upload("queries.jsonl", b"{"), Upload("a.tsv", QRELS.encode())], BrokenSet),
        ([Upload("queries.jsonl", _lines(QUERIES)), Upload("a.tsv", b"h\nno tabs")], BrokenSet),
        ([Upload("queries.jsonl.gz", b"no gzip"), Upload("a.tsv", b"")], BrokenSet),
        ([Upload("gold.jsonl", b"[" * 100_000)], BrokenSet),
        ([Upload("set.zip", b"PK\x03\x04 broken")], BadUpload),
    ],
)
def test_what_is_no_question_set_is_refused(
    library: Library, uploads: list[Upload], kind: type[BadUpload]
) -> None:
    with pytest.raises(kind):
        take_in(library, "x", uploads, DEFAULT_COLLECTION)
    assert [one.name for one in library.shelving.all()] == [""]


def test_a_file_that_grows_beyond_the_limit_is_refused(library: Library) -> None:
    library.limits = Limits(unpacked=10_000)
    bomb = Upload("queries.jsonl.gz", gzip.compress(b" " * 20_000))
    with pytest.raises(LimitExceeded):
        take_in(library, "x", [bomb], DEFAULT_COLLECTION)


def test_stopping_leaves_no_collection(library: Library) -> None:
    with pytest.raises(Cancelled):
        take_in(library, "coast", _beir(), DEFAULT_COLLECTION, cancelled=lambda: True)
    assert [one.name for one in library.shelving.all()] == [""]
