"""A real Chromium in front of a real server. Every visit ends by looking at its console."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from pages.ui.messages import Words
from tests.browser.driving import ARTIFACTS, DESKTOP, Screen
from tests.browser.serving import Listener, serve
from tests.servers.openai_server import OpenAIServer

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
# Streamlit's own page probes for its server beneath a deep link before it looks at the root.
_PROBES = ("/_stcore/health", "/_stcore/host-config")
Visit = Callable[..., Screen]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("these tests need Chromium: apt-get install chromium")
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def model_server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory, model_server: OpenAIServer) -> Iterator[str]:
    """A server for many visitors: each visit of a test is somebody new, with an empty library.

    Its operator has named the model server: strangers may name none on the loopback.
    """
    data = tmp_path_factory.mktemp("served") / "data"
    with serve(data, OPENAI_BASE_URL=model_server.url) as address:
        yield address


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A server that no page may ever call."""
    with Listener() as listener:
        yield listener
        assert listener.heard == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep a picture of what was on the screen when a test failed."""
    report = yield
    if report.when == "call" and report.failed:
        pages = [page for node in item.listchain() for page in getattr(node, "pages_open", [])]
        for number, page in enumerate(pages):
            ARTIFACTS.mkdir(exist_ok=True)
            page.screenshot(path=ARTIFACTS / f"failed-{item.name}-{number}.png")
    return report


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Come as somebody new: visit(address, "ko", dark=True). `again` comes back as the same."""
    with visits(browser, request.node) as visit:
        yield visit


@contextmanager
def visits(browser: Browser, node: pytest.Item | pytest.Collector) -> Iterator[Visit]:
    """The same for as long as one likes; pictures of its pages are kept when a test of the node
    fails."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    node.pages_open = []

    def visit(
        address: str,
        language: str = "en",
        *,
        dark: bool = False,
        window: dict[str, int] = DESKTOP,
        again: Screen | None = None,
    ) -> Screen:
        context = again.page.context if again else None
        if context is None:
            context = browser.new_context(
                locale={"ko": "ko-KR", "en": "en-US"}[language],
                color_scheme="dark" if dark else "light",
                viewport=window,
            )
            contexts.append(context)
        page = context.new_page()
        _listen(page, complaints)
        node.pages_open.append(page)
        return Screen(page, Words(language)).go(address)

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def _listen(page: Page, complaints: list[str]) -> None:
    """Collect what the console complains about, but for Streamlit's own probes."""
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error.stack}"))
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{message.text} ({message.location['url']})")
            if message.type == "error" and not _is_probe(message.location["url"])
            else None
        ),
    )


def _is_probe(url: str) -> bool:
    path = urlsplit(url).path
    return path.endswith(_PROBES) and not path.startswith("/_stcore")
