"""Answers without a model: word for word, in reading order, and none where nothing answers."""

from __future__ import annotations

from langchain_core.messages import AIMessage

from rag_core.extractive import NO_ANSWER, ExtractiveChatModel
from rag_core.prompting import messages
from rag_core.selection import LEAST_SCORE, choose
from rag_core.types import Hit, Passage

TEA = (
    "Tea is grown in Boseong. The fields were planted in 1939. They lie on 30 hills. "
    "Many visitors come in May. Buses go there twice a day."
)
LIGHT = "포항의 등대는 1908년에 세워졌다. 높이는 26미터이다. 지금도 불을 밝힌다."
TABLE = "City\tPeople\nBoseong\t38,000\nPohang\t490,000"


def hits(*texts: str, score: float = 0.5) -> list[Hit]:
    return [
        Hit(rank, Passage(f"d{rank}-0", f"d{rank}", 0, 1, "1", text), f"d{rank}.pdf", score / rank)
        for rank, text in enumerate(texts, 1)
    ]


def answer(question: str, found: list[Hit]) -> AIMessage:
    return ExtractiveChatModel().invoke(messages(question, found))


def test_the_sentence_that_answers_is_said_word_for_word_with_its_mark() -> None:
    said = answer("When were the tea fields planted?", hits(TEA, LIGHT))
    assert "The fields were planted in 1939. [1]" in said.text
    assert "Buses" not in said.text
    assert said.response_metadata["answerable"] is True


def test_korean_is_answered_from_the_passage_that_holds_it() -> None:
    said = answer("포항 등대는 몇 년에 세워졌나요?", hits(TEA, LIGHT))
    assert "포항의 등대는 1908년에 세워졌다. [2]" in said.text


def test_sentences_stand_in_reading_order() -> None:
    chosen = choose("On how many hills do the fields lie, planted when?", hits(TEA))
    assert [unit.start for unit in chosen] == sorted(unit.start for unit in chosen)


def test_a_sentence_that_points_back_brings_the_one_before() -> None:
    said = answer("On how many hills?", hits(TEA))
    assert "They lie on 30 hills." in said.text
    assert "The fields were planted in 1939." in said.text


def test_a_row_of_a_table_stays_in_one_piece() -> None:
    assert "Pohang 490,000 [1]" in answer("How many people live in Pohang?", hits(TABLE)).text


def test_it_declines_when_no_passage_is_likely_to_answer() -> None:
    for question, words in (("Who won?", NO_ANSWER["en"]), ("누가 이겼나요?", NO_ANSWER["ko"])):
        said = answer(question, hits(TEA, LIGHT, score=LEAST_SCORE["foreign"] / 2))
        assert said.text == words
        assert said.response_metadata["answerable"] is False
    assert answer("Who won?", []).response_metadata["answerable"] is False


def test_a_passage_in_another_language_need_not_look_as_likely() -> None:
    between = sum(LEAST_SCORE.values()) / 2
    assert not answer("Who won?", hits(TEA, score=between)).response_metadata["answerable"]
    assert answer("누가 이겼나요?", hits(TEA, score=between)).response_metadata["answerable"]


def test_a_mark_in_the_document_does_not_become_a_citation() -> None:
    said = answer("When were the fields planted?", hits("The fields were planted in 1939 [2]."))
    assert "[2]" not in said.text
    assert said.text.endswith("[1]")
