"""What a handout is made of. A plain string is a paragraph; <b>…</b> in it is bold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A heading inside a chapter."""

    title: str


@dataclass(frozen=True, slots=True)
class Key:
    """The sentences of a chapter to be kept in mind, set off from the rest."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list; numbered where the order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header. `widths` are shares of the line."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Boxes:
    """A drawing: boxes in a row, each with a word and a smaller one below it."""

    items: tuple[tuple[str, str], ...]
    caption: str
    arrows: bool = True


Block = str | Section | Key | Points | Table | Boxes


@dataclass(frozen=True, slots=True)
class Chapter:
    """One page: a title and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Handout:
    """A whole document. `front` stands on the first page, above the list of chapters."""

    file: str
    language: str  # BCP 47
    title: str
    subtitle: str
    subject: str
    author: str
    front: tuple[Block, ...]
    contents: str  # heading of the list of chapters
    chapters: tuple[Chapter, ...]
