"""Every word on the screen, in Korean and English: one catalogue, one file a language."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.messages.en import ENGLISH
from pages.ui.messages.ko import KOREAN
from rag_core.particles import agreeing

LANGUAGES = {"ko": "한국어", "en": "English"}
CATALOGUE = {"ko": KOREAN, "en": ENGLISH}


@dataclass(frozen=True)
class Words:
    """Call it with a key and the values its text asks for; raises KeyError for an unknown key.

    A text "one|many" is for a count: the first half where `n` is 1. Korean particles agree with
    the values before them.
    """

    language: str

    def __call__(self, key: str, **values: object) -> str:
        one, bar, many = CATALOGUE[self.language][key].partition("|")
        text = many if bar and values.get("n") != 1 else one
        return agreeing(text, values).format(**values)
