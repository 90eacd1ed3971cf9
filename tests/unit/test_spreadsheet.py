"""Tables for spreadsheets: what is text stays text."""

from __future__ import annotations

import csv
import io

import pytest

from rag_core.examinations import Asked, Evaluation, as_table
from rag_core.spreadsheet import as_csv


def _read(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "＝1+1",
        '=HYPERLINK("http://x")',
    ],
)
def test_a_text_never_becomes_a_formula(text: str) -> None:
    assert _read(as_csv((text,), [(text,)])) == [[f"'{text}"], [f"'{text}"]]


def test_other_cells_are_as_they_are() -> None:
    rows = [('서담, "quoted"\nline', -1.5, None, True), ("a=b", 3, "5 - 3", False)]
    assert _read(as_csv(("a", "b", "c", "d"), rows)) == [
        ["a", "b", "c", "d"],
        ['서담, "quoted"\nline', "-1.5", "", "True"],
        ["a=b", "3", "5 - 3", "False"],
    ]


def test_a_run_is_a_row_for_each_question() -> None:
    asked = (
        Asked("=cmd|' /C calc'!A0", 2, True, True, 1.0, 0.0123, 0.5, {"ndcg@10": 0.63}),
        Asked("날씨는?", None, False, True, 1.0, 0.01, 0.25, {"abstention_recall": 1.0}),
    )
    header, first, second = _read(as_table(Evaluation("r", "s", {}, {}, asked)))
    assert header == [
        "question",
        "rank",
        "answered",
        "right",
        "search_seconds",
        "answer_seconds",
        "ndcg@10",
        "abstention_recall",
    ]
    assert first == ["'=cmd|' /C calc'!A0", "2", "True", "True", "0.0123", "0.5", "0.63", ""]
    assert second == ["날씨는?", "", "False", "True", "0.01", "0.25", "", "1.0"]
