"""Questions that a model makes: what they quote is verified, the rest is dropped and counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from rag_core.errors import Cancelled, ModelAnswerBroken, ModelRefusedKey
from rag_core.examiner import Examiner
from rag_core.examining import CHAT, compare
from rag_core.gold import GoldQuestion
from rag_core.question_making import written_questions
from rag_core.settings import Settings
from rag_core.types import DEFAULT_COLLECTION, LOCAL_OWNER, Upload
from rag_core.wiring import Seodam, open_seodam
from tests.servers.openai_server import FAULTS, OpenAIServer, Reply

LIGHT = "The lighthouse of Homigot is 26 metres tall. It was lit for the first time in 1908."
TIDE = "The tide table hangs beside the pier. It is renewed each spring."
ABOUT_LIGHT = {
    "questions": [
        {
            "question": "How tall is the lighthouse of Homigot?",
            "answer": "26 metres",
            "passage": 1,
            "quote": "The lighthouse of Homigot is 26 metres tall.",
        },
        {  # the quote is made up
            "question": "Who built it?",
            "answer": "Koreans",
            "passage": 1,
            "quote": "It was built by Koreans.",
        },
        {  # the number is another one
            "question": "When was it lit?",
            "answer": "1910",
            "passage": 1,
            "quote": "It was lit for the first time in 1908.",
        },
        {"question": "", "answer": "x", "quote": "It was lit for the first time in 1908."},
        {  # said already
            "question": "How tall is the lighthouse of Homigot",
            "answer": "26 metres",
            "passage": 1,
            "quote": "The lighthouse of Homigot is 26 metres tall.",
        },
    ]
}
ABOUT_TIDE = {
    "questions": [
        {
            "question": "Where does the tide table hang?",
            "answer": "beside the pier",
            "passage": 7,  # a wrong number does no harm where the quote is right
            "quote": "The tide table hangs  beside the pier",
        }
    ]
}


@pytest.fixture
def seodam(tmp_path: Path) -> Iterator[Seodam]:
    opened = open_seodam(Settings(data=tmp_path))
    library = opened.library(LOCAL_OWNER)
    library.add(Upload("light.txt", LIGHT.encode()))
    library.add(Upload("tide.txt", TIDE.encode()))
    yield opened
    opened.close()


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


def _model(seodam: Seodam, server: OpenAIServer) -> BaseChatModel:
    return seodam.generator("openai:echo", api_key="k", base_url=server.url)


def _replies(*said: object) -> list[Reply]:
    return [Reply(text=json.dumps(one)) for one in said]


def test_only_questions_whose_quote_stands_on_its_page_are_kept(
    seodam: Seodam, server: OpenAIServer
) -> None:
    server.script(*_replies(ABOUT_LIGHT, ABOUT_TIDE))
    library, told = seodam.library(LOCAL_OWNER), []
    made = written_questions(
        library,
        library.documents(),
        _model(seodam, server),
        lambda *said: told.append(said),
    )
    written = [one for one in made.questions if one.answerable]
    assert [(one.question, one.answer, one.places) for one in written] == [
        ("How tall is the lighthouse of Homigot?", "26 metres", {("light.txt", None)}),
        ("Where does the tide table hang?", "beside the pier", {("tide.txt", None)}),
    ]
    assert written[1].quotes == ("The tide table hangs beside the pier",)  # as the page has it
    assert made.dropped == 4
    assert len(made.questions) > len(written)  # some are to be declined
    assert told == [("writing", 0, 2), ("writing", 1, 2)]
    asked = str(server.requests[0]["body"]["messages"])
    assert LIGHT in asked
    assert TIDE not in asked
    examinee = seodam.examinee(LOCAL_OWNER, seodam.generator("extractive"), DEFAULT_COLLECTION)
    [result] = compare(examinee, written, [CHAT])
    assert result.measures["page_hit@1"] == result.measures["answer_contains_gold"] == 1


def test_one_answer_that_cannot_be_read_costs_one_document(
    seodam: Seodam, server: OpenAIServer
) -> None:
    library = seodam.library(LOCAL_OWNER)
    server.script(Reply(text="I would rather not."), *_replies(ABOUT_TIDE))
    made = written_questions(library, library.documents(), _model(seodam, server))
    assert [one.places for one in made.questions if one.answerable] == [{("tide.txt", None)}]
    server.script(Reply(text="No."), Reply(text="No."))
    with pytest.raises(ModelAnswerBroken):
        written_questions(library, library.documents(), _model(seodam, server))
    server.script(FAULTS["refused_key"])
    with pytest.raises(ModelRefusedKey):
        written_questions(library, library.documents(), _model(seodam, server))


def test_stopping_keeps_what_was_verified(seodam: Seodam, server: OpenAIServer) -> None:
    library = seodam.library(LOCAL_OWNER)
    documents, model = library.documents(), _model(seodam, server)
    with pytest.raises(Cancelled):
        written_questions(library, documents, model, cancelled=lambda: True)
    server.script(*_replies(ABOUT_LIGHT), Reply(text="{", wait=60))
    waiting = [False]

    def show(stage: str, done: int, total: int) -> None:
        waiting[0] = done == 1

    made = written_questions(library, documents, model, show, lambda: waiting[0])
    assert [one.places for one in made.questions if one.answerable] == [{("light.txt", None)}]


def test_a_set_is_made_in_the_background_and_kept(seodam: Seodam, server: OpenAIServer) -> None:
    library = seodam.library(LOCAL_OWNER)
    examiner = Examiner(seodam.evaluations(LOCAL_OWNER))

    def made(*replies: Reply) -> tuple[GoldQuestion, ...]:
        server.script(*replies)
        model = _model(seodam, server)
        examiner.write("made", library, library.documents(), model, DEFAULT_COLLECTION)
        examiner.wait()
        assert examiner.progress is not None
        sets = {one.id: one.questions for one in examiner.evaluations.sets()}
        return sets.get(examiner.progress.set_id, ())

    kept = made(*_replies(ABOUT_LIGHT, ABOUT_TIDE))
    assert examiner.progress is not None
    assert (examiner.progress.kept, examiner.progress.dropped) == (len(kept), 4)
    nothing = {"questions": ABOUT_LIGHT["questions"][1:2]}
    assert made(*_replies(nothing, nothing)) == ()
    assert (examiner.progress.stage, examiner.progress.dropped) == ("done", 2)
    assert len(examiner.evaluations.sets()) == 1
