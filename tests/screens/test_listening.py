"""What the overview of documents and an answer say when they are read aloud."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.aloud import answer_lines, overview_lines
from pages.ui.messages import Words
from rag_core.gist import Telling
from rag_core.study import Material, Meaning, Point
from rag_core.types import LOCAL_OWNER, Answer, Passage, Sentence, Unit, Upload

Open = Callable[..., AppTest]
NAMES = {"a": "harbour.pdf", "b": "등대.txt"}
UNITS = {"a": Unit.PAGE, "b": Unit.WHOLE}


def _telling(document: str, page: int | None, text: str, label: str = "") -> Telling:
    return Telling(Passage("p", document, 0, page, label or str(page or ""), text), 0, len(text))


def _said(made: Material, language: str, units: dict[str, Unit] | None = None) -> list[str]:
    lines = overview_lines(Words(language), made, NAMES, UNITS if units is None else units)
    return [line.text for line in lines]


def _players(page: AppTest) -> list[dict[str, object]]:
    """What has been given to the players on the screen."""
    found = [one.proto for one in page.get("bidi_component")]
    return [
        json.loads(json.loads(one.json)["text"])
        for one in found
        if one.component_name == "listening"
    ]


def test_a_page_is_said_behind_its_sentence_in_the_language_of_the_sentence() -> None:
    english = _telling("a", 3, "The harbour was opened in 1962")
    korean = _telling("a", 12, "등대는 26미터예요.", "iv")
    made = Material(summary=(Point(english.text, english), Point(korean.text, korean)))
    for language in ("ko", "en"):
        assert _said(made, language) == [
            "The harbour was opened in 1962. Page 3.",
            "등대는 26미터예요. iv쪽.",
        ]


def test_of_several_sentences_the_last_one_is_followed_by_the_page() -> None:
    source = _telling("a", 3, "It is old.")
    made = Material(summary=(Point("It is old. It is tall.", source),))
    assert _said(made, "ko") == ["It is old.", "It is tall. Page 3."]


@pytest.mark.parametrize(
    ("unit", "number", "label", "said"),
    [
        (Unit.SLIDE, 4, "4", "It is old. Slide 4."),
        (Unit.SHEET, None, "Sales", "It is old. Sheet Sales."),
        (Unit.SECTION, None, "Opening hours", "It is old. Section Opening hours."),
        (Unit.WHOLE, None, "", "It is old."),
        (None, 4, "4", "It is old. Page 4."),
        (None, None, "Opening hours", "It is old. Section Opening hours."),
    ],
)
def test_a_place_is_spoken_as_what_it_is(
    unit: Unit | None, number: int | None, label: str, said: str
) -> None:
    source = _telling("a", number, "It is old.", label)
    made = Material(summary=(Point("It is old.", source),))
    assert _said(made, "ko", {"a": unit} if unit else {}) == [said]


def test_meanings_follow_with_their_term_and_nothing_is_said_twice() -> None:
    pier = _telling("a", 3, "The pier is long.")
    made = Material(
        summary=(Point(pier.text, pier),),
        meanings=(
            Meaning("pier", pier.text, pier),
            Meaning("harbour", "A place for ships.", pier),
            Meaning("Ships", "These ships come by night.", pier),
        ),
    )
    assert _said(made, "en") == [
        "The pier is long. Page 3.",
        "harbour: A place for ships. Page 3.",
        "These ships come by night. Page 3.",
    ]


def test_of_several_documents_each_is_named_where_it_follows_another() -> None:
    one, two = _telling("a", 3, "It is long."), _telling("b", None, "등대는 높아요.")
    texts = (("It is long.", one), ("It is old.", one), ("등대는 높아요.", two))
    made = Material(summary=tuple(Point(text, source) for text, source in texts))
    assert _said(made, "en") == [
        "It is long. Harbour, page 3.",
        "It is old. Page 3.",
        "등대는 높아요. 등대.",
    ]


def test_what_an_answer_cannot_prove_is_said_to_be_so() -> None:
    answer = Answer(
        "It is **26 metres** tall. [1] It is blue. 1908년에 세워졌어요. [2]",
        sentences=(
            Sentence("It is **26 metres** tall.", (1,), supported=True),
            Sentence("It is blue."),
            Sentence("1908년에 세워졌어요.", (2,), contradicted=("1908",)),
        ),
    )
    assert [line.text for line in answer_lines(Words("ko"), answer)] == [
        "It is 26 metres tall.",
        "It is blue. No source.",
        "1908년에 세워졌어요. 근거와 다름.",
    ]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_overview_can_be_heard(open_page: Open, language: str) -> None:
    text = "The harbour of Pohang was opened in 1962.\n\n서담의 등대는 1908년에 세워졌어요."
    session.seodam().library(LOCAL_OWNER).add(Upload("notes.txt", text.encode()))
    page = open_page("pages/study.py", language)
    (given,) = _players(page)
    assert {(line["text"], line["language"]) for line in given["lines"]} == {
        ("The harbour of Pohang was opened in 1962.", "en"),
        ("서담의 등대는 1908년에 세워졌어요.", "ko"),
    }
    assert given["begin"] == ""
    assert given["words"]["play"] == Words(language)("listen.play")


@pytest.mark.usefixtures("documents")
def test_an_answer_has_its_player_only_when_it_is_asked_for(open_page: Open) -> None:
    page = open_page(language="en")
    for question in ("How tall is the lighthouse?", "When was the harbour of Pohang opened?"):
        page.chat_input[0].set_value(question).run()
    kept = session.seodam().conversations(LOCAL_OWNER)
    first, second = kept.turns(kept.all()[0].id)
    assert _players(page) == []
    page.button(key=f"listen-{first.id}").click().run()
    (given,) = _players(page)
    said = " ".join(line["text"] for line in given["lines"])
    assert "26 metres" in said
    assert "[1]" not in said
    assert given["begin"]
    page.run()
    assert _players(page) == [given]  # the same token: it begins no second time
    page.button(key=f"listen-{second.id}").click().run()
    (given,) = _players(page)
    assert "1962" in " ".join(line["text"] for line in given["lines"])
    page.button(key=f"listen-{second.id}").click().run()
    assert _players(page) == []
    assert not page.exception


@pytest.mark.usefixtures("documents")
def test_what_was_not_answered_cannot_be_heard(open_page: Open) -> None:
    page = open_page(language="en")
    page.chat_input[0].set_value("Who composed the opera Carmen?").run()
    kept = session.seodam().conversations(LOCAL_OWNER)
    (turn,) = kept.turns(kept.all()[0].id)
    assert not turn.answer.answerable
    assert not [one for one in page.button if one.key == f"listen-{turn.id}"]
