"""Measuring how well pages are found and questions answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rag_core.commands.said import Options, Said, Tell
from rag_core.errors import NotFound
from rag_core.settings import Settings
from rag_core.sources import shown


def evaluate(settings: Settings, options: Options, tell: Tell) -> Iterator[Said]:
    """Measure the retrieval, and over gold pages the answers too, in a folder of its own."""
    from rag_core.measuring import evaluate_beir, evaluate_gold

    target = Path(options.target)
    if not target.exists():
        raise NotFound(what=f"file {shown(target)}")
    if target.is_dir():
        row = evaluate_beir(settings, target, options.k, tell)
    else:
        row = evaluate_gold(settings, target, Path(options.documents), options.k, tell)
    yield Said("\n".join(_measures(row)), row)


def _measures(row: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """A line for each measure, with its 95 % interval where there is one."""
    ends = row.get("intervals", {})
    for key, value in row.items():
        if isinstance(value, dict) and key != "intervals":
            yield from _measures(value, f"{above}{key} ")
        elif key in ends:
            yield "{}{}: {:.4f} ({:.4f} … {:.4f})".format(above, key, value, *ends[key])
        elif key != "intervals":
            yield f"{above}{key}: {value}"
