"""Pictures of pages while all is not well: stopped, killed, without Tesseract, many at once.

A stand-in for Tesseract tells the same words after a while, so that these tests are about what
happens around it; tests/unit/test_ocr.py reads with the real one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag_core.errors import EmptyDocument, ScansOnly
from rag_core.ingestion import Job
from rag_core.parsing import parse
from rag_core.rereading import examined, waiting
from rag_core.settings import Settings
from rag_core.types import DocumentState, ReadBy, Upload
from rag_core.wiring import Seodam, open_seodam
from tests.faults import pdfs
from tests.scanning import blank, needs_a_shell, scanned, stand_in

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 60

pytestmark = needs_a_shell


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the path, with the stand-in in it."""
    folder = tmp_path / "bin"
    stand_in(folder, 0.3, "green tea fields")
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def seodam(tmp_path: Path, program: Path) -> Iterator[Seodam]:
    opened = open_seodam(Settings(data=tmp_path / "data"))
    yield opened
    opened.close()


def mixed(pictures: int = 2) -> bytes:
    """A page of text and pages without, as a scan with a cover has them."""
    return pdfs.pages(["Lighthouses of Pohang", *[""] * pictures])


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def job_of(seodam: Seodam, owner: str, job: Job) -> Job:
    return next(one for one in seodam.queue.jobs(owner) if one.id == job.id)


def ended(seodam: Seodam, owner: str, job: Job) -> Job:
    until(lambda: not job_of(seodam, owner, job).moving)
    return job_of(seodam, owner, job)


def test_text_can_be_asked_while_pictures_are_read_and_they_afterwards(seodam: Seodam) -> None:
    job = seodam.queue.submit("ann", Upload("mixed.pdf", mixed()))
    until(lambda: job_of(seodam, "ann", job).stage == "ocr")
    library = seodam.library("ann")
    (document,) = library.documents()
    assert document.warnings == ("unread_pages:2",)
    assert library.search("lighthouses", 1)[0].passage.page == 1
    done = ended(seodam, "ann", job)
    assert (done.stage, done.page, done.pages) == ("ready", 2, 2)
    assert library.document(document.id).warnings == ()
    assert {hit.passage.page for hit in library.search("green tea fields", 3)} >= {2, 3}
    assert library.search("lighthouses", 1)[0].dense_rank == 1
    pages = library.pages(document.id)
    assert [page.read_by for page in pages] == [ReadBy.TEXT, ReadBy.OCR, ReadBy.OCR]
    assert [page.label for page in pages] == ["1", "2", "3"]
    assert [len(library.words(document.id, number)) for number in (1, 2, 3)] == [0, 3, 3]


def test_a_quote_on_a_read_picture_is_marked_where_its_words_stand(seodam: Seodam) -> None:
    library = seodam.library("ann")
    document = library.add(Upload("scan.pdf", scanned([blank(side=400)]))).document
    assert document.state is DocumentState.READY
    picture = library.page_picture(document.id, 1, ["tea fields"])
    assert picture.marked
    (box,) = picture.boxes
    width = library.words(document.id, 1)[2].right - library.words(document.id, 1)[1].left
    assert box[2] - box[0] == pytest.approx(width, abs=0.03)
    assert library.page_picture(document.id, 1, ["no such words"]).boxes == ()
    assert not library.page_picture(document.id, 1, ["no such words"]).marked


def test_a_scan_can_be_asked_when_its_first_page_is_read(seodam: Seodam, program: Path) -> None:
    stand_in(program, 0.5, "green tea fields")
    job = seodam.queue.submit("ann", Upload("scan.pdf", scanned([blank()] * 4)))
    until(lambda: bool(seodam.library("ann").documents()))
    assert job_of(seodam, "ann", job).stage == "ocr"
    assert seodam.library("ann").search("green tea", 1)[0].passage.page == 1
    assert ended(seodam, "ann", job).stage == "ready"


def test_a_scan_with_nothing_on_it_is_an_empty_document(seodam: Seodam, program: Path) -> None:
    stand_in(program, 0, "")
    job = ended(seodam, "ann", seodam.queue.submit("ann", Upload("b.pdf", scanned([blank()]))))
    assert job.stage == "failed"
    assert isinstance(job.error, EmptyDocument)
    assert seodam.library("ann").documents() == ()


def test_stopping_keeps_what_was_read_and_adding_again_goes_on(
    seodam: Seodam, program: Path
) -> None:
    stand_in(program, 0.5, "green tea fields")
    upload = Upload("scan.pdf", scanned([blank()] * 4))
    job = seodam.queue.submit("ann", upload)
    library = seodam.library("ann")
    until(lambda: bool(library.documents()))
    started = time.monotonic()
    seodam.queue.cancel("ann", job.id)
    assert ended(seodam, "ann", job).stage == "ready"
    assert time.monotonic() - started < PATIENCE / 2
    (document,) = library.documents()
    assert "ocr_stopped" in document.warnings
    assert library.search("green tea", 1)
    assert library.unread(document.id) == ()
    again = seodam.queue.submit("ann", upload)
    assert ended(seodam, "ann", again).stage == "ready"
    assert library.document(document.id).warnings == ()


def test_a_scan_stopped_before_anything_was_read_is_gone(seodam: Seodam, program: Path) -> None:
    stand_in(program, 60, "never said")
    job = seodam.queue.submit("ann", Upload("scan.pdf", scanned([blank()])))
    until(lambda: job_of(seodam, "ann", job).stage == "ocr")
    seodam.queue.cancel("ann", job.id)
    assert ended(seodam, "ann", job).stage == "cancelled"
    assert seodam.library("ann").documents() == ()


def test_one_with_many_pictures_does_not_hold_up_the_others(seodam: Seodam, program: Path) -> None:
    stand_in(program, 0.4, "green tea fields")
    many = seodam.queue.submit("ann", Upload("many.pdf", scanned([blank()] * 12)))
    until(lambda: job_of(seodam, "ann", many).stage == "ocr")
    few = seodam.queue.submit("bob", Upload("few.pdf", scanned([blank(shade=254)])))
    until(lambda: bool(seodam.library("bob").documents()))
    assert job_of(seodam, "ann", many).moving
    assert ended(seodam, "bob", few).stage == "ready"
    seodam.queue.cancel("ann", many.id)


def test_a_page_is_read_again_on_demand(seodam: Seodam) -> None:
    library = seodam.library("ann")
    document = library.add(Upload("mixed.pdf", mixed(0))).document
    job = seodam.queue.read_again("ann", document.id, 1)
    assert ended(seodam, "ann", job).stage == "ready"
    (page,) = library.pages(document.id)
    assert (page.read_by, page.warnings) == (ReadBy.OCR, ("layer_replaced",))
    assert library.search("green tea", 1)[0].passage.text == "green tea fields"
    assert all("Lighthouses" not in hit.passage.text for hit in library.search("lighthouses", 3))


def test_a_page_that_is_not_there_cannot_be_read_again(seodam: Seodam) -> None:
    document = seodam.library("ann").add(Upload("mixed.pdf", mixed(0))).document
    job = ended(seodam, "ann", seodam.queue.read_again("ann", document.id, 9))
    assert job.error is not None
    assert (job.stage, job.error.code) == ("failed", "not_found")
    assert len(seodam.library("ann").documents()) == 1


def test_without_tesseract_text_stays_and_the_rest_is_told(tmp_path: Path, program: Path) -> None:
    (program / "tesseract").unlink()
    seodam = open_seodam(Settings(data=tmp_path / "data"))
    try:
        library = seodam.library("ann")
        job = ended(seodam, "ann", seodam.queue.submit("ann", Upload("mixed.pdf", mixed())))
        assert job.stage == "ready"
        unread, missing = library.document(job.document_id).warnings
        assert unread == "unread_pages:2"
        assert missing.startswith("ocr_missing:")
        assert "tesseract" in missing
        scan = seodam.queue.submit("ann", Upload("scan.pdf", scanned([blank()])))
        error = ended(seodam, "ann", scan).error
        assert isinstance(error, ScansOnly)
        assert "tesseract" in error.hint
    finally:
        seodam.close()
    stand_in(program, 0, "green tea fields")
    seodam = open_seodam(Settings(data=tmp_path / "data"))
    try:
        seodam.resume()
        until(lambda: seodam.library("ann").documents()[0].warnings == ())
    finally:
        seodam.close()


CHILD = """
import os, signal, sys
from pathlib import Path
from rag_core.settings import Settings
from rag_core.types import Upload
from rag_core.wiring import open_seodam

seodam = open_seodam(Settings(data=Path(sys.argv[1])))
job = seodam.queue.submit("ann", Upload("scan.pdf", Path(sys.argv[2]).read_bytes()))
while not seodam.library("ann").documents():
    pass
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_while_pictures_are_read_loses_none_that_was(tmp_path: Path, program: Path) -> None:
    stand_in(program, 0.3, "green tea fields")
    file, data = tmp_path / "scan.pdf", tmp_path / "data"
    file.write_bytes(scanned([blank()] * 3))
    killed = subprocess.run(
        [sys.executable, "-c", CHILD, str(data), str(file)],
        cwd=REPOSITORY,
        env=dict(os.environ),
        capture_output=True,
        timeout=PATIENCE * 2,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    seodam = open_seodam(Settings(data=data))
    try:
        library = seodam.library("ann")
        (document,) = library.documents()
        assert library.search("green tea", 1)[0].passage.page == 1
        assert library.unread(document.id) in {(2, 3), (3,)}
        seodam.resume()
        until(lambda: {hit.passage.page for hit in library.search("green tea", 3)} == {1, 2, 3})
        assert not library.unread(document.id)
    finally:
        seodam.close()


def test_caches_behind_the_record_are_brought_in_line_at_the_next_start(
    tmp_path: Path, program: Path
) -> None:
    seodam = open_seodam(Settings(data=tmp_path / "data"))
    library = seodam.library("ann")
    document = library.add(Upload("mixed.pdf", mixed(0))).document
    page = library.pages(document.id)[0]
    rereading = library._rereading
    stopped = type(rereading)(  # as if the process ended between the record and the caches
        rereading.record, rereading.publishing, rereading.embedding, _end, rereading.publish
    )
    with pytest.raises(InterruptedError):
        stopped.again(document, page.number or 0, None, lambda: False)
    seodam.close()
    seodam = open_seodam(Settings(data=tmp_path / "data"))
    try:
        hit = seodam.library("ann").search("green tea", 1)[0]
        assert (hit.passage.text, hit.lexical_rank, hit.dense_rank) == ("green tea fields", 1, 1)
    finally:
        seodam.close()


def _end(*_: object) -> None:
    raise InterruptedError


def test_pages_of_pictures_wait_and_others_do_not() -> None:
    upload = Upload("mixed.pdf", mixed(1))
    assert waiting(examined(parse(upload), upload).pages) == (2,)
    text = Upload("a.txt", b"Only text.")
    assert waiting(examined(parse(text), text).pages) == ()
