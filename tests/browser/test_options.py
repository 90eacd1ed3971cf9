"""What a reader chooses for a model, what it is told, and what that took; files by the keyboard."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.driving import DESKTOP, PHONE, TWO, Screen
from tests.servers.openai_server import OpenAIServer

QUESTION = "How tall is the lighthouse of Homigot?"
# The click that opens the system's chooser is noted in its stead: that chooser is no part of a
# page, and a headless browser does not open it reliably.
COUNTED = """input => input.addEventListener("click", (event) => {
  event.preventDefault();
  input.dataset.opened = "yes";
})"""


def combobox(screen: Screen, key: str) -> Locator:
    return screen.page.get_by_role("combobox", name=screen.words(key), exact=True)


def choose(screen: Screen, key: str, value: str) -> None:
    """Choose a value in one of the menus of the popover."""
    combobox(screen, key).click()
    screen.page.get_by_role("option", name=value, exact=True).click()
    screen.settled()
    expect(combobox(screen, key)).to_have_value(value)


@pytest.mark.parametrize(("language", "dark"), [("ko", True), ("en", False)])
def test_options_are_chosen_sent_and_kept_and_the_cost_is_said(
    visit: Visit, address: str, model_server: OpenAIServer, language: str, dark: bool
) -> None:
    screen = visit(f"{address}/settings", language, dark=dark)
    screen.add_model(model_server.url, "echo")
    screen.page.get_by_role("link", name=screen.words("nav.chat"), exact=True).click()
    screen.settled().add(TWO).button("options.title").click()
    choose(screen, "options.temperature", "0.4")
    choose(screen, "options.answer_tokens", "512")
    screen.says(screen.words("window.nobody"))
    screen.shoot(f"options-{language}-1280")
    screen.page.keyboard.press("Escape")
    screen.ask(QUESTION).answered()
    body = model_server.requests[-1]["body"]
    assert body["model"] == "echo"
    assert body["temperature"] == 0.4
    assert 512 in (body.get("max_tokens"), body.get("max_completion_tokens"))
    cost = screen.last_answer().get_by_text(screen.words("usage.tokens", read="7", written="5"))
    expect(cost).to_contain_text(screen.words("usage.no_price"))
    screen.shoot(f"cost-{language}-1280")
    screen.page.reload()
    screen.settled().button("options.title").click()
    expect(combobox(screen, "options.temperature")).to_have_value("0.4")
    expect(combobox(screen, "options.answer_tokens")).to_have_value("512")
    screen.button("usage.total").click()
    expect(screen.says(screen.words("usage.tokens", read="7", written="5"))).to_be_visible()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_prompt_is_seen_as_it_will_be_sent(
    visit: Visit, address: str, model_server: OpenAIServer, language: str
) -> None:
    screen = visit(address, language).add(TWO)
    screen.go(f"{address}/settings").add_model(model_server.url, "echo")
    wish = "Answer as a lighthouse keeper."
    screen.page.get_by_role("textbox", name=screen.words("prompt.label")).fill(wish)
    screen.page.keyboard.press("Tab")
    expect(screen.settled().button("prompt.reset")).to_be_visible()
    screen.page.get_by_text(screen.words("prompt.preview"), exact=True).click()
    asked = screen.page.get_by_role("textbox", name=screen.words("prompt.question"))
    asked.fill(QUESTION)
    asked.press("Enter")
    shown = screen.page.get_by_test_id("stExpanderDetails").get_by_test_id("stCode")
    expect(shown.nth(1)).to_contain_text(QUESTION)
    expect(shown.nth(1)).to_contain_text("26 metres tall")
    expect(shown.nth(0)).to_contain_text(wish)
    system = shown.nth(0).inner_text()
    screen.settled().shoot(f"prompt-{language}-1280")
    screen.page.set_viewport_size(PHONE)
    screen.settled().shoot(f"prompt-{language}-390")
    assert screen.wider_than_window() <= 0
    screen.page.set_viewport_size(DESKTOP)
    screen.go(address).ask(QUESTION).answered()
    sent = model_server.requests[-1]["body"]["messages"]
    assert sent[0]["content"].split() == system.split()
    assert "26 metres tall" in sent[-1]["content"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_files_are_chosen_by_the_keyboard_alone(visit: Visit, address: str, language: str) -> None:
    screen = visit(address, language)
    button = screen.page.get_by_test_id("stFileUploader").get_by_test_id("stBaseButton-secondary")
    for _ in range(40):
        screen.page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    expect(button).to_be_focused()
    chooser = screen.page.get_by_test_id("stFileUploaderDropzoneInput")
    chooser.evaluate(COUNTED)
    for _ in range(5):  # a busy page may miss the first one
        screen.page.keyboard.press("Enter")
        screen.page.wait_for_timeout(200)
        if chooser.get_attribute("data-opened"):
            break
    expect(chooser).to_have_attribute("data-opened", "yes")
    expect(chooser).to_have_attribute("multiple", "")
    screen.pick(*TWO)  # as the reader does in the system's chooser
    ready = screen.jobs().get_by_text(screen.words("job.ready"))
    expect(ready).to_have_count(len(TWO), timeout=60_000)
