"""The record and the conversations, over a real SQLite file."""

import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from rag_core.errors import NotFound, StoreFailed
from rag_core.stores.conversations import Conversations
from rag_core.stores.database import SCHEMA_VERSION, Database
from rag_core.stores.record import OwnedRecord, Record
from rag_core.types import (
    Answer,
    Citation,
    Document,
    DocumentState,
    Finish,
    Page,
    Passage,
    ReadBy,
    Unit,
    Upload,
    Word,
)


@pytest.fixture
def database(tmp_path: Path):
    opened = Database(tmp_path / "seodam.sqlite3")
    yield opened
    opened.close()


def _store(record: OwnedRecord, data: bytes = b"bytes", name: str = "a.pdf") -> Document:
    received = record.receive(Upload(name, data), name, "default")
    passages = (
        Passage(f"{received.id}-0", received.id, 0, 1, "i", "first words", 0, "Title"),
        Passage(f"{received.id}-1", received.id, 1, 2, "1", "second words"),
    )
    pages = (Page(1, "i", "first words", headings=((0, 1),)), Page(2, "1", "second words"))
    vectors = np.eye(2, 4, dtype=np.float32)
    kept = record.keep_reading(received, pages, passages, vectors, "print")
    record.set_state([kept.id], DocumentState.READY)
    return record.document(kept.id)


def test_documents_come_in_order_of_arrival_however_fast_they_arrive(database: Database) -> None:
    record = Record(database).of("me")
    for number in range(20):
        _store(record, str(number).encode(), f"{number}.pdf")
    assert [one.name for one in record.documents()] == [f"{number}.pdf" for number in range(20)]


def test_what_is_stored_comes_back(database: Database) -> None:
    record = Record(database).of("me")
    document = _store(record)
    assert record.documents() == (document,)
    assert (document.pages, document.passages) == (2, 2)
    assert record.file(document.id) == b"bytes"
    assert record.pages(document.id)[0].headings == ((0, 1),)
    found, name = record.passages([f"{document.id}-0", "unknown"])[f"{document.id}-0"]
    assert (found.text, found.context, found.page_label, name) == (
        "first words",
        "Title",
        "i",
        "a.pdf",
    )
    assert record.page_text(found) == "first words"
    assert np.array_equal(record.vectors_of(document.id, "print"), np.eye(2, 4, dtype=np.float32))
    assert record.vectors_of(document.id, "other").shape == (0, 0)


def test_only_ready_documents_are_given_to_a_search(database: Database) -> None:
    record = Record(database).of("me")
    document = _store(record)
    record.set_state([document.id], DocumentState.REMOVED)
    assert record.passages([f"{document.id}-0"]) == {}
    assert record.documents() == ()
    removed = record.removed_before(datetime.now(UTC))
    assert [one.id for one in removed] == [document.id]
    assert record.removed_before(datetime.now(UTC) - timedelta(seconds=60)) == ()


def test_forgetting_leaves_nothing(database: Database, tmp_path: Path) -> None:
    record = Record(database).of("me")
    record.forget(_store(record).id)
    with sqlite3.connect(tmp_path / "seodam.sqlite3") as connection:
        for table in ("documents", "files", "pages", "passages", "vectors"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_the_same_bytes_from_many_threads_are_one_document(database: Database) -> None:
    record = Record(database).of("me")
    threads = [threading.Thread(target=_store, args=(record,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(record.documents()) == 1


def test_words_of_a_page_read_from_its_picture_come_back(database: Database) -> None:
    record = Record(database).of("me")
    received = record.receive(Upload("a.pdf", b"scan"), "a.pdf", "default")
    words = (Word(0, 5, 0.25, 0.5, 0.375, 0.625), Word(6, 11, 0.5, 0.5, 0.75, 0.625))
    page = Page(1, "1", "first words", ReadBy.OCR, confidence=0.5, words=words)
    record.keep_reading(received, (page,), (), np.zeros((0, 4), np.float32), "print")
    assert record.words(received.id, 1) == words
    assert record.words(received.id, 2) == ()
    assert record.pages(received.id) == (replace(page, words=()),)
    assert Record(database).of("other").words(received.id, 1) == ()


# What version 1 did not have; a table without columns is new as a whole.
NEWER = {
    "documents": ("unit", "tags"),
    "collections": (),
    "pages": ("confidence", "words"),
    "conversations": ("pinned", "deleted_at", "leaf", "options", "scope"),
    "turns": ("parent",),
    "said": (),
    "feedback": (),
}


def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    old = Database(path)
    document = _store(Record(old).of("me"))
    talk = Conversations(old, "me").start("talk")
    for question in ("첫째?", "둘째?"):
        Conversations(old, "me").append(talk.id, question, Answer(f"답: {question}"))
    old.close()
    with sqlite3.connect(path) as connection:
        for table, columns in NEWER.items():
            for column in columns:
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
            if not columns:
                connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version=1")
    opened = Database(path)
    record = Record(opened).of("me")
    assert record.document(document.id) == replace(document, unit=Unit.PAGE)
    assert [page.confidence for page in record.pages(document.id)] == [None, None]
    _store(record, b"another")
    conversations = Conversations(opened, "me")
    conversations.append(talk.id, "셋째?", Answer("답"))
    turns = conversations.turns(talk.id)
    assert [one.question for one in turns] == ["첫째?", "둘째?", "셋째?"]
    assert [one.conversation.id for one in conversations.search("답: 둘째")] == [talk.id]
    opened.close()


def test_a_newer_schema_is_not_touched(database: Database, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "seodam.sqlite3") as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    with pytest.raises(StoreFailed) as refused:
        Database(tmp_path / "seodam.sqlite3")
    assert refused.value.details["reason"] == "newer"


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite3").write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreFailed) as refused:
        Database(tmp_path / "broken.sqlite3")
    assert refused.value.details["reason"] == "corrupt"


def test_a_turn_comes_back_whole_and_its_conversation_moves_up(database: Database) -> None:
    conversations = Conversations(database, "me")
    first, _ = conversations.start("first"), conversations.start("second")
    assert [one.title for one in conversations.all()] == ["second", "first"]
    citation = Citation(1, "d", "문서.pdf", 3, "iii", "인용문", "d-0", verified=True)
    answer = Answer("답 [1]", (citation,), finish=Finish.STOPPED, offered_citations=2, model="m")
    turn = conversations.append(first.id, "질문?", answer)
    assert conversations.turns(first.id) == (turn,)
    assert turn.answer.verified_share == 0.5
    assert [one.title for one in conversations.all()] == ["first", "second"]


def test_excluded_documents_and_titles_are_remembered(database: Database) -> None:
    conversations = Conversations(database, "me")
    one = conversations.start("title")
    conversations.exclude(one.id, {"b", "a"})
    conversations.rename(one.id, "제목")
    assert conversations.get(one.id).excluded == {"a", "b"}
    assert conversations.get(one.id).title == "제목"


def test_preferences_last(database: Database) -> None:
    Conversations(database, "me").prefer("language", "ko")
    Conversations(database, "me").prefer("language", "en")
    assert Conversations(database, "me").preference("language") == "en"
    assert Conversations(database, "you").preference("language", "none") == "none"


def test_an_unknown_conversation_is_not_found(database: Database) -> None:
    conversations = Conversations(database, "me")
    for attempt in (
        lambda: conversations.get("x"),
        lambda: conversations.rename("x", "t"),
        lambda: conversations.exclude("x", ()),
        lambda: conversations.append("x", "q", Answer("")),
    ):
        with pytest.raises(NotFound):
            attempt()
