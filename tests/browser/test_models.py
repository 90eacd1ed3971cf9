"""With a language model: connecting, streaming, stopping, failing."""

import time

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.driving import TWO
from tests.servers.openai_server import FAULTS, OpenAIServer, Reply

SLOW = Reply(text="The lighthouse of Homigot is 26 metres tall. [1] " * 60, pause=0.1)
QUESTION = "How tall is the lighthouse of Homigot?"


def test_a_model_is_listed_tested_chosen_and_remembered(
    visit: Visit, address: str, model_server: OpenAIServer
) -> None:
    screen = visit(f"{address}/settings", "en").add_model(model_server.url, "echo", "sk-typed")
    screen.button("settings.test").click()
    screen.says("It answers")
    screen.shoot("settings-en-light-1280")
    assert model_server.requests[-1]["headers"]["authorization"] == "Bearer sk-typed"
    screen.page.reload()
    expect(screen.model()).to_have_value("echo")
    box = screen.page.get_by_role("textbox", name=screen.words("settings.base_url"))
    expect(box).to_have_value(model_server.url)
    key = screen.page.get_by_role("textbox", name=screen.words("settings.key"))
    expect(key).to_have_value("")
    screen.settled().button("settings.test").click()
    screen.says("It answers")
    assert model_server.requests[-1]["headers"]["authorization"] != "Bearer sk-typed"


def test_stop_keeps_what_was_said(visit: Visit, address: str, model_server: OpenAIServer) -> None:
    screen = visit(f"{address}/settings").add_model(model_server.url, "echo")
    screen.page.get_by_role("link", name=screen.words("nav.chat")).click()
    screen.settled().add(TWO)
    model_server.script(SLOW)
    screen.ask(QUESTION)
    found = screen.says("passages found")
    expect(screen.last_answer()).to_contain_text("26 metres tall. [1]")
    expect(found).to_be_visible()
    screen.page.wait_for_timeout(1500)
    screen.shoot("streaming-en-light-1280")
    started = time.monotonic()
    screen.button("answer.stop").click()
    screen.says(screen.words("answer.stopped"))
    assert time.monotonic() - started < 5  # 1 s is promised; a busy machine draws late
    expect(screen.sources().first).to_contain_text("26 metres tall")
    screen.settled().page.reload()
    screen.says(screen.words("answer.stopped"))
    kept = screen.last_answer().inner_text().count("26 metres tall")
    assert 0 < kept < 60


def test_escape_stops_too_and_the_next_question_can_be_asked(
    visit: Visit, address: str, model_server: OpenAIServer
) -> None:
    screen = visit(f"{address}/settings").add_model(model_server.url, "echo")
    screen.page.get_by_role("link", name=screen.words("nav.chat")).click()
    screen.settled().add(TWO)
    model_server.script(SLOW)
    screen.ask(QUESTION)
    expect(screen.last_answer()).to_contain_text("26 metres tall. [1]")
    screen.page.keyboard.press("Escape")
    screen.says(screen.words("answer.stopped"))
    screen.settled().ask("When was the harbour of Pohang opened?")
    expect(screen.sources().last).to_contain_text("harbour.pdf", timeout=30_000)


def test_a_cut_answer_is_kept_and_marked(
    visit: Visit, address: str, model_server: OpenAIServer
) -> None:
    screen = visit(f"{address}/settings", "ko").add_model(model_server.url, "echo")
    screen.page.get_by_role("link", name=screen.words("nav.chat")).click()
    screen.settled().add(TWO)
    model_server.script(FAULTS["cut"])
    screen.ask(QUESTION).says("중간에 끊겼거나")
    screen.settled().page.reload()
    screen.says("중간에 끊겼거나")
    screen.says("one two three")


def test_a_refused_key_is_said_in_korean(
    visit: Visit, address: str, model_server: OpenAIServer
) -> None:
    screen = visit(f"{address}/settings", "ko")
    model_server.listing.append(FAULTS["refused_key"])
    screen.connect(model_server.url, "sk-wrong")
    screen.says("API 키를 받아들이지 않았어요")
    expect(screen.page.get_by_text("sk-wrong")).to_have_count(0)
