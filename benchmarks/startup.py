"""From the start of the server to the first usable screen, beside Streamlit's own hello app.

    python -m benchmarks.startup [--runs 3]

A real Chromium opens each app on loopback as soon as its server answers. Ours is usable when the
drop area and the chat box are there; hello when its title is. The ratio is of the medians. The
memory is that of our server process, idle, with that one visitor.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

REPOSITORY = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@contextmanager
def server(target: list[str], environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """A Streamlit server on a free port: its address and process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", *target]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1"]
    options += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    process = subprocess.Popen(
        [*command, *options],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(20)


def wait_for(address: str) -> None:
    while True:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.05)


def timed(browser: Browser, target: list[str], selectors: list[str]) -> tuple[float, float]:
    """Seconds until all selectors are visible, and the server's memory 10 s later in MB."""
    with tempfile.TemporaryDirectory() as data:
        environment = {"SEODAM_DATA": data, "SEODAM_SINGLE_USER": "1"}
        started = time.perf_counter()
        with server(target, environment) as (address, pid):
            wait_for(address)
            page = browser.new_page()
            page.goto(address)
            for selector in selectors:
                page.locator(selector).first.wait_for(timeout=120_000)
            seconds = time.perf_counter() - started
            page.wait_for_timeout(10_000)
            memory = psutil.Process(pid).memory_info().rss / 1024**2
            page.close()
    return seconds, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    ours, hello, memory = [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=FLAGS
        )
        for _ in range(runs):
            drop = '[data-testid="stFileUploaderDropzone"]'
            box = '[data-testid="stChatInputTextArea"]'
            seconds, megabytes = timed(browser, ["run", "app.py"], [drop, box])
            ours.append(seconds)
            memory.append(megabytes)
            hello.append(timed(browser, ["hello"], ["h1"])[0])
        browser.close()
    result = {
        "ours_seconds": round(statistics.median(ours), 2),
        "hello_seconds": round(statistics.median(hello), 2),
        "ratio": round(statistics.median(ours) / statistics.median(hello), 2),
        "idle_memory_mb": round(statistics.median(memory)),
        "runs": runs,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
