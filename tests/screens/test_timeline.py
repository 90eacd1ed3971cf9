"""The timeline: every step with its source and the way to try it, in both languages."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.messages import CATALOGUE
from tests.screens.conftest import REPOSITORY, all_text

Open = Callable[..., AppTest]
SOURCES = {
    "RNN": "doi.org/10.1207/s15516709cog1402_1",
    "Word2Vec": "arxiv.org/abs/1301.3781",
    "GloVe": "aclanthology.org/D14-1162/",
    "Transformer": "arxiv.org/abs/1706.03762",
    "GPT": "openai.com/index/language-unsupervised/",
    "BERT": "arxiv.org/abs/1810.04805",
    "RAG": "arxiv.org/abs/2005.11401",
    "GPT-3": "arxiv.org/abs/2005.14165",
    "ChatGPT": "openai.com/index/chatgpt/",
    "Llama": "arxiv.org/abs/2302.13971",
    "Claude": "www.anthropic.com/news/introducing-claude",
    "Gemini": "arxiv.org/abs/2312.11805",
    "GPT-4o": "openai.com/index/hello-gpt-4o/",
}


def steps(page: AppTest) -> dict[str, tuple[int, str]]:
    """Year and sources of each model, in the order of the page."""
    said = [one.value for one in page.markdown]
    heads = [re.fullmatch(r":gray-badge\[(\d{4})\] \*\*(.+)\*\*", one) for one in said]
    named = [(head[2].split(",")[0], int(head[1])) for head in heads if head]
    sources = [one for one in said if one.startswith(":small[")]
    return {name: (year, told) for (name, year), told in zip(named, sources, strict=True)}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_model_of_the_course_stands_there_with_its_source(
    open_page: Open, language: str
) -> None:
    page = open_page("pages/timeline.py", language)
    assert not page.exception
    told = steps(page)
    assert list(told) == list(SOURCES)
    years = [year for year, _ in told.values()]
    assert years == sorted(years)
    for name, (year, sources) in told.items():
        assert f"](https://{SOURCES[name]})" in sources
        first = re.search(r"arxiv\.org/abs/(\d\d)\d\d\.\d{4,5}\)", sources.splitlines()[0])
        assert first is None or year == 2000 + int(first[1])
    said = all_text(page)
    dates = {"en": ("November 2022", "March 2023", "May 2024"), "ko": ("2022년 11월", "2023년 3월")}
    assert all(date in said for date in dates[language])


@pytest.mark.parametrize("language", ["ko", "en"])
def test_all_that_can_be_tried_is_one_click_away(open_page: Open, language: str) -> None:
    page = open_page("pages/timeline.py", language)
    words = CATALOGUE[language]
    labels = [link.proto.label for link in page.get("page_link")]
    for place, times in (("embedding", 3), ("evaluation", 3), ("lab", 3), ("chat", 1)):
        assert labels.count(words[f"timeline.try_{place}"]) == times
    assert labels.count(words["timeline.try_settings"]) == 7
    leads = {link.proto.page for link in page.get("page_link")}
    assert all((Path(REPOSITORY) / "pages" / f"{one or 'chat'}.py").exists() for one in leads)
