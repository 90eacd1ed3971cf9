"""Everything of one owner in a zip file, and back.

The archive holds the bytes of the documents, and the conversations as JSON. Passages and vectors
are made anew when it is read, so an archive of a stranger brings documents to be read with all
limits and conversations to be shown, and nothing that is trusted.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from rag_core.errors import BrokenFile, NotFound, SeodamError, StoreFailed
from rag_core.library import Library
from rag_core.parsing import check_size
from rag_core.stores.conversations import Conversations
from rag_core.stores.failures import store_failures
from rag_core.types import AS_IT_IS, EVERYTHING, Options, Scope, Turn, Upload

_INDEX = "seodam.json"
_LARGEST_INDEX = 256 * 1024**2  # bytes
_VERSION = 1
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, KeyError)
"""What zipfile raises for bytes that are no sound archive; RuntimeError when it is encrypted."""


@dataclass(frozen=True, slots=True)
class _Document:
    sha256: str
    name: str
    collection: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Conversation:
    title: str
    collection: str
    turns: tuple[Turn, ...]  # every version of every turn, as they were asked
    pinned: bool = False
    shown: int | None = None  # the last turn of the version that was being read
    options: Options = AS_IT_IS
    scope: Scope = EVERYTHING

    @property
    def said(self) -> tuple[str, ...]:
        """What makes it the same as another: title, questions and answers."""
        return self.title, *(text for one in self.turns for text in (one.question, one.answer.text))


@dataclass(frozen=True, slots=True)
class _Index:
    documents: tuple[_Document, ...]
    conversations: tuple[_Conversation, ...]  # oldest first
    version: int = _VERSION
    collections: tuple[tuple[str, str], ...] = ()  # id and name


_ADAPTER = TypeAdapter(_Index)


def write_archive(path: Path, library: Library, conversations: Conversations) -> dict[str, int]:
    """Write all documents and conversations; returns how many of each. Raises StoreFailed, and
    NotFound for a folder that is not there.

    The file is there when it is whole, or not at all.
    """
    if not path.absolute().parent.is_dir():
        raise NotFound(what=f"folder {path.parent}")
    documents = library.documents(None)
    index = _Index(
        tuple(_Document(one.sha256, one.name, one.collection, one.tags) for one in documents),
        _conversations(conversations),
        collections=tuple((one.id, one.name) for one in library.shelving.all() if one.name),
    )
    with _replacing(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_INDEX, _ADAPTER.dump_json(index))
        for name, document in {f"files/{one.sha256}": one for one in documents}.items():
            archive.writestr(name, library.file(document.id))
    return {"documents": len(documents), "conversations": len(index.conversations)}


def read_archive(path: Path, library: Library, conversations: Conversations) -> dict[str, int]:
    """Add what an archive holds; documents and conversations that are here stay as they are.

    Returns how many documents were added, unchanged and failed, and how many conversations came.
    Raises NotFound, BrokenFile when it is no archive of ours, StoreFailed when it is of a newer
    version.
    """
    counts = {"added": 0, "unchanged": 0, "failed": 0, "conversations": 0}
    try:
        with zipfile.ZipFile(path) as archive:
            index = _read_index(archive, path.name)
            for document in index.documents:
                counts[_add(archive, document, library)] += 1
        _name(index, library)
    except FileNotFoundError as error:
        raise NotFound(what=f"file {path.name}") from error
    except (OSError, *_DAMAGE) as error:
        raise BrokenFile(name=path.name) from error
    here = {one.said for one in _conversations(conversations)}
    for conversation in index.conversations:
        if conversation.said not in here:
            _resume(conversation, conversations)
            counts["conversations"] += 1
    return counts


def _conversations(kept: Conversations) -> tuple[_Conversation, ...]:
    return tuple(
        _Conversation(
            one.title,
            one.collection,
            kept.all_turns(one.id),
            one.pinned,
            next((turn.id for turn in kept.turns(one.id, last=1)), None),
            one.options,
            one.scope,
        )
        for one in reversed(kept.all())
    )


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place when all went well."""
    part = path.with_name(f"{path.name}.part")
    try:
        with store_failures():
            yield part
            os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _read_index(archive: zipfile.ZipFile, name: str) -> _Index:
    if archive.getinfo(_INDEX).file_size > _LARGEST_INDEX:
        raise BrokenFile(name=name)
    try:
        index = _ADAPTER.validate_json(archive.read(_INDEX))
    except ValueError as error:
        raise BrokenFile(name=name) from error
    if index.version > _VERSION:
        raise StoreFailed(reason="newer")
    return index


def _add(archive: zipfile.ZipFile, document: _Document, library: Library) -> str:
    try:
        member = archive.getinfo(f"files/{document.sha256}")
        check_size(document.name, member.file_size, library.limits)
        added = library.add(Upload(document.name, archive.read(member)), document.collection)
        if added.status == "added":
            library.shelving.tag(added.document.id, document.tags)
        return added.status
    except (SeodamError, *_DAMAGE):
        return "failed"


def _name(index: _Index, library: Library) -> None:
    """Give the collections that came their names, where nobody has named them here."""
    unnamed = {one.id for one in library.shelving.all() if one.name == one.id}
    for collection, name in index.collections:
        if collection in unnamed and name != collection:
            library.shelving.rename(collection, name)


def _resume(conversation: _Conversation, conversations: Conversations) -> None:
    """Keep its turns again, versions beside one another; ids are new."""
    started = conversations.start(conversation.title, conversation.collection)
    kept: dict[int, int] = {}
    for turn in conversation.turns:
        beside = next((kept[one] for one in turn.versions if one in kept), None)
        if beside is None and turn.parent in kept:
            conversations.show(started.id, kept[turn.parent])
        new = conversations.append(started.id, turn.question, turn.answer, beside)
        kept[turn.id] = new.id
        if turn.feedback is not None:
            conversations.judge(started.id, new.id, turn.feedback)
    if conversation.shown in kept:
        conversations.show(started.id, kept[conversation.shown])
    conversations.pin(started.id, conversation.pinned)
    conversations.ask_with(started.id, conversation.options)
    conversations.narrow(started.id, conversation.scope)
