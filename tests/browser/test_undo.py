"""What was taken away comes back with one click, also after a reload and in another tab."""

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.driving import TWO, Screen
from tests.browser.serving import serve
from tests.faults.clock import AN_HOUR, pass_time

QUESTION = "When was the harbour of Pohang opened?"


def test_a_reload_and_another_tab_still_offer_the_way_back(visit: Visit, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serve(data) as address:
        screen = visit(f"{address}/library").add(TWO)
        for left in (1, 0):
            _remove_first(screen)
            expect(_documents(screen)).to_have_count(left)
            pass_time(data, -AN_HOUR)
        screen.settled().page.reload()
        expect(_undo(screen)).to_have_count(2)
        screen.settled().shoot("undo-reloaded-en-light-1280")
        other = visit(f"{address}/library", again=screen)
        expect(_undo(other)).to_have_count(2)
        _undo(screen).first.click()
        expect(_documents(screen)).to_have_count(1)  # at once, though there is more to undo
        expect(_undo(screen)).to_have_count(1)
        expect(_undo(other)).to_have_count(1)
        expect(_documents(other)).to_have_count(1)
        _undo(other).click()
        expect(_documents(other)).to_have_count(2)
        expect(_undo(screen)).to_have_count(0)

        _ask_and_delete(screen, address)
        pass_time(data, -AN_HOUR)
        screen.settled().page.reload()
        _undo(screen).click()
        screen.page.get_by_role("button", name=QUESTION, exact=True).click()
        expect(screen.last_answer()).to_contain_text("1962")
        screen.leave()


def _ask_and_delete(screen: Screen, address: str) -> None:
    """A conversation about what has come back, deleted again."""
    words, page = screen.words, screen.page
    screen.go(address).ask(QUESTION).answered()
    expect(screen.sources().first).to_contain_text("harbour.pdf")
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("button", name=words("history.more"), exact=True).click()
    page.get_by_role("button", name=words("history.delete"), exact=True).click()
    screen.says("Deleted")


def _remove_first(screen: Screen) -> None:
    _documents(screen).first.get_by_test_id("stPopoverButton").first.click()
    screen.page.get_by_role("button", name=screen.words("library.remove"), exact=True).click()


def _documents(screen: Screen) -> Locator:
    return screen.page.locator('[class*="st-key-document-"]')


def _undo(screen: Screen) -> Locator:
    label = screen.words("undo.undo", seconds="").split("(")[0]
    return screen.page.get_by_role("button", name=label)
