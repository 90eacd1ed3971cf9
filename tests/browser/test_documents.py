"""Adding, listing, ticking, renaming and removing documents."""

import unicodedata

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.driving import TWO, File, Screen, pdf
from tests.browser.serving import REPOSITORY
from tests.faults import pdfs

KOREAN_SAMPLE = REPOSITORY / "samples" / "seodam-sample-ko.pdf"


def test_many_files_at_once_each_says_how_it_ended(visit: Visit, address: str) -> None:
    screen = visit(address)
    broken = File("broken.pdf", pdfs.nulls())
    locked = File("locked.pdf", pdfs.encrypted("open sesame"))
    screen.drop(*TWO, broken, locked)
    words, jobs = screen.words, screen.jobs()
    expect(jobs.get_by_text(words("job.ready"))).to_have_count(2, timeout=30_000)
    screen.settled()
    expect(jobs.get_by_text("broken.pdf is damaged")).to_be_visible()
    expect(jobs.get_by_text(words("job.locked"))).to_be_visible()
    screen.shoot("jobs-en-light-1280")

    password = screen.page.get_by_role("textbox", name=words("password.label"))
    password.fill("abracadabra")
    screen.button("password.open").click()
    screen.says(words("password.wrong"))
    screen.settled()
    password.fill("open sesame")
    screen.button("password.open").click()
    expect(jobs.get_by_text(words("job.ready"))).to_have_count(3, timeout=30_000)

    screen.settled().ask("Secret minutes").answered()
    screen.button("source.open").first.click()
    expect(screen.dialog().get_by_role("img").first).to_be_visible()


def test_the_same_bytes_again_are_already_here(visit: Visit, address: str) -> None:
    screen = visit(f"{address}/library").add(TWO)
    screen.pick(File("the same under another name.pdf", TWO[0].data))
    screen.says(screen.words("job.unchanged"))
    expect(_documents(screen)).to_have_count(2)


def test_reading_can_be_cancelled(visit: Visit, address: str) -> None:
    screen = visit(f"{address}/library")
    lines = "\n".join(f"Line {n} of a page that is one of very many." for n in range(60))
    screen.pick(pdf("long.pdf", *([lines] * 2500)))
    screen.jobs().get_by_role("button", name=screen.words("job.cancel"), exact=True).click()
    screen.says(screen.words("job.cancelled"))
    screen.button("job.dismiss").click()
    screen.says(screen.words("library.empty"))
    screen.settled().page.reload()
    screen.says(screen.words("library.empty"))


def test_a_document_is_renamed_removed_and_brought_back(visit: Visit, address: str) -> None:
    screen = visit(f"{address}/library").add(TWO)
    words = screen.words
    _change(screen, "harbour.pdf")
    name = screen.page.get_by_role("textbox", name=words("library.rename"))
    name.fill("the harbour of Pohang.pdf")
    name.press("Enter")
    expect(_documents(screen).filter(has_text="the harbour of Pohang.pdf")).to_be_visible()
    screen.page.keyboard.press("Escape")
    screen.settled()

    _change(screen, "lighthouse.pdf")
    screen.button("library.remove").click()
    screen.says("Deleted")
    expect(_documents(screen)).to_have_count(1)
    screen.shoot("library-en-light-1280")
    screen.page.get_by_role("button", name="Undo").click()
    expect(_documents(screen)).to_have_count(2)
    expect(screen.page.get_by_role("button", name="Undo")).to_have_count(0)


def test_a_document_ticked_out_is_not_asked(visit: Visit, address: str) -> None:
    screen = visit(address).add(TWO)
    screen.page.get_by_text(screen.words("history.documents", asked=2, all=2)).wait_for()
    boxes = screen.page.get_by_role("region", name="Sidebar").get_by_test_id("stCheckbox")
    boxes.filter(has_text="lighthouse.pdf").locator("label").click()
    screen.says(screen.words("history.documents", asked=1, all=2))
    screen.ask("How tall is the lighthouse of Homigot?")
    expect(screen.sources().first).to_contain_text("harbour.pdf")
    expect(screen.settled().sources().filter(has_text="lighthouse.pdf")).to_have_count(0)
    boxes.filter(has_text="harbour.pdf").locator("label").click()
    screen.says(screen.words("history.documents", asked=0, all=2))
    screen.ask("How tall is the lighthouse of Homigot?")
    screen.says(screen.words("chat.none_ticked"))


def test_a_document_can_be_looked_into_from_the_library(visit: Visit, address: str) -> None:
    screen = visit(f"{address}/library", "ko").add([TWO[0]])
    screen.button("library.look").click()
    expect(screen.dialog().get_by_role("img").first).to_be_visible()
    screen.says(screen.words("viewer.page", page=1, pages=3))


def test_a_decomposed_korean_name_is_shown_composed(visit: Visit, address: str) -> None:
    screen = visit(f"{address}/library", "ko")
    screen.add([File(unicodedata.normalize("NFD", "서담 입문.pdf"), KOREAN_SAMPLE.read_bytes())])
    assert unicodedata.normalize("NFC", "서담 입문.pdf") in _documents(screen).first.inner_text()


def _documents(screen: Screen) -> Locator:
    return screen.page.locator('[class*="st-key-document-"]')


def _change(screen: Screen, name: str) -> None:
    """Open what can be changed of a document."""
    _documents(screen).filter(has_text=name).get_by_test_id("stPopoverButton").first.click()


def test_a_question_is_put_to_one_collection_only(visit: Visit, address: str) -> None:
    screen = visit(f"{address}/library").add(TWO[:1])
    words, page = screen.words, screen.page
    screen.button("collection.manage").click()
    name = page.get_by_role("textbox", name=words("collection.new"))
    name.fill("Harbours")
    name.press("Enter")
    screen.says(words("library.empty"))
    page.keyboard.press("Escape")
    screen.settled().button("job.dismiss").click()
    screen.settled().add(TWO[1:])
    expect(_documents(screen)).to_have_count(1)
    screen.shoot("collection-en-light-1280")

    page.get_by_role("link", name=words("nav.chat")).click()
    boxes = page.get_by_role("region", name="Sidebar").get_by_test_id("stCheckbox")
    expect(boxes).to_have_count(1)
    expect(boxes).to_contain_text("harbour.pdf")
    screen.settled().ask("When was the lighthouse built?")
    expect(screen.last_answer()).not_to_contain_text(words("answer.searching"), timeout=30_000)
    screen.settled()
    expect(page.get_by_text("lighthouse.pdf")).to_have_count(0)
