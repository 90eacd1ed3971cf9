"""The fine-tuning page, in both languages: learn, see, use, go back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.trials import most_texts
from rag_core.tuning import TUNED, Trial
from rag_core.types import LOCAL_OWNER, Upload
from tests.screens.conftest import REPOSITORY, all_text
from tests.servers.openai_server import OpenAIServer

Open = Callable[..., AppTest]


def _add_sample() -> None:
    path = Path(REPOSITORY) / "samples" / "seodam-sample-ko.pdf"
    session.seodam().library(LOCAL_OWNER).add(Upload(path.name, path.read_bytes()))


def _keep(better: bool) -> Trial:
    """A tuning as a run leaves it; whether it was better is said here."""
    seodam = session.seodam()
    passages, lessons = seodam.library(LOCAL_OWNER).lessons()
    made = seodam.tuner.tunings.tune(passages, lessons)
    path = seodam.settings.data / "tuned" / f"{made.id}.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace(f'"better": {str(made.better).lower()}', f'"better": {str(better).lower()}')
    )
    return made


def test_it_learns_and_shows_what_came_of_it(open_page: Open) -> None:
    page = open_page("pages/tuning.py", "en")
    assert page.info[0].value == CATALOGUE["en"]["study.empty"]
    _add_sample()
    page.run()
    page.button(key="tune").click().run()
    tuner = session.seodam().tuner
    tuner.wait()
    page.run()
    assert not page.exception
    assert [one.label for one in page.metric] == ["hit@1", "hit@5", "ndcg@10"]
    assert "nDCG@10" in all_text(page)


def test_a_better_one_can_be_used_and_left_again(open_page: Open) -> None:
    _add_sample()
    trial = _keep(better=True)
    page = open_page("pages/tuning.py", "en")
    page.button(key=f"use-{trial.id}").click().run()
    in_use = session.seodam().in_use
    in_use.wait()
    assert in_use.name == f"{TUNED}{trial.id}"
    assert session.seodam().library(LOCAL_OWNER).search("What is tokenization?", 1)
    page.run()
    assert f"drop-{trial.id}" not in [one.key for one in page.button]
    page.button(key="back").click().run()
    in_use.wait()
    assert in_use.name == "bundled"
    page.run()
    page.button(key=f"drop-{trial.id}").click().run()
    assert session.seodam().tuner.tunings.all() == ()
    assert not page.exception


def test_a_worse_one_cannot_be_used(open_page: Open) -> None:
    _add_sample()
    trial = _keep(better=False)
    page = open_page("pages/tuning.py", "ko")
    assert f"use-{trial.id}" not in [one.key for one in page.button]
    assert CATALOGUE["ko"]["tuning.not_used"] in all_text(page)


def test_visitors_of_a_shared_seodam_do_not_change_it(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEODAM_SINGLE_USER", "0")
    page = open_page("pages/tuning.py", "en")
    assert page.info[0].value == CATALOGUE["en"]["embedding.shared"]
    assert not [one for one in page.button if one.key == "tune"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_it_learns_from_the_collection_that_is_chosen(open_page: Open, language: str) -> None:
    _add_sample()
    library, words = session.seodam().library(LOCAL_OWNER), CATALOGUE[language]
    page = open_page("pages/tuning.py", language)
    assert words["collection.in_use"] not in [one.label for one in page.selectbox]
    lighthouses = library.shelving.add("Lighthouses")
    page.run()
    label = [one.label for one in page.selectbox].index(words["collection.in_use"])
    page.selectbox[label].select(lighthouses.id).run()
    assert page.info[0].value == words["study.empty"]
    text = "\n\n".join(
        f"Lighthouse {n} was built in {1800 + n} by {n + 2} men of the coast. "
        f"Its lamp is seen from {n + 10} miles away on a clear night. "
        f"The keeper of tower {n} lived there with his family for many years."
        for n in range(80)
    )
    library.add(Upload("lights.txt", text.encode()), lighthouses.id)
    page.run()
    assert "Lighthouses" in " ".join(one.value for one in page.caption)
    page.button(key="tune").click().run()
    tuner = session.seodam().tuner
    tuner.wait()
    (trial,) = tuner.tunings.all()
    assert trial.collection == lighthouses.id
    assert trial.lessons == len(library.lessons(lighthouses.id)[1].taught)
    page.run()
    assert any("Lighthouses" in one.label for one in page.expander)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_that_measuring_asks_a_server_is_said_before(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    with OpenAIServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        _add_sample()
        assert not open_page("pages/tuning.py", language).warning
        session.seodam().in_use.choose("openai:any")
        session.seodam().in_use.wait()
        page = open_page("pages/tuning.py", language)
        assert f"{most_texts():,}" in page.warning[0].value
        asked = len(server.requests)
        page.button(key="tune").click().run()
        tuner = session.seodam().tuner
        tuner.wait()
        (trial,) = tuner.tunings.all()
        assert set(trial.before) == {"hit@1", "hit@5", "ndcg@10"}
        assert len(server.requests) > asked
