"""Conversations as files: what they hold, and what they must never do."""

import csv
import io
import json

import pytest

from rag_core.transcript import Labels, as_html, as_json, as_markdown, feedback_as_csv
from rag_core.types import Answer, Citation, Conversation, Feedback, Finish, Sentence, Turn

QUOTE = "제1조 등대는\n1908년에 세워졌다."
HOSTILE = '<img src=x onerror=alert(1)> ![x](http://evil.example/a.png) </p><script src="x">'
LABELS = Labels(
    "ko",
    "출처",
    "멈춤",
    "찾지 못했어요",
    "근거 없음",
    "문서와 다름",
    lambda one: f"{one.document} · p. {one.page_label}",
)


def _talk(text: str = "1908년이에요. [1]", **more: object) -> tuple[Conversation, list[Turn]]:
    citation = Citation(1, "d", "등대.pdf", 3, "iii", QUOTE, verified=True)
    answer = Answer(text, (citation,), model="extractive", **more)  # type: ignore[arg-type]
    turn = Turn(7, "언제 세워졌나요?", answer, "2026-11-25T10:20:30.000001+00:00")
    return Conversation("c", "등대 이야기"), [turn]


def test_markdown_holds_question_answer_place_and_quote() -> None:
    text = as_markdown(*_talk(), LABELS)
    for part in ("# 등대 이야기", "## 언제 세워졌나요?", "1908년이에요. [1]", "**출처**"):
        assert part in text
    assert "1. 등대.pdf · p. iii\n   > 제1조 등대는 1908년에 세워졌다." in text


def test_html_holds_the_same_and_stands_alone() -> None:
    page = as_html(*_talk(), LABELS)
    for part in ('<html lang="ko">', "등대 이야기", "언제 세워졌나요?", "등대.pdf · p. iii"):
        assert part in page
    assert "제1조 등대는 1908년에 세워졌다." in page
    assert "2026-11-25 10:20" in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("form", [as_html, as_markdown])
def test_hostile_text_stays_text(form) -> None:
    bad = Citation(1, "d", HOSTILE, 3, "iii", HOSTILE, verified=True)
    hostile = Turn(1, HOSTILE, Answer(HOSTILE, (bad,)))
    text = form(Conversation("c", HOSTILE), [hostile], LABELS)
    for tag in ("<img", "<script", "]("):
        assert tag not in text or (tag == "](" and form is as_html)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer("half of", finish=Finish.STOPPED), "half of\n\n(멈춤)"),
        (Answer("", answerable=False), "찾지 못했어요"),
        (Answer("no.", (), (Sentence("no.", (), False),), answerable=False), "no.\n"),
    ],
)
def test_how_an_answer_ended_is_said(answer: Answer, said: str) -> None:
    assert said in as_markdown(Conversation("c", "t"), [Turn(1, "q", answer)], LABELS)


@pytest.mark.parametrize("form", [as_html, as_markdown])
def test_what_no_source_bears_out_is_said_on_paper_too(form) -> None:
    wrong = Sentence("1907년이에요.", (1,), False, contradicted=("1908",))
    made = Sentence("높이는 9미터예요.", (1,), False)
    text = form(*_talk("1907년이에요 [1]. 높이는 9미터예요. [1]", sentences=(wrong, made)), LABELS)
    assert "1907년이에요 [1]. (문서와 다름) 높이는 9미터예요. (근거 없음) [1]" in text


def test_json_holds_everything() -> None:
    conversation, turns = _talk()
    whole = json.loads(as_json(conversation, turns))
    assert whole["conversation"]["title"] == "등대 이야기"
    assert whole["turns"][0]["answer"]["citations"][0]["quote"] == QUOTE


def test_feedback_opens_in_a_spreadsheet_and_runs_nothing_there() -> None:
    turn = Turn(
        1, "=HYPERLINK(1)", Answer("a,b\nc", model="m"), "now", feedback=Feedback(False, "왜")
    )
    rows = list(csv.DictReader(io.StringIO(feedback_as_csv([(Conversation("c", "+t"), turn)]))))
    assert rows == [
        {
            "asked_at": "now",
            "conversation": "'+t",
            "question": "'=HYPERLINK(1)",
            "answer": "a,b\nc",
            "model": "m",
            "helpful": "no",
            "reason": "왜",
        }
    ]
