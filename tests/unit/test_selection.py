"""Answers without a model: word for word, in reading order, and none where nothing answers."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage

from rag_core.asking import Definition
from rag_core.extractive import NO_ANSWER, ExtractiveChatModel
from rag_core.prompting import messages
from rag_core.selection import LEAST_SCORE, choose, rank
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


RAG = (
    "6 RAG: 찾아서 답하기\n\nRAG라는 이름은 널리 알려져 있다. "
    "RAG(검색 증강 생성)는 답하기 전에 문서를 찾아 읽는 방법이다. "
    "이 조각을 토큰(token)이라고 부른다."
)
AN_API = "1 API\n\nAn API key is secret. An API is a bridge between programs. It is small."
AGENCY = (
    "NIA publishes a report each year. The NIA report is free. "
    "It was founded by the National Institute of Ageing (NIA) in 1974. NIA is on the coast."
)
AGENCY_KO = (
    "NIA는 해마다 보고서를 낸다. 이 보고서는 한국지능정보사회진흥원(NIA)이 쓴다. "
    "NIA의 본원은 대구에 있다."
)
MINING = (
    "The proof-of-work of a block is checked by all. Proof-of-work is not new. "
    "The proof-of-work involves scanning for a value that begins with zeros."
)
WITH_DPR = "DPR of 2020 was new. With DPR (dense passage retrieval) it looks near. DPR is not slow."


@pytest.mark.parametrize(
    ("question", "text", "said"),
    [
        ("RAG가 뭐예요?", RAG, "RAG(검색 증강 생성)는 답하기 전에"),
        ("RAG를 설명해 주세요", RAG, "RAG(검색 증강 생성)는 답하기 전에"),
        ("토큰이란 무엇인가요?", RAG, "이 조각을 토큰(token)이라고 부른다."),
        ("What is an API?", AN_API, "An API is a bridge between programs."),
        ("What is DPR?", WITH_DPR, "With DPR (dense passage retrieval) it looks"),
        ("What is proof-of-work?", MINING, "The proof-of-work involves scanning for a value"),
        ("What does proof-of-work mean?", MINING, "The proof-of-work involves scanning for a"),
        ("Explain APIs", AN_API, "An API is a bridge between programs."),
        ("What does DPR stand for?", WITH_DPR, "With DPR (dense passage retrieval) it looks"),
        ("What is NIA?", AGENCY, "It was founded by the National Institute of Ageing (NIA)"),
        ("NIA가 뭐예요?", AGENCY_KO, "이 보고서는 한국지능정보사회진흥원(NIA)이 쓴다"),
        ("What does NIA stand for?", AGENCY, "It was founded by the National Institute of"),
        ("NIA는 무엇의 약자예요?", AGENCY_KO, "이 보고서는 한국지능정보사회진흥원(NIA)이 쓴다"),
        ("NIA의 풀네임은?", AGENCY_KO, "이 보고서는 한국지능정보사회진흥원(NIA)이 쓴다"),
    ],
)
def test_what_something_is_is_said_by_the_sentence_that_defines_it(
    question: str, text: str, said: str
) -> None:
    assert said in answer(question, hits(text)).text
    assert rank(question, hits(text))[0].text.startswith(said)
    assert not any(unit.text.startswith(("6 ", "1 ")) for unit in choose(question, hits(text)))


@pytest.mark.parametrize(
    "question",
    ["A3 항목의 순위는 무엇인가요?", "What is the number of employees?", "누가 RAG를 만들었나요?"],
)
def test_other_questions_do_not_ask_what_something_is(question: str) -> None:
    assert Definition(question).term == ""


def test_a_mark_in_the_document_does_not_become_a_citation() -> None:
    said = answer("When were the fields planted?", hits("The fields were planted in 1939 [2]."))
    assert "[2]" not in said.text
    assert said.text.endswith("[1]")


@pytest.mark.parametrize("mark", ["•", "1)", "가.", "-"])
def test_an_item_of_a_list_begins_on_a_line_of_its_own(mark: str) -> None:
    text = f"The tea fields are watered twice.\n{mark} The tea fields are watered by hand in May."
    said = answer("How are the tea fields watered?", hits(text)).text
    assert f"twice. [1]\n\n{mark} The tea fields are watered by hand" in said


STEPS = (
    "토큰화의 순서\n\n1. 글자 모양을 한 가지로 맞춥니다.\n2. 글을 단어로 나눕니다.\n"
    "3. 단어를 다시 조각으로 나눕니다.\n4. 토큰마다 번호를 붙입니다.\n\n토큰은 조각입니다."
)
CAUSES = (
    "교착 상태의 조건\n\n상호 배제: 한 번에 하나만 쓴다\n\n점유와 대기: 쥔 채로 기다린다\n\n"
    "비선점: 빼앗을 수 없다\n\n순환 대기: 기다림이 원을 이룬다"
)
KINDS = "Kinds of tea\n\n- Green tea is steamed.\n- Black tea ferments.\n- Oolong is rolled."


@pytest.mark.parametrize(
    ("question", "text", "items"),
    [
        ("토큰화는 어떤 순서로 하나요?", STEPS, ("1. 글자", "2. 글을", "3. 단어를", "4. 토큰마다")),
        ("교착 상태의 조건을 나열해 줘", CAUSES, ("상호 배제", "점유와", "비선점", "순환")),
        ("What kinds of tea are there?", KINDS, ("- Green", "- Black", "- Oolong")),
    ],
)
def test_a_question_for_a_list_is_answered_with_the_whole_of_it(
    question: str, text: str, items: tuple[str, ...]
) -> None:
    given = [unit.text for unit in choose(question, hits(text))]
    assert [one for one in given if one.startswith(items)] == given[-len(items) :]
    assert len(given) == len(items) + 1  # and what leads to it


def test_a_question_for_one_thing_is_not_answered_with_a_whole_list() -> None:
    many = KINDS + "\n- White tea is dried.\n- Yellow tea is wrapped.\n- Dark tea is kept."
    assert len(choose("When does black tea ferment?", hits(many))) <= 3
    assert len(choose("What kinds of tea are there?", hits(many))) == 7


def test_a_list_longer_than_an_answer_is_not_given_whole() -> None:
    long = "Kinds of tea\n\n" + "\n".join(f"- Tea number {n} is green." for n in range(40))
    assert len(choose("What kinds of tea are there?", hits(long))) <= 3


def test_neither_a_heading_nor_a_question_of_the_document_takes_the_place_of_an_answer() -> None:
    asked = "공개하면 오픈소스인가요?\n\n공개하는 것은 라이선스를 주는 것과 같지 않습니다."
    assert "같지 않습니다. [1]" in answer("공개하면 오픈소스인가요?", hits(asked)).text
    assert "오픈소스인가요?" not in answer("공개하면 오픈소스인가요?", hits(asked)).text
    headed = "추진 배경\n\n□ 도시를 돌보는 비용이 추진 배경이 됨"
    assert answer("추진 배경은 무엇인가요?", hits(headed)).text.startswith("□ 도시를")


def test_the_row_that_names_the_columns_is_no_answer_where_each_row_says_them() -> None:
    text = "구분\t2023년\t2024년\n구분: 봉사자\t2023년: 118명\t2024년: 142명"
    said = answer("봉사자는 2024년에 몇 명인가요?", hits(text)).text
    assert said == "구분: 봉사자 2023년: 118명 2024년: 142명 [1]"


def test_a_definition_need_not_end_like_a_sentence() -> None:
    slide = "교착 상태란?\n\n교착 상태(deadlock)는 서로를 기다리며 나아가지 못하는 상태"
    assert answer("교착 상태가 뭐예요?", hits(slide)).text.startswith("교착 상태(deadlock)는")


def test_a_definition_that_points_back_behind_a_heading_is_given() -> None:
    text = "차의 종류\n\n이 녹차란 찌고 말린 차이다. 녹차는 맑다. 녹차는 푸르다."
    assert "이 녹차란 찌고 말린 차이다." in answer("녹차가 뭐예요?", hits(text)).text


def test_a_lone_mark_of_a_form_is_no_source() -> None:
    said = answer("Who is the warden?", hits("The warden of the fields : is Kim")).text
    assert said == "The warden of the fields : is Kim [1]"
    row = answer("Who argued?", hits("Kim argued for it.\tv. : No. 7 KIM. :")).text
    assert ": [" not in row
    assert row.endswith(":")


def test_sentences_with_notes_of_an_encyclopedia_run_on_as_prose() -> None:
    text = 'The wiki was named "quick" by its maker.[5][6] The wiki was made in 1995.[7] Rain fell.'
    said = answer("When was the wiki made and named?", hits(text)).text
    assert "by its maker.[\u20605][\u20606] [1] The wiki was made in 1995.[\u20607] [1]" in said
