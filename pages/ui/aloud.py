"""What is read aloud of a document's overview and of an answer, and where the reading stands."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui import checking
from pages.ui.listening import player
from pages.ui.messages import LANGUAGES, Words
from pages.ui.places import place
from rag_core.flagged import pieces
from rag_core.spoken import Line, spoken
from rag_core.types import Answer, Passage, Turn, Unit

if TYPE_CHECKING:
    from rag_core.study import Material

_OPEN = "listening"  # (id of the turn, a token) while the player of an answer is shown
_CLOSED = re.compile(r"[.!?:。！？…][\"'”’)\]]*$")


def show_overview(
    words: Words, made: Material, names: Mapping[str, str], units: Mapping[str, Unit]
) -> None:
    """The player of an overview: its summary, then what the key terms mean, each with its page."""
    player(words, overview_lines(words, made, names, units), key="listen-overview")


def overview_lines(
    words: Words, made: Material, names: Mapping[str, str], units: Mapping[str, Unit]
) -> list[Line]:
    """Nothing is said twice; a document is named where it follows another. `names` and `units` by
    document."""
    told = dict(_told(made))
    several = len({passage.document_id for passage in told.values()}) > 1
    lines: list[Line] = []
    before = ""
    for text, one in told.items():
        sentences = spoken(text, words.language)
        where = _place(
            _words_of(sentences, words), units.get(one.document_id), one.page, one.page_label
        )
        named = several and one.document_id != before
        name = Path(names.get(one.document_id, "")).stem if named else ""
        lines += _followed(sentences, name, where)
        before = one.document_id
    return lines


def _told(made: Material) -> Iterator[tuple[str, Passage]]:
    for point in made.summary:
        yield point.text, point.source.passage
    for one in made.meanings:
        text = one.text if one.term.casefold() in one.text.casefold() else f"{one.term}: {one.text}"
        yield text, one.source.passage


def _place(words: Words, unit: Unit | None, number: int | None, label: str) -> str:
    """A place as it is spoken: `place` writes pages and sections for the eye."""
    shown = place(words, unit, number, label)
    if not shown or unit in (Unit.SLIDE, Unit.SHEET):
        return shown
    if unit is Unit.SECTION or not (unit or number):
        return words("listen.section", section=label or number)
    return words("listen.page", page=label or number)


def answer_lines(words: Words, answer: Answer) -> list[Line]:
    """An answer without its citation marks; behind what its source does not bear out it is said."""
    lines: list[Line] = []
    for piece, unborne in pieces(answer):
        sentences = spoken(piece, words.language)
        said = checking.remark(_words_of(sentences, words), unborne) if unborne else ""
        lines += _followed(sentences, said)
    return lines


def _words_of(lines: Sequence[Line], words: Words) -> Words:
    """Words in the language in which the lines end, so that one voice says both."""
    spoken_in = lines[-1].language if lines else ""
    return Words(spoken_in) if spoken_in in LANGUAGES else words


def _followed(lines: list[Line], *said: str) -> list[Line]:
    """The lines with something said behind the last one."""
    behind = ", ".join(filter(None, said))
    if not lines or not behind:
        return lines
    last = lines[-1]
    if last.language == "en":
        behind = behind[0].upper() + behind[1:]
    text = last.text if _CLOSED.search(last.text) else f"{last.text}."
    return [*lines[:-1], replace(last, text=f"{text} {behind}.")]


def is_open(turn: Turn) -> bool:
    """Whether the player of this answer is shown."""
    return st.session_state.get(_OPEN, (None,))[0] == turn.id


def open_answer(turn: Turn) -> None:
    """Show the player of this answer in the next run, in place of any other; it begins at once."""
    st.session_state[_OPEN] = (turn.id, str(time.time_ns()))


def close() -> None:
    """Show no player of an answer."""
    st.session_state.pop(_OPEN, None)


def show_answer(words: Words, turn: Turn) -> None:
    """The player of this answer, where it has been opened."""
    if is_open(turn):
        lines = answer_lines(words, turn.answer)
        player(words, lines, f"listening-{turn.id}", st.session_state[_OPEN][1])
