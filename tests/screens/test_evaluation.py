"""The evaluation page, in both languages: make a set, measure, look."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from pages.ui.messages.en import ENGLISH
from rag_core.comparing import differences, outcome, paired
from rag_core.gold import GoldQuestion
from rag_core.setups import Search
from rag_core.types import DEFAULT_COLLECTION, LOCAL_OWNER, Upload
from tests.screens.conftest import REPOSITORY
from tests.servers.openai_server import OpenAIServer, Reply

Open = Callable[..., AppTest]


@pytest.fixture
def sample(open_page: Open) -> Callable[[str], None]:
    """Put the sample of a language into a collection."""

    def add(language: str, collection: str = DEFAULT_COLLECTION) -> None:
        path = Path(REPOSITORY) / "samples" / f"seodam-sample-{language}.pdf"
        upload = Upload(path.name, path.read_bytes())
        session.seodam().library(LOCAL_OWNER).add(upload, collection)

    return add


def _measured(page: AppTest) -> AppTest:
    page.button(key="run").click().run()
    session.seodam().examiner(LOCAL_OWNER).wait()
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_set_is_made_measured_and_shown(
    open_page: Open, sample: Callable[[str], None], language: str
) -> None:
    words = CATALOGUE[language]
    page = open_page("pages/evaluation.py", language)
    assert page.info[0].value == words["study.empty"]
    sample(language)
    page.run()
    page.button(key="make").click().run()
    assert not page.exception
    assert page.selectbox(key="question-set").value
    _measured(page)
    table = page.dataframe[1].value  # after the questions
    measures = dict(zip(table.iloc[:, 0], table.iloc[:, 1], strict=True))
    assert float(measures[words["measure.page_hit@5"]]) > 0.8
    assert float(measures[words["measure.ndcg@10"]]) > 0.8
    assert len(page.dataframe) == 3  # and each question


@pytest.mark.parametrize("language", ["ko", "en"])
def test_two_settings_are_asked_in_one_go_and_compared(
    open_page: Open, sample: Callable[[str], None], language: str
) -> None:
    words = CATALOGUE[language]
    page = open_page("pages/evaluation.py", language)
    sample(language)
    page.run().button(key="make").click().run()
    page.toggle(key="two-setups").set_value(True).run()
    page.selectbox(key="search-B").set_value(Search.WORDS).run()
    page.slider(key="k-B").set_value(3).run()
    page.slider(key="closely-A").set_value(0.5).run()
    _measured(page)
    [chosen] = session.seodam().evaluations(LOCAL_OWNER).sets()
    judged, by_words = session.seodam().evaluations(LOCAL_OWNER).runs(chosen.id)
    assert judged.settings["emphasis"] == "1.00 1.00 0.50"
    assert (by_words.settings["search"], by_words.settings["k"]) == ("words", "3")
    assert "embedding" not in by_words.settings
    assert (page.selectbox(key="run-a").value, page.selectbox(key="run-b").value) == (
        judged.id,
        by_words.id,
    )
    table = page.dataframe[1].value
    assert list(table.columns[1:4]) == ["A", "B", "B − A"]
    row = table[table.iloc[:, 0] == words["measure.ndcg@10"]].iloc[0]
    found = differences(judged.asked, by_words.asked)["ndcg@10"]
    assert row["A"] == pytest.approx(judged.measures["ndcg@10"], abs=0.001)
    assert row["B − A"] == pytest.approx(found.gain, abs=0.001)
    said = [one.value for one in (*page.info, *page.success)]
    assert any(f"{found.low:+.3f}" in one for one in said)
    each = page.dataframe[2].value
    assert len(each) == len(judged.asked)
    sides = {1: "B", -1: "A"}
    wanted = [outcome(a, b) for a, b in paired(judged.asked, by_words.asked)]
    told = each.iloc[:, 0].tolist()
    for which, name in sides.items():
        better = words["evaluation.went_better"].format(name=name)
        assert told.count(better) == wanted.count(which)
    assert page.get("vega_lite_chart")
    names = [one.proto.label for one in page.get("download_button")]
    assert [words["evaluation.table"].format(name=one) in names for one in "AB"] == [True, True]


def test_an_embedding_that_cannot_be_is_refused_before_anything_runs(
    open_page: Open, sample: Callable[[str], None]
) -> None:
    page = open_page("pages/evaluation.py", "en")
    sample("en")
    page.run().button(key="make").click().run()
    page.selectbox(key="embedding-A").set_value("other").run()
    assert page.button(key="run").disabled
    page.text_input(key="embedding-name-A").set_value("nonsense:x").run()
    page.button(key="run").click().run()
    assert page.error
    assert session.seodam().examiner(LOCAL_OWNER).progress is None


def test_the_collection_that_is_chosen_is_examined(
    open_page: Open, sample: Callable[[str, str], None]
) -> None:
    page = open_page("pages/evaluation.py", "en")
    other = session.seodam().library(LOCAL_OWNER).shelving.add("Other").id
    sample("en", DEFAULT_COLLECTION)
    sample("ko", other)
    page.run()
    assert page.selectbox(key="evaluation-collection").value == DEFAULT_COLLECTION
    page.selectbox(key="evaluation-collection").set_value(other).run()
    page.button(key="make").click().run()
    [made] = session.seodam().evaluations(LOCAL_OWNER).sets()
    assert {name for one in made.questions for name, _ in one.places} == {"seodam-sample-ko.pdf"}
    _measured(page)
    [run] = session.seodam().evaluations(LOCAL_OWNER).runs(made.id)
    assert run.measures["page_hit@5"] > 0.8
    assert (run.settings["collection"], run.settings["documents"]) == ("Other", "1")
    assert not page.warning
    page.selectbox(key="evaluation-collection").set_value(DEFAULT_COLLECTION).run()
    assert page.warning  # its documents are not here


def test_saving_keeps_what_the_table_does_not_show(
    open_page: Open, sample: Callable[[str], None]
) -> None:
    page = open_page("pages/evaluation.py", "en")
    sample("en")
    two = (frozenset({("a.pdf", 1), ("a.pdf", 4)}), frozenset({("b.pdf", "Opening hours")}))
    golds = (
        GoldQuestion("q", "A", kind="fact", evidence=two, quotes=("one", "two")),
        GoldQuestion("u", answerable=False),
    )
    kept = session.seodam().evaluations(LOCAL_OWNER)
    kept.keep_set("mine", golds)
    page.run().button(key="save").click().run()
    assert not page.exception
    assert [one.questions for one in kept.sets()] == [golds]


def test_a_cross_encoder_can_be_left_out_where_there_is_one(
    open_page: Open, sample: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEODAM_RERANKER", "sentence-transformers:none")
    page = open_page("pages/evaluation.py", "en")
    sample("en")
    page.run().button(key="make").click().run()
    offered = page.selectbox(key="search-A").options
    assert ENGLISH["evaluation.search_learned"] in offered
    page.selectbox(key="search-A").set_value(Search.LEARNED).run()
    assert page.slider(key="closely-A")
    _measured(page)
    [chosen] = session.seodam().evaluations(LOCAL_OWNER).sets()
    [run] = session.seodam().evaluations(LOCAL_OWNER).runs(chosen.id)
    assert run.settings["search"] == "learned"


def test_a_set_can_be_deleted(open_page: Open, sample: Callable[[str], None]) -> None:
    page = open_page("pages/evaluation.py", "en")
    sample("en")
    page.run()
    page.button(key="type").click().run()
    assert page.button(key="run").disabled
    page.button(key="delete-set").click().run()
    assert session.seodam().evaluations(LOCAL_OWNER).sets() == ()
    assert not page.exception


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_beir_set_is_taken_in_and_examined_in_its_own_collection(
    open_page: Open, language: str
) -> None:
    page = open_page("pages/evaluation.py", language)
    words = CATALOGUE[language]
    rows = {
        "corpus.jsonl": [
            {"_id": "d1", "text": "The lighthouse is 26 metres tall."},
            {"_id": "d2", "text": "The pier is 380 metres long."},
        ],
        "queries.jsonl": [{"_id": "q", "text": "How tall is the lighthouse?"}],
    }
    files = [
        (name, "\n".join(json.dumps(row) for row in said).encode(), "application/jsonl")
        for name, said in rows.items()
    ]
    qrels = b"query-id\tcorpus-id\tscore\nq\td1\t1\n"
    page.file_uploader(key="import").set_value([*files, ("test.tsv", qrels, "text/plain")]).run()
    page.button(key="take-in").click().run()
    session.seodam().examiner(LOCAL_OWNER).wait()
    page.run()
    assert not page.exception
    assert words["evaluation.kept"].partition("|")[0].format(n=1) in page.success[0].value
    [made] = session.seodam().evaluations(LOCAL_OWNER).sets()
    assert page.selectbox(key="question-set").value == made.id
    _measured(page)
    [run] = session.seodam().evaluations(LOCAL_OWNER).runs(made.id)
    assert (run.settings["collection"], run.measures["page_hit@1"]) == ("BEIR", 1)


def test_a_set_that_was_taken_in_can_be_deleted_and_stays_so(open_page: Open) -> None:
    page = open_page("pages/evaluation.py", "en")
    session.seodam().library(LOCAL_OWNER).add(Upload("light.txt", b"It is 26 metres tall."))
    gold = b'{"question": "How tall?", "evidence": [{"doc": "light.txt", "page": null}]}'
    page.run().file_uploader(key="import").set_value([("g.jsonl", gold, "text/plain")]).run()
    page.button(key="take-in").click().run()
    session.seodam().examiner(LOCAL_OWNER).wait()
    page.run()
    assert page.success
    page.button(key="delete-set").click().run()
    later = open_page("pages/evaluation.py", "en")  # the same owner, another session
    for one in (page, later):
        assert not one.exception
        assert not one.success
    assert session.seodam().evaluations(LOCAL_OWNER).sets() == ()


def test_a_file_that_is_no_question_set_says_so(open_page: Open) -> None:
    page = open_page("pages/evaluation.py", "en")
    broken = ("gold.jsonl", b"not json", "application/jsonl")
    page.file_uploader(key="import").set_value([broken]).run()
    page.button(key="take-in").click().run()
    session.seodam().examiner(LOCAL_OWNER).wait()
    page.run()
    assert "question set" in page.error[0].value
    assert session.seodam().evaluations(LOCAL_OWNER).sets() == ()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_model_that_is_chosen_makes_questions(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    quote = "The lighthouse is 26 metres tall."
    asked = {"question": "How tall is it?", "answer": "26 metres", "passage": 1, "quote": quote}
    made_up = {**asked, "question": "Who built it?", "quote": "It was built by nobody."}
    with OpenAIServer() as server:
        server.script(Reply(text=json.dumps({"questions": [asked, made_up]})))
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("SEODAM_MODEL", "openai:echo")
        page = open_page("pages/evaluation.py", language)
        session.seodam().library(LOCAL_OWNER).add(Upload("light.txt", quote.encode()))
        page.run()
        assert "echo" in page.button(key="write-questions").label
        page.button(key="write-questions").click().run()
        session.seodam().examiner(LOCAL_OWNER).wait()
        page.run()
    assert not page.exception
    [made] = session.seodam().evaluations(LOCAL_OWNER).sets()
    assert "echo" in made.name
    assert [one.question for one in made.questions if one.answerable] == ["How tall is it?"]
    words = CATALOGUE[language]
    assert words["evaluation.dropped"].partition("|")[0].format(n=1) in page.success[0].value


def test_a_part_of_a_long_set_is_asked(open_page: Open, sample: Callable[[str], None]) -> None:
    page = open_page("pages/evaluation.py", "en")
    sample("en")
    many = [GoldQuestion(f"What is number {n}?", answerable=False) for n in range(501)]
    kept = session.seodam().evaluations(LOCAL_OWNER)
    set_id = kept.keep_set("many", many)
    page.run()
    page.slider(key="how-many").set_value(21).run()
    _measured(page)
    [run] = kept.runs(set_id)
    assert len(run.asked) == 21
    assert len({one.question for one in run.asked}) == 21
