"""The study page, in both languages, over a real document."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import mind_map, session
from pages.ui.messages import CATALOGUE
from rag_core.types import LOCAL_OWNER, Upload
from tests.screens.conftest import REPOSITORY, all_text
from tests.servers.openai_server import FAULTS, OpenAIServer, Reply

Open = Callable[..., AppTest]
SAMPLES = {"ko": "seodam-sample-ko.pdf", "en": "seodam-sample-en.pdf"}


def _add(name: str, data: bytes | None = None) -> None:
    path = Path(REPOSITORY) / "samples" / name
    session.seodam().library(LOCAL_OWNER).add(Upload(name, data or path.read_bytes()))


@pytest.fixture(params=["ko", "en"])
def page(request: pytest.FixtureRequest, open_page: Open) -> AppTest:
    _add(SAMPLES[request.param])
    opened = open_page("pages/study.py", request.param)
    assert not opened.exception
    return opened


def _words(page: AppTest) -> dict[str, str]:
    return CATALOGUE[page.session_state["language"]]


def test_it_tells_what_the_document_is_about(page: AppTest) -> None:
    said = all_text(page)
    for heading in ("study.summary", "study.terms", "study.ask"):
        assert _words(page)[heading] in said
    assert "RAG" in said
    questions = [one.label for one in page.button if (one.key or "").startswith("ask-")]
    assert len(questions) >= 3


def test_a_quiz_is_marked_and_shows_where_each_answer_stands(page: AppTest) -> None:
    items = session.seodam().library(LOCAL_OWNER)
    made = items.study([items.documents()[0].id]).quiz
    for number, item in enumerate(made[:-1]):  # the last one is left open
        key = f"-{number}"
        if item.choices:
            one = next(r for r in page.radio if r.key.endswith(key))
            one.set_value(item.answer)
        else:
            one = next(t for t in page.text_input if t.key.endswith(key))
            one.set_value(item.answer)
    page.button(key="check").click().run()
    assert not page.exception
    right, of = len(made) - 1, len(made)
    assert _words(page)["study.score"].format(n=right, of=of) in [
        p.text for p in page.get("progress")
    ]
    page.button(key="check").click().run()
    assert all(not radio.value for radio in page.radio)


def test_a_card_turns_and_the_next_one_comes_with_its_front(page: AppTest) -> None:
    assert _words(page)["study.turn"] == page.button(key="card-turn").label
    page.button(key="card-turn").click().run()
    assert page.button(key="card-turn").label == _words(page)["study.hide"]
    page.button(key="card-next").click().run()
    assert page.button(key="card-turn").label == _words(page)["study.turn"]
    assert not page.exception


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_connected_model_makes_it_better_and_what_it_did_not_quote_is_counted(
    open_page: Open, language: str
) -> None:
    words = CATALOGUE[language]
    _add("lighthouse.txt", b"The lighthouse of Homigot is 26 metres tall. It was lit in 1908.")
    quote = {"passage": 1, "quote": "The lighthouse of Homigot is 26 metres tall."}
    overview = {"summary": [{"text": "It is 26 metres high.", **quote}, {"text": "Sea.", **quote}]}
    overview["summary"][1]["quote"] = "nowhere to be found"
    cards = {"cards": [{"front": "How tall is it?", "back": "![x](y) 26 metres.", **quote}]}
    with OpenAIServer() as server:
        server.script(Reply(text=json.dumps(overview)), Reply(text=json.dumps(cards)))
        kept = session.seodam().conversations(LOCAL_OWNER)
        kept.prefer("base_url", server.url)
        kept.prefer("model", "openai:echo")
        page = open_page("pages/study.py", language)
        assert server.requests == []
        page.button(key="write").click().run()
        page.run()
        assert len([one for one in server.requests if "body" in one]) == 2
    assert not page.exception
    said = all_text(page)
    assert "It is 26 metres high" in said.replace("\\", "")
    assert words["study.dropped"].format(n=1, of=3) in said
    assert "![x](y)" not in said
    page.button(key="plain").click().run()
    assert words["study.summary"] in all_text(page)


def test_a_model_that_fails_is_said_and_the_plain_form_stays(open_page: Open) -> None:
    _add(SAMPLES["en"])
    with OpenAIServer(default=FAULTS["refused_key"]) as server:
        kept = session.seodam().conversations(LOCAL_OWNER)
        kept.prefer("base_url", server.url)
        kept.prefer("model", "openai:echo")
        page = open_page("pages/study.py", "en")
        page.button(key="write").click().run()
    assert not page.exception
    begin = CATALOGUE["en"]["study.write_failed"].partition("{")[0]
    assert page.warning[0].value.startswith(begin)
    assert CATALOGUE["en"]["study.summary"] in all_text(page)


def test_it_is_said_when_nothing_of_a_model_could_be_verified(open_page: Open) -> None:
    _add(SAMPLES["en"])
    made_up = {"summary": [{"text": "All is well.", "passage": 1, "quote": "nowhere to be found"}]}
    with OpenAIServer(default=Reply(text=json.dumps(made_up))) as server:
        kept = session.seodam().conversations(LOCAL_OWNER)
        kept.prefer("base_url", server.url)
        kept.prefer("model", "openai:echo")
        page = open_page("pages/study.py", "en")
        page.button(key="write").click().run()
    assert page.warning[0].value == CATALOGUE["en"]["study.none_kept"].format(of=1)
    assert "All is well" not in all_text(page)


def test_several_documents_or_all_of_them_are_studied_together(open_page: Open) -> None:
    for name in SAMPLES.values():
        _add(name)
    page = open_page("pages/study.py", "en")
    ids = page.multiselect(key="study-documents").options
    assert len(ids) == 2
    newest = {one.label for one in page.button if (one.key or "").startswith("place-summary")}
    assert all(SAMPLES["en"] in label.replace("\\", "") for label in newest)
    page.multiselect(key="study-documents").set_value([]).run()
    assert not page.exception
    both = {one.label for one in page.button if (one.key or "").startswith("place-")}
    assert any(SAMPLES["ko"] in label.replace("\\", "") for label in both)


def test_hostile_text_is_shown_as_text(open_page: Open) -> None:
    text = "![x](http://evil.example/x.png) is a picture that nobody should load, ever. " * 2
    _add(
        "<b>a.txt",
        (text + "An API is a :red[bridge] between $programs$ and <i>people</i>.").encode(),
    )
    page = open_page("pages/study.py", "en")
    said = all_text(page)
    assert "![x](" not in said
    assert "<i>" not in said
    assert ":red[" not in said


def test_a_library_without_documents_says_what_to_do(open_page: Open) -> None:
    page = open_page("pages/study.py", "en")
    assert page.info[0].value == CATALOGUE["en"]["study.empty"]


def test_a_document_without_sentences_is_no_error(open_page: Open) -> None:
    _add("table.txt", b"1 2 3 4 5 6 7 8 9")
    page = open_page("pages/study.py", "ko")
    assert not page.exception
    assert page.info[0].value == CATALOGUE["ko"]["study.nothing"]


def test_the_mind_map_is_drawn_and_each_branch_opens_its_page(page: AppTest) -> None:
    drawn = page.get("graphviz_chart")
    assert len(drawn) == 1
    made = session.seodam().library(LOCAL_OWNER)
    tree = made.study([made.documents()[0].id]).mind_map
    assert len(tree) > 3
    for number, branch in enumerate(tree):
        assert branch.name in page.button(key=f"map-{number}").label.replace("\\", "")
    page.button(key="map-0-0").click().run()
    assert not page.exception
    assert page.session_state["viewer"].quote == tree[0].branches[0].name


@pytest.mark.parametrize(
    "name", ['"] x [URL="http://evil.example"', "back\\slash \\", "<b>&lt;", "가" * 90]
)
def test_a_heading_cannot_write_into_the_picture(name: str) -> None:
    label = mind_map._quoted(name)
    inside = label[1:-1]
    assert label[0] == label[-1] == '"'
    assert '"' not in inside.replace("\\\\", "").replace('\\"', "")
    assert not inside.replace("\\\\", "").endswith("\\")
