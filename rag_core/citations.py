"""An answer as a model wrote it → the answer with citations that cannot lie, pure.

A mark [n] stands for passage n of those shown. For each sentence and each passage it cites, the
words of that passage that support it best become the citation's quote; a quote that is not found
on its page, and a mark that names no passage shown, are dropped and counted. What remains is
numbered anew, in order of appearance, one number per quote.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag_core import grounding
from rag_core.embeddings import BundledEmbedding
from rag_core.markdown import code, span_at
from rag_core.neighbours import part_at
from rag_core.support import Evidence
from rag_core.text import find_quote, sentences
from rag_core.types import Citation, Hit, Passage, Sentence

# [1], [1, 3], [1-3], 【1】, ［1］; and what some models write: 【1†source】, [^1], [passage 1].
_ONE = (
    r"[\[【［](?:\^|(?:passages?|sources?|문서|구절|출처)[ \t]{0,2})?"
    r"(?:\d{1,3}(?:[ \t]{0,2}[-–~,，、][ \t]{0,2}\d{1,3}){0,30})(?:†[^\]】\n]{0,40})?[\]】］]"
)
_MARK = re.compile(_ONE, re.IGNORECASE)
_MARKS = re.compile(rf"[ \t]?{_ONE}(?:[ \t]?{_ONE})*", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d{1,3})(?:[ \t]{0,2}[-–~][ \t]{0,2}(\d{1,3}))?")
_LONGEST_RANGE = 30
_CLAIMS_NOTHING = re.compile(r"\s*(?:#{1,6}\s|```|[^\w\s]*\s*$)")
_TABLE_HEADER = re.compile(
    r"^[^|\n]*\|.*$(?=\n *\|?(?: *:?-+:? *\|)+(?: *:?-+:?)? *$)", re.MULTILINE
)
REFUSAL = 0
"""The number by which a model says that the passages do not answer; see prompting."""

PageText = Callable[[Passage], str]
"""The text of the page on which a passage stands, "" when it is gone."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer after the check.

    `text` carries the renumbered marks. `sentences` are those that claim something, without
    marks; headings, also those of tables, lead-ins ending in a colon and refusals claim
    nothing. `offered` counts the citations that the model offered, kept or dropped. `answerable`
    is false when it said, by [0], that the passages do not answer.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    offered: int = 0
    answerable: bool = True


def check(
    text: str,
    hits: Sequence[Hit],
    page_text: PageText,
    embedding: BundledEmbedding | None = None,
) -> Checked:
    """Check every citation of `text` against the passages shown and the pages they come from.

    The bundled `embedding` compares meanings; one is loaded when none is given.
    """
    plain, marks = _take_out(text)
    spans = sentences(plain)
    cited: dict[int, list[int]] = {}
    for mark in marks:
        mark.sentence = _owner(mark, spans)
        cited.setdefault(mark.sentence, []).extend(mark.numbers)
    desk = _Desk(hits, page_text, embedding)
    headers = {one.start() for one in _TABLE_HEADER.finditer(plain)}
    given = {
        index: desk.cite(plain[a:b], cited.get(index, []), claims=a not in headers)
        for index, (a, b) in enumerate(spans)
    }
    dropped = desk.dropped + len(set(cited.get(-1, [])) - {REFUSAL})
    return Checked(
        text=_put_back(text, marks, given),
        citations=tuple(desk.citations),
        sentences=tuple(desk.sentences),
        offered=len(desk.citations) + dropped,
        answerable=bool(desk.citations) or not any(REFUSAL in mark.numbers for mark in marks),
    )


@dataclass(slots=True)
class _Mark:
    """One or more marks side by side: where they stood, and which sentence they belong to."""

    start: int
    end: int
    numbers: list[int]
    place: int  # in the text without marks
    forward: bool  # it opens its sentence, like "[1]에 따르면"
    sentence: int = -1


def _take_out(text: str) -> tuple[str, list[_Mark]]:
    """The text without its marks, and the marks; in code there are none."""
    pieces: list[str] = []
    marks: list[_Mark] = []
    done = length = 0
    within = code(text)
    for found in _MARKS.finditer(text):
        if span_at(within, found.start()):
            continue
        before = text[found.start() - 1 : found.start()] if found.start() else "\n"
        spaced = found.group()[0] in " \t" or before in "\n "
        glued = text[found.end() : found.end() + 1].isalnum()
        piece = text[done : found.start()] + (" " if glued else "")
        pieces.append(piece)
        length += len(piece)
        opens_line = before == "\n" and text[found.end() : found.end() + 1] not in "\n"
        numbers = _read(found.group())
        forward = (glued and spaced) or opens_line
        marks.append(_Mark(found.start(), found.end(), numbers, length, forward))
        done = found.end()
    pieces.append(text[done:])
    return "".join(pieces), marks


def _read(marks: str) -> list[int]:
    """The numbers that "[1, 3]" or "[2-4][7]" name, in order, each once."""
    numbers: dict[int, None] = {}
    for mark in _MARK.findall(marks):
        for first, last in _NUMBERS.findall(mark.partition("†")[0]):
            top = int(last or first)
            numbers |= dict.fromkeys(range(int(first), min(top, int(first) + _LONGEST_RANGE) + 1))
    return list(numbers)


def _owner(mark: _Mark, spans: list[tuple[int, int]]) -> int:
    """The sentence that a mark belongs to: that in or behind which it stands; -1 for none."""
    if mark.forward:
        index = bisect_right(spans, mark.place, key=lambda span: span[1])
        return index if index < len(spans) else len(spans) - 1
    index = bisect_left(spans, mark.place, key=lambda span: span[0]) - 1
    return max(index, 0) if spans else -1


def _put_back(text: str, marks: list[_Mark], given: dict[int, dict[int, int]]) -> str:
    """The text with each mark replaced by the numbers that its citations got."""
    pieces: list[str] = []
    done = 0
    for mark in marks:
        pieces.append(text[done : mark.start])
        numbers = given.get(mark.sentence, {})
        kept = dict.fromkeys(numbers[number] for number in mark.numbers if number in numbers)
        if kept:
            pieces.append(" " if text[mark.start] in " \t" else "")
            pieces += [f"[{number}]" for number in kept]
        done = mark.end
    pieces.append(text[done:])
    return "".join(pieces).strip()


class _Desk:
    """Where citations are given out, one number per quote, in order of appearance."""

    def __init__(
        self,
        hits: Sequence[Hit],
        page_text: PageText,
        embedding: BundledEmbedding | None,
    ) -> None:
        self._embedding = embedding
        self.citations: list[Citation] = []
        self.sentences: list[Sentence] = []
        self.dropped = 0
        self._evidence = {number: Evidence(hit) for number, hit in enumerate(hits, 1)}
        self._pages: dict[str, str] = {}
        self._page_text = page_text
        self._given: dict[tuple[str, str], int] = {}

    def cite(self, sentence: str, numbers: Sequence[int], *, claims: bool = True) -> dict[int, int]:
        """What the passages that a sentence cites are called in the checked answer."""
        given: dict[int, int] = {}
        for number in dict.fromkeys(numbers):
            if number == REFUSAL:
                continue
            evidence = self._evidence.get(number)
            citation = self._citation(evidence, sentence) if evidence else None
            if citation is None:
                self.dropped += 1
            else:
                given[number] = citation
        claims = claims and not _CLAIMS_NOTHING.match(sentence) and sentence[-1] not in ":："
        if claims and (given or REFUSAL not in numbers):
            texts = [self._evidence[number].everything for number in given]
            said = grounding.check(sentence, texts, self._embedding)
            marks = tuple(given.values())
            self.sentences.append(
                Sentence(sentence, marks, said.supported, said.by, said.contradicted)
            )
        return given

    def _citation(self, evidence: Evidence, sentence: str) -> int | None:
        """The number of the verified citation of this passage for this sentence."""
        passage, quote = evidence.hit.passage, evidence.quote(sentence)
        key = (passage.id, quote)
        if key in self._given:
            return self._given[key]
        if passage.id not in self._pages:
            self._pages[passage.id] = self._page_text(passage)
        number = len(self.citations) + 1
        citation = verified(number, evidence.hit, quote, self._pages[passage.id])
        if citation is None:
            return None
        self._given[key] = number
        self.citations.append(citation)
        return number


def verified(number: int, hit: Hit, quote: str, page: str) -> Citation | None:
    """The one way to a verified citation: a quote of a passage found, which stands in the text of
    its page; None where it does not, and for no quote."""
    passage = hit.passage
    place = find_quote(quote, passage.text) if quote else None
    if place is None or find_quote(quote, page) is None:
        return None
    return Citation(
        number=number,
        document_id=passage.document_id,
        document=hit.document,
        page=passage.page,
        page_label=passage.page_label,
        quote=quote,
        passage_id=part_at(hit, place[0]),
        verified=True,
    )
