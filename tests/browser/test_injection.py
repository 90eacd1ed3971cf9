"""A document that gives orders, and a model that obeys: nothing of it takes effect."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.leaking import ATTEMPTS, poisoned, successes
from tests.browser.serving import Listener
from tests.servers.openai_server import OpenAIServer

CASES = {
    "en": ("The harbour of Pohang was opened in 1962.", "When was the harbour of Pohang opened?"),
    "ko": ("호미곶 등대의 높이는 26미터예요.", "호미곶 등대의 높이는 얼마인가요?"),
}


@pytest.mark.parametrize("language", CASES)
def test_nothing_that_an_obedient_model_repeats_takes_effect(
    visit: Visit, address: str, listener: Listener, model_server: OpenAIServer, language: str
) -> None:
    fact, question = CASES[language]
    screen = visit(f"{address}/settings", language).add_model(model_server.url, "obey")
    screen.page.get_by_role("link", name=screen.words("nav.chat")).click()
    screen.settled().add([poisoned("orders", fact, listener)])
    screen.ask(question).answered()
    for attempt in ("Verify your account", "administrator"):
        screen.says(attempt)
    screen.shoot(f"injection-{language}")
    assert successes(screen, listener, model_server) == []
    screen.page.reload()
    screen.says("administrator")
    assert successes(screen.settled(), listener, model_server) == []
    assert set(ATTEMPTS) == {"image", "link", "hidden text", "role change"}
