"""What .hwp and .hwpx have in common: paragraphs with a level, and tables of cells that hold
paragraphs and tables again. Pure."""

from __future__ import annotations

import re

from rag_core.parsing.outline import Outline, tidy
from rag_core.parsing.tables import lines_of_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rag_core.parsing.tables import Rows, Span

_OUTLINE_STYLE = re.compile(r"(?:개요|제목|outline|heading)\s*(\d{1,2})$", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"(?:제목|큰\s?제목|장\s?제목|title)$", re.IGNORECASE)
_MOST_COLUMNS = 200
_MOST_ROWS = 100_000


def level_of_style(name: str) -> int:
    """The level of a heading that a style is for, 0 for any other style."""
    if outline := _OUTLINE_STYLE.match(name.strip()):
        return int(outline.group(1))
    return int(bool(_TITLE_STYLE.match(name.strip())))


class Paragraph:
    """A paragraph and what hangs on it, in order: tables, boxes, notes."""

    __slots__ = ("em", "hung", "level", "text")

    def __init__(
        self, text: str, level: int, em: float, hung: list[Table | list[Paragraph]]
    ) -> None:
        self.text, self.level, self.em, self.hung = text, level, em, hung


class Cell:
    """A cell of a table: its place, how many rows and columns it takes, what is in it."""

    __slots__ = ("across", "column", "down", "paragraphs", "row")

    def __init__(
        self, row: int, column: int, down: int, across: int, paragraphs: list[Paragraph]
    ) -> None:
        self.row, self.column = row, column
        self.down, self.across, self.paragraphs = max(down, 1), max(across, 1), paragraphs


class Table:
    """Its cells, and how many of its first rows are marked as the heading."""

    __slots__ = ("cells", "marked")

    def __init__(self, cells: list[Cell], marked: int = 0) -> None:
        self.cells, self.marked = cells, marked


def tell(paragraphs: list[Paragraph], outline: Outline) -> None:
    """Tell an outline what paragraphs say."""
    for paragraph in paragraphs:
        if paragraph.level:
            outline.heading(paragraph.text, paragraph.level)
        else:
            outline.paragraph(paragraph.text, paragraph.em)
        for hung in paragraph.hung:
            if isinstance(hung, Table):
                _tell_table(hung, outline)
            else:
                tell(hung, outline)


def _tell_table(table: Table, outline: Outline) -> None:
    """A table; one of a single column is a frame around text."""
    if all(cell.column == 0 for cell in table.cells):
        for cell in table.cells:
            tell(cell.paragraphs, outline)
        return
    rows, merged = _grid(table.cells)
    marked = table.marked if table.marked < len(rows) else 0
    outline.rows(lines_of_table(rows, merged, marked))


def _grid(cells: list[Cell]) -> tuple[Rows, list[Span]]:
    rows: Rows = []
    merged: list[Span] = []
    for cell in cells:
        row, column = min(cell.row, _MOST_ROWS), min(cell.column, _MOST_COLUMNS)
        rows += [[] for _ in range(row + 1 - len(rows))]
        across = min(cell.across, _MOST_COLUMNS)
        rows[row] += [""] * (column + across - len(rows[row]))
        rows[row][column] = _words(cell.paragraphs)
        if cell.down > 1 or across > 1:
            merged.append((row, column, row + cell.down - 1, column + across - 1))
    return rows, merged


def _words(paragraphs: list[Paragraph]) -> str:
    """All that a cell says, on one line."""
    said: list[str] = []
    for paragraph in paragraphs:
        said.append(paragraph.text)
        for hung in paragraph.hung:
            inner = hung.cells if isinstance(hung, Table) else [Cell(0, 0, 1, 1, hung)]
            said += [_words(cell.paragraphs) for cell in inner]
    return " ".join(tidy("\n".join(said)).split())
