"""Where something stands in a document, said by what the document is divided into."""

from __future__ import annotations

from pages.ui.messages import Words
from rag_core.types import Unit


def place(words: Words, unit: Unit | None, number: int | None, label: str) -> str:
    """A place in plain text, to be escaped: "p. 3", "slide 3", "sheet Sales", "§ Opening hours".

    "" for a document that is not divided. `unit` is None when the document is gone: what has a
    number was a page, then.
    """
    if unit is Unit.WHOLE or not (label or number):
        return ""
    match unit or (Unit.PAGE if number else Unit.SECTION):
        case Unit.SLIDE:
            return words("place.slide", slide=number or label)
        case Unit.SHEET:
            return words("place.sheet", sheet=label or number)
        case Unit.SECTION:
            return words("place.section", section=label or number)
        case _:
            return words("source.page", page=label or number)
