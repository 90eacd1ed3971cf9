"""kill -9 at every named step of adding a document: what was acknowledged is found afterwards."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import open_seodam
from tests.browser.serving import REPOSITORY
from tests.faults.killing import killed
from tests.faults.pdfs import pages

STEPS = ["received", "reading", "read", "embedded", "recorded", "ready"]

CHILD = """
import os, signal, sys
from pathlib import Path
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import open_seodam
from tests.faults.pdfs import pages

data, step = Path(sys.argv[1]), sys.argv[2]
library = open_seodam(Settings(data=data)).library(LOCAL_OWNER)
library.add(Upload("first.txt", "The first document is about lighthouses in Pohang.".encode()))
print("acknowledged", flush=True)

def die(progress):
    if progress.stage == step:
        os.kill(os.getpid(), signal.SIGKILL)

second = pages(["The second document.", "It is about tea fields in Boseong."])
library.add(Upload("second.pdf", second), progress=die)
print("survived", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_loses_nothing_that_was_acknowledged(tmp_path: Path, step: str) -> None:
    killed(CHILD, str(tmp_path), step)
    seodam = open_seodam(Settings(data=tmp_path))
    try:
        library = seodam.library(LOCAL_OWNER)
        assert library.search("lighthouses in Pohang", 1)[0].document == "first.txt"
        seodam.recovery.finish_received()  # what the app does in the background at its start
        assert library.search("tea fields in Boseong", 1)[0].document == "second.pdf"
        assert len(library.documents()) == 2
        bytes_again = pages(["The second document.", "It is about tea fields in Boseong."])
        assert library.add(Upload("again.pdf", bytes_again)).status == "unchanged"
    finally:
        seodam.close()


def test_a_broken_dense_cache_is_set_aside_and_built_again(tmp_path: Path) -> None:
    killed(CHILD, str(tmp_path), "ready")
    for file in (tmp_path / "chroma").rglob("*"):
        if file.is_file():
            file.write_bytes(b"\xff" * 64)
    said: list[str] = []
    seodam = open_seodam(Settings(data=tmp_path), said.append)
    try:
        assert said == ["probing", "rebuilding"]
        hits = seodam.library(LOCAL_OWNER).search("tea fields in Boseong", 2)
        assert hits[0].document == "second.pdf"
        assert hits[0].dense_rank is not None
    finally:
        seodam.close()


def test_both_caches_can_be_deleted(tmp_path: Path) -> None:
    import shutil

    killed(CHILD, str(tmp_path), "ready")
    shutil.rmtree(tmp_path / "chroma")
    shutil.rmtree(tmp_path / "lexical")
    command = [sys.executable, "-m", "rag_core", "--data", str(tmp_path), "check", "--json"]
    checked = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    report = json.loads(checked.stdout)
    assert (report["documents"], report["caches"]) == (2, "rebuilt")
    seodam = open_seodam(Settings(data=tmp_path))
    try:
        assert seodam.library(LOCAL_OWNER).search("lighthouses", 1)[0].document == "first.txt"
    finally:
        seodam.close()


def test_two_processes_do_not_share_a_folder(tmp_path: Path) -> None:
    seodam = open_seodam(Settings(data=tmp_path))
    try:
        command = [sys.executable, "-m", "rag_core", "--data", str(tmp_path), "list", "--json"]
        second = subprocess.run(
            command, cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        assert second.returncode == 1
        assert json.loads(second.stdout)["error"]["code"] == "library_busy"
    finally:
        seodam.close()
