"""The keyboard alone: every control is reached and shows it, and nothing takes the focus away."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.driving import TWO, Screen
from tests.servers.openai_server import OpenAIServer, Reply

QUESTION = "How tall is the lighthouse of Homigot?"
MOST = 120  # presses of Tab around a page

# What has the focus is remembered by a mark, so that another Tab tells whether the round is done.
FOCUSED = """async () => {
  const one = document.activeElement;
  if (!one || one === document.body || one.dataset.reached) return null;
  one.dataset.reached = "yes";
  const frames = [];
  for (let up = one; up && frames.length < 6; up = up.parentElement) frames.push(up);
  const look = () => frames.map((frame) => {
    const { outline, boxShadow, borderColor, backgroundColor, color } = getComputedStyle(frame);
    return [outline, boxShadow, borderColor, backgroundColor, color].join();
  }).join(" / ");
  const name = `${one.tagName} ${one.ariaLabel || one.innerText || one.type}`;
  const drawn = () => new Promise((then) => requestAnimationFrame(() => setTimeout(then, 20)));
  await drawn();
  const shown = look();
  one.blur();
  await drawn();
  const hidden = look();
  one.focus({ focusVisible: true });
  return { name, test: one.dataset.testid || "", visible: shown !== hidden };
}"""
# Controls that are drawn and can be used. Of a group of radios, and of thumbs, Tab reaches one;
# within it the arrows go on.
MISSED = """() => [...document.querySelectorAll(
    "a[href], button, summary, input, textarea, [role=combobox], [role=tab], [role=slider]")]
  .filter((one) => !one.disabled && one.ariaDisabled !== "true" && one.ariaHidden !== "true")
  .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: false }))
  .filter((one) => !one.closest('[role="radiogroup"]') && one.type !== "file")
  .filter((one) => !one.dataset.reached)
  .map((one) => `${one.tagName} ${one.dataset.testid} ${one.ariaLabel || one.innerText}`)"""


def test_every_control_is_reached_and_shows_it(visit: Visit, address: str) -> None:
    screen = visit(address).add()
    screen.ask(QUESTION).answered()
    screen.page.add_style_tag(content="* { transition: none !important }")  # looks are read at once
    unseen = []
    for _ in range(MOST):
        screen.page.keyboard.press("Tab")
        one = screen.page.evaluate(FOCUSED)
        if one is None:
            continue  # the browser's own part of the round, or what was here before
        if not one["visible"] and not one["name"].startswith("MAIN"):  # the page, which scrolls
            unseen.append(one)
        if not screen.page.evaluate(MISSED):
            break
    assert screen.page.evaluate(MISSED) == []
    assert unseen == []


def test_from_a_file_to_a_citation_and_back_without_a_mouse(visit: Visit, address: str) -> None:
    screen = visit(address)
    keyboard, words = screen.page.keyboard, screen.words
    tab_to(screen, "stBaseButton-secondary", "Upload")
    screen.pick(*TWO)  # as the system's chooser does, which Enter opens and no test can drive
    expect(screen.jobs().get_by_text(words("job.ready"))).to_have_count(2, timeout=60_000)
    screen.settled()

    tab_to(screen, "stChatInputTextArea")
    keyboard.type(QUESTION)
    keyboard.press("Enter")
    screen.answered()
    tab_to(screen, "stBaseButton-tertiary", words("source.open"))
    keyboard.press("Enter")
    expect(screen.dialog().get_by_role("img").first).to_be_visible()
    screen.says(words("viewer.page", page=2, pages=3))
    screen.settled()
    keyboard.press("ArrowRight")
    screen.says(words("viewer.page", page=3, pages=3))
    screen.settled()
    tab_to(screen, "stBaseButton-secondary", words("viewer.back"))
    keyboard.press("Enter")
    screen.says(words("viewer.page", page=2, pages=3))
    screen.settled()
    keyboard.press("Escape")
    expect(screen.dialog()).to_have_count(0)

    screen.settled()
    keyboard.press("Control+K")
    screen.says(words("welcome.ready"))
    expect(screen.sources()).to_have_count(0)


def test_the_list_of_keys_opens_by_keyboard(visit: Visit, address: str) -> None:
    screen = visit(address, "ko")
    tab_to(screen, "stPopoverButton", screen.words("keys.label"))
    screen.page.keyboard.press("Enter")
    screen.says(screen.words("keys.title"))
    screen.says(screen.words("keys.leaf"))
    screen.settled().shoot("keys-ko-light-1280")
    screen.page.keyboard.press("Escape")
    expect(screen.page.get_by_text(screen.words("keys.title"))).to_have_count(0)


def test_typing_and_reading_go_on_while_an_answer_streams(
    visit: Visit, address: str, model_server: OpenAIServer
) -> None:
    screen = visit(f"{address}/settings").add_model(model_server.url, "echo")
    screen.page.get_by_role("link", name=screen.words("nav.chat")).click()
    screen.settled().add()
    text = "".join(f"Line {n} tells of the lighthouse. [1]\n\n" for n in range(60))
    model_server.script(Reply(text=text, pause=0.04))
    screen.ask(QUESTION)
    expect(screen.last_answer()).to_contain_text("Line 2 tells")
    asked = screen.page.get_by_test_id("stChatMessage").filter(has_text=QUESTION)
    screen.page.mouse.move(700, 300)
    expect(screen.page.get_by_text("Line 20 tells").first).to_be_attached()
    for _ in range(20):
        screen.page.mouse.wheel(0, -5000)
        screen.page.wait_for_timeout(100)
    expect(asked).to_be_in_viewport()
    assert set_top(screen, 100_000) == 0  # as Streamlit does in a browser that is slow
    typed = "And the harbour, when was it opened?"
    for letter in typed:
        screen.page.keyboard.type(letter)
    expect(screen.last_answer()).to_contain_text("Line 50 tells", timeout=60_000)
    expect(asked).to_be_in_viewport()
    screen.answered()
    expect(screen.box()).to_be_focused()
    expect(screen.box()).to_have_value(typed)
    screen.page.mouse.wheel(0, 50_000)  # the end again: nothing is held there
    expect(asked).not_to_be_in_viewport()
    assert set_top(screen, 100) == 100


def set_top(screen: Screen, top: int) -> int:
    """Where the page stands, in pixels from its top, once a script wanted it at `top`."""
    page = screen.page.get_by_test_id("stAppScrollToBottomContainer")
    return page.evaluate("(page, top) => { page.scrollTop = top; return page.scrollTop }", top)


def tab_to(screen: Screen, test_id: str, text: str = "") -> None:
    """Press Tab until what is wanted has the focus, once around the page at the most."""
    for _ in range(MOST):
        screen.page.keyboard.press("Tab")
        found, said = screen.page.evaluate(
            "() => [document.activeElement.dataset.testid || '', document.activeElement.innerText]"
        )
        if found == test_id and re.search(re.escape(text), said or ""):
            return
    raise AssertionError(f"the keyboard never reaches {test_id} {text}")
