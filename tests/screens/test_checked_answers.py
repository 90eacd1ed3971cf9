"""Follow-ups shown and put otherwise, and answers with what bears them out."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from pages.ui import session
from pages.ui.messages import CATALOGUE, Words
from rag_core.types import LOCAL_OWNER, Answer, CheckedBy, Citation, Conversation, Sentence
from tests.screens.conftest import all_text

Open = Callable[..., AppTest]
KOREAN, ENGLISH = Words("ko"), Words("en")
pytestmark = pytest.mark.usefixtures("documents")


def ask(page: AppTest, question: str) -> AppTest:
    page.chat_input[0].set_value(question).run()
    assert not page.exception
    return page


def kept(answer: Answer) -> Conversation:
    """A conversation with one turn."""
    conversations = session.seodam().conversations(LOCAL_OWNER)
    conversation = conversations.start("a question")
    conversations.append(conversation.id, "a question", answer)
    return conversation


def put_otherwise(page: AppTest, question: str) -> AppTest:
    """Say what the last follow-up was meant to ask."""
    meant(page).set_value(question)
    field = meant(page).key or ""
    form = field.replace("understood", "meant")
    (button,) = [one for one in page.button if form in (one.key or "")]
    button.click().run()
    assert not page.exception
    return page


def meant(page: AppTest) -> TextInput:
    """The field with the last follow-up as it was understood."""
    (field,) = [one for one in page.text_input if one.label == KOREAN("followup.meant")]
    return field


def opened(page: AppTest, conversation: Conversation) -> AppTest:
    """A conversation with the check of its only turn unfolded."""
    (turn,) = session.seodam().conversations(LOCAL_OWNER).turns(conversation.id)
    page.session_state["conversation"] = conversation.id
    page.session_state[f"check-{turn.id}"] = True
    return page.run()


def test_a_follow_up_is_shown_as_it_was_understood_and_can_be_put_otherwise(
    open_page: Open,
) -> None:
    page = ask(open_page(language="ko"), "서담의 첫 등대는 몇 년에 세워졌나요?")
    assert "이렇게 이해했어요" not in all_text(page)
    page = ask(page, "그건 어디에 세워졌어요?")
    understood = "서담의 첫 등대는 어디에 세워졌어요?"
    assert meant(page).value == understood
    assert "이렇게 이해했어요" in all_text(page)
    instead = "Which year was the harbour of Pohang opened?"
    put_otherwise(page, instead)
    conversations = session.seodam().conversations(LOCAL_OWNER)
    turn = conversations.turns(conversations.all()[0].id)[-1]
    assert (turn.question, turn.answer.standalone_question) == (instead, instead)
    assert "1962" in turn.answer.text


def test_a_refusal_of_our_own_wording_is_no_sentence_without_a_source(open_page: Open) -> None:
    def labels(answer: Answer) -> list[str]:
        page = opened(open_page(language="ko"), kept(answer))
        return [one.label for one in page.expander]

    said = (Sentence("문서에서 이 질문의 답을 찾지 못했어요."),)
    refused = Answer(said[0].text, answerable=False, sentences=said, model="extractive")
    assert KOREAN("answer.unsupported", n=1) not in labels(refused)
    assert KOREAN("answer.unsupported", n=1) in labels(Answer("달은 네모나다.", sentences=said))


def test_what_a_reader_put_otherwise_is_taken_as_it_is(open_page: Open) -> None:
    page = ask(open_page(language="ko"), "서담의 첫 등대는 몇 년에 세워졌나요?")
    page = ask(page, "그건 어디에 세워졌어요?")
    put_otherwise(page, "그건 어디인가요?")
    conversations = session.seodam().conversations(LOCAL_OWNER)
    turn = conversations.turns(conversations.all()[0].id)[-1]
    assert turn.answer.standalone_question == "그건 어디인가요?"


def test_the_check_says_for_each_sentence_what_bears_it_out(open_page: Open) -> None:
    texts = ("Tea grows in Boseong.", "It was planted in 1940.", "It never rains there.")
    cited = Citation(1, "d", "tea.pdf", 1, "1", "Tea grows in Boseong.", verified=True)
    answer = Answer(
        f"{texts[0]} [1] {texts[1]} [1] {texts[2]}",
        citations=(cited,),
        sentences=(
            Sentence(texts[0], (1,), True, CheckedBy.WORDS),
            Sentence(texts[1], (1,), False, CheckedBy.NUMBERS, ("1940",)),
            Sentence(texts[2], (), False, CheckedBy.NOTHING),
        ),
        model="openai:echo",
        offered_citations=2,
    )
    conversation = kept(answer)
    page = opened(open_page(language="en"), conversation)
    (label,) = [one.label for one in page.expander if "verified" in one.label]
    assert label == "1 of 2 citations verified · 1 sentence without a source · " + ENGLISH(
        "answer.contradicted", n=1
    )
    said = all_text(page)
    assert f":red-badge[{ENGLISH('check.otherwise')}]" in said
    assert said.count(f":orange-badge[{ENGLISH('answer.no_source')}]") == 2  # answer and list
    assert "word for word" in said
    assert "another value\\: 1940" in said
    assert ENGLISH("check.dropped", n=1) in said
    page = opened(open_page(language="ko"), conversation)
    assert CATALOGUE["ko"]["check.by_words"].rstrip(".") in all_text(page).replace("\\", "")
    assert any(one.label.startswith("인용 2개 가운데 1개 확인됨") for one in page.expander)


def test_an_answer_from_before_sentences_were_checked_so_is_shown(open_page: Open) -> None:
    old = Answer("Tea grows.", sentences=(Sentence("Tea grows.", (1,), True),), model="extractive")
    page = opened(open_page(language="en"), kept(old))
    assert not page.exception
    assert any(one.label == ENGLISH("check.sentences", n=1) for one in page.expander)


NO_SOURCE = f":orange-badge[{ENGLISH('answer.no_source')}]"
UNBORNE = [
    ("Tea has 95 leaves [1]. So.", "Tea has 95 leaves.", f"Tea has 95 leaves [1]. {NO_SOURCE} So."),
    (
        "Tea [1] has 95 leaves. [1] So.",
        "Tea has 95 leaves.",
        f"Tea [1] has 95 leaves. {NO_SOURCE} [1] So.",
    ),
    (
        "| what | leaves |\n|---|---|\n| tea | 95 |",
        "| tea | 95 |",
        f"| what | leaves |\n|---|---|\n| tea | 95 {NO_SOURCE} |",
    ),
    (
        "So:\n```\ntea[1] = 95\n```\nDone.",
        "tea[1] = 95",
        f"So:\n```\ntea[1] = 95\n```\n\n {NO_SOURCE}\n\nDone.",
    ),
]


@pytest.mark.parametrize(("text", "sentence", "shown"), UNBORNE)
def test_what_no_source_bears_out_is_marked_where_it_stands(
    open_page: Open, text: str, sentence: str, shown: str
) -> None:
    unborne = Sentence(sentence, (), False, CheckedBy.NUMBERS)
    conversation = kept(Answer(text, sentences=(unborne,), model="openai:some"))
    page = open_page(language="en")
    page.session_state["conversation"] = conversation.id
    assert shown in [one.value for one in page.run().markdown]
