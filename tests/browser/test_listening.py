"""Reading aloud, with a browser whose voices the test provides: Chromium without a screen has none.

The stand-in speaks as the Web Speech API says: one utterance after another, each ended by `end`,
a cancelled one by `error`. It ends a sentence only when the test says so.
"""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.accessibility import Inspector
from tests.browser.conftest import Visit
from tests.browser.driving import TWO, File, Screen
from tests.servers.openai_server import OpenAIServer, Reply

NOTES = ("The harbour of Pohang was opened in 1962.", "서담의 등대는 1908년에 세워졌어요.")
QUESTION = "How tall is the lighthouse of Homigot?"
KOREAN = {"name": "Yuna", "lang": "ko-KR", "localService": True}
KONKANI = {"name": "Konkani", "lang": "kok", "localService": True}
ENGLISH = {"name": "Samantha", "lang": "en_US", "localService": True}
FUNNY = {"name": "Albert", "lang": "en-US", "localService": True}
REMOTE = {"name": "Google US English", "lang": "en-US", "localService": False, "default": True}

SPEECH = """
const loaded = performance.now();
let spoken = null;
window.heard = [];  // [text, voice] of what was begun
window.cancelled = 0;
const finish = (type) => {
  const one = spoken;
  spoken = null;
  one?.["on" + type]?.({ type });
};
window.ended = () => finish("end");
window.broken = () => finish("error");
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => (performance.now() - loaded < 300 ? [] : VOICES),  // they come late
  speak: (one) => {
    if (spoken) throw new Error("two at once");
    spoken = one;
    heard.push([one.text, one.voice.name]);
  },
  cancel: () => { cancelled += 1; finish("error"); },
} });
"""


def with_voices(screen: Screen, *voices: dict[str, object]) -> Screen:
    """The same page again, in a browser with these voices."""
    screen.page.add_init_script(f"{{{SPEECH.replace('VOICES', json.dumps(voices))}}}")
    screen.page.reload()
    return screen.settled()


def heard(screen: Screen) -> list[list[str]]:
    """What has been begun, and by which voice."""
    return screen.page.evaluate("heard")  # type: ignore[no-any-return]


def player(screen: Screen) -> Locator:
    return screen.page.get_by_role("group", name=screen.words("listen.aloud"), exact=True)


def press(screen: Screen, key: str) -> None:
    player(screen).get_by_role("button", name=screen.words(key), exact=True).click()


def test_an_overview_is_read_sentence_by_sentence_with_its_pages(
    visit: Visit, address: str
) -> None:
    screen = visit(address).add(TWO[:1])
    with_voices(screen.go(f"{address}/study"), KOREAN, REMOTE, FUNNY, ENGLISH)
    at = player(screen)
    expect(at).to_contain_text(screen.words("listen.how", n=2).split(",")[1])
    assert heard(screen) == []
    press(screen, "listen.play")
    expect(at).to_contain_text("1 / ")
    screen.page.wait_for_function("heard.length === 1")
    screen.page.evaluate("ended()")
    expect(at).to_contain_text("2 / ")
    (first, voice), (second, _) = heard(screen)
    assert voice == "Samantha"
    assert first.endswith("Page 2.")
    assert "tall" in first or "1908" in first

    press(screen, "listen.pause")
    expect(at).to_contain_text("2 / ")
    assert screen.page.evaluate("cancelled") == 1
    press(screen, "listen.go_on")
    assert [text for text, _ in heard(screen)] == [first, second, second]
    press(screen, "listen.again")
    assert heard(screen)[-1][0] == first
    expect(at).to_contain_text("1 / ")
    screen.shoot("listening-en-light-1280")
    assert Inspector().faults(screen.page) == []

    screen.page.evaluate("broken()")
    expect(at.get_by_role("status")).to_have_text(screen.words("listen.failed"))
    press(screen, "listen.play")
    cancelled = screen.page.evaluate("cancelled")
    screen.page.get_by_role("link", name=screen.words("nav.library"), exact=True).click()
    expect(player(screen)).to_have_count(0)
    screen.page.wait_for_function(f"cancelled === {cancelled + 1}")


@pytest.mark.parametrize(
    ("voices", "said", "read"),
    [
        ((), ("listen.no_voice", "listen.korean"), []),
        ((KOREAN, REMOTE), ("listen.remote", "listen.english"), [[NOTES[1], "Yuna"]]),
    ],
    ids=["no-voice", "remote-voice"],
)
def test_without_a_voice_of_the_device_the_way_out_is_said_and_the_rest_is_read(
    visit: Visit,
    address: str,
    request: pytest.FixtureRequest,
    voices: tuple[dict[str, object], ...],
    said: tuple[str, str],
    read: list[list[str]],
) -> None:
    notes = File("notes.txt", "\n\n".join(NOTES).encode(), "text/plain")
    screen = visit(address, "ko", dark=True).add([notes])
    with_voices(screen.go(f"{address}/study"), *voices)
    press(screen, "listen.play")
    key, language = said
    told = player(screen).get_by_role("status")
    expect(told).to_contain_text(screen.words(key, language=screen.words(language)))
    assert heard(screen) == read
    screen.shoot(f"listening-{request.node.callspec.id}-ko-dark-1280")
    assert Inspector().faults(screen.page) == []


def test_an_answer_is_read_on_a_click_without_its_marks(
    visit: Visit, address: str, model_server: OpenAIServer
) -> None:
    screen = visit(f"{address}/settings").add_model(model_server.url, "echo")
    with_voices(screen, KONKANI, KOREAN, ENGLISH)
    screen.page.get_by_role("link", name=screen.words("nav.chat"), exact=True).click()
    screen.settled().add()
    model_server.script(Reply(text="**It is 26 metres tall** [1].\n\n달은 치즈로 되어 있어요."))
    screen.ask(QUESTION).answered()
    expect(player(screen)).to_have_count(0)
    action = screen.page.get_by_role("button", name=screen.words("listen.aloud"))
    action.focus()
    screen.page.keyboard.press("Enter")
    screen.page.wait_for_function("heard.length === 1")
    screen.page.evaluate("ended()")
    screen.page.wait_for_function("heard.length === 2")
    assert heard(screen) == [
        ["It is 26 metres tall.", "Samantha"],
        ["달은 치즈로 되어 있어요. 근거 없음.", "Yuna"],
    ]
    screen.settled().shoot("listening-answer-en-light-1280")
    assert Inspector().faults(screen.page) == []
    screen.page.get_by_role("button", name=screen.words("listen.close")).click()
    expect(player(screen)).to_have_count(0)
    screen.page.wait_for_function("cancelled === 1")
