"""Questions that lean on what was said, by rules; and those that do not, to the letter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag_core.followups import standing_alone
from rag_core.types import Answer, Hit, Passage, Turn

LIGHTHOUSE = ("서담의 첫 등대는 언제 세워졌나요?", "1908년입니다.")
EXPENSES = ("출장비 정산은 어떻게 하나요?", "영수증을 내면 됩니다.")
COFFEE = ("커피의 종류는 무엇이 있나요?", "1. 에스프레소: 진하다\n2. 라떼: 우유\n3. 모카")
CAPITAL = ("룩셈부르크의 수도는 어디인가요?", "룩셈부르크시입니다. [1]")
GRANT = ("보조금은 얼마인가요?", "500만원입니다.")
UNREGISTERED = ("등록하지 않으면 어떻게 되나요?", "과태료를 냅니다.")
REMEDIES = ("해결 방법에는 어떤 것이 있나요?", "예방: 조건을 없앱니다.\n\n회피: 미리 살핍니다.")
EXAM = ("중간고사는 언제 봐요?", "10월 21일입니다.")
GPT3 = ("GPT-3의 매개변수는 몇 개인가요?", "1,750억 개입니다.")
WORD2VEC = ("Word2Vec은 누가 만들었어요?", "구글이 만들었습니다.")
LIBRARY = ("작은도서관이란 무엇인가요?", "주민이 꾸리는 시설입니다.")
STAGES = ("채굴은 어떻게 하나요?", "1) 거래가 모두에게 간다.\n2) 노드가 블록에 거래를 모은다.")
POHANG = ("How tall is the lighthouse of Pohang?", "26 metres.")
KINDS = ("What kinds of coffee are there?", "There are three: espresso, latte and mocha. [1]")
RADIUM = ("Who discovered radium?", "Marie Curie")
LAID_OFF = ("How many people did Boeing lay off in Long Beach in 2015?", "113.")
COMPARED = ("Compare MCAS and STS.", "Both move the tail.")
ARGUED = ("Who argued for the petitioner?", "Steven E. Mercer argued.")
LEASE = ("What does the lease of the shop say?", "It runs for five years.")


def turns(*said: tuple[str, str]) -> list[Turn]:
    return [Turn(i, question, Answer(answer)) for i, (question, answer) in enumerate(said, 1)]


def nothing(question: str) -> list[str]:
    return []


LEANING = [
    # What is missing is the predicate: the last question again.
    (LIGHTHOUSE, "그건 왜 그래요?", "서담의 첫 등대는 왜 세워졌나요?"),
    (LIGHTHOUSE, "왜요?", "서담의 첫 등대는 왜 세워졌나요?"),
    (LIGHTHOUSE, "어디에요?", "서담의 첫 등대는 어디에 세워졌나요?"),
    # The subject is dropped.
    (LIGHTHOUSE, "누가 세웠나요?", "서담의 첫 등대는 누가 세웠나요?"),
    (LIGHTHOUSE, "지금도 켜져 있나요?", "서담의 첫 등대는 지금도 켜져 있나요?"),
    (LIGHTHOUSE, "자세히 설명해 주세요", "서담의 첫 등대를 자세히 설명해 주세요"),
    (EXPENSES, "언제까지 해야 해?", "출장비 정산은 언제까지 해야 해?"),
    # Pronouns and demonstratives, with the particle that agrees.
    (LIGHTHOUSE, "그건 누가 지었어?", "서담의 첫 등대는 누가 지었어?"),
    (EXPENSES, "그건 누가 해?", "출장비 정산은 누가 해?"),
    (LIGHTHOUSE, "그걸 누가 지었어?", "서담의 첫 등대를 누가 지었어?"),
    (LIGHTHOUSE, "이것보다 높은 등대가 있나요?", "서담의 첫 등대보다 높은 등대가 있나요?"),
    (LIGHTHOUSE, "거기 주소가 뭐예요?", "서담의 첫 등대 주소가 뭐예요?"),
    (LIGHTHOUSE, "그 등대는 누가 지었어요?", "서담의 첫 등대는 누가 지었어요?"),
    (LIGHTHOUSE, "그 등대 높이는 얼마예요?", "서담의 첫 등대 높이는 얼마예요?"),
    (LIGHTHOUSE, "해당 시설은 유료인가요?", "시설(서담의 첫 등대)은 유료인가요?"),
    (LIGHTHOUSE, "그때 시장은 누구였어요?", "1908년 시장은 누구였어요?"),
    (CAPITAL, "거기 인구는 몇 명이야?", "룩셈부르크의 수도(룩셈부르크시) 인구는 몇 명이야?"),
    # A noun of relation belongs to what was spoken of; of "X's capital" that is X.
    (EXPENSES, "한도는 얼마예요?", "출장비 정산의 한도는 얼마예요?"),
    (CAPITAL, "인구는?", "룩셈부르크의 인구는?"),
    # The same asked of another thing.
    (LIGHTHOUSE, "그럼 부산 등대는?", "부산 등대는 언제 세워졌나요?"),
    (CAPITAL, "벨기에는요?", "벨기에의 수도는 어디인가요?"),
    (("서울에는 등대가 몇 개예요?", "없습니다."), "부산에는?", "부산에는 등대가 몇 개예요?"),
    (("2019년 매출은 얼마였나요?", "5억 원"), "2020년에는요?", "2020년 매출은 얼마였나요?"),
    # Ordinals over a list.
    (COFFEE, "두 번째는 어떻게 만들어요?", "라떼는 어떻게 만들어요?"),
    (COFFEE, "마지막은 얼마예요?", "모카는 얼마예요?"),
    (COFFEE, "첫 번째 것의 특징은?", "에스프레소의 특징은?"),
    # A phrase is taken without what stands between it and its particle, and a clause as it is.
    (REMEDIES, "장점은요?", "해결 방법의 장점은요?"),
    (REMEDIES, "두 번째는요?", "회피는요?"),
    (EXAM, "범위는요?", "중간고사의 범위는요?"),
    (UNREGISTERED, "그럼 과태료는 누가 부과해요?", "등록하지 않으면 과태료는 누가 부과해요?"),
    (LIBRARY, "등록 기준은?", "작은도서관의 등록 기준은?"),
    (("부서는 몇 개인가요?", "네 개"), "그중 가장 큰 곳은?", "부서 중 가장 큰 곳은?"),
    # What was asked for, or had no predicate, is said again with one.
    (("네 가지 조건을 나열해 줘", "많다."), "그건 왜 그래요?", "네 가지 조건은 왜 그런가요?"),
    (("점유와 대기는요?", "기다린다."), "왜요?", "점유와 대기는 왜 그런가요?"),
    (STAGES, "두 번째 단계는?", "‘노드가 블록에 거래를 모은다’는?"),
    # One more of its kind, though it has words in common with what was spoken of.
    (GPT3, "GPT-2는요?", "GPT-2의 매개변수는 몇 개인가요?"),
    (WORD2VEC, "GloVe는요?", "GloVe는 누가 만들었어요?"),
    (LIGHTHOUSE, "부산의 등대는요?", "부산의 등대는 언제 세워졌나요?"),
    (POHANG, "And when was it built?", "when was the lighthouse of Pohang built?"),
    (POHANG, "Who designed it?", "Who designed the lighthouse of Pohang?"),
    (POHANG, "What is its colour?", "What is the lighthouse of Pohang's colour?"),
    (POHANG, "Who works there?", "Who works in the lighthouse of Pohang?"),
    (POHANG, "what about Busan?", "How tall is Busan?"),
    (POHANG, "tell me more", "tell me more about the lighthouse of Pohang"),
    (POHANG, "why?", "How tall is the lighthouse of Pohang — why?"),
    (KINDS, "How is the third one made?", "How is mocha made?"),
    (KINDS, "What is the last one?", "What is mocha?"),
    (RADIUM, "When was she born?", "When was Marie Curie born?"),
    # The same asked with another phrase, in place of the one of its kind.
    (LAID_OFF, "and in El Segundo?", "How many people did Boeing lay off in El Segundo in 2015?"),
    (LAID_OFF, "what about in 2016?", "How many people did Boeing lay off in Long Beach in 2016?"),
    (LAID_OFF, "By whom?", "How many people did Boeing lay off in Long Beach in 2015 — by whom?"),
    (ARGUED, "and for the respondent?", "Who argued for the respondent?"),
    (POHANG, "and of the bridge?", "How tall is the lighthouse of the bridge?"),
    (POHANG, "What about the tower?", "How tall is the tower of Pohang?"),
    (POHANG, "What about its lamp?", "What about the lighthouse of Pohang's lamp?"),
    (COMPARED, "What do they share?", "What do MCAS and STS share?"),
    (ARGUED, "On what day?", "Who argued for the petitioner — on what day?"),
    (POHANG, "In feet?", "How tall is the lighthouse of Pohang in feet?"),
    (LIGHTHOUSE, "Who built it?", "Who built 서담의 첫 등대?"),
    (POHANG, "그건 언제 지어졌어?", "the lighthouse of Pohang는 언제 지어졌어?"),
]


@pytest.mark.parametrize(("before", "question", "expected"), LEANING)
def test_what_is_missing_is_carried_over(
    before: tuple[str, str], question: str, expected: str
) -> None:
    assert standing_alone(question, turns(before), nothing) == expected


STANDING = [
    (LIGHTHOUSE, "세종대왕은 언제 태어났나요?"),
    (LIGHTHOUSE, "고양이는 왜 골골거려요?"),
    (LIGHTHOUSE, "비타민 C는 어디에 좋은가요?"),
    (LIGHTHOUSE, "연차는 며칠인가요?"),
    (LIGHTHOUSE, "전기 요금을 줄이는 방법은 무엇인가요?"),
    (LIGHTHOUSE, "서담의 첫 등대는 누가 세웠나요?"),
    (LIGHTHOUSE, "이 문서는 무엇에 대한 거예요?"),
    (LIGHTHOUSE, "이순신은 왜 그의 일기를 남겼나요?"),  # its antecedent stands before it
    (LIGHTHOUSE, "서울역은 언제 지어졌고 그것은 누가 설계했나요?"),
    (LIGHTHOUSE, "백 년 동안 켜져 있는 그 전구는 어디 있나요?"),
    (LIGHTHOUSE, "그 파란 도자기 찻잔은 누가 만들었나요?"),  # it has a name of its own
    (LIGHTHOUSE, "그럼 공격자가 따라잡을 확률은?"),  # a clause of its own says of what
    (LIGHTHOUSE, "순회사서의 뜻은?"),  # it says whose
    (LIGHTHOUSE, "제5조 2항은?"),
    (LIGHTHOUSE, "그럼 제8조를 위반하면요?"),
    (LIGHTHOUSE, "고마워요!"),
    (COFFEE, "한국에서 두 번째로 높은 산은 무엇인가요?"),
    (POHANG, "What is the capital of France?"),
    (POHANG, "Who invented the telephone?"),
    (POHANG, "Is it true that cats purr when they are happy?"),
    (POHANG, "How long does it take to boil an egg?"),
    (POHANG, "When did Napoleon write his letters?"),
    (POHANG, "Does vitamin C help with colds, and how should it be taken?"),
    (POHANG, "What does this document say about taxes?"),
    (POHANG, "What is a drug that helps against colds?"),
    (POHANG, "In which year did Napoleon die?"),
    (POHANG, "By law, who pays for the elevator?"),
    (POHANG, "thanks"),
    (KINDS, "What is the second largest city in Korea?"),
]


@pytest.mark.parametrize(("before", "question"), STANDING)
def test_a_question_that_stands_alone_stays_as_it_is(
    before: tuple[str, str], question: str
) -> None:
    for spoken_of in (before, EXPENSES, LEASE):
        assert standing_alone(question, turns(spoken_of), nothing) == question


def test_a_part_of_what_was_found_belongs_to_it_and_nothing_else_does() -> None:
    passage = "반포주공아파트의 현관은 1층에 있다. 홈 버튼은 없다."
    history = turns(("반포주공아파트는 언제 지어졌어?", "1973년입니다."))
    asked = "현관은 몇 층에 있어?"
    assert standing_alone(asked, history, nothing) == asked
    leaning = standing_alone(asked, history, lambda _: [passage])
    assert leaning == "반포주공아파트의 현관은 몇 층에 있어?"
    lease = "The notice period of the lease is three months."
    said = standing_alone("What is the notice period?", turns(LEASE), lambda _: [lease])
    assert said == "What is the notice period, regarding the lease of the shop?"


@pytest.mark.parametrize(
    "asked",
    ["조례는 언제부터 시행되나요?", "제6조를 알려 줘", "RAG는 왜 필요한가요?", "지원금이란?"],
)
def test_what_merely_stands_in_the_same_document_is_no_part_of_it(asked: str) -> None:
    found = "보조금은 500만원까지 준다. 한 해에 한 번 준다. 지원금은 없다. 제6조와 RAG도 있다."
    elsewhere = "열람석은 여섯 석이다. 왜 필요한지 알려 준다. 조례는 공포한 날부터 시행한다."
    history = turns(GRANT)
    assert standing_alone(asked, history, lambda _: [found, elsewhere]) == asked


def test_a_question_that_was_carried_over_is_not_carried_over_twice() -> None:
    understood = Answer("2년입니다.", standalone_question="운영위원회 위원의 임기는요?")
    said = standing_alone("연임할 수 있나요?", [Turn(1, "임기는요?", understood)], nothing)
    assert said == "운영위원회 위원의 임기는 연임할 수 있나요?"


@pytest.mark.parametrize(
    ("asked", "item"),
    [("the second one?", "Grind"), ("What is the last one?", "Serve"), ("두 번째는요?", "Grind")],
)
def test_an_item_that_the_answer_left_out_is_found_by_its_number(asked: str, item: str) -> None:
    passage = "1) Roast\n2) Grind\n3) Brew\n4) Serve"
    history = turns(("How is coffee made?", "1) Roast [1]\n\n3) Brew [2]"))
    assert item in standing_alone(asked, history, lambda _: ["1) Open", passage])


def test_a_question_asked_behind_another_is_not_asked_behind_it_for_good() -> None:
    history = turns(POHANG, ("when?", "It does not say."))
    assert standing_alone("why?", history, nothing) == (
        "How tall is the lighthouse of Pohang — why?"
    )


def test_the_passages_that_the_last_turn_kept_are_looked_at_without_a_search() -> None:
    def never(question: str) -> list[str]:
        raise AssertionError("searched")

    passage = Passage("p", "d", 0, 1, "1", "현관은 1층에 있다.")
    answer = Answer("1973년입니다.", hits=(Hit(1, passage, "집.pdf", 0.9),))
    history = [Turn(1, "반포주공아파트는 언제 지어졌어?", answer)]
    assert standing_alone("현관은 몇 층?", history, never).startswith("반포주공아파트의 ")


def test_what_was_carried_over_once_is_carried_on() -> None:
    history = turns(
        ("Who built the Banpo apartments?", "KNHC."), ("When were they built?", "1973.")
    )
    said = standing_alone("How tall are they?", history, nothing)
    assert said == "How tall are the Banpo apartments?"
    understood = Answer("3,786가구", standalone_question="반포주공아파트는 모두 몇 가구야?")
    said = standing_alone("높이는?", [Turn(1, "모두 몇 가구야?", understood)], nothing)
    assert said == "반포주공아파트의 높이는?"


def test_without_history_nothing_changes() -> None:
    assert standing_alone("그건 왜 그래요?", [], nothing) == "그건 왜 그래요?"


_PIECES = st.sampled_from(
    "그건 그 거기 왜 두번째 두 번째 은 는 요 ? 1908년 it the second one their there ( \\".split()
)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(
    st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=8).map(" ".join),
    st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=8).map(" ".join),
    st.text(max_size=40),
)
def test_whatever_is_asked_a_question_comes_back(asked: str, before: str, answer: str) -> None:
    said = standing_alone(asked, turns((before, answer)), lambda _: [answer])
    assert said == asked or said.strip()
