"""Conversations over a real SQLite file: versions, search, deletion, feedback."""

import sqlite3
import timeit
from pathlib import Path

import pytest

from rag_core.errors import NotFound
from rag_core.stores.conversations import Conversations
from rag_core.stores.database import Database
from rag_core.types import Answer, Conversation, Feedback
from tests.faults.clock import AN_HOUR, pass_time


@pytest.fixture
def database(tmp_path: Path):
    opened = Database(tmp_path / "seodam.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def conversations(database: Database) -> Conversations:
    return Conversations(database, "me")


def _asked(conversations: Conversations, talk: Conversation) -> list[str]:
    return [turn.question for turn in conversations.turns(talk.id)]


def test_a_version_stands_beside_the_earlier_one_and_both_can_be_read(
    conversations: Conversations,
) -> None:
    talk = conversations.start("talk")
    first = conversations.append(talk.id, "one?", Answer("1"))
    second = conversations.append(talk.id, "two?", Answer("2"))
    conversations.append(talk.id, "three?", Answer("3"))
    edited = conversations.append(talk.id, "two, please?", Answer("II"), beside=second.id)
    assert _asked(conversations, talk) == ["one?", "two, please?"]
    assert edited.versions == (second.id, edited.id)
    assert conversations.turns(talk.id)[1] == edited
    conversations.show(talk.id, second.id)
    assert _asked(conversations, talk) == ["one?", "two?", "three?"]
    again = conversations.append(talk.id, "one?", Answer("one"), beside=first.id)
    assert _asked(conversations, talk) == ["one?"]
    assert again.versions == (first.id, again.id)
    assert len(conversations.all_turns(talk.id)) == 5
    assert conversations.length(talk.id) == 1


def test_a_turn_of_another_conversation_is_no_place(conversations: Conversations) -> None:
    talk, other = conversations.start("talk"), conversations.start("other")
    turn = conversations.append(other.id, "one?", Answer("1"))
    for attempt in (
        lambda: conversations.append(talk.id, "two?", Answer("2"), beside=turn.id),
        lambda: conversations.show(talk.id, turn.id),
        lambda: conversations.judge(talk.id, turn.id, Feedback(True)),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert conversations.turns(talk.id) == ()


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("예산", ["재정"]),
        ("BUDGET", ["money"]),
        ("money", ["money"]),
        ("100%", ["재정"]),
        ("_", []),
        ("", ["money", "재정"]),
    ],
)
def test_titles_questions_and_answers_are_searched(
    conversations: Conversations, words: str, titles: list[str]
) -> None:
    first = conversations.start("재정")
    conversations.append(first.id, "올해 예산은?", Answer("작년의 100% 수준이에요."))
    second = conversations.start("money")
    conversations.append(second.id, "How large is it?", Answer("The budget grew to 1000."))
    assert [one.conversation.title for one in conversations.search(words)] == titles


def test_a_find_in_the_text_shows_where(conversations: Conversations) -> None:
    talk = conversations.start("talk")
    conversations.append(talk.id, "why?", Answer("x " * 200 + "the harbour opened " + "y " * 200))
    (found,) = conversations.search("harbour")
    assert "the harbour opened" in found.snippet
    assert found.snippet.startswith("…")
    assert found.snippet.endswith("…")
    assert conversations.search("talk")[0].snippet == ""


def test_pinned_ones_come_first(conversations: Conversations) -> None:
    first, _ = conversations.start("first"), conversations.start("second")
    conversations.pin(first.id)
    assert [(one.title, one.pinned) for one in conversations.all()] == [
        ("first", True),
        ("second", False),
    ]
    conversations.pin(first.id, False)
    assert [one.title for one in conversations.all()] == ["second", "first"]


def test_deleting_can_be_undone_until_it_is_final(
    conversations: Conversations, tmp_path: Path
) -> None:
    talk = conversations.start("talk")
    turn = conversations.append(talk.id, "why?", Answer("because"))
    conversations.judge(talk.id, turn.id, Feedback(False, "wrong"))
    conversations.delete(talk.id)
    assert conversations.all() == ()
    assert conversations.search("because") == ()
    assert conversations.turns(talk.id) == ()
    with pytest.raises(NotFound):
        conversations.append(talk.id, "more?", Answer("no"))
    conversations.undo_delete(talk.id)
    assert _asked(conversations, talk) == ["why?"]
    conversations.delete(talk.id)
    conversations.purge_deleted(older_than=-1)
    with pytest.raises(NotFound):
        conversations.undo_delete(talk.id)
    with sqlite3.connect(tmp_path / "seodam.sqlite3") as connection:
        for table in ("conversations", "turns", "said", "feedback"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_what_was_deleted_is_told_for_as_long_as_it_can_come_back(
    conversations: Conversations, database: Database, tmp_path: Path
) -> None:
    first, second = conversations.start("first"), conversations.start("second")
    assert conversations.deleted(AN_HOUR) == ()
    for one in (second, first):
        conversations.delete(one.id)
    told = conversations.deleted(AN_HOUR)
    assert [(one.kind, one.id, one.name) for one in told] == [
        ("conversation", second.id, "second"),
        ("conversation", first.id, "first"),
    ]
    assert Conversations(database, "somebody else").deleted(AN_HOUR) == ()
    for _ in range(2):  # another tab may have been quicker
        conversations.undo_delete(second.id)
    pass_time(tmp_path, 600)
    (left,) = conversations.deleted(AN_HOUR)
    assert 0 < left.seconds <= told[1].seconds - 600
    assert conversations.deleted() == ()


def test_feedback_is_kept_changed_and_taken_back(conversations: Conversations) -> None:
    talk = conversations.start("talk")
    turn = conversations.append(talk.id, "why?", Answer("because"))
    for feedback in (Feedback(True), Feedback(False, "근거가 틀려요"), None):
        conversations.judge(talk.id, turn.id, feedback)
        assert conversations.turns(talk.id)[0].feedback == feedback
        judged = conversations.judged()
        assert [(one.id, turn.feedback) for one, turn in judged] == (
            [(talk.id, feedback)] if feedback else []
        )


def test_a_long_conversation_is_read_from_its_end(conversations: Conversations) -> None:
    """The last few turns take a fraction of what reading all would (least of several readings)."""
    talk = conversations.start("long")
    answer = Answer("a short answer " * 10)
    for number in range(600):
        conversations.append(talk.id, f"question {number}?", answer)
    last = conversations.turns(talk.id, last=20)
    assert [turn.question for turn in last] == [f"question {n}?" for n in range(580, 600)]
    assert len(conversations.turns(talk.id)) == 600
    few = timeit.repeat(lambda: conversations.turns(talk.id, last=20), number=1, repeat=9)
    every = timeit.repeat(lambda: conversations.turns(talk.id), number=1, repeat=3)
    assert min(few) < min(every) / 2
    assert [one.conversation for one in conversations.search("question 432?")] == [
        conversations.get(talk.id)
    ]
