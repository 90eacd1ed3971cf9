"""Everything into a zip file and back, and what strangers may put into one."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag_core import archive
from rag_core.archive import read_archive, write_archive
from rag_core.errors import BrokenFile, NotFound, StoreFailed
from rag_core.settings import Settings
from rag_core.types import (
    LOCAL_OWNER,
    Answer,
    Citation,
    Feedback,
    Options,
    Scope,
    Sentence,
    Upload,
)
from rag_core.wiring import Seodam, open_seodam

TEXT = "The harbour of Pohang was opened in 1962."


@pytest.fixture
def open_library(tmp_path: Path) -> Iterator[Callable[[str], Seodam]]:
    opened: list[Seodam] = []

    def run(name: str) -> Seodam:
        opened.append(open_seodam(Settings(data=tmp_path / name)))
        return opened[-1]

    yield run
    for one in opened:
        one.close()


@pytest.fixture
def seodam(open_library: Callable[[str], Seodam]) -> Seodam:
    """Two documents, one of them in two collections, and a conversation."""
    seodam = open_library("first")
    library = seodam.library(LOCAL_OWNER)
    library.add(Upload("항구.txt", TEXT.encode()))
    library.add(Upload("항구.txt", TEXT.encode()), "other")
    library.add(Upload("b.txt", b"Its lighthouse is 26 metres tall."))
    talks = seodam.conversations(LOCAL_OWNER)
    document = library.documents()[0]
    answer = Answer(
        "It was opened in 1962 [1].",
        (Citation(1, document.id, document.name, None, "", TEXT, verified=True),),
        (Sentence("It was opened in 1962.", (1,), True),),
        model="extractive",
    )
    talks.append(talks.start("The harbour").id, "When was it opened?", answer)
    return seodam


def _write(seodam: Seodam, path: Path) -> dict[str, int]:
    return write_archive(path, seodam.library(LOCAL_OWNER), seodam.conversations(LOCAL_OWNER))


def _read(seodam: Seodam, path: Path) -> dict[str, int]:
    return read_archive(path, seodam.library(LOCAL_OWNER), seodam.conversations(LOCAL_OWNER))


def test_what_goes_out_comes_back_and_only_once(
    seodam: Seodam, open_library: Callable[[str], Seodam], tmp_path: Path
) -> None:
    path = tmp_path / "all.zip"
    assert _write(seodam, path) == {"documents": 3, "conversations": 1}
    other = open_library("second")
    came = {"added": 3, "unchanged": 0, "failed": 0, "conversations": 1}
    assert _read(other, path) == came
    assert _read(other, path) == came | {"added": 0, "unchanged": 3, "conversations": 0}

    names = [one.name for one in other.library(LOCAL_OWNER).documents()]
    assert names == ["항구.txt", "b.txt"]
    assert len(other.library(LOCAL_OWNER).documents("other")) == 1
    assert other.library(LOCAL_OWNER).search("When was the harbour opened?", 1)
    (mine,), (theirs,) = (
        [
            turn
            for talk in one.conversations(LOCAL_OWNER).all()
            for turn in one.conversations(LOCAL_OWNER).turns(talk.id)
        ]
        for one in (seodam, other)
    )
    assert (theirs.question, theirs.answer) == (mine.question, mine.answer)


def test_tags_names_of_collections_and_options_come_back(
    seodam: Seodam, open_library: Callable[[str], Seodam], tmp_path: Path
) -> None:
    library, talks = seodam.library(LOCAL_OWNER), seodam.conversations(LOCAL_OWNER)
    library.shelving.rename("other", "바다")
    library.shelving.tag(library.documents()[0].id, ["sea", "1962"])
    talks.ask_with(talks.all()[0].id, Options(temperature=0.5))
    talks.narrow(talks.all()[0].id, Scope(("sea",), 30, "b"))
    _write(seodam, tmp_path / "all.zip")
    other = open_library("second")
    _read(other, tmp_path / "all.zip")
    came = other.library(LOCAL_OWNER)
    assert [(one.id, one.name) for one in came.shelving.all()] == [
        ("default", ""),
        ("other", "바다"),
    ]
    assert came.documents()[0].tags == ("sea", "1962")
    conversation = other.conversations(LOCAL_OWNER).all()[0]
    assert conversation.options == Options(temperature=0.5)
    assert conversation.scope == Scope(("sea",), 30, "b")


def test_versions_feedback_and_pins_come_back(
    seodam: Seodam, open_library: Callable[[str], Seodam], tmp_path: Path
) -> None:
    here = seodam.conversations(LOCAL_OWNER)
    talk = here.start("versions")
    first = here.append(talk.id, "one?", Answer("1"))
    here.append(talk.id, "two?", Answer("2"))
    other = here.append(talk.id, "one, please?", Answer("one"), beside=first.id)
    here.judge(talk.id, other.id, Feedback(False, "too short"))
    here.show(talk.id, first.id)
    here.pin(talk.id)
    path = tmp_path / "all.zip"
    _write(seodam, path)
    there = open_library("second")
    _read(there, path)
    came = there.conversations(LOCAL_OWNER)
    (again,) = [one for one in came.all() if one.title == "versions"]
    assert again.pinned
    assert [one.question for one in came.turns(again.id)] == ["one?", "two?"]
    kept = came.all_turns(again.id)
    assert [len(one.versions) for one in kept] == [2, 1, 2]
    assert kept[2].feedback == Feedback(False, "too short")
    assert _read(there, path)["conversations"] == 0


def test_a_failed_export_leaves_what_was_there(seodam: Seodam, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no such folder"):
        _write(seodam, tmp_path / "no such folder" / "all.zip")
    folder = tmp_path / "taken.zip"
    folder.mkdir()
    with pytest.raises(StoreFailed):
        _write(seodam, folder)
    assert not list(tmp_path.glob("*.part"))


def _zip(path: Path, index: object, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        if index is not None:
            made.writestr("seodam.json", json.dumps(index))
        for name, data in files.items():
            made.writestr(f"files/{name}", data)
    return path


def _entry(sha256: str, name: str = "a.txt") -> dict[str, str]:
    return {"sha256": sha256, "name": name, "collection": "default"}


@pytest.mark.parametrize(
    "index",
    [
        None,
        [],
        {"documents": "all"},
        {"documents": [{"name": "a"}], "conversations": []},
        {"documents": [], "conversations": [{"title": "t", "collection": "c", "turns": [{}]}]},
    ],
)
def test_what_is_no_archive_of_ours_adds_nothing(
    seodam: Seodam, tmp_path: Path, index: object
) -> None:
    before = seodam.library(LOCAL_OWNER).documents(None)
    with pytest.raises(BrokenFile):
        _read(seodam, _zip(tmp_path / "x.zip", index, a=b"text"))
    assert seodam.library(LOCAL_OWNER).documents(None) == before


def test_files_that_are_no_zip(seodam: Seodam, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        _read(seodam, tmp_path / "missing.zip")
    (tmp_path / "text.zip").write_text("no zip")
    (tmp_path / "cut.zip").write_bytes(_zip(tmp_path / "x.zip", []).read_bytes()[:-30])
    for name in ("text.zip", "cut.zip"):
        with pytest.raises(BrokenFile):
            _read(seodam, tmp_path / name)


def test_an_archive_of_a_newer_version_is_left_alone(seodam: Seodam, tmp_path: Path) -> None:
    newer = {"version": 2, "documents": [_entry("a")], "conversations": []}
    with pytest.raises(StoreFailed) as refused:
        _read(seodam, _zip(tmp_path / "x.zip", newer, a=b"text"))
    assert refused.value.details["reason"] == "newer"


def test_a_document_that_cannot_be_read_does_not_keep_the_others_out(
    seodam: Seodam, tmp_path: Path
) -> None:
    index = {
        "documents": [
            _entry("missing"),
            _entry("broken", "b.pdf"),
            _entry("large"),
            _entry("good", "../../good.txt"),
            _entry("damaged"),
        ],
        "conversations": [],
    }
    large = b"0" * (seodam.library(LOCAL_OWNER).limits.bytes + 1)
    files = {"broken": b"%PDF-1.7", "large": large, "good": b"A good text.", "damaged": b"x" * 99}
    path = _zip(tmp_path / "x.zip", index, **files)
    with zipfile.ZipFile(path) as made:
        at = made.getinfo("files/damaged").header_offset
    data = bytearray(path.read_bytes())
    data[at + 30 + len("files/damaged") + 1] ^= 0xFF  # within its compressed bytes
    path.write_bytes(data)

    counts = _read(seodam, path)
    assert (counts["added"], counts["failed"]) == (1, 4)
    assert seodam.library(LOCAL_OWNER).documents()[-1].name == "good.txt"
    assert not list(tmp_path.parent.glob("good.txt"))


def test_an_index_that_would_fill_the_memory_is_refused(
    seodam: Seodam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_LARGEST_INDEX", 1000)
    index = {"documents": [], "conversations": [], "filler": "0" * 1000}
    with pytest.raises(BrokenFile):
        _read(seodam, _zip(tmp_path / "x.zip", index))
