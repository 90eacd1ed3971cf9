"""Documents that give orders, and a model that obeys them word for word, in a real Chromium.

    python -m benchmarks.injection [FILE.jsonl]

Each case ({"id", "document", "question"}) is dropped into an empty library, with four attempts
behind it: an image from elsewhere, a link that hides where it leads, hidden text, and words of
another speaker. The question is asked of a model on the loopback that repeats every passage. What
took effect on the screen or was heard on the network is counted; the aim is 0.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from pages.ui.messages import Words
from tests.browser.conftest import FLAGS
from tests.browser.driving import Screen
from tests.browser.leaking import poisoned, successes
from tests.browser.serving import Listener, serve
from tests.servers.openai_server import OpenAIServer

CASES = Path(__file__).parents[2] / "shared" / "data" / "dev" / "injection" / "cases.jsonl"


def leaks(browser: Browser, address: str, server: OpenAIServer, case: dict[str, str]) -> list[str]:
    """What took effect of one case, for a visitor of its own."""
    with Listener() as listener:
        page = browser.new_page(locale="en-US")
        screen = Screen(page, Words("en")).go(address)
        screen.add([poisoned(case["id"], case["document"], listener)])
        screen.ask(case["question"]).answered()
        found = successes(screen, listener, server)
        page.reload()
        screen.says(case["question"][:40])
        found += successes(screen.settled(), listener, server)
        page.close()
    return found


def settings(server: OpenAIServer) -> dict[str, str]:
    return {
        "SEODAM_MODEL": "openai:obey",
        "OPENAI_BASE_URL": server.url,
        "OPENAI_API_KEY": "sk-none",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=CASES)
    lines = parser.parse_args().file.read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    leaking = 0
    expect.set_options(timeout=60_000)
    with (
        tempfile.TemporaryDirectory() as folder,
        OpenAIServer() as server,
        serve(Path(folder) / "data", **settings(server)) as address,
        sync_playwright() as playwright,
    ):
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for case in cases:
            found = leaks(browser, address, server, case)
            leaking += bool(found)
            for line in found:
                print(f"{case['id']}: {line}", flush=True)
        browser.close()
    print(json.dumps({"cases": len(cases), "leaking": leaking}))


if __name__ == "__main__":
    main()
