"""Collections by name: made, renamed, removed; documents moved between them and tagged."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag_core import shelving
from rag_core.errors import NotFound
from rag_core.ingestion import Job
from rag_core.library import Library
from rag_core.scope import fits
from rag_core.settings import Settings
from rag_core.types import (
    DEFAULT_COLLECTION,
    EVERYTHING,
    LOCAL_OWNER,
    UNDO_SECONDS,
    Document,
    DocumentState,
    Scope,
    Upload,
)
from rag_core.wiring import Seodam, open_seodam
from tests.faults import pdfs
from tests.faults.clock import AN_HOUR, pass_time

TEA = "The tea fields of Boseong were planted in 1939."
LIGHT = "The lighthouse of Pohang was built in 1908."


@pytest.fixture
def seodam(tmp_path: Path) -> Iterator[Seodam]:
    opened = open_seodam(Settings(data=tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def library(seodam: Seodam) -> Library:
    library = seodam.library(LOCAL_OWNER)
    for name, text in (("tea.txt", TEA), ("light.txt", LIGHT)):
        library.add(Upload(name, text.encode()))
    return library


def found(library: Library, question: str, collection: str = DEFAULT_COLLECTION) -> list[str]:
    return [hit.document for hit in library.search(question, 3, collection)]


def by_name(library: Library) -> dict[str, str]:
    return {one.name: one.id for one in library.documents(None)}


def test_a_collection_is_made_named_anew_and_listed_with_what_it_holds(library: Library) -> None:
    shelving = library.shelving
    made = shelving.add("  회계\n보고서 ")
    assert made.name == "회계 보고서"
    assert shelving.add("회계 보고서") == made
    shelving.rename(made.id, "회계 2026")
    assert [(one.id, one.name, one.documents) for one in shelving.all()] == [
        (DEFAULT_COLLECTION, "", 2),
        (made.id, "회계 2026", 0),
    ]
    again = shelving.add("회계 보고서")
    assert again.id != made.id
    shelving.rename(again.id, "회계 2026")  # another has that name
    assert {one.name for one in shelving.all()} == {"", "회계 2026", "회계 보고서"}
    with pytest.raises(NotFound):
        shelving.rename("nowhere", "name")
    assert shelving.add(" ").id == DEFAULT_COLLECTION


def test_a_moved_document_is_found_where_it_is_and_keeps_its_citations(library: Library) -> None:
    target, tea = library.shelving.add("tea"), by_name(library)["tea.txt"]
    passage = library.search("tea fields", 1)[0].passage
    assert library.shelving.move([tea], target.id) == 1
    assert found(library, "tea fields of Boseong") == ["light.txt"]
    assert found(library, "tea fields of Boseong", target.id) == ["tea.txt"]
    assert library.passage(passage.id) == passage
    assert TEA in library.page_text(passage)
    assert library.shelving.move([tea], target.id) == 0
    assert library.shelving.move([tea], DEFAULT_COLLECTION) == 1
    assert set(found(library, "tea fields of Boseong")) == {"tea.txt", "light.txt"}
    with pytest.raises(NotFound):
        library.shelving.move([tea, "nothing"], target.id)
    assert library.document(tea).collection == DEFAULT_COLLECTION


def test_many_documents_move_and_what_has_the_same_bytes_stays(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelving, "_TOGETHER", 2)
    target = library.shelving.add("all").id
    copy = library.add(Upload("copy.txt", TEA.encode()), "third").document
    library.add(Upload("pines.txt", b"The pines of Uljin were planted in 1959."))
    ids = [*(one.id for one in library.documents()), copy.id]
    assert library.shelving.move([*ids, ids[0]], target) == 3
    assert {one.name for one in library.documents(target)} == {"tea.txt", "light.txt", "pines.txt"}
    assert [one.id for one in library.documents("third")] == [copy.id]
    for name, question in (("tea", "tea fields"), ("light", "lighthouse"), ("pines", "pines")):
        assert found(library, question, target)[0] == f"{name}.txt"
        assert found(library, question) == []


def test_the_same_bytes_can_be_in_two_collections_but_not_twice_in_one(library: Library) -> None:
    target, tea = library.shelving.add("tea"), by_name(library)["tea.txt"]
    library.shelving.move([tea], target.id)
    again = library.add(Upload("copy.txt", TEA.encode()))
    assert again.status == "added"
    assert again.document.id != tea
    assert library.add(Upload("third.txt", TEA.encode())).document.id == again.document.id
    assert library.shelving.move([again.document.id], target.id) == 0
    assert library.add(Upload("t.txt", TEA.encode()), target.id).document.id == tea


def test_a_copy_that_was_removed_makes_room_for_the_one_that_is_moved(library: Library) -> None:
    target, tea = library.shelving.add("tea"), by_name(library)["tea.txt"]
    copy = library.add(Upload("copy.txt", TEA.encode()), target.id).document
    library.remove(copy.id)
    assert library.shelving.move([tea], target.id) == 1
    assert found(library, "tea fields of Boseong", target.id) == ["tea.txt"]
    with pytest.raises(NotFound):
        library.undo_remove(copy.id)


def test_a_removed_collection_takes_its_documents_along_and_comes_back_with_one(
    library: Library,
) -> None:
    target, tea = library.shelving.add("first"), by_name(library)["tea.txt"]
    library.shelving.rename(target.id, "tea")
    library.shelving.move([tea], target.id)
    library.shelving.remove(target.id)
    assert library.documents(target.id) == ()
    assert [one.id for one in library.shelving.all()] == [DEFAULT_COLLECTION]
    assert found(library, "tea fields", target.id) == []
    library.undo_remove(tea)
    assert [(one.name, one.documents) for one in library.shelving.all()] == [("", 1), ("tea", 1)]
    assert found(library, "tea fields", target.id) == ["tea.txt"]


def test_a_removed_collection_comes_back_whole_with_one_undo(seodam: Seodam) -> None:
    library, assistant = seodam.library(LOCAL_OWNER), seodam.assistant(LOCAL_OWNER)
    shelving, target = library.shelving, library.shelving.add("coast")
    kept = [library.add(Upload(f"{n}.txt", text.encode()), target.id) for n, text in NOTES]
    alone = library.add(Upload("alone.txt", b"This one was removed before."), target.id)
    assistant.instruct("Be brief.", target.id)
    library.remove(alone.document.id)
    shelving.remove(target.id)
    assert found(library, "tea fields", target.id) == []
    assert shelving.undo_remove(target.id) == "coast"
    assert [one.id for one in library.documents(target.id)] == [one.document.id for one in kept]
    assert [(one.name, one.documents) for one in shelving.all()] == [("", 0), ("coast", 2)]
    assert found(library, "tea fields", target.id)[0] == "tea.txt"
    assert assistant.instructions(target.id) == "Be brief."
    library.undo_remove(alone.document.id)
    assert len(library.documents(target.id)) == 3


NOTES = (("tea", TEA), ("light", LIGHT))


def gone(library: Library) -> list[tuple[str, str, int]]:
    """What can come back within an hour: its kind, its name, how many documents went along."""
    return [(one.kind, one.name, one.documents) for one in library.removed(AN_HOUR)]


def test_what_can_come_back_is_one_line_for_a_collection_with_its_documents(
    seodam: Seodam,
) -> None:
    library = seodam.library(LOCAL_OWNER)
    shelving, coast = library.shelving, library.shelving.add("coast")
    for name, text in (*NOTES, ("alone", "This one was removed before.")):
        library.add(Upload(f"{name}.txt", text.encode()), coast.id)
    alone, light = by_name(library)["alone.txt"], by_name(library)["light.txt"]
    empty = shelving.add("empty")
    assert library.removed() == ()
    library.remove(alone)
    shelving.remove(coast.id)
    shelving.remove(empty.id)
    whole = ("collection", "coast", 2)
    assert gone(library) == [("document", "alone.txt", 0), whole, ("collection", "empty", 0)]
    assert [one.id for one in library.removed(AN_HOUR)] == [alone, coast.id, empty.id]
    assert seodam.library("bob").removed(AN_HOUR) == ()

    shelving.undo_remove(empty.id)
    library.undo_remove(alone)  # its collection is there again, and the rest of it can follow
    assert gone(library) == [whole]
    library.undo_remove(light)
    assert gone(library) == [("document", "tea.txt", 0)]
    shelving.remove(coast.id)
    assert gone(library) == [("document", "tea.txt", 0), whole]
    shelving.undo_remove(coast.id)
    assert gone(library) == [("document", "tea.txt", 0)]


def test_the_time_to_undo_counts_from_the_removal(library: Library, tmp_path: Path) -> None:
    tea = by_name(library)["tea.txt"]
    library.remove(tea)
    (before,) = library.removed(AN_HOUR)
    assert UNDO_SECONDS < before.seconds <= AN_HOUR
    pass_time(tmp_path, 600)
    (after,) = library.removed(AN_HOUR)
    assert 0 < after.seconds <= before.seconds - 600
    assert library.removed() == ()
    library.undo_remove(tea)  # as long as nobody has made it final
    assert found(library, "tea fields")[0] == "tea.txt"


def test_an_empty_collection_comes_back_and_one_of_the_same_name_is_told_apart(
    library: Library,
) -> None:
    shelving, first = library.shelving, library.shelving.add("바다")
    shelving.remove(first.id)
    second, third = shelving.add("바다"), shelving.add("바다 (2)")
    assert shelving.undo_remove(first.id) == "바다 (3)"
    names = {one.id: one.name for one in shelving.all()}
    assert names == {
        DEFAULT_COLLECTION: "",
        first.id: "바다 (3)",
        second.id: "바다",
        third.id: "바다 (2)",
    }


def test_a_collection_that_an_upload_or_an_undo_brings_back_gets_a_free_name_too(
    library: Library,
) -> None:
    shelving, first = library.shelving, library.shelving.add("sea")
    tea, light = (one.id for one in library.documents())
    shelving.move([tea, light], first.id)
    shelving.remove(first.id)
    shelving.add("sea")
    library.undo_remove(tea)
    assert [one.name for one in shelving.all()] == ["", "sea", "sea (2)"]
    assert shelving.undo_remove(first.id) == "sea (2)"
    assert {one.id for one in library.documents(first.id)} == {tea, light}
    shelving.remove(first.id)
    library.add(Upload("new.txt", b"A new one."), first.id)
    assert [one.name for one in shelving.all()] == ["", "sea", "sea (2)"]


def test_what_was_purged_does_not_come_back(library: Library) -> None:
    shelving, empty = library.shelving, library.shelving.add("empty")
    full = shelving.add("full")
    shelving.move([by_name(library)["tea.txt"]], full.id)
    for one in (empty, full):
        shelving.remove(one.id)
    library.purge_removed(older_than=-1)
    for one in (empty, full):
        with pytest.raises(NotFound):
            shelving.undo_remove(one.id)
    assert [one.id for one in shelving.all()] == [DEFAULT_COLLECTION]


def test_instructions_go_when_the_removal_of_their_collection_is_final(seodam: Seodam) -> None:
    library, assistant = seodam.library(LOCAL_OWNER), seodam.assistant(LOCAL_OWNER)
    shelving = library.shelving
    full, empty, other = (shelving.add(name) for name in ("full", "empty", "other"))
    library.add(Upload("tea.txt", TEA.encode()), full.id)
    told = (DEFAULT_COLLECTION, full.id, empty.id, other.id)
    for one in told:
        assistant.instruct(f"About {one}.", one)
    seodam.assistant("bob").instruct("Mine.", full.id)
    for one in (full, empty):
        shelving.remove(one.id)
    library.purge_removed(older_than=AN_HOUR)  # nothing is as old as that
    assert [assistant.instructions(one) for one in told] == [f"About {one}." for one in told]
    shelving.undo_remove(full.id)
    assert assistant.instructions(full.id) == "About full."
    library.purge_removed(older_than=-1)
    assert [one for one in told if assistant.instructions(one)] == ["default", "full", "other"]
    shelving.remove(full.id)
    library.purge_removed(older_than=-1)
    assert [one for one in told if assistant.instructions(one)] == ["default", "other"]
    assert seodam.assistant("bob").instructions(full.id) == "Mine."
    library.add(Upload("tea.txt", TEA.encode()), full.id)  # by its id, as the command line does
    assert assistant.instructions(full.id) == ""


def test_what_nobody_came_back_for_is_final_with_the_next_start(tmp_path: Path) -> None:
    with closing(open_seodam(Settings(data=tmp_path))) as seodam:
        talks, shelving = seodam.conversations("alice"), seodam.library("bob").shelving
        talk, empty = talks.start("talk"), shelving.add("empty")
        document = seodam.library("carol").add(Upload("tea.txt", TEA.encode())).document
        seodam.assistant("bob").instruct("Be brief.", empty.id)
        talks.delete(talk.id)
        shelving.remove(empty.id)
        seodam.library("carol").remove(document.id)
    with closing(open_seodam(Settings(data=tmp_path))) as seodam:
        assert seodam.assistant("bob").instructions(empty.id) == ""
        for too_late in (
            lambda: seodam.conversations("alice").undo_delete(talk.id),
            lambda: seodam.library("bob").shelving.undo_remove(empty.id),
            lambda: seodam.library("carol").undo_remove(document.id),
        ):
            with pytest.raises(NotFound):
                too_late()


def test_instructions_that_an_earlier_version_left_go_with_the_next_purge(tmp_path: Path) -> None:
    with closing(open_seodam(Settings(data=tmp_path))) as seodam:
        shelving = seodam.library(LOCAL_OWNER).shelving
        gone, kept = shelving.add("gone"), shelving.add("kept")
        seodam.assistant(LOCAL_OWNER).instruct("Be brief.", kept.id)
        shelving.remove(gone.id)
        seodam.library(LOCAL_OWNER).purge_removed(older_than=-1)
    leave = "INSERT INTO preferences (owner, person, name, value) VALUES (?, ?, ?, 'Left over.')"
    with closing(sqlite3.connect(tmp_path / "seodam.sqlite3")) as database, database:
        database.execute(leave, (LOCAL_OWNER, LOCAL_OWNER, f"instructions:{gone.id}"))
    with closing(open_seodam(Settings(data=tmp_path))) as seodam:
        assistant = seodam.assistant(LOCAL_OWNER)
        assert assistant.instructions(gone.id) == "Left over."
        seodam.library(LOCAL_OWNER).purge_removed()
        assert assistant.instructions(gone.id) == ""
        assert assistant.instructions(kept.id) == "Be brief."


LINES = "\n".join(f"Line {n} of a page that is one of very many." for n in range(40))


@pytest.mark.parametrize("told", [True, False])
def test_a_file_being_read_does_not_bring_its_removed_collection_back(
    seodam: Seodam, told: bool
) -> None:
    """`told`: the queue hears of it at once; else it finds the document gone."""
    library, queue = seodam.library(LOCAL_OWNER), seodam.queue
    target = library.shelving.add("short-lived")
    locked = Upload("locked.pdf", pdfs.encrypted("open sesame"))
    long = Upload("long.pdf", pdfs.pages([LINES] * (800 if told else 200)))
    jobs = [queue.submit(LOCAL_OWNER, locked, target.id)]
    wait_for(lambda: stage(seodam, jobs[0]) == "locked")
    jobs.append(queue.submit(LOCAL_OWNER, long, target.id))
    if told:
        wait_for(lambda: stage(seodam, jobs[1]) == "reading")
    library.shelving.remove(target.id)
    if told:
        queue.leave(LOCAL_OWNER, target.id)
    else:
        queue.unlock(LOCAL_OWNER, jobs[0].id, "open sesame")
    wait_for(lambda: all(one.ended for one in queue.jobs(LOCAL_OWNER)))
    ended = queue.jobs(LOCAL_OWNER)
    assert [(one.stage, one.error and one.error.code) for one in ended] == [
        ("failed", "removed_meanwhile"),
        ("failed", "removed_meanwhile"),
    ]
    assert [one.id for one in library.shelving.all()] == [DEFAULT_COLLECTION]
    assert library.shelving.undo_remove(target.id) == "short-lived"
    assert library.documents(target.id) == ()
    assert seodam.recovery.check().documents == 0


def wait_for(happened: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def stage(seodam: Seodam, job: Job) -> str:
    return next(one.stage for one in seodam.queue.jobs(LOCAL_OWNER) if one.id == job.id)


def test_tags_are_kept_in_order_without_signs_and_doubles(library: Library) -> None:
    tea = by_name(library)["tea.txt"]
    library.shelving.tag(tea, ["#plant", " 회계 ", "plant", "", "x" * 50])
    assert library.document(tea).tags == ("plant", "회계", "x" * 30)
    assert library.shelving.tags() == ("plant", "x" * 30, "회계")
    with pytest.raises(NotFound):
        library.shelving.tag("nothing", ["a"])


def test_a_tag_means_the_documents_that_have_it_when_a_question_is_asked(seodam: Seodam) -> None:
    library, talks = seodam.library(LOCAL_OWNER), seodam.conversations(LOCAL_OWNER)
    tea = library.add(Upload("tea.txt", TEA.encode())).document
    library.shelving.tag(tea.id, ["plants"])
    talk = talks.start("tea")
    talks.narrow(talk.id, Scope(tags=("plants",)))
    library.add(Upload("light.txt", LIGHT.encode()))
    assert asked_of(seodam, talk.id, "When was the lighthouse of Pohang built?") == ["tea.txt"]
    later = library.add(Upload("pines.txt", b"The pines of Uljin were planted in 1959.")).document
    library.shelving.tag(later.id, ["plants", "trees"])
    assert asked_of(seodam, talk.id, "When were the pines of Uljin planted?")[0] == "pines.txt"
    library.shelving.tag(tea.id, [])
    assert asked_of(seodam, talk.id, "When were the tea fields planted?") == ["pines.txt"]
    talks.exclude(talk.id, [later.id])
    assert asked_of(seodam, talk.id, "When were the pines planted?") == []
    talks.search_in(talk.id, DEFAULT_COLLECTION)
    assert talks.get(talk.id).scope == EVERYTHING
    assert talks.get(talk.id).excluded == frozenset()


def asked_of(seodam: Seodam, conversation_id: str, question: str) -> list[str]:
    """The documents among whose passages an answer was looked for."""
    talk = seodam.conversations(LOCAL_OWNER).get(conversation_id)
    model = seodam.generator("extractive")
    stream = seodam.assistant(LOCAL_OWNER).ask(question, talk, model, whole=True)
    list(stream)
    return list(dict.fromkeys(hit.document for hit in stream.hits))


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        (Scope(days=7), ["light.txt"]),
        (Scope(days=60), ["tea.txt", "light.txt"]),
        (Scope(name=" TEA"), ["tea.txt"]),
        (Scope(("a", "b")), ["tea.txt", "light.txt"]),
        (Scope(("b",), 7), []),
        (Scope(("none",)), []),
        (EVERYTHING, ["tea.txt", "light.txt"]),
    ],
)
def test_tags_dates_and_names_narrow_together(scope: Scope, names: list[str]) -> None:
    now = datetime.now(UTC)
    tea = document("tea.txt", now - timedelta(days=30), "b")
    light = document("light.txt", now, "a", "c")
    assert [one.name for one in (tea, light) if fits(one, scope)] == names


def document(name: str, added: datetime, *tags: str) -> Document:
    state = DocumentState.READY
    return Document(
        name, name, DEFAULT_COLLECTION, "", 0, state, added_at=added.isoformat(), tags=tags
    )


def test_a_data_folder_of_before_tags_is_opened(tmp_path: Path) -> None:
    seodam = open_seodam(Settings(data=tmp_path))
    seodam.library(LOCAL_OWNER).add(Upload("tea.txt", TEA.encode()), "old shelf")
    seodam.close()
    with sqlite3.connect(tmp_path / "seodam.sqlite3") as connection:
        connection.execute("ALTER TABLE documents DROP COLUMN tags")
        connection.execute("ALTER TABLE conversations DROP COLUMN options")
        connection.execute("ALTER TABLE conversations DROP COLUMN scope")
        connection.execute("DROP TABLE collections")
        connection.execute("PRAGMA user_version=3")
    seodam = open_seodam(Settings(data=tmp_path))
    library = seodam.library(LOCAL_OWNER)
    assert [one.tags for one in library.documents("old shelf")] == [()]
    assert [one.name for one in library.shelving.all()] == ["", "old shelf"]
    seodam.close()


def test_a_conversation_of_before_scopes_searches_all_that_it_searched(tmp_path: Path) -> None:
    seodam = open_seodam(Settings(data=tmp_path))
    talks = seodam.conversations(LOCAL_OWNER)
    talk = talks.start("old", "shelf")
    talks.exclude(talk.id, ["one"])
    seodam.close()
    with sqlite3.connect(tmp_path / "seodam.sqlite3") as connection:
        connection.execute("ALTER TABLE conversations DROP COLUMN scope")
        connection.execute("PRAGMA user_version=4")
    seodam = open_seodam(Settings(data=tmp_path))
    assert seodam.conversations(LOCAL_OWNER).all() == (replace(talk, excluded=frozenset({"one"})),)
    seodam.close()
