"""Collections: what a conversation searches of one, and a removed one that comes back."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.driving import PHONE, TWO, Screen, pdf


def test_a_conversation_says_what_it_searches_and_keeps_to_it(visit: Visit, address: str) -> None:
    screen = visit(f"{address}/library", "ko").add(TWO)
    words, page = screen.words, screen.page
    _tag(screen, "harbour.pdf", "항구")
    page.get_by_role("link", name=words("nav.chat"), exact=True).click()
    screen.says("검색하는 곳: 기본 책장 · 문서 2개")
    page.get_by_role("button", name="#항구", exact=True).click()
    told = "검색하는 곳: 기본 책장 · 문서 2개 가운데 1개 · #항구"
    screen.says(told)
    screen.settled().ask("How long is the longest pier of Pohang?").answered()
    screen.shoot("scope-ko-light-1280")

    page.reload()
    screen.settled().says(told)
    boxes = page.get_by_test_id("stSidebar").get_by_test_id("stCheckbox")
    expect(boxes).to_have_count(1)
    expect(boxes).to_contain_text("harbour.pdf")
    screen.attach(pdf("pines.pdf", "The pines of Uljin were planted in 1959."))
    screen.ask("When were the pines of Uljin planted?")
    screen.says("pines.pdf은(는) 검색하지 않아요.")
    screen.settled().says("검색하는 곳: 기본 책장 · 문서 3개 가운데 1개 · #항구")
    expect(screen.sources().filter(has_text="pines.pdf")).to_have_count(0)

    page.set_viewport_size(PHONE)
    screen.settled().shoot("scope-ko-light-390")
    assert screen.wider_than_window() <= 0


def _tag(screen: Screen, name: str, tag: str) -> None:
    """Give a document a tag, in the library."""
    row = screen.page.locator('[class*="st-key-document-"]').filter(has_text=name)
    row.get_by_test_id("stPopoverButton").first.click()
    tags = screen.page.get_by_role("combobox", name=screen.words("library.tags"))
    tags.fill(tag)
    tags.press("Enter")
    expect(row).to_contain_text(f"#{tag}")
    screen.page.keyboard.press("Escape")
    screen.settled()


def test_a_removed_collection_comes_back_with_one_click(visit: Visit, address: str) -> None:
    screen = visit(f"{address}/library", dark=True)
    words, page = screen.words, screen.page
    screen.button("collection.manage").click()
    name = page.get_by_role("textbox", name=words("collection.new"))
    name.fill("Coast of Pohang")
    name.press("Enter")
    screen.says(words("library.empty"))
    page.keyboard.press("Escape")
    screen.settled().add(TWO)
    screen.button("collection.manage").click()
    page.get_by_role("button", name=words("collection.remove", n=2), exact=True).click()
    screen.says("Removed the collection Coast of Pohang and its 2 documents.")
    documents = page.locator('[class*="st-key-document-"]')
    expect(documents).to_have_count(0)
    page.keyboard.press("Escape")
    screen.settled().shoot("collection-removed-en-dark-1280")
    page.get_by_role("button", name="Undo").click()
    screen.says("Coast of Pohang is back, with 2 documents.")
    expect(documents).to_have_count(2)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    page.get_by_role("link", name=words("nav.chat"), exact=True).click()
    screen.says("Searching: Coast of Pohang · 2 documents")
