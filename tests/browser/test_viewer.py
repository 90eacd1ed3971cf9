"""The viewer and the report of a document, as a reader uses them."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.driving import DESKTOP, HARBOUR, LIGHTHOUSE, PHONE, File, Screen, pdf
from tests.browser.serving import Listener

QUESTION = "How tall is the lighthouse of Homigot?"
TIDES = "\n".join(f"Line {n} is about the tide of day {n}." for n in range(30))
COAST = pdf("coast.pdf", TIDES, LIGHTHOUSE, f"{TIDES}\nThe Leaflet tells of the tide.", HARBOUR)
HOSTILE = (
    "<img src=LEAK/a.png onerror=alert(1)> ![](LEAK/md.png) [x](LEAK/link) :red[no] $x$ --> "
    ":material/home: `code` **bold** -- <script src=LEAK/js></script>"
)


def notes(leak: str) -> File:
    """A long Markdown file with hostile text right beside what will be cited."""
    before, after = (f"The sea of day {n} was calm.\n\n" * 1 for n in (1, 2))
    text = f"# Coast\n\n{before * 40}## Tower\n\n{LIGHTHOUSE}\n\n{HOSTILE}\n\n{after * 40}"
    return File("notes.md", text.replace("LEAK", leak).encode(), "text/markdown")


def opened(screen: Screen, files: list[File]) -> Screen:
    """Ask, and open the page of the first source."""
    screen.add(files).ask(QUESTION).answered()
    screen.sources().filter(has_text="26 metres").first.get_by_role("button").click()
    return screen


def picture(screen: Screen) -> Locator:
    return screen.dialog().get_by_role("img").first


def search(screen: Screen, term: str) -> None:
    box = screen.dialog().get_by_role("searchbox", name=screen.words("viewer.search"))
    box.fill(term)
    box.press("Enter")
    screen.settled()


def test_from_a_citation_through_the_document_to_its_report(visit: Visit, address: str) -> None:
    screen = opened(visit(address), [COAST])
    words = screen.words
    expect(picture(screen)).to_have_attribute("alt", re.compile(r"p\.\s2"))
    screen.settled()
    assert screen.marked_pixels(picture(screen)) > 500

    screen.dialog().get_by_text("200 %", exact=True).click()
    screen.settled()
    frame = screen.page.locator(".st-key-zoomed")
    assert frame.evaluate("frame => frame.scrollWidth > 1.5 * frame.clientWidth")
    assert screen.wider_than_window() <= 0
    screen.dialog().get_by_text(words("viewer.fit"), exact=True).click()
    screen.settled()

    screen.button("viewer.next").click()
    screen.says(words("viewer.page", page=3, pages=4))
    search(screen, "LEAFLET")
    screen.says(words("viewer.hit", n=1, of="1"))
    expect(picture(screen)).to_be_in_viewport()
    assert screen.marked_pixels(picture(screen)) > 100
    search(screen, "the tide of day 7")
    screen.says(words("viewer.hit", n=2, of="2"))
    screen.button("viewer.next_hit").click()
    screen.says(words("viewer.page", page=1, pages=4))
    screen.settled()
    assert screen.marked_pixels(picture(screen)) > 100

    screen.button("nav.document").click()
    expect(screen.page.get_by_role("heading", name="coast.pdf")).to_be_visible()
    expect(screen.dialog()).to_have_count(0)
    expect(screen.page.get_by_text("Line 0 is about the tide of day 0.").last).to_be_visible()
    link = screen.settled().page.url
    assert link.endswith("page=1")
    again = visit(link.replace("page=1", "page=4"), again=screen)
    expect(again.page.get_by_text("Its longest pier measures 380 metres.").last).to_be_visible()
    stranger = visit(link)
    stranger.says(words("report.gone"))
    expect(stranger.page.get_by_text("coast.pdf")).to_have_count(0)


def test_leafing_by_keyboard_number_and_label(visit: Visit, address: str) -> None:
    screen = visit(f"{address}/library").add([COAST])
    keyboard, words = screen.page.keyboard, screen.words
    screen.button("library.look").click()
    screen.says(words("viewer.page", page=1, pages=4))
    screen.settled()
    for key, page in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2)):
        keyboard.press(key)
        screen.says(words("viewer.page", page=page, pages=4))
        screen.settled()
    box = screen.dialog().get_by_role("textbox", name=words("viewer.go_to"))
    for typed, page in (("4", 4), ("9", 4), ("1", 1)):
        box.fill(typed)
        box.press("ArrowLeft")  # moves the caret and nothing else
        box.press("Enter")
        screen.says(words("viewer.page", page=page, pages=4))
        if typed == "9":
            screen.says(words("viewer.no_page", name=9))
        screen.settled()
    for _ in range(6):  # past the end there is nothing, and the focus stays
        screen.button("viewer.next").press("Enter")
        screen.settled()
    screen.says(words("viewer.page", page=4, pages=4))
    expect(screen.button("viewer.next")).to_be_focused()
    keyboard.press("Escape")
    expect(screen.dialog()).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "dark", "window"), [("en", False, DESKTOP), ("ko", True, PHONE)]
)
def test_text_without_pages_is_opened_at_the_marked_passage_and_does_nothing(
    visit: Visit,
    address: str,
    listener: Listener,
    language: str,
    dark: bool,
    window: dict[str, int],
) -> None:
    screen = visit(address, language, dark=dark, window=window)
    opened(screen, [notes(listener.address)])
    marked = screen.dialog().locator("mark").first
    expect(marked).to_have_text("The lighthouse of Homigot is 26 metres tall.")
    expect(marked).to_be_in_viewport()
    expect(screen.dialog()).to_contain_text(HOSTILE.replace("LEAK", listener.address))
    shade = "dark" if dark else "light"
    screen.settled().shoot(f"text-{language}-{shade}-{window['width']}")
    screen.button("nav.document").click()
    expect(screen.page.get_by_role("heading", name="notes.md")).to_be_visible()
    expect(screen.page.get_by_text("onerror=alert(1)").last).to_be_visible()
    assert screen.settled().wider_than_window() <= 0
    screen.shoot(f"report-text-{language}-{shade}-{window['width']}")
    loaded = screen.page.locator(f'[src^="{listener.address}"], a[href^="{listener.address}"]')
    expect(loaded.filter(has_not_text=listener.address)).to_have_count(0)
    assert listener.heard == []


def test_the_report_and_the_viewer_fit_a_phone(visit: Visit, address: str) -> None:
    for language, dark in (("ko", False), ("en", True)):
        shade = "dark" if dark else "light"
        screen = visit(f"{address}/library", language, dark=dark, window=PHONE).add([COAST])
        screen.page.get_by_role("link", name=screen.words("nav.document")).click()
        expect(screen.page.get_by_role("heading", name="coast.pdf")).to_be_visible()
        box = screen.page.get_by_role("searchbox", name=screen.words("report.search"))
        for term in ("tower", "homigot"):
            box.fill(term)
            box.press("Enter")
            screen.settled()
            nothing = screen.page.get_by_text(screen.words("report.none"))
            expect(nothing).to_have_count(1 if term == "tower" else 0)
        screen.says("26 metres tall").click()
        expect(screen.page.locator("mark", has_text="Homigot")).to_be_visible()
        assert screen.settled().wider_than_window() <= 0
        screen.shoot(f"report-{language}-{shade}-390")
        screen.button("source.open").click()
        expect(picture(screen)).to_be_visible()
        screen.dialog().get_by_text("150 %", exact=True).click()
        assert screen.settled().wider_than_window() <= 0
        screen.shoot(f"viewer-zoomed-{language}-{shade}-390")
