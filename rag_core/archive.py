"""Everything of one owner in a zip file, and back.

The archive holds the bytes of the documents and the conversations as JSON. Passages and vectors
are made anew when it is read, so that an archive of a stranger can bring nothing but documents.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rag_core.errors import BrokenFile, SeodamError, StoreFailed
from rag_core.library import Library
from rag_core.parsing import check_size
from rag_core.stores.conversations import Conversations
from rag_core.types import Turn, Upload

_TURNS = TypeAdapter(tuple[Turn, ...])
_INDEX = "seodam.json"
_VERSION = 1


def write_archive(path: Path, library: Library, conversations: Conversations) -> dict[str, int]:
    """Write all documents and conversations; returns how many of each. Raises StoreFailed."""
    documents = library.documents(None)
    talks = conversations.all()
    index = {
        "version": _VERSION,
        "documents": [
            {"sha256": one.sha256, "name": one.name, "collection": one.collection}
            for one in documents
        ],
        "conversations": [
            {
                "title": one.title,
                "collection": one.collection,
                "turns": json.loads(_TURNS.dump_json(conversations.turns(one.id))),
            }
            for one in reversed(talks)
        ],
    }
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for document in documents:
                archive.writestr(f"files/{document.sha256}", library.file(document.id))
            archive.writestr(_INDEX, json.dumps(index, ensure_ascii=False))
    except OSError as error:
        raise StoreFailed(reason="read_only") from error
    return {"documents": len(documents), "conversations": len(talks)}


def read_archive(path: Path, library: Library, conversations: Conversations) -> dict[str, int]:
    """Add what an archive holds to what is there; documents that are there stay as they are.

    Returns how many documents were added, unchanged and failed, and how many conversations came.
    Raises BrokenFile when it is not an archive of ours.
    """
    counts = {"added": 0, "unchanged": 0, "failed": 0, "conversations": 0}
    try:
        with zipfile.ZipFile(path) as archive:
            index = json.loads(archive.read(_INDEX))
            for entry in index["documents"]:
                counts[_add(archive, entry, library)] += 1
            for entry in index["conversations"]:
                _resume(entry, conversations)
                counts["conversations"] += 1
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError, ValidationError) as error:
        raise BrokenFile(name=path.name) from error
    return counts


def _add(archive: zipfile.ZipFile, entry: dict[str, Any], library: Library) -> str:
    member = archive.getinfo(f"files/{entry['sha256']}")
    try:
        check_size(str(entry["name"]), member.file_size, library.limits)
        upload = Upload(str(entry["name"]), archive.read(member))
        return library.add(upload, str(entry["collection"])).status
    except SeodamError:
        return "failed"


def _resume(entry: dict[str, Any], conversations: Conversations) -> None:
    conversation = conversations.start(str(entry["title"]), str(entry["collection"]))
    for turn in _TURNS.validate_python(entry["turns"]):
        conversations.append(conversation.id, turn.question, turn.answer)
