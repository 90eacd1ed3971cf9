"""What a language model makes of passages, held against them: each piece quotes the page it is of.

A piece whose quote does not stand on its page, or that says numbers which its passage has not, is
dropped and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from rag_core.citations import PageText
from rag_core.gist import Telling
from rag_core.quantities import compare
from rag_core.structured import valid
from rag_core.text import find_quote, letters_of
from rag_core.types import Passage

MOST_CHARACTERS = 12_000
"""Of the passages that a model reads, so that they fit a window of 8k tokens with the answer."""
_SHORTEST_QUOTE = 8  # letters


class Quoting(BaseModel):
    """What every piece has."""

    passage: int = 0
    quote: str


Piece = TypeVar("Piece", bound=Quoting)


@dataclass(frozen=True, slots=True)
class Verified(Generic[Piece]):
    """Pieces with where their quotes stand, and how many were dropped."""

    kept: tuple[tuple[Piece, Telling], ...]
    dropped: int


def chosen(passages: Sequence[Passage], most: int = MOST_CHARACTERS) -> list[Passage]:
    """Passages spread evenly over the whole, of so many characters together at the most."""
    whole = sum(len(one.text) for one in passages)
    if whole <= most:
        return list(passages)
    kept: list[Passage] = []
    seen, used = 0, 0
    for one in passages:
        due = most * seen / whole
        seen += len(one.text)
        if used <= due and used + len(one.text) <= most:
            kept.append(one)
            used += len(one.text)
    return kept


class Desk:
    """Where the pieces of a model are verified; `passages` are those that it was shown."""

    def __init__(self, passages: Sequence[Passage], page_text: PageText) -> None:
        self._passages = passages
        self._page_text = page_text
        self._pages: dict[str, str] = {}

    def verified(
        self, kind: type[Piece], rows: Any, says: Callable[[Piece], str]
    ) -> Verified[Piece]:
        """Of the rows that are of a kind, those whose quote stands on its page; what a piece
        `says` has no numbers that are not in its passage."""
        pieces, broken = valid(kind, rows)
        kept = []
        for piece in pieces:
            source = self._source(piece)
            if source is None or _says_other_numbers(says(piece), source.passage):
                broken += 1
            else:
                kept.append((piece, source))
        return Verified(tuple(kept), broken)

    def _source(self, piece: Quoting) -> Telling | None:
        """Where the quote stands: in its passage, or in another one that was shown."""
        if len(letters_of(piece.quote)) < _SHORTEST_QUOTE:
            return None
        named = self._passages[piece.passage - 1 : piece.passage] if piece.passage > 0 else []
        for passage in (*named, *self._passages):
            span = find_quote(piece.quote, passage.text)
            if span and find_quote(piece.quote, self._page(passage)):
                return Telling(passage, *span)
        return None

    def _page(self, passage: Passage) -> str:
        if passage.id not in self._pages:
            self._pages[passage.id] = self._page_text(passage)
        return self._pages[passage.id]


def _says_other_numbers(text: str, passage: Passage) -> bool:
    compared = compare(text, [passage.text])
    return bool(compared.contradicted or compared.missing)
