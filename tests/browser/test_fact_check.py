"""A claim checked against the documents, and the page opened on which it stands otherwise."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.driving import PHONE

CLAIMS = "The lighthouse of Homigot is 30 metres tall. The harbour of Pohang was opened in 1962."


def test_a_claim_is_checked_and_its_page_opened(visit: Visit, address: str) -> None:
    screen = visit(address).add()
    screen.page.get_by_role("link", name=screen.words("nav.fact_check")).click()
    claims = screen.page.get_by_role("textbox", name=screen.words("facts.claim"))
    expect(claims).to_be_visible()
    claims.fill(CLAIMS)
    screen.button("facts.check").click()
    wrong, right = screen.page.locator(".st-key-fact-1"), screen.page.locator(".st-key-fact-2")
    expect(wrong).to_contain_text(screen.words("facts.contradicted"), timeout=30_000)
    expect(wrong).to_contain_text(screen.words("facts.differs_numbers"))
    expect(right).to_contain_text(screen.words("facts.supported"), timeout=30_000)
    screen.settled().shoot("facts-en-light-1280")
    wrong.get_by_role("button").click()
    picture = screen.dialog().get_by_role("img").first
    expect(picture).to_be_visible()
    screen.settled()
    assert screen.marked_pixels(picture) > 500
    screen.page.keyboard.press("Escape")
    expect(screen.dialog()).to_have_count(0)


def test_on_a_phone_in_korean_and_the_dark(visit: Visit, address: str) -> None:
    screen = visit(address, "ko", dark=True, window=PHONE).add()
    first = screen.page.locator(".st-key-offered").get_by_role("button")
    if first.count():
        assert screen.wider_than_window() <= 0
    screen.go(f"{address}/fact_check")
    claims = screen.page.get_by_role("textbox", name=screen.words("facts.claim"))
    claims.fill(CLAIMS)
    screen.button("facts.check").click()
    wrong = screen.page.locator(".st-key-fact-1")
    expect(wrong).to_contain_text(screen.words("facts.contradicted"), timeout=30_000)
    screen.settled()
    assert screen.wider_than_window() <= 0
    screen.shoot("facts-ko-dark-390")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_keyboard_leads_from_a_sentence_of_an_answer_to_its_check(
    visit: Visit, address: str, language: str
) -> None:
    screen = visit(address, language).add().ask("How tall is the lighthouse of Homigot?").answered()
    box = screen.page.locator('[class*="st-key-check-"] summary')
    box.focus()
    screen.page.keyboard.press("Enter")
    link = screen.page.get_by_role("link", name=screen.words("check.fact"), exact=True).first
    expect(link).to_be_visible()
    for _ in range(12):
        screen.page.keyboard.press("Tab")
        if link.evaluate("one => one === document.activeElement"):
            break
    expect(link).to_be_focused()
    screen.settled().shoot(f"check-{language}-light-1280")
    screen.page.keyboard.press("Enter")
    claims = screen.page.get_by_role("textbox", name=screen.words("facts.claim"))
    expect(claims).to_have_value("The lighthouse of Homigot is 26 metres tall.")
    screen.settled().button("facts.check").click()
    fact = screen.page.locator(".st-key-fact-1")
    expect(fact).to_contain_text(screen.words("facts.supported"), timeout=30_000)
