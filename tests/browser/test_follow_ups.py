"""A follow-up question on the screen: how it was understood, and put otherwise by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.driving import Screen

ASKED = {
    "en": ("How tall is the lighthouse of Homigot?", "When was it lit for the first time?"),
    "ko": ("How tall is the lighthouse of Homigot?", "그건 언제 처음 불을 밝혔나요?"),
}
UNDERSTOOD = {
    "en": "When was the lighthouse of Homigot lit for the first time?",
    "ko": "the lighthouse of Homigot는 언제 처음 불을 밝혔나요?",
}
MEANT = "How long is the longest pier of the harbour of Pohang?"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_follow_up_is_shown_as_understood_and_put_otherwise_by_keyboard(
    visit: Visit, address: str, language: str
) -> None:
    screen = visit(address, language).add()
    first, second = ASKED[language]
    screen.ask(first).answered()
    screen.ask(second)
    screen.says(screen.words("followup.understood", question=UNDERSTOOD[language]))
    screen.says("1908")
    screen.answered().shoot(f"follow-up-{language}")
    edit = screen.button("followup.edit")
    expect(edit).to_have_count(1)
    edit.focus()
    screen.page.keyboard.press("Enter")
    field = screen.page.get_by_label(screen.words("followup.meant"))
    expect(field).to_have_value(UNDERSTOOD[language])
    screen.shoot(f"follow-up-edited-{language}")
    field.fill(MEANT)
    screen.page.keyboard.press("Enter")
    screen.says("380 metres")
    _check_opens(screen)


def _check_opens(screen: Screen) -> None:
    """The line under an answer opens the sentences with what bears them out."""
    line = screen.page.get_by_text(re.compile("citations? verified|개 확인됨")).last
    expect(line).to_be_visible()
    line.click()
    screen.says(screen.words("check.by_words"))
    screen.settled().shoot(f"answer-checked-{screen.words.language}")
