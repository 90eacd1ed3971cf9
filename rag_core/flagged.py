"""Where in an answer its sources do not bear it out; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rag_core.markdown import code, span_at
from rag_core.types import MARK, Answer, Sentence

_MARK_OR_SPACE = re.compile(rf"{MARK}|\s")


def pieces(answer: Answer) -> Iterator[tuple[str, Sentence | None]]:
    """The text in pieces, each with the sentence at its end that its source does not bear out;
    None for what follows the last one. Marks within a sentence, as in "80 bytes [1].", do not
    hide it."""
    text, places = _unmarked(answer.text)
    copied = seen = 0
    for sentence in answer.sentences:
        bare, _ = _unmarked(sentence.text)
        at = text.find(bare, seen)
        if at < 0 or not bare:
            continue
        seen = at + len(bare)
        if not sentence.supported:
            end = places[seen - 1] + 1
            yield answer.text[copied:end], sentence
            copied = end
    yield answer.text[copied:], None


def with_flags(answer: Answer, flag: Callable[[bool], str]) -> str:
    """The text with a flag behind every sentence that its source does not bear out; behind a block
    of code, in which every character is shown as it is. `flag` of True: the source contradicts."""
    blocks = code(answer.text, blocks=True)
    against: dict[int, bool] = {}
    at = 0
    for piece, sentence in pieces(answer):
        at += len(piece)
        if sentence:
            block = span_at(blocks, at - 1)
            place = block[1] if block else at
            against[place] = against.get(place, False) or bool(sentence.contradicted)
    text, at = "", 0
    for place, contradicted in against.items():
        shown = flag(contradicted)
        shown = f"\n\n{shown}\n" if span_at(blocks, place - 1) else shown
        text += _behind(answer.text[at:place], shown)
        at = place
    return text + answer.text[at:]


def _behind(piece: str, flag: str) -> str:
    """A flag behind a piece; in the last cell where it is a row of a table, which shows nothing
    behind that."""
    row = piece.removesuffix("|")
    return f"{row.rstrip()}{flag} |" if row != piece else piece + flag


def _unmarked(text: str) -> tuple[str, list[int]]:
    """The text without citation marks and white space, and where each character stood."""
    out = {place for one in _MARK_OR_SPACE.finditer(text) for place in range(*one.span())}
    places = [place for place in range(len(text)) if place not in out]
    return "".join(text[place] for place in places), places
