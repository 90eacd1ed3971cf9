"""Full fine-tuning of a sentence-transformers model, in a process of its own.

The process ends with the learning, so torch's memory goes back; it can be stopped at any moment,
steps back for whoever asks a question meanwhile, and ends with the process that began it. The
folder of the tuned model is there when it is whole, or not at all.
"""

from __future__ import annotations

import contextlib
import json
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from rag_core.adapter import Pair, Step
from rag_core.embeddings import SENTENCE_TRANSFORMERS
from rag_core.errors import Cancelled, MissingExtra, ModelFailed, ModelUnreachable, WrongSetting

_POLL_SECONDS = 0.1
_REFUSALS = {one.__name__: one for one in (MissingExtra, ModelUnreachable, WrongSetting)}


@dataclass(frozen=True, slots=True)
class Regimen:
    """How a whole model learns. `rate` is that of Reimers and Gurevych 2019 (arXiv:1908.10084)
    for a Transformer; `static_rate` for a table of word vectors, of which each row is met rarely:
    ten times as much made the bundled one forget how Korean and English go together (trials.py).
    `seconds` bounds the learning, `tokens` what is read of a text while learning."""

    epochs: int = 2
    batch: int = 32
    rate: float = 2e-5
    static_rate: float = 5e-4
    seconds: float = 180
    tokens: int = 192
    seed: int = 7


def fine_tune(
    name: str,
    pairs: Sequence[Pair],
    folder: Path,
    regimen: Regimen = Regimen(),
    show: Callable[[Step], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Teach the model `sentence-transformers:NAME` these pairs; it is saved to `folder`.

    Raises Cancelled, WrongSetting, MissingExtra, ModelUnreachable, or ModelFailed when the process
    dies (out of memory, say).
    """
    partial = folder.with_suffix(".partial")
    request = {
        "model": _absolute(name),
        "folder": str(partial.resolve()),
        "pairs": list(pairs),
        **asdict(regimen),
    }
    try:
        for frame in _frames(request, cancelled):
            if kind := frame.get("refused"):
                raise _REFUSALS[kind](**frame["details"])
            show(Step(frame["step"], frame["steps"], frame["loss"], 0.0))
        if not (partial / "modules.json").exists():
            raise ModelFailed(model=name)
        partial.replace(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _absolute(name: str) -> str:
    """The name as another process understands it, which stands in another folder."""
    place, mark, options = name.removeprefix(SENTENCE_TRANSFORMERS).partition("?")
    folder = Path(place).expanduser()
    return (
        SENTENCE_TRANSFORMERS
        + (str(folder.resolve()) if folder.is_dir() else place)
        + (mark + options)
    )


def _frames(request: dict[str, Any], cancelled: Callable[[], bool]) -> Iterator[dict[str, Any]]:
    """What the process tells, until it ends; it is gone afterwards, however this ends."""
    child = subprocess.Popen(
        [sys.executable, "-m", "rag_core.fine_tuning_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[1],
    )
    lines: queue.Queue[bytes] = queue.Queue()
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        for work, given in ((_feed, (child.stdin, request)), (_collect, (child.stdout, lines))):
            threading.Thread(target=work, args=given, daemon=True).start()
        while line := _next(lines, cancelled):
            yield json.loads(line)
    finally:
        child.kill()
        child.wait()
        child.stdin.close()


def _next(lines: queue.Queue[bytes], cancelled: Callable[[], bool]) -> bytes:
    while not cancelled():
        with contextlib.suppress(queue.Empty):
            return lines.get(timeout=_POLL_SECONDS)
    raise Cancelled


def _feed(pipe: IO[bytes], request: dict[str, Any]) -> None:
    """The request; the pipe stays open, for its end tells the child that this process is gone."""
    with contextlib.suppress(OSError, ValueError):
        pipe.write(json.dumps(request).encode() + b"\n")
        pipe.flush()


def _collect(pipe: IO[bytes], lines: queue.Queue[bytes]) -> None:
    with pipe:
        for line in pipe:
            lines.put(line)
    lines.put(b"")
