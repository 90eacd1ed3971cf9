"""The evaluation page, in both languages: make a set, measure, look."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.types import LOCAL_OWNER, Upload
from tests.screens.conftest import REPOSITORY

Open = Callable[..., AppTest]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_set_is_made_measured_and_shown(open_page: Open, language: str) -> None:
    words = CATALOGUE[language]
    page = open_page("pages/evaluation.py", language)
    assert page.info[0].value == words["study.empty"]
    path = Path(REPOSITORY) / "samples" / f"seodam-sample-{language}.pdf"
    session.seodam().library(LOCAL_OWNER).add(Upload(path.name, path.read_bytes()))
    page.run()
    page.button(key="make").click().run()
    assert not page.exception
    assert page.selectbox(key="question-set").value
    page.button(key="run").click().run()
    examiner = session.seodam().examiner(LOCAL_OWNER)
    assert examiner._worker is not None
    examiner._worker.join()
    page.run()
    assert not page.exception
    measures = page.dataframe[1].value  # after the questions
    assert words["measure.page_hit@5"] in measures.iloc[:, 0].tolist()
    assert float(measures.iloc[1, 1]) > 0.8


def test_a_set_can_be_deleted(open_page: Open) -> None:
    path = Path(REPOSITORY) / "samples" / "seodam-sample-en.pdf"
    page = open_page("pages/evaluation.py", "en")
    session.seodam().library(LOCAL_OWNER).add(Upload(path.name, path.read_bytes()))
    page.run()
    page.button(key="type").click().run()
    assert page.button(key="run").disabled
    page.button(key="delete-set").click().run()
    assert session.seodam().evaluations(LOCAL_OWNER).sets() == ()
    assert not page.exception
