"""Bringing the caches back in line with the record after a crash, before anything reads them.

A Chroma folder that a killed process left behind can segfault whoever reads it, so it is opened
first by a canary child process; what the canary cannot vouch for is moved away and built again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_CANARY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the canary found. `counts` maps a Chroma collection to its reachable vectors."""

    sound: bool
    counts: Mapping[str, int]
    reason: str = ""


def probe_dense(folder: Path) -> Verdict:
    """Open a Chroma folder in a child process and count what its search can reach."""
    if not folder.exists():
        return Verdict(True, {})
    command = [sys.executable, "-m", "rag_core.stores.dense", str(folder)]
    try:
        child = subprocess.run(command, capture_output=True, timeout=_CANARY_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Verdict(False, {}, "the canary took too long")
    if child.returncode != 0:
        return Verdict(False, {}, f"the canary ended with {child.returncode}")
    found = json.loads(child.stdout)
    lost = [name for name, seen in found.items() if seen["reachable"] < seen["count"]]
    counts = {name: seen["reachable"] for name, seen in found.items()}
    return Verdict(not lost, counts, "vectors cannot be reached" if lost else "")
