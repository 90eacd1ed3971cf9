"""Resident memory of the server: idle with one visitor, and with a folder added and asked.

    python -m benchmarks.memory FOLDER

A real Chromium uploads every PDF of the folder and asks as many questions as there are documents.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.startup import FLAGS, server, wait_for
from rag_core.stores.database import Database
from rag_core.stores.record import Record
from rag_core.types import LOCAL_OWNER

QUESTIONS = ("What is this document about?", "이 문서에서 가장 중요한 내용은 무엇인가요?")


def resident(pid: int) -> float:
    """Resident memory of the server process in MB."""
    return psutil.Process(pid).memory_info().rss / 1024**2


def heavy(pid: int) -> list[str]:
    """Heavy libraries whose files the process has mapped."""
    mapped = {entry.path for entry in psutil.Process(pid).memory_maps()}
    return [
        name for name in ("torch", "transformers") if any(f"/{name}/" in path for path in mapped)
    ]


def add(page: Page, address: str, folder: Path) -> None:
    """Upload all PDFs of the folder and wait until each has ended."""
    paths = sorted(folder.glob("*.pdf"))
    page.goto(f"{address}/library")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(paths)
    page.get_by_role("button", name="Cancel").first.wait_for(timeout=30_000)
    page.get_by_role("button", name="Cancel").first.wait_for(state="detached", timeout=300_000)


def ask(page: Page, address: str, questions: int) -> None:
    """Ask, one after the other, and wait for each answer."""
    page.goto(address)
    box = page.get_by_test_id("stChatInputTextArea")
    box.wait_for(timeout=60_000)
    for number in range(questions):
        settle(page)
        box.fill(QUESTIONS[number % len(QUESTIONS)])
        box.press("Enter")
        page.get_by_test_id("stChatMessage").nth(2 * number + 1).wait_for(timeout=60_000)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the page's script has ended and stays so."""
    for _ in range(3):
        page.locator('[data-test-script-state="notRunning"]').wait_for(timeout=60_000)
        page.wait_for_timeout(300)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        environment = {"SEODAM_DATA": data, "SEODAM_SINGLE_USER": "1"}
        with server(["run", "app.py"], environment) as (address, pid):
            wait_for(address)
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=FLAGS
            )
            page = browser.new_page(locale="en-US")
            page.goto(address)
            page.get_by_test_id("stChatInputTextArea").wait_for(timeout=60_000)
            page.wait_for_timeout(10_000)
            idle = resident(pid)
            add(page, address, folder)
            ask(page, address, len(list(folder.glob("*.pdf"))))
            full = resident(pid)
            found = heavy(pid)
            browser.close()
        ready = len(Record(Database(Path(data) / "seodam.sqlite3")).of(LOCAL_OWNER).documents())
    result = {"idle_mb": round(idle), "full_mb": round(full), "ready": ready, "heavy": found}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
