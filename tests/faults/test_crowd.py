"""Many visitors at once: questions are answered while documents are read, and nothing mixes."""

import threading
import time
from pathlib import Path

from rag_core.errors import LimitExceeded
from rag_core.settings import Settings
from rag_core.types import Upload
from rag_core.wiring import Seodam, open_seodam
from tests.faults.pdfs import pages, pages_shared

VISITORS = ("ann", "bob", "cho", "dae", "eun")
QUESTIONS = 5
FILES, PAGES_EACH = 10, 20


def _metal(number: int, page: int) -> str:
    """A word that stands on one page of one file only."""
    return f"{chr(97 + number)}{chr(97 + page)}nium"


def _book(number: int) -> bytes:
    return pages([f"{_metal(number, page)} is a metal." for page in range(PAGES_EACH)])


def _ask(seodam: Seodam, visitor: str, wrong: list[str]) -> None:
    secret = f"The secret of {visitor} is kept in harbour {visitor}burg."
    try:
        library, talks = seodam.library(visitor), seodam.conversations(visitor)
        library.add(Upload("mine.txt", secret.encode()))
        talk = talks.start(visitor)
        for _ in range(QUESTIONS):
            said = "".join(
                seodam.assistant(visitor).ask(
                    "In which harbour is the secret kept?", talk, seodam.generator()
                )
            )
            if f"{visitor}burg" not in said:
                wrong.append(f"{visitor} was told {said!r}")
        if len(talks.turns(talk.id)) != QUESTIONS:
            wrong.append(f"{visitor} has {len(talks.turns(talk.id))} turns")
    except Exception as error:
        wrong.append(f"{visitor}: {error!r}")


def test_five_visitors_ask_while_two_hundred_pages_are_read(tmp_path: Path) -> None:
    started, wrong = time.monotonic(), []
    seodam = open_seodam(Settings(data=tmp_path))
    try:
        for number in range(FILES):
            seodam.queue.submit("reader", Upload(f"{number}.pdf", _book(number)))
        crowd = [threading.Thread(target=_ask, args=(seodam, one, wrong)) for one in VISITORS]
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
        assert wrong == []
        while any(job.moving for job in seodam.queue.jobs("reader")):
            time.sleep(0.02)
        assert {job.stage for job in seodam.queue.jobs("reader")} == {"ready"}
        for number in range(FILES):
            best = seodam.library("reader").search(f"What is {_metal(number, 7)}?", 1)[0]
            assert (best.document, best.passage.page) == (f"{number}.pdf", 8)
        assert time.monotonic() - started < 20
    finally:
        seodam.close()


def test_a_bomb_holds_nobody_up(tmp_path: Path) -> None:
    """While one visitor's file burns its time, another's is read, found and asked about."""
    seodam = open_seodam(Settings(data=tmp_path, parse_seconds=12))
    try:
        bomb = seodam.queue.submit("mallory", Upload("bomb.pdf", pages_shared()))
        mine = seodam.queue.submit("ann", Upload("mine.pdf", _book(0)))
        while any(job.moving for job in seodam.queue.jobs("ann")):
            time.sleep(0.02)
        talk = seodam.conversations("ann").start("ann")
        question = f"What is {_metal(0, 7)}?"
        said = "".join(seodam.assistant("ann").ask(question, talk, seodam.generator()))
        assert "is a metal" in said
        assert seodam.library("ann").document(mine.document_id).pages == PAGES_EACH
        assert [job.stage for job in seodam.queue.jobs("mallory")] == ["reading"]
        while any(job.moving for job in seodam.queue.jobs("mallory")):
            time.sleep(0.02)
        (ended,) = seodam.queue.jobs("mallory")
        assert (ended.id, ended.stage) == (bomb.id, "failed")
        assert isinstance(ended.error, LimitExceeded)
        assert seodam.library("mallory").documents() == ()
    finally:
        seodam.close()
