"""Pages under Streamlit's AppTest: real pages, real core, a library in a temporary folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from rag_core.types import LOCAL_OWNER, Upload

REPOSITORY = Path(__file__).parents[2]
KOREAN = "서담은 문서와 이야기하는 도구예요. 서담의 첫 등대는 1908년에 포항에 세워졌어요."
ENGLISH = "The harbour of Pohang was opened in 1962. Its lighthouse is 26 metres tall."


@pytest.fixture
def open_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    """Run a page file (or app.py) as a visitor would, in a language."""
    monkeypatch.setenv("SEODAM_DATA", str(tmp_path))
    monkeypatch.setenv("SEODAM_SINGLE_USER", "1")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    session.close()

    def run(path: str = "pages/chat.py", language: str = "ko", **query: str) -> AppTest:
        page = AppTest.from_file(str(REPOSITORY / path), default_timeout=60)
        page.session_state["language"] = language
        for name, value in query.items():
            page.query_params[name] = value
        return page.run()

    yield run
    session.close()


@pytest.fixture
def documents(open_page: Callable[..., AppTest]) -> None:
    """Two documents in the library."""
    library = session.seodam().library(LOCAL_OWNER)
    library.add(Upload("등대.txt", KOREAN.encode()))
    library.add(Upload("harbour.txt", ENGLISH.encode()))


def all_text(page: AppTest) -> str:
    """Everything that the page says."""
    kinds = (
        "title",
        "markdown",
        "caption",
        "info",
        "error",
        "warning",
        "success",
        "header",
        "subheader",
    )
    return "\n".join(element.value for kind in kinds for element in page.get(kind))
