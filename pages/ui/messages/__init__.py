"""Every word on the screen, in Korean and English: one catalogue, one file a language."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.messages.en import ENGLISH
from pages.ui.messages.ko import KOREAN

LANGUAGES = {"ko": "한국어", "en": "English"}
CATALOGUE = {"ko": KOREAN, "en": ENGLISH}


@dataclass(frozen=True)
class Words:
    """Call it with a key and the values its text asks for; raises KeyError for an unknown key."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        return CATALOGUE[self.language][key].format(**values)
