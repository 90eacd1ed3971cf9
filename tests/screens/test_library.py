"""The library: what became of files, and how long a removal can be undone."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.errors import NotFound
from rag_core.types import LOCAL_OWNER, UNDO_SECONDS
from tests.faults import pdfs
from tests.faults.clock import AN_HOUR, pass_time
from tests.faults.office import zipped
from tests.screens.conftest import all_text
from tests.servers.file_server import body, serving

Open = Callable[..., AppTest]
KOREAN, ENGLISH = CATALOGUE["ko"], CATALOGUE["en"]


def settle(page: AppTest) -> AppTest:
    """Run the page again once no file is on its way."""
    while any(job.moving for job in session.seodam().queue.jobs(LOCAL_OWNER)):
        time.sleep(0.05)
    return page.run()


def remove_first(page: AppTest) -> str:
    document = session.seodam().library(LOCAL_OWNER).documents()[0]
    page.button(key=f"remove-{document.id}").click().run()
    return document.id


def offered(page: AppTest) -> list[str]:
    return [one.key for one in page.button if (one.key or "").startswith("undo-")]


@pytest.mark.usefixtures("documents")
def test_the_offer_to_undo_ends_with_the_time_to_undo(open_page: Open, tmp_path: Path) -> None:
    page = open_page("pages/library.py", "en")
    document_id = remove_first(page)
    pass_time(tmp_path, -AN_HOUR)
    label = page.run().button(key=f"undo-document-{document_id}").label
    seconds = int(label.removeprefix("Undo (").removesuffix(" s)"))
    assert AN_HOUR < seconds <= AN_HOUR + UNDO_SECONDS
    pass_time(tmp_path, AN_HOUR + UNDO_SECONDS)
    page.run()
    assert offered(page) == []
    assert ENGLISH["undo.removed"].format(name="") not in all_text(page)
    with pytest.raises(NotFound):
        session.seodam().library(LOCAL_OWNER).undo_remove(document_id)


@pytest.mark.usefixtures("documents")
def test_whoever_comes_back_is_offered_what_the_record_still_has(
    open_page: Open, tmp_path: Path
) -> None:
    library = session.seodam().library(LOCAL_OWNER)
    shelving, (first, second) = library.shelving, library.documents()
    made = shelving.add("coast")
    shelving.move([second.id], made.id)
    here = open_page("pages/library.py", "en")
    assert offered(here) == []
    library.remove(first.id)
    shelving.remove(made.id)
    pass_time(tmp_path, -AN_HOUR)
    keys = [f"undo-document-{first.id}", f"undo-collection-{made.id}"]
    assert offered(here.run()) == []  # nothing is asked until this session removes something
    elsewhere = open_page("pages/library.py", "en")
    assert offered(elsewhere) == keys
    said = all_text(elsewhere).replace("\\", "")
    assert "Deleted **등대.txt**." in said
    assert "Removed the collection **coast** and its 1 document." in said
    elsewhere.button(key=keys[1]).click().run()
    assert offered(elsewhere) == keys[:1]
    assert offered(open_page("pages/library.py", "ko")) == keys[:1]
    elsewhere.button(key=keys[0]).click().run()
    assert offered(elsewhere) == []
    assert library.documents() == (first,)


@pytest.mark.usefixtures("documents")
def test_who_undoes_too_late_is_told(open_page: Open) -> None:
    page = open_page("pages/library.py", "ko")
    document_id = remove_first(page)
    session.seodam().library(LOCAL_OWNER).purge_removed(older_than=0)
    page.button(key=f"undo-document-{document_id}").click().run()
    assert page.warning[0].value == KOREAN["undo.too_late"]


@pytest.mark.usefixtures("documents")
def test_two_removals_can_be_undone_each_by_itself(open_page: Open) -> None:
    page = open_page("pages/library.py", "en")
    first = remove_first(page)
    second = remove_first(page)
    page.button(key=f"undo-document-{first}").click().run()
    library = session.seodam().library(LOCAL_OWNER)
    assert [document.id for document in library.documents()] == [first]
    assert page.button(key=f"undo-document-{second}")


def test_a_locked_file_is_opened_with_its_password(open_page: Open) -> None:
    page = open_page("pages/library.py", "ko")
    data = pdfs.encrypted("open sesame")
    settle(page.file_uploader[0].upload("잠김.pdf", data, "application/pdf").run())
    assert KOREAN["job.locked"] in all_text(page).replace("\\", "")
    for password in ("abracadabra", "open sesame"):
        (job,) = session.seodam().queue.jobs(LOCAL_OWNER)
        page.text_input(key=f"word-{job.id}").set_value(password)
        next(one for one in page.button if one.label == KOREAN["password.open"]).click().run()
        settle(page)
        assert (KOREAN["password.wrong"] in all_text(page)) == (password == "abracadabra")
    assert session.seodam().library(LOCAL_OWNER).documents()[0].name == "잠김.pdf"
    assert page.session_state["passwords"]


def test_the_files_of_a_zip_are_added_each_and_a_broken_one_says_why(open_page: Open) -> None:
    page = open_page("pages/library.py", "ko")
    data = zipped({"메모.txt": "등대는 1908년에 섰다.".encode(), "사진.png": b"\x89PNG"})
    page.file_uploader[0].upload("모음.zip", data, "application/zip").run()
    settle(page)
    page.file_uploader[0].upload("깨짐.zip", b"PK\x03\x04 no zip", "application/zip").run()
    settle(page)
    assert [one.name for one in session.seodam().library(LOCAL_OWNER).documents()] == ["메모.txt"]
    jobs = session.seodam().queue.jobs(LOCAL_OWNER)
    assert {job.name: job.error.code for job in jobs if job.error} == {
        "사진.png": "unsupported_format",
        "깨짐.zip": "broken_file",
    }


def test_an_address_of_this_machine_is_refused_in_words(open_page: Open) -> None:
    page = open_page("pages/library.py", "ko")
    field = next(one for one in page.text_input if one.label == KOREAN["upload.address"])
    with serving() as server:
        server.answers["/a.txt"] = body(b"secret")
        field.set_value(server.url("/a.txt")).run()
        assert server.asked == []
    (job,) = session.seodam().queue.jobs(LOCAL_OWNER)
    assert job.error is not None
    assert job.error.code == "address_refused"
    assert "인터넷에 공개된" in all_text(page)
    assert next(one for one in page.text_input if one.label == KOREAN["upload.address"]).value == ""


def test_many_ended_files_are_dismissed_at_once(open_page: Open) -> None:
    page = open_page("pages/library.py", "en")
    for number in range(3):
        page.file_uploader[0].upload(f"{number}.pdf", pdfs.nulls(), "application/pdf").run()
    settle(page)
    assert all_text(page).count(ENGLISH["job.failed"]) == 3
    page.button(key="all-dismiss").click().run()
    assert session.seodam().queue.jobs(LOCAL_OWNER) == ()
    assert ENGLISH["library.empty"] in all_text(page)
