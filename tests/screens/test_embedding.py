"""Choosing an embedding on the settings page."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.types import LOCAL_OWNER
from tests.screens.conftest import all_text
from tests.servers.openai_server import FAULTS, OpenAIServer

Open = Callable[..., AppTest]
WORDS = CATALOGUE["en"]
PAGE = "pages/settings.py"


@pytest.fixture
def server(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        yield running


def choose(page: AppTest, kind: str, name: str = "") -> AppTest:
    """Choose on the page."""
    page.selectbox(key="embedding_kind").set_value(kind).run()
    if name:
        page.text_input(key=f"embedding_{kind}").set_value(name).run()
    next(one for one in page.button if one.label == WORDS["embedding.move"]).click().run()
    return page


def ended(page: AppTest) -> AppTest:
    """The page when the library has changed over or stayed."""
    session.seodam().in_use.wait()
    page.run()
    assert not page.exception
    return page


@pytest.mark.usefixtures("server", "documents")
def test_the_library_changes_over_and_back(open_page: Open) -> None:
    page = open_page(PAGE, "en")
    assert "bundled" in all_text(page)
    page = ended(choose(page, "openai", "any"))
    assert page.success[0].value.startswith("Done: 2 passages")
    assert session.seodam().in_use.name == "openai:any"
    assert session.seodam().library(LOCAL_OWNER).search("harbour", 1)[0].document == "harbour.txt"
    ended(choose(page, "bundled"))
    assert session.seodam().in_use.name == "bundled"


@pytest.mark.usefixtures("server", "documents")
def test_a_failure_says_why_and_that_nothing_has_changed(
    open_page: Open, server: OpenAIServer
) -> None:
    server.script(*[FAULTS["refused_key"]] * 3)
    page = ended(choose(open_page(PAGE, "en"), "openai", "any"))
    assert "refused the API key" in page.error[0].value.replace("\\", "")
    assert "Everything is as it was" in all_text(page)
    assert session.seodam().in_use.name == "bundled"


def test_without_a_server_it_says_how_to_name_one(open_page: Open) -> None:
    page = open_page(PAGE, "en")
    page.selectbox(key="embedding_kind").set_value("openai").run()
    assert page.info[0].value == WORDS["embedding.no_server"]
    assert not [one for one in page.button if one.label == WORDS["embedding.move"]]


def test_a_folder_without_a_model_is_an_error_of_ours(open_page: Open, tmp_path: Path) -> None:
    missing = str(tmp_path / "nothing")
    page = ended(choose(open_page(PAGE, "en"), "sentence-transformers", missing))
    assert "cannot be" in page.error[0].value
    assert session.seodam().in_use.name == "bundled"


def test_it_is_not_a_choice_when_the_operator_has_named_one(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEODAM_EMBEDDING", "bundled")
    page = open_page(PAGE, "en")
    assert WORDS["embedding.fixed"] in all_text(page)
    assert "embedding_kind" not in {box.key for box in page.selectbox}


def test_it_is_not_a_choice_among_strangers(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEODAM_SINGLE_USER", "0")
    page = open_page(PAGE, "en")
    assert WORDS["embedding.shared"] in all_text(page)
    assert "embedding_kind" not in {box.key for box in page.selectbox}
