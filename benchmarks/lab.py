"""The lab over many passages: from a question to its full picture, without generation.

    python -m benchmarks.lab [--passages 5000] [--questions 5] [--keep FOLDER]

The passages are made (made.py) from the words of the samples. A real Chromium opens the lab and
asks questions; a step counts until the last of its pictures is drawn. The first question, which
loads libraries, is told apart from the later ones, of which the median is given. Prints one JSON
object: seconds of each step and of all together, and the server's processor seconds a question,
which a busy machine does not lengthen.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.made import Maker
from benchmarks.startup import FLAGS, REPOSITORY, server, wait_for
from pages.ui.messages import CATALOGUE
from rag_core.library import Library
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import open_seodam

WORDS = CATALOGUE["en"]
QUESTIONS = (
    "What is tokenization?",
    "전이학습의 두 단계는 무엇인가요?",
    "Which two parts does RAG consist of?",
    "등대는 언제 세워졌나요?",
    "How are the vectors of words learned?",
    "문장을 토큰으로 나누는 까닭은 무엇인가요?",
)
CHART = "[data-testid=stVegaLiteChart] :is(canvas, svg.marks)"
PICTURES = {
    "tokens": (CHART, 2),
    "embedding": (CHART, 4),
    "retrieval": (CHART, 1),
    "prompt": ("[data-testid=stCode]", 2),
}
"""What each step shows when it is drawn, and how many of them."""


def fill(library: Library, passages: int) -> int:
    """Add made documents until there are so many passages; how many there are."""
    for path in sorted((REPOSITORY / "samples").glob("*.pdf")):
        library.add(Upload(path.name, path.read_bytes()))
    real = [one.text for document in library.documents() for one in library.passages(document.id)]
    maker, number = Maker(real), 0
    while (count := sum(one.passages for one in library.documents())) < passages:
        text = "\n\n".join(maker.document(number))
        library.add(Upload(f"made-{number}.txt", text.encode()))
        number += 1
    return count


DRAWN = """([picture, count, text]) => {
  const state = document.querySelector('[data-testid=stApp]').dataset.testScriptState;
  const drawn = [...document.querySelectorAll(picture)].filter(one => one.getClientRects().length);
  const said = document.querySelector('[data-testid=stMain]').innerText;
  return state === 'notRunning' && drawn.length >= count && said.includes(text);
}"""
IDLE = "() => new Promise(done => requestIdleCallback(() => done()))"


def timed(page: Page, step: str, act: Callable[[], None], text: str = "") -> float:
    """Seconds from an act until all pictures of a step are there, and a text that tells them from
    those before, and the browser has nothing more to draw."""
    begun = time.perf_counter()
    act()
    page.wait_for_function(DRAWN, arg=[*PICTURES[step], text], polling=20, timeout=120_000)
    page.evaluate(IDLE)
    return time.perf_counter() - begun


def ask(page: Page, question: str) -> dict[str, float]:
    """Seconds of each step, from the key or the click until its pictures are there. What the lab
    says of the question's length must differ from that of the question before."""

    def tab(step: str) -> Callable[[], None]:
        return page.get_by_role("tab", name=WORDS[f"lab.{step}"], exact=True).click

    box = page.get_by_label(WORDS["lab.question"], exact=True)
    box.fill(question)
    length = f", {len(question)} characters"
    seconds = {"tokens": timed(page, "tokens", lambda: box.press("Enter"), length)}
    for step in list(PICTURES)[1:]:
        seconds[step] = timed(page, step, tab(step))
    timed(page, "tokens", tab("tokens"), length)
    return seconds


@contextmanager
def opened(data: Path) -> Iterator[tuple[Page, psutil.Process]]:
    """The lab in Chromium, and the server's process."""
    environment = {"SEODAM_DATA": str(data), "SEODAM_SINGLE_USER": "1"}
    with server(["run", "app.py"], environment) as (address, pid), sync_playwright() as player:
        wait_for(address)
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = player.chromium.launch(executable_path=found, args=FLAGS)
        page = browser.new_context(locale="en-US").new_page()
        page.goto(f"{address}/lab")
        page.get_by_label(WORDS["lab.question"], exact=True).wait_for(timeout=120_000)
        yield page, psutil.Process(pid)
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=5_000)
    parser.add_argument("--questions", type=int, default=5, help="after the first")
    parser.add_argument("--keep", type=Path, help="a data folder to use again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.keep or Path(folder)
        seodam = open_seodam(Settings(data=data))
        count = fill(seodam.library(LOCAL_OWNER), options.passages)
        seodam.close()
        with opened(data) as (page, process):
            asked = [ask(page, QUESTIONS[0])]
            before = sum(process.cpu_times()[:2])
            for number in range(1, options.questions + 1):
                asked.append(ask(page, QUESTIONS[number % len(QUESTIONS)]))
            worked = (sum(process.cpu_times()[:2]) - before) / options.questions
    usual = {step: statistics.median(one[step] for one in asked[1:]) for step in PICTURES}
    told = {
        "passages": count,
        "first": {step: round(one, 3) for step, one in asked[0].items()},
        "later": {step: round(one, 3) for step, one in usual.items()},
        "first_together": round(sum(asked[0].values()), 3),
        "later_together": round(sum(usual.values()), 3),
        "server_processor": round(worked, 3),
        "load": os.getloadavg()[0],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
