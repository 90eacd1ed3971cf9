"""What the command line names → uploads: files, files in folders, web addresses, files in zips."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rag_core.errors import NotFound
from rag_core.fetching import fetch, is_address
from rag_core.parsing import Limits, unpack
from rag_core.types import Upload

Source = Path | str
"""A file, or a web address."""


def sources(named: Sequence[str]) -> list[Source]:
    """The addresses and files named, and those in the folders named but for hidden ones."""
    found: list[Source] = []
    for name in named:
        path = Path(name)
        if is_address(name):
            found.append(name)
        elif path.is_dir():
            below = sorted(one for one in path.rglob("*") if one.is_file())
            found += [one for one in below if not _is_hidden(one.relative_to(path))]
        else:
            found.append(path)
    return found


def uploads(source: Source, limits: Limits) -> list[tuple[str, Upload]]:
    """Each file that a source stands for, with what to call it: "set.zip/plan.docx".

    Raises NotFound and the kinds of BadUpload.
    """
    name = shown(source)
    whole = fetch(source, limits) if isinstance(source, str) else Upload(source.name, load(source))
    parts = unpack(whole, limits)
    return [(name if part is whole else f"{name}/{part.name}", part) for part in parts]


def load(path: Path) -> bytes:
    """The bytes of a file; raises NotFound."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(what=f"file {shown(path)}") from error


def shown(source: Source) -> str:
    """A path or an address as text, also where its bytes are not UTF-8."""
    return os.fsencode(source).decode("utf-8", "replace")


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
