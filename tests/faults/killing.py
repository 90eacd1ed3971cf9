"""A process that is killed in the middle of its work, as by a power cut."""

from __future__ import annotations

import signal
import subprocess
import sys

from tests.browser.serving import REPOSITORY


def killed(program: str, *arguments: str) -> None:
    """Run a Python program that acknowledges what it did before and then kills itself."""
    child = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert child.stdout == "acknowledged\n"
