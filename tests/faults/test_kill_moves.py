"""kill -9 while documents move: each is found afterwards in one collection, and in no other."""

import os
from pathlib import Path

import pytest

from rag_core.settings import Settings
from rag_core.types import DEFAULT_COLLECTION, LOCAL_OWNER
from rag_core.wiring import open_seodam
from tests.faults.killing import killed

TOWNS = ("Pohang", "Boseong", "Uljin", "Homigot")
STAYS = TOWNS[-1]

CHILD = """
import os, signal, sys
from pathlib import Path
import rag_core.shelving
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Page, Parsed, Unit, Upload
from rag_core.wiring import open_seodam

data, point, times, *towns = Path(sys.argv[1]), *sys.argv[2:]
rag_core.shelving._TOGETHER = 2  # so that few documents move in two steps
library = open_seodam(Settings(data=data)).library(LOCAL_OWNER)
for town in towns:
    text = f"{town} is known for its {town} lighthouse."
    received = library.receive(Upload(f"{town}.txt", text.encode()))
    library.keep(received.id, Parsed((Page(None, "", text),), unit=Unit.WHOLE))
    library.publish([received])
going = [one.id for one in library.documents()][:-1]
target = library.shelving.add("coast").id
print("acknowledged", flush=True)
left = int(times)

def die_after(frame, event, _):
    global left
    if event == "return" and frame.f_code.co_qualname == point:
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

sys.setprofile(die_after)
library.shelving.move(going, target)
os.kill(os.getpid(), signal.SIGKILL)
"""

# What is killed as it returns, and at which time of returning; then how many have moved.
POINTS = [
    ("NamedCollections.move", 1, 2),
    ("DenseCollection.remove", 1, 2),
    ("DenseCollection.add_all", 1, 2),
    ("OwnedRecord.set_state", 1, 2),
    ("LexicalIndex.remove", 2, 3),
]


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize(("point", "times", "moved"), POINTS)
def test_a_move_that_is_killed_leaves_each_document_in_one_collection(
    tmp_path: Path, point: str, times: int, moved: int
) -> None:
    killed(CHILD, str(tmp_path), point, str(times), *TOWNS)
    seodam = open_seodam(Settings(data=tmp_path))
    try:
        library = seodam.library(LOCAL_OWNER)
        coast = library.shelving.all()[1].id
        assert len(library.documents(coast)) == moved
        assert len(library.documents()) == len(TOWNS) - moved
        for collection in (DEFAULT_COLLECTION, coast):
            there = {one.name for one in library.documents(collection)}
            for town in TOWNS:
                hits = library.search(f"lighthouse of {town}", 5, collection)
                assert {hit.document for hit in hits} == there
                if f"{town}.txt" in there:
                    assert hits[0].document == f"{town}.txt"
                    assert hits[0].dense_rank is not None
                    assert hits[0].lexical_rank is not None
        rest = [one.id for one in library.documents() if one.name != f"{STAYS}.txt"]
        assert library.shelving.move(rest, coast) == len(rest)
        assert [one.name for one in library.documents()] == [f"{STAYS}.txt"]
    finally:
        seodam.close()
