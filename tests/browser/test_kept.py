"""What survives a reload, and the end of the server."""

import sqlite3
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.driving import TWO, Screen
from tests.browser.serving import free_port, serve
from tests.servers.openai_server import OpenAIServer

QUESTION = "How tall is the lighthouse of Homigot?"


def test_a_reload_and_a_restart_lose_nothing(
    visit: Visit, tmp_path: Path, model_server: OpenAIServer
) -> None:
    port, alone = free_port(), {"SEODAM_SINGLE_USER": "1"}
    with serve(tmp_path / "data", port, **alone) as address:
        screen = visit(address, "en").add(TWO)
        screen.ask(QUESTION).answered()
        screen.page.get_by_text("한국어").click()
        screen.says("물어볼 문서 2/2")
        screen.settled().page.reload()
        _all_is_here(screen)
        settings = visit(f"{address}/settings", "ko", again=screen)
        settings.add_model(model_server.url, "echo", "sk-typed")
        here = screen.page.url
        screen.leave()
    with serve(tmp_path / "data", port, **alone) as address:
        _all_is_here(visit(here, "ko", again=screen))
        settings = visit(f"{address}/settings", "ko", again=screen)
        expect(settings.model()).to_have_value("echo")
        key = settings.page.get_by_role("textbox", name=settings.words("settings.key"))
        expect(key).to_have_value("")
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert b"sk-typed" not in kept
        screen.leave()


def test_a_fault_of_ours_is_one_sentence_in_the_readers_language(
    visit: Visit, tmp_path: Path
) -> None:
    with serve(tmp_path / "data") as address:
        screen = visit(address, "ko").add(TWO[:1])
        screen.ask(QUESTION).answered()
        with sqlite3.connect(tmp_path / "data" / "seodam.sqlite3") as database:
            database.execute("UPDATE turns SET answer = '{'")
        screen.page.reload()
        screen.says("문제가 생겼어요.")
        expect(screen.page.get_by_text("Traceback")).to_have_count(0)
        screen.leave()


def _all_is_here(screen: Screen) -> None:
    screen.says("물어볼 문서 2/2")
    expect(screen.sources().filter(has_text="26 metres").first).to_be_visible()
    screen.says(QUESTION)
