"""In Korean nothing is left of the words that Streamlit writes by itself in English."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.driving import TWO, Screen

QUIZ = "1. The harbour of _____ was opened in 1962."
OURS = {one.name for one in TWO} | {"https://", "https://api.openai.com/v1", QUIZ}

ENGLISH_NAMES = """() => {
    const found = new Set();
    for (const one of document.querySelectorAll("[aria-label],[placeholder],[title]"))
        if (!one.closest("[aria-hidden=true]"))
            for (const name of ["aria-label", "placeholder", "title"]) {
                const text = one.getAttribute(name) ?? "";
                if (/[A-Za-z]{3}/.test(text) && !/[가-힣]/.test(text)) found.add(text);
            }
    return [...found];
}"""


def left(screen: Screen) -> set[str]:
    """What is read out in English although none of us wrote it, and stays so."""
    screen.settled()
    for _ in range(50):
        if not (found := set(screen.page.evaluate(ENGLISH_NAMES)) - OURS):
            break
        screen.page.wait_for_timeout(100)
    return found


def test_korean_throughout_and_english_again(visit: Visit, address: str) -> None:
    screen = visit(address, "ko")
    page = screen.page
    area = page.get_by_test_id("stFileUploaderDropzone")
    expect(area).to_contain_text("파일 고르기")
    expect(area).to_contain_text("파일마다 50MB까지")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    assert left(screen) == set()

    screen.attach(*TWO)
    screen.ask("등대의 높이는 얼마예요?")
    screen.answered()
    assert left(screen) == set()
    for path in ("library", "study", "settings"):
        page.goto(f"{address}/{path}")
        assert left(screen) == set()

    page.goto(address)
    screen.settled()
    page.get_by_text("English", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_label("Send message")).to_be_visible()
    expect(page.get_by_label("보내기")).to_have_count(0)


def test_names_are_read_out_without_the_marks_of_markdown(visit: Visit, address: str) -> None:
    screen = visit(address)
    screen.add()
    for one in TWO:
        expect(screen.page.get_by_label(one.name, exact=True).first).to_be_attached()
