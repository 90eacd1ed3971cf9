"""What a visitor does on the screen, and the words that they look for."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from pages.ui.messages import Words
from pages.ui.messages.streamlit_ko import READ_OUT
from tests.browser.serving import REPOSITORY
from tests.faults import pdfs

ARTIFACTS = REPOSITORY / "artifacts"
ENGLISH, KOREAN = Words("en"), Words("ko")
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}

LIGHTHOUSE = "The lighthouse of Homigot is 26 metres tall.\nIt was lit for the first time in 1908."
HARBOUR = "The harbour of Pohang was opened in 1962.\nIts longest pier measures 380 metres."


@dataclass(frozen=True)
class File:
    """A file as the picker hands it to the page."""

    name: str
    data: bytes
    kind: str = "application/pdf"

    def payload(self) -> dict[str, object]:
        return {"name": self.name, "mimeType": self.kind, "buffer": self.data}


def pdf(name: str, *pages: str) -> File:
    """A PDF with these pages."""
    return File(name, pdfs.pages([page.replace("(", r"\(").replace(")", r"\)") for page in pages]))


TWO = (
    pdf("lighthouse.pdf", "Notes on the coast", LIGHTHOUSE, "Opening hours are in the leaflet."),
    pdf("harbour.pdf", HARBOUR),
)


@dataclass(frozen=True)
class Screen:
    """A page in a browser, as a visitor uses it."""

    page: Page
    words: Words

    def go(self, address: str) -> Screen:
        self.page.goto(address)
        return self.settled()

    def leave(self) -> None:
        """Close every tab of this visitor, as before a server that goes away."""
        for page in self.page.context.pages:
            page.close()

    def settled(self) -> Screen:
        """Wait until the script has ended and stays so."""
        app = self.page.get_by_test_id("stApp")
        for _ in range(2):
            expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)
            self.page.wait_for_timeout(150)
        return self

    def says(self, text: str, seconds: float = 30) -> Locator:
        """Wait for a text to be seen."""
        found = self.page.get_by_text(text).first
        expect(found).to_be_visible(timeout=seconds * 1000)
        return found

    def button(self, key: str, **values: object) -> Locator:
        return self.page.get_by_role("button", name=self.words(key, **values))

    def box(self) -> Locator:
        return self.page.get_by_test_id("stChatInputTextArea")

    def pick(self, *files: File) -> None:
        """Choose files in the picker of the drop area."""
        chooser = self.page.get_by_test_id("stFileUploaderDropzoneInput")
        chooser.set_input_files([file.payload() for file in files])

    def drop(self, *files: File) -> None:
        """Drop files on the drop area."""
        items = [{**file.payload(), "buffer": list(file.data)} for file in files]
        transfer = self.page.evaluate_handle(
            """items => {
                const transfer = new DataTransfer();
                for (const { name, mimeType, buffer } of items)
                    transfer.items.add(
                        new File([new Uint8Array(buffer)], name, { type: mimeType }));
                return transfer;
            }""",
            items,
        )
        area = self.page.get_by_test_id("stFileUploaderDropzone")
        for event in ("dragenter", "dragover", "drop"):
            area.dispatch_event(event, {"dataTransfer": transfer})

    def attach(self, *files: File) -> None:
        """Attach files to the question that is being written."""
        chooser = self.page.locator('[data-testid="stChatInput"] input[type="file"]')
        chooser.set_input_files([file.payload() for file in files])
        for file in files:
            name = "Remove {}" if self.words.language == "en" else READ_OUT["Remove {}"]
            expect(self.page.get_by_role("button", name=name.format(file.name))).to_be_visible()
        self.page.wait_for_timeout(500)  # until it has arrived: nothing on the screen says so

    def add(self, files: Iterable[File] = TWO) -> Screen:
        """Pick files and wait until all of them can be asked."""
        files = list(files)
        self.pick(*files)
        ready = self.jobs().get_by_text(self.words("job.ready"))
        expect(ready).to_have_count(len(files), timeout=60_000)
        return self.settled()

    def ask(self, question: str) -> Screen:
        """Send a question; the answer may still stream."""
        self.box().fill(question)
        self.box().press("Enter")
        return self

    def connect(self, url: str, key: str = "") -> Screen:
        """Type a model server into Settings and ask for its models."""
        self.page.get_by_role("textbox", name=self.words("settings.base_url")).fill(url)
        self.page.get_by_role("textbox", name=self.words("settings.key")).fill(key)
        self.button("settings.connect").click()
        return self.settled()

    def add_model(self, url: str, name: str, key: str = "") -> Screen:
        """Connect to a server and choose one of its models."""
        self.connect(url, key)
        self.model().fill(name)
        self.page.get_by_role("option", name=name, exact=True).click()
        expect(self.button("settings.test")).to_be_visible()
        return self.settled()

    def model(self) -> Locator:
        """Where Settings shows the chosen model."""
        return self.page.get_by_role("combobox", name=self.words("settings.choose"), exact=True)

    def last_answer(self) -> Locator:
        return self.page.get_by_test_id("stChatMessage").last

    def answered(self) -> Screen:
        """Wait until the last answer is there as kept, with its sources."""
        expect(self.sources().last).to_be_visible(timeout=30_000)
        return self.settled()

    def jobs(self) -> Locator:
        return self.page.locator(".st-key-jobs")

    def sources(self) -> Locator:
        return self.page.locator('[class*="st-key-source-"]')

    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def shoot(self, name: str) -> Path:
        """Keep a picture of the screen for whoever wants to look."""
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def marked_pixels(self, picture: Locator) -> int:
        """How many pixels of a page picture are of the colour that marks a passage."""
        source = picture.get_attribute("src") or ""
        body = self.page.request.get(urljoin(self.page.url, source)).body()
        with Image.open(io.BytesIO(body)) as image:
            pixels = image.convert("RGB").getdata()
            return sum(red > 200 and green > 180 and blue < 130 for red, green, blue in pixels)

    def wider_than_window(self) -> int:
        """By how many pixels the page has to be scrolled sideways."""
        return int(
            self.page.evaluate(
                "() => { const main = document.querySelector('.stMain');"
                " return Math.max(main.scrollWidth - main.clientWidth,"
                " document.documentElement.scrollWidth - window.innerWidth); }"
            )
        )
