"""The face of the core: what it names, that it loads nothing, that its example runs."""

from __future__ import annotations

import ast
import inspect
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import rag_core

ROOT = Path(__file__).parents[2]


def _named_for_type_checkers() -> set[str]:
    tree = ast.parse(Path(rag_core.__file__).read_text(encoding="utf-8"))
    (guarded,) = [node for node in tree.body if isinstance(node, ast.If)]
    return {alias.name for node in guarded.body for alias in node.names}


def test_the_face_is_one_list() -> None:
    assert sorted(rag_core.__all__) == sorted(_named_for_type_checkers())
    assert set(rag_core.__all__) <= set(dir(rag_core))


@pytest.mark.parametrize("name", rag_core.__all__)
def test_every_name_is_there_and_explained(name: str) -> None:
    value = getattr(rag_core, name)
    if not isinstance(value, str):
        assert inspect.getdoc(value)
        assert value.__module__.startswith("rag_core.")


def test_nothing_else_is_named() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Library'"):
        rag_core.Library  # noqa: B018


def test_importing_it_loads_none_of_its_modules() -> None:
    program = "import rag_core, sys; print([m for m in sys.modules if m.startswith('rag_core.')])"
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert said.stdout.strip() == "[]"


def test_the_example_of_the_docstring_runs(tmp_path: Path) -> None:
    blocks = (rag_core.__doc__ or "").split("\n\n")
    example = "\n\n".join(block for block in blocks if block.startswith("    "))
    shutil.copy(ROOT / "samples" / "seodam-sample-en.pdf", tmp_path / "handout.pdf")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(example)],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Tokenization is the process of splitting" in done.stdout
    assert "handout.pdf 2 Tokenization is the process" in done.stdout
