"""The child that waits for the next file: it saves time, and is never in anybody's way."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag_core.parsing import parse, starting
from rag_core.types import Upload
from tests.faults import pdfs

_ROOT = Path(__file__).parents[2]


def _until(told: Callable[[], Any]) -> Any:
    """What `told` answers as soon as that is something."""
    deadline = time.monotonic() + 60
    while not (answer := told()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer


def _waiting() -> int:
    """The process that waits, as soon as one does."""
    return _until(lambda: starting._BENCH._waiting and starting._BENCH._waiting[0].pid) or 0


def _read() -> str:
    return parse(Upload("a.pdf", pdfs.text_page("Read by a child"))).pages[0].text


def test_a_file_is_read_by_the_child_that_waited_and_no_child_reads_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _read()
    waited = _waiting()
    started: list[int] = []
    begin = starting._start

    def noted(ahead: str, paths: list[str]) -> starting.Child:
        child = begin(ahead, paths)
        started.append(child.pid)
        return child

    monkeypatch.setattr(starting, "_start", noted)
    assert _read() == "Read by a child"
    assert [_waiting()] == started  # the next one to wait, none to read
    assert waited not in started
    with pytest.raises(ProcessLookupError):
        os.kill(waited, 0)


def test_a_child_that_dies_while_it_waits_costs_nobody_a_file() -> None:
    _read()
    os.kill(_waiting(), signal.SIGTERM)
    _until(lambda: starting._BENCH._waiting and starting._BENCH._waiting[0].poll() is not None)
    assert _read() == "Read by a child"


def test_a_child_gives_up_waiting_and_is_not_taken_when_it_is_about_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(starting, "PATIENCE_SECONDS", 0)
    child = starting._start("picture", starting._paths())
    assert child.stdin
    assert child.stdout
    with child.stdin, child.stdout:
        assert child.wait(timeout=60) == 0
    bench = starting._Bench()
    bench.refill()
    assert bench.take() is None
    bench.close()


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), 9)"], ids=["clean", "killed"])
def test_the_child_that_waits_ends_with_the_program(end: str) -> None:
    program = f"""
import os, sys
from rag_core.parsing import parse
from rag_core.types import Upload
from tests.faults.test_waiting_child import _read, _waiting
_read()
print(_waiting(), flush=True)
{end}
"""
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=_ROOT, capture_output=True, text=True, timeout=120
    )
    waited = int(said.stdout)
    assert waited
    assert _until(lambda: not Path(f"/proc/{waited}").exists() or _is_over(waited))


def _is_over(process: int) -> bool:
    """Whether a process has ended, though nobody has asked how."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
