"""One owner's data is kept from another's: every method, found by introspection, is tried."""

import inspect
from pathlib import Path
from typing import Any

import pytest

from rag_core.errors import NotFound
from rag_core.examinations import Evaluation
from rag_core.gold import GoldQuestion
from rag_core.settings import Settings
from rag_core.types import Answer, Feedback, Options, Parsed, Scope, Upload
from rag_core.wiring import Seodam, open_seodam

SECRET = "The canary of Alice is called Zephyrine and lives in Busan."


@pytest.fixture(scope="module")
def seodam(tmp_path_factory: pytest.TempPathFactory):
    opened = open_seodam(Settings(data=tmp_path_factory.mktemp("data")))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def alice(seodam: Seodam) -> dict[str, Any]:
    document = seodam.library("alice").add(Upload("secret.txt", SECRET.encode())).document
    conversation = seodam.conversations("alice").start("alice's")
    turn = seodam.conversations("alice").append(conversation.id, "Who?", Answer(SECRET))
    seodam.conversations("alice").judge(conversation.id, turn.id, Feedback(True, SECRET))
    passage = seodam.library("alice").search(SECRET, 1)[0].passage
    return {
        "document_id": document.id,
        "passage_id": passage.id,
        "document_ids": (document.id,),
        "conversation_id": conversation.id,
        "turn_id": turn.id,
        "set_id": seodam.evaluations("alice").keep_set("alice's", [GoldQuestion(SECRET)]),
        "documents": [document],
        "passage": passage,
    }


# What a stranger gives for each parameter, beside Alice's ids.
GIVEN: dict[str, Any] = {
    "name": "stolen",
    "title": "stolen",
    "question": "What is the canary of Alice called?",
    "answer": Answer("mine now"),
    "page": 1,
    "parsed": Parsed(()),
    "value": "stolen",
    "words": "canary",
    "questions": (),
    "run": Evaluation("stolen", "stolen", {}, {}, ()),
    "feedback": Feedback(False, "stolen"),
    "collection": "default",
    "excluded": frozenset(),
    "fingerprint": "stolen",
    "embedding": None,  # none is asked for what is not there
    "tags": ["stolen"],
    "options": Options("stolen"),
    "scope": Scope(("stolen",)),
}
OWN = {"add", "receive", "start", "prefer", "preference", "retriever", "keep_set", "keep_run"}


def _methods(kind: object) -> list[str]:
    return [name for name, _ in inspect.getmembers(kind, inspect.ismethod) if name[0] != "_"]


def _call(thing: object, name: str, ids: dict[str, Any]) -> Any:
    method = getattr(thing, name)
    needed = [
        parameter.name
        for parameter in inspect.signature(method).parameters.values()
        if parameter.default is parameter.empty
    ]
    return method(**{one: {**GIVEN, **ids}[one] for one in needed})


@pytest.mark.parametrize("kind", ["library", "shelving", "conversations", "evaluations"])
def test_a_stranger_finds_and_changes_nothing(
    seodam: Seodam, alice: dict[str, Any], kind: str
) -> None:
    of_mallory = seodam.library("mallory")
    stranger = of_mallory.shelving if kind == "shelving" else getattr(seodam, kind)("mallory")
    before = _everything(seodam)
    for name in _methods(stranger):
        if name in OWN:
            continue
        try:
            seen = _call(stranger, name, alice)
        except NotFound:
            continue
        nothing = not seen or (isinstance(seen, tuple) and not _tells(seen, alice))
        assert nothing, f"{kind}.{name} gave {seen!r} to a stranger"
    assert _everything(seodam) == before


def _tells(seen: tuple[Any, ...], alice: dict[str, Any]) -> bool:
    """Whether something of Alice's stands in what came in several parts."""
    secrets = (SECRET, alice["document_id"], alice["conversation_id"], alice["passage"].id)
    return any(len(part) > 0 for part in seen if isinstance(part, tuple)) or any(
        one in repr(seen) for one in secrets
    )


def _everything(seodam: Seodam) -> tuple[Any, ...]:
    library, conversations = seodam.library("alice"), seodam.conversations("alice")
    talks = conversations.all()
    return library.documents(None), talks, [conversations.turns(one.id) for one in talks]


def test_the_same_bytes_of_two_owners_are_two_documents(
    seodam: Seodam, alice: dict[str, Any]
) -> None:
    library = seodam.library("bob")
    copy = library.add(Upload("mine.txt", SECRET.encode()))
    assert copy.status == "added"
    assert copy.document.id != alice["document_id"]
    library.remove(copy.document.id)
    library.purge_removed(older_than=-1)
    assert seodam.library("alice").search("canary of Alice", 1)[0].document == "secret.txt"


def test_a_job_belongs_to_its_owner(seodam: Seodam) -> None:
    job = seodam.queue.submit("alice", Upload("again.txt", SECRET.encode()))
    seodam.queue.cancel("mallory", job.id)
    seodam.queue.dismiss("mallory", job.id)
    assert job.id in {one.id for one in seodam.queue.jobs("alice")}
    assert seodam.queue.jobs("mallory") == ()


def test_no_owner_no_library(seodam: Seodam) -> None:
    with pytest.raises(ValueError, match="owner"):
        seodam.library("")


def test_statements_about_owned_rows_are_built_in_one_place() -> None:
    """Outside the gate, only upkeep (Record) may name the tables without an owner."""
    stores = Path(__file__).parents[2] / "rag_core" / "stores"
    for path in stores.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for verb in ("sa.insert(", "sa.update(", "sa.delete("):
            assert verb not in text or path.name == "database.py", (path.name, verb)
        owned = text[text.find("class OwnedRecord") :] if "class OwnedRecord" in text else text
        assert "sa.select(" not in owned or path.name == "database.py", path.name
