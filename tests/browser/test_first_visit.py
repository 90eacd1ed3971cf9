"""The first screen, and the way from it to the first answer."""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.driving import DESKTOP, PHONE

LOOKS = [
    pytest.param(language, dark, window, id=f"{language}-{shade}-{window['width']}")
    for language in ("ko", "en")
    for dark, shade in ((False, "light"), (True, "dark"))
    for window in (DESKTOP, PHONE)
]


@pytest.mark.parametrize(("language", "dark", "window"), LOOKS)
def test_it_says_what_this_is_and_offers_a_drop_area_and_a_sample(
    visit: Visit, address: str, language: str, dark: bool, window: dict[str, int]
) -> None:
    screen = visit(address, language, dark=dark, window=window)
    words = screen.words
    expect(screen.page.get_by_role("heading", name=words("welcome.title"))).to_be_visible()
    screen.says(words("welcome.what"))
    screen.says(words("upload.label"))
    expect(screen.page.get_by_test_id("stFileUploaderDropzone")).to_be_in_viewport()
    expect(screen.button("welcome.sample")).to_be_in_viewport()
    expect(screen.box()).to_be_in_viewport()
    assert screen.wider_than_window() <= 0
    screen.shoot(f"first-{language}-{'dark' if dark else 'light'}-{window['width']}")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_sample_is_answered_within_15_seconds(visit: Visit, address: str, language: str) -> None:
    screen = visit(address, language)
    started = time.monotonic()
    screen.button("welcome.sample").click()
    screen.button("welcome.question_1").click()
    expect(screen.sources().first).to_be_visible()
    assert time.monotonic() - started < 15
    screen.answered().shoot(f"sample-{language}")


def test_the_language_is_kept_for_the_next_visit(visit: Visit, address: str) -> None:
    screen = visit(address, "en")
    screen.page.get_by_text("한국어").click()
    screen.says("문서와 이야기해 보세요")
    screen.settled().page.reload()
    screen.says("문서와 이야기해 보세요")
    visit(f"{address}/settings", again=screen).says("누가 답할까요?")
