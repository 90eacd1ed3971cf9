"""`make run` as make plans it: what is installed, in which order, and nothing the second time."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="needs make")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files that make looks at, as in a fresh clone."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def _plan(folder: Path, *arguments: str) -> list[str]:
    done = subprocess.run(
        ["make", "--dry-run", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if not line.startswith("echo ")]


def _installed(folder: Path, *marks: str) -> None:
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").touch()
    for mark in marks:
        (folder / ".venv" / mark).touch()


def test_the_first_start_makes_an_environment_and_asks_for_the_small_torch_first(
    clone: Path,
) -> None:
    plan = "\n".join(_plan(clone, "run", "PORT=8600"))
    steps = ("-m venv .venv", "--retries 0 --timeout 5", "-r requirements.txt", "streamlit run")
    assert sorted(steps, key=plan.index) == list(steps)
    assert "nvidia-smi" in plan
    assert "--server.port 8600" in plan
    assert "--server.address 127.0.0.1" in plan


def test_the_second_start_installs_nothing(clone: Path) -> None:
    _installed(clone, ".ready")
    plan = "\n".join(_plan(clone, "run"))
    assert "streamlit run" in plan
    assert "pip" not in plan
    assert "venv .venv" not in plan


def test_new_requirements_are_installed(clone: Path) -> None:
    _installed(clone, ".ready")
    later = (clone / ".venv" / ".ready").stat().st_mtime + 60
    os.utime(clone / "requirements.txt", (later, later))
    assert "pip install" in "\n".join(_plan(clone, "run"))


def test_the_tests_need_the_tools_and_a_second_time_nothing(clone: Path) -> None:
    assert "-r requirements-dev.txt" in "\n".join(_plan(clone, "test"))
    _installed(clone, ".ready", ".ready-dev")
    (only,) = _plan(clone, "test")
    assert "pytest" in only


def test_an_old_python_is_refused_with_the_way_out(clone: Path) -> None:
    old = clone / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")  # what `sys.exit(sys.version_info < (3, 11))` ends with
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "run", f"PYTHON={old}"], cwd=clone, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "Python 3.11 or newer" in done.stdout
    assert not (clone / ".venv").exists()
