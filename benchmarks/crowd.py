"""Visitors who ask at the same time in a real Chromium, while one of them adds a long document.

    python -m benchmarks.crowd [--visitors 5] [--questions 5] [--pages 200]

Every visitor has a document of their own. They all ask at once, wait until all have an answer, and
ask again; the first one adds files of so many pages as long as it goes on. An error is an answer
without the visitor's own fact, or anything that the browser's console or the page complains about.
Prints one JSON object: the errors, how long searching took as the app itself logs it, the load of
the machine before.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import FLAGS, visits
from tests.browser.driving import File, Screen, pdf
from tests.browser.serving import serve

METALS = ("gold", "silver", "copper", "iron", "zinc", "tin", "lead", "nickel", "cobalt", "chrome")
NAMES = ("ann", "bob", "cho", "dae", "eun", "fay", "gus", "han")
LINES = 30  # of a page of the long document


@dataclass(frozen=True)
class Asker:
    """A visitor, and what stands in the document that only they have."""

    screen: Screen
    name: str

    def fact(self, number: int) -> str:
        return f"The {METALS[number]} bridge of {self.name}burg is made by {self.name}{number}son."

    def ask(self, number: int) -> None:
        self.screen.ask(f"Who made the {METALS[number]} bridge of {self.name}burg?")

    def answer(self, number: int) -> str:
        """Why the answer is wrong, "" when it is right."""
        said = self.screen.last_answer()
        try:
            expect(self.screen.page.get_by_test_id("stChatMessage")).to_have_count(2 * number + 2)
            expect(said).to_contain_text(f"{self.name}{number}son")
            expect(said.locator('[class*="st-key-source-"]').first).to_be_visible()
        except AssertionError:
            return f"{self.name}, question {number}: {said.inner_text()}"
        self.screen.settled()
        wrong = self.screen.page.get_by_role("alert").all_inner_texts()
        return f"{self.name}: {wrong}" if wrong else ""


def crowd(
    visit: Callable[..., Screen], address: str, visitors: int, questions: int, pages: int
) -> tuple[list[str], int]:
    """All errors, and how many long documents were added meanwhile."""
    askers = []
    for name in NAMES[:visitors]:
        asker = Asker(visit(address), name)
        facts = [asker.fact(number) for number in range(questions)]
        asker.screen.add([pdf(f"{name}.pdf", *facts)])
        askers.append(asker)
    library = visit(f"{address}/library", again=askers[0].screen)
    errors, books = [], _books(pages)
    added = 0
    for number in range(questions):
        if not library.page.get_by_role("button", name=library.words("job.cancel")).count():
            library.pick(next(books))
            added += 1
        for asker in askers:
            asker.ask(number)
        errors += [wrong for asker in askers if (wrong := asker.answer(number))]
    return errors, added


def _books(pages: int) -> Iterator[File]:
    number = 0
    while True:
        number += 1
        lines = "\n".join(
            f"Line {line} of volume {number} is about the sea." for line in range(LINES)
        )
        yield pdf(f"volume-{number}.pdf", *(f"Page {page}.\n{lines}" for page in range(pages)))


def searches(log: Path) -> list[float]:
    """Milliseconds of each search in the log."""
    return [float(one) for one in re.findall(r"searched in ([\d.]+) ms", log.read_text())]


class _Owner:
    """Stands for the test whose pages are kept; see `visits`."""

    pages_open: list[object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=5, choices=range(1, len(NAMES) + 1))
    parser.add_argument("--questions", type=int, default=5, choices=range(1, len(METALS) + 1))
    parser.add_argument("--pages", type=int, default=200)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    expect.set_options(timeout=60_000)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(
            Path(folder) / "data",
            streamlit="benchmarks.logged",
            SEARCH_LOG=f"{folder}/searches.log",
        ) as address,
        sync_playwright() as playwright,
    ):
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        with visits(browser, _Owner()) as visit:
            errors, added = crowd(
                visit, address, options.visitors, options.questions, options.pages
            )
        browser.close()
        times = searches(Path(folder) / "searches.log")[1:]  # the first one warms the server up
    cut = statistics.quantiles(times, n=20)
    result = {
        "errors": len(errors),
        "answers": options.visitors * options.questions,
        "long_documents": added,
        "searches": len(times),
        "search_p50_ms": round(statistics.median(times), 1),
        "search_p95_ms": round(cut[-1], 1),
        "load": round(load, 1),
    }
    for error in errors:
        print(error)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
