"""The first request that a fresh server gets may be for any page."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pages.ui.session import VISITOR_COOKIE
from tests.browser.conftest import Visit
from tests.browser.driving import LIGHTHOUSE, pdf
from tests.browser.serving import serve

PAGES = {
    "": "welcome.title",
    "library": "nav.library",
    "document": "nav.document",
    "settings": "nav.settings",
}


@pytest.mark.parametrize("path", PAGES)
def test_a_cold_deep_link_opens_its_page(visit: Visit, tmp_path: Path, path: str) -> None:
    with serve(tmp_path / "data") as address:
        screen = visit(f"{address}/{path}", "ko")
        title = screen.words(PAGES[path])
        expect(screen.page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        for name in ("nav.chat", "nav.library", "nav.settings"):
            expect(screen.page.get_by_role("link", name=screen.words(name)).first).to_be_visible()
        cookies = {cookie["name"]: cookie for cookie in screen.page.context.cookies()}
        assert cookies[VISITOR_COOKIE]["httpOnly"]
        screen.leave()


def test_who_came_by_a_deep_link_is_the_same_visitor_elsewhere(visit: Visit, address: str) -> None:
    screen = visit(f"{address}/library").add([pdf("lighthouse.pdf", LIGHTHOUSE)])
    other_tab = visit(address, again=screen)
    other_tab.says("lighthouse.pdf")
    visit(address).says(screen.words("welcome.title"))
