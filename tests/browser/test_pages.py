"""Every page: its main thing done as a reader does it, and nothing in the way of anybody.

One server and one reader for each look; what a test leaves behind, the next one finds.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.accessibility import KNOWN, Inspector
from tests.browser.conftest import visits
from tests.browser.driving import DESKTOP, PHONE, Screen
from tests.browser.serving import serve

LOOKS = {"ko-dark-1280": ("ko", True, DESKTOP), "en-light-390": ("en", False, PHONE)}


@pytest.fixture(scope="module", params=LOOKS)
def look(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, look: str) -> Iterator[str]:
    """A server for one person alone, who may do everything."""
    with serve(tmp_path_factory.mktemp(look) / "data", SEODAM_SINGLE_USER="1") as address:
        yield address


@pytest.fixture(scope="module")
def empty(
    browser: Browser, address: str, look: str, request: pytest.FixtureRequest
) -> Iterator[Screen]:
    """The reader of this server, before the first document."""
    language, dark, window = LOOKS[look]
    with visits(browser, request.node) as visit:
        yield visit(address, language, dark=dark, window=window)


@pytest.fixture(scope="module")
def stocked(empty: Screen, address: str) -> Screen:
    """The same reader, with the samples in the library."""
    empty.go(address).button("welcome.sample").click()
    expect(empty.button("welcome.question_1")).to_be_visible(timeout=60_000)
    ready = empty.jobs().get_by_text(empty.words("job.ready"))
    expect(ready).to_have_count(2, timeout=60_000)
    return empty.settled()


def test_the_first_screen(empty: Screen, look: str) -> None:
    expect(empty.button("welcome.sample")).to_be_visible()
    fine(empty, f"chat-empty-{look}")
    if look.endswith("390"):
        empty.page.get_by_test_id("stExpandSidebarButton").click()
        expect(link(empty, "nav.library")).to_be_in_viewport()
        fine(empty, f"sidebar-{look}")
        empty.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
        expect(link(empty, "nav.library")).not_to_be_in_viewport()


def test_the_allowance_for_faults_of_streamlit_is_still_needed(empty: Screen) -> None:
    inspector = Inspector()
    inspector.faults(empty.settled().page)
    assert set(KNOWN) == inspector.met


def test_an_answer_its_page_and_the_report(stocked: Screen, look: str) -> None:
    stocked.button("welcome.question_1").click()
    stocked.answered()
    fine(stocked, f"chat-answer-{look}")
    stocked.button("source.open").first.click()
    expect(stocked.dialog().get_by_role("img").first).to_be_visible()
    fine(stocked, f"viewer-{look}")
    stocked.button("nav.document").click()
    expect(stocked.page.get_by_role("heading", name="seodam-sample")).to_be_visible()
    fine(stocked, f"document-{look}")


@pytest.mark.parametrize("page", ["library", "settings", "fact_check"])
def test_a_page_that_is_only_looked_at(stocked: Screen, address: str, look: str, page: str) -> None:
    stocked.go(f"{address}/{page}")
    expect(heading(stocked, f"nav.{page}")).to_be_visible()
    fine(stocked, f"{page}-{look}")


def test_study_leads_from_a_sentence_to_its_page(stocked: Screen, address: str, look: str) -> None:
    stocked.go(f"{address}/study")
    expect(heading(stocked, "nav.study")).to_be_visible()
    tab(stocked, "study.map").click()
    expect(stocked.page.get_by_test_id("stGraphVizChart").locator("svg")).to_be_visible()
    fine(stocked, f"study-map-{look}")
    tab(stocked, "study.quiz").click()
    stocked.button("study.check").click()
    score = re.escape(stocked.words("study.score", n="N", of="M"))
    stocked.says(re.compile(re.sub("[NM]", r"\\d+", score)))
    fine(stocked, f"study-quiz-{look}")
    tab(stocked, "study.cards").click()
    stocked.button("study.turn").click()
    expect(stocked.button("study.hide")).to_be_visible()
    fine(stocked, f"study-cards-{look}")
    tab(stocked, "study.overview").click()
    fine(stocked, f"study-{look}")
    stocked.page.get_by_role(
        "button", name=re.compile(r"^\S*\s*seodam-sample-..\.pdf · ")
    ).first.click()
    expect(stocked.dialog().get_by_role("img").first).to_be_visible()
    stocked.settled().page.keyboard.press("Escape")
    expect(stocked.dialog()).to_have_count(0)


def test_the_lab_walks_a_question_through_every_step(
    stocked: Screen, address: str, look: str
) -> None:
    stocked.go(f"{address}/lab")
    box = stocked.page.get_by_role("textbox", name=stocked.words("lab.question"))
    box.fill(stocked.words("welcome.question_1"))
    box.press("Enter")
    expect(stocked.page.get_by_role("tab").first).to_be_visible()
    for number, step in enumerate(stocked.page.get_by_role("tab").all(), start=1):
        step.click()
        expect(step).to_have_attribute("aria-selected", "true")
        fine(stocked, f"lab-{number}-{look}")
    tab(stocked, "lab.retrieval").click()
    expect(stocked.page.get_by_role("tabpanel")).to_contain_text("seodam-sample")


def test_an_evaluation_of_made_questions(stocked: Screen, address: str, look: str) -> None:
    stocked.go(f"{address}/evaluation")
    fine(stocked, f"evaluation-empty-{look}")
    stocked.button("evaluation.make").click()
    stocked.settled()
    stocked.page.get_by_text(stocked.words("evaluation.two"), exact=True).click()
    stocked.settled()
    fine(stocked, f"evaluation-setups-{look}")
    stocked.button("evaluation.run").click()
    expect(heading(stocked, "evaluation.results")).to_be_visible(timeout=60_000)
    stocked.settled()
    expect(stocked.button("evaluation.table", name="A")).to_be_visible()
    expect(stocked.button("evaluation.table", name="B")).to_be_visible()
    stocked.page.get_by_test_id("stExpander").last.locator("summary").click()
    fine(stocked, f"evaluation-{look}")


def test_learning_can_be_begun_and_stopped(stocked: Screen, address: str, look: str) -> None:
    stocked.go(f"{address}/tuning")
    fine(stocked, f"tuning-empty-{look}")
    stocked.button("tuning.start").click()
    stocked.button("tuning.stop").click()
    stocked.says(stocked.words("tuning.cancelled"), seconds=60)
    fine(stocked, f"tuning-{look}")


def test_the_timeline_leads_to_where_a_model_can_be_tried(
    stocked: Screen, address: str, look: str
) -> None:
    stocked.go(f"{address}/timeline")
    stocked.says("Word2Vec")
    fine(stocked, f"timeline-{look}")
    link(stocked, "timeline.try_lab").first.click()
    expect(heading(stocked, "nav.lab")).to_be_visible()


def fine(screen: Screen, name: str) -> None:
    """Take a picture; nothing is cut off at the side, and axe-core has no serious complaint."""
    screen.settled().shoot(name)
    assert screen.wider_than_window() <= 0
    assert Inspector().faults(screen.page) == []


def heading(screen: Screen, key: str) -> Locator:
    return screen.page.get_by_role("heading", name=screen.words(key))


def link(screen: Screen, key: str) -> Locator:
    return screen.page.get_by_role("link", name=screen.words(key))


def tab(screen: Screen, key: str) -> Locator:
    return screen.page.get_by_role("tab", name=screen.words(key))
