"""The timeline: every step with its source, in both languages."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.screens.conftest import all_text

Open = Callable[..., AppTest]
NAMES = ("Word2Vec", "GloVe", "RNN", "Transformer", "BERT", "GPT", "ChatGPT", "Gemini", "Claude")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_model_of_the_course_stands_there_with_its_source(
    open_page: Open, language: str
) -> None:
    page = open_page("pages/timeline.py", language)
    assert not page.exception
    said = all_text(page)
    for name in (*NAMES, "GPT-4o", "Llama", "RAG"):
        assert f"**{name}" in said
    assert said.count("](https://") == 12
