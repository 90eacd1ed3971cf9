"""Question sets that come from elsewhere: taken in from files, and made by a model."""

import io
import json
import zipfile

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.driving import TWO, File, Screen
from tests.servers.openai_server import OpenAIServer, Reply

CORPUS = (
    {"_id": "d1", "title": "호미곶 등대", "text": "호미곶 등대는 1908년에 처음 불을 밝혔다."},
    {"_id": "d2", "title": "Pohang", "text": "The pier of Pohang measures 380 metres."},
    {"_id": "d3", "title": "Tides", "text": "The tide table hangs beside the ferry office."},
)
QUERIES = (
    {"_id": "q1", "text": "호미곶 등대는 언제 처음 불을 밝혔나요?"},
    {"_id": "q2", "text": "How long is the pier of Pohang?"},
    {"_id": "q3", "text": "What does the missing text say?"},
)
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\nq3\td9\t1\n"

ABOUT_LIGHT = {
    "question": "How tall is the lighthouse of Homigot?",
    "answer": "26 metres",
    "passage": 1,
    "quote": "The lighthouse of Homigot is 26 metres tall.",
}
MADE_UP = {**ABOUT_LIGHT, "question": "Who built it?", "quote": "It was built by Koreans."}
ABOUT_HARBOUR = {
    "question": "When was the harbour of Pohang opened?",
    "answer": "1962",
    "passage": 1,
    "quote": "The harbour of Pohang was opened in 1962.",
}


def _lines(rows: tuple[dict[str, str], ...]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def _beir() -> dict[str, bytes]:
    """The folder of a set by what its files are called."""
    return {
        "corpus.jsonl": _lines(CORPUS),
        "queries.jsonl": _lines(QUERIES),
        "qrels/test.tsv": QRELS.encode(),
    }


def _as_zip(name: str) -> list[File]:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, said in _beir().items():
            archive.writestr(f"{name}/{path}", said)
    return [File(f"{name}.zip", data.getvalue(), "application/zip")]


def _as_files() -> list[File]:
    return [
        File(path.rpartition("/")[2], said, "application/octet-stream")
        for path, said in _beir().items()
    ]


@pytest.mark.parametrize(
    ("language", "files", "name"),
    [("ko", _as_zip("coast"), "coast"), ("en", _as_files(), "BEIR")],
    ids=["zip", "folder"],
)
def test_a_beir_set_is_taken_in_with_its_corpus_and_measured(
    visit: Visit, address: str, language: str, files: list[File], name: str
) -> None:
    screen = visit(f"{address}/evaluation", language, dark=language == "ko")
    screen.pick(*files)
    screen.button("evaluation.take_in").click()
    _kept(screen, kept=2, dropped=1)
    expect(_chosen(screen, "evaluation.collection")).to_have_value(f"{name} (1)")
    expect(_chosen(screen, "evaluation.set")).to_have_value(f"{name} (2)")
    _measure(screen)
    expect(_figure(screen, "measure.page_hit@1")).to_have_text("1")
    expect(_figure(screen, "measure.ndcg@10")).to_have_text("1")
    screen.shoot(f"evaluation-beir-{language}")


def test_questions_of_a_model_are_verified_and_asked(
    visit: Visit, address: str, model_server: OpenAIServer
) -> None:
    screen = visit(f"{address}/settings").add_model(model_server.url, "echo")
    _follow(screen, "nav.chat").add(TWO)
    _follow(screen, "nav.evaluation")
    reply = Reply(text=json.dumps({"questions": [ABOUT_LIGHT, MADE_UP, ABOUT_HARBOUR]}))
    model_server.script(reply, reply)  # for each document; what is of the other one is dropped too
    screen.button("evaluation.write", model="echo").click()
    _kept(screen, kept=6, dropped=4)  # with those that should be declined
    title = screen.words("evaluation.written", model="echo")
    expect(_chosen(screen, "evaluation.set")).to_have_value(f"{title} (6)")
    screen.page.get_by_text(screen.words("evaluation.questions", n=6)).click()
    expect(_row(screen, str(ABOUT_LIGHT["question"]))).to_contain_text("lighthouse.pdf2")
    expect(_row(screen, str(MADE_UP["question"]))).to_have_count(0)
    _measure(screen)
    expect(_figure(screen, "measure.page_hit@1")).to_have_text("1")
    expect(_figure(screen, "measure.answer_contains_gold")).to_have_text("1")
    expect(_figure(screen, "measure.abstention_recall")).to_have_text("0")  # it answers whatever
    screen.shoot("evaluation-model-en")


def _follow(screen: Screen, key: str) -> Screen:
    screen.page.get_by_role("link", name=screen.words(key), exact=True).click()
    return screen.settled()


def _chosen(screen: Screen, key: str) -> Locator:
    return screen.page.get_by_role("combobox", name=screen.words(key), exact=True)


def _kept(screen: Screen, kept: int, dropped: int) -> None:
    """Wait until a new set is there, and see what became of its questions."""
    said = screen.words("evaluation.kept", n=kept)
    told = screen.page.get_by_test_id("stAlert").filter(has_text=said)
    expect(told).to_be_visible(timeout=60_000)
    expect(told).to_contain_text(screen.words("evaluation.dropped", n=dropped))
    screen.settled()


def _measure(screen: Screen) -> None:
    """Ask the questions, and wait for what came of it."""
    screen.button("evaluation.run").click()
    heading = screen.page.get_by_role("heading", name=screen.words("evaluation.results"))
    expect(heading).to_be_visible(timeout=60_000)
    screen.settled()


def _row(screen: Screen, begins: str) -> Locator:
    """The rows of tables whose first cell says this; they are read aloud, for a picture shows
    them."""
    first = screen.page.locator("td:first-child").get_by_text(begins, exact=True)
    return screen.page.locator("tr").filter(has=first)


def _figure(screen: Screen, measure: str) -> Locator:
    """What stands beside a measure."""
    return _row(screen, screen.words(measure)).locator("td").nth(1)
