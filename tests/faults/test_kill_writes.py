"""kill -9 while something that is there is changed: it happened or it did not, never a half."""

import os
from pathlib import Path

import pytest

from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import Seodam, open_seodam
from tests.faults.killing import killed

TOWER = b"The first document is about lighthouses in Pohang."
POINTS = ["statement", "commit", "done"]

CHILD = """
import os, signal, sys
from pathlib import Path
import sqlalchemy
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Answer, Upload
from rag_core.wiring import open_seodam

data, verb, point = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
seodam = open_seodam(Settings(data=data))
library, talks = seodam.library(LOCAL_OWNER), seodam.conversations(LOCAL_OWNER)
tower = library.add(Upload("tower.txt", bytes.fromhex(sys.argv[4]))).document
library.add(Upload("tea.txt", b"Tea fields in Boseong are green."))
talk = talks.start("talk")
talks.append(talk.id, "one?", Answer("1"))
if verb == "purge":
    library.remove(tower.id)
print("acknowledged", flush=True)

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def at_statement(connection, cursor, statement, *rest):
    if statement.split()[0] in {"INSERT", "UPDATE", "DELETE"}:
        die()

if point == "statement":
    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", at_statement)
if point == "commit":
    sqlalchemy.event.listen(sqlalchemy.Engine, "commit", die)
{
    "remove": lambda: library.remove(tower.id),
    "purge": lambda: library.purge_removed(older_than=-1),
    "rename": lambda: library.rename(tower.id, "beacon.txt"),
    "append": lambda: talks.append(talk.id, "two?", Answer("2")),
}[verb]()
die()
"""


@pytest.fixture(params=POINTS)
def point(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _restarted(data: Path, verb: str, point: str) -> Seodam:
    """A library whose process was killed at that point of that verb, opened again."""
    killed(CHILD, str(data), verb, point, TOWER.hex())
    return open_seodam(Settings(data=data))


def _found(seodam: Seodam, question: str) -> list[str]:
    return [hit.document for hit in seodam.library(LOCAL_OWNER).search(question, 5)]


pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")


@pytest.mark.parametrize("verb", ["remove", "purge"])
def test_removing(tmp_path: Path, verb: str, point: str) -> None:
    seodam = _restarted(tmp_path, verb, point)
    try:
        gone = verb == "purge" or point == "done"
        names = {document.name for document in seodam.library(LOCAL_OWNER).documents()}
        assert names == ({"tea.txt"} if gone else {"tea.txt", "tower.txt"})
        assert set(_found(seodam, "lighthouses in Pohang, tea in Boseong")) == names
        again = seodam.library(LOCAL_OWNER).add(Upload("tower.txt", TOWER))
        assert again.status == ("added" if gone else "unchanged")
        assert _found(seodam, "lighthouses in Pohang")[0] == "tower.txt"
    finally:
        seodam.close()


def test_renaming(tmp_path: Path, point: str) -> None:
    seodam = _restarted(tmp_path, "rename", point)
    try:
        name = "beacon.txt" if point == "done" else "tower.txt"
        assert _found(seodam, "lighthouses in Pohang")[0] == name
    finally:
        seodam.close()


def test_appending_a_turn(tmp_path: Path, point: str) -> None:
    seodam = _restarted(tmp_path, "append", point)
    try:
        talks = seodam.conversations(LOCAL_OWNER)
        turns = talks.turns(talks.all()[0].id)
        wanted = [("one?", "1"), ("two?", "2")][: 2 if point == "done" else 1]
        assert [(turn.question, turn.answer.text) for turn in turns] == wanted
    finally:
        seodam.close()
