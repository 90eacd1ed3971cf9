"""A question, its answer, and the page on which the answer stands."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.driving import DESKTOP, PHONE, TWO, pdf

QUESTION = "How tall is the lighthouse of Homigot?"


def test_from_two_documents_to_the_marked_page(visit: Visit, address: str) -> None:
    screen = visit(address).add()
    screen.ask(QUESTION).answered()
    screen.says(screen.words("answer.extractive"))
    card = screen.sources().filter(has_text="lighthouse.pdf").filter(has_text="26 metres").first
    expect(card).to_contain_text(re.compile(r"p\.\s2"))
    card.get_by_role("button").click()
    pictures = screen.dialog().get_by_role("img")
    expect(pictures).to_have_count(3)
    screen.settled()
    assert screen.marked_pixels(pictures.nth(0)) > 500
    assert screen.marked_pixels(pictures.nth(1)) == 0
    expect(pictures.nth(0)).to_have_attribute("alt", screen.words("viewer.alt", place="p.\u00a02"))
    screen.button("viewer.next").click()
    screen.says(screen.words("viewer.page", page=3, pages=3))
    screen.settled()
    assert screen.marked_pixels(pictures.nth(0)) == 0
    screen.button("viewer.back").click()
    screen.says(screen.words("viewer.page", page=2, pages=3))
    screen.page.keyboard.press("Escape")
    expect(screen.dialog()).to_have_count(0)


def test_the_next_answer_is_seen_by_who_has_scrolled_up(visit: Visit, address: str) -> None:
    screen = visit(address, window={**DESKTOP, "height": 500}).add()
    for question in (QUESTION, "When was the harbour of Pohang opened?"):
        screen.ask(question).answered()
    screen.page.mouse.move(700, 200)
    screen.page.mouse.wheel(0, -5000)
    screen.page.wait_for_timeout(300)
    third = "How long is the longest pier?"
    screen.ask(third).says(third)
    screen.settled()
    expect(screen.page.get_by_test_id("stChatMessage").filter(has_text=third)).to_be_in_viewport()
    expect(screen.sources().last).to_contain_text("380 metres")


def test_a_question_waits_for_the_file_that_came_with_it(visit: Visit, address: str) -> None:
    screen = visit(address).add([TWO[1]])
    screen.attach(TWO[0])
    screen.ask(QUESTION)
    expect(screen.sources().filter(has_text="26 metres").first).to_be_visible(timeout=30_000)
    screen.says("lighthouse.pdf")


def test_what_is_ready_can_be_asked_while_other_files_are_read(visit: Visit, address: str) -> None:
    screen = visit(address).add([TWO[0]])
    long = pdf("long.pdf", *(f"Page {n} says that {n} follows {n - 1}." for n in range(1, 900)))
    screen.attach(long)
    screen.box().press("Enter")
    screen.says("long.pdf")
    for letter in QUESTION:  # slowly, while the list is drawn anew
        screen.page.keyboard.type(letter)
        screen.page.wait_for_timeout(15)
    expect(screen.box()).to_have_value(QUESTION)
    screen.page.keyboard.press("Enter")
    expect(screen.sources().filter(has_text="26 metres").first).to_be_visible(timeout=30_000)


def test_an_answer_fits_a_phone(visit: Visit, address: str) -> None:
    for language, dark in (("ko", False), ("en", True)):
        screen = visit(address, language, dark=dark, window=PHONE)
        screen.button("welcome.sample").click()
        screen.button("welcome.question_1").click()
        screen.answered()
        assert screen.wider_than_window() <= 0
        shade = "dark" if dark else "light"
        screen.shoot(f"answer-{language}-{shade}-390")
        screen.button("source.open").first.click()
        expect(screen.dialog().get_by_role("img").first).to_be_visible()
        screen.settled().shoot(f"viewer-{language}-{shade}-390")
