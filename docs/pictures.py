"""The pictures of README: the samples, a question, its answer, and a cited page, in both languages.

make pictures
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from pages.ui.messages import Words
from tests.browser.conftest import FLAGS
from tests.browser.driving import Screen
from tests.browser.serving import serve

FOLDER = Path(__file__).parent
QUESTIONS = {
    "ko": "전이학습의 두 단계는 무엇인가요?",
    "en": "What are the two steps of transfer learning?",
}
WINDOW = {"width": 1280, "height": 980}
_COLOURS = 256


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "data") as address,
        sync_playwright() as playwright,
    ):
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for language, question in QUESTIONS.items():
            context = browser.new_context(
                locale={"ko": "ko-KR", "en": "en-US"}[language],
                viewport=WINDOW,
                device_scale_factor=1.5,
            )
            screen = Screen(context.new_page(), Words(language)).go(address)
            screen.button("welcome.sample").click()
            screen.says(screen.words("welcome.ready"), 60)
            screen.settled().ask(question).answered()
            _keep(screen.page, f"screenshot-{language}.png")
            screen.sources().nth(1).get_by_role("button").click()
            screen.dialog().get_by_role("img").first.wait_for()
            screen.settled()
            _keep(screen.page, f"page-{language}.png")
            context.close()
        browser.close()


def _keep(page: Page, name: str) -> None:
    """A picture of few colours: a third as large, and a screen looks the same."""
    page.mouse.move(5, 5)
    page.wait_for_timeout(1500)  # until what fades has faded
    path = FOLDER / name
    page.screenshot(path=path)
    with Image.open(path) as image:
        small = image.convert("RGB").quantize(_COLOURS)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
