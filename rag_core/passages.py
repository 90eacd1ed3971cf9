"""Pages → passages, pure: stretches small enough to be found and quoted.

A passage never crosses a page, so that a citation opens one page; what it lost by that, the
document's title and the heading path above it, comes along as its context.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag_core.rows import Table, open_header, tables
from rag_core.search_words import lexical_tokens
from rag_core.text import Language, language, sentences
from rag_core.types import Page, Passage

TARGET = 500
"""Weight at which a passage is full: Latin letters count 1, Hangul and Chinese ones 2 (they carry
about twice as much). Chosen by measurement on real PDFs, see DECISIONS.md."""
SMALL = 170
"""Below this a section is joined with the next one, and a rest with the passage before it."""

_ENOUGH_TO_TELL = 300  # characters that show in which language a passage is written
_WIDE = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff가-힣]")
_SEPARATORS = re.compile(r"[-_.\s]+")
_EXTENSION = re.compile(r"\.\w{1,5}$")
_BREAK = " › "

Span = tuple[int, int]


def cut(document_id: str, title: str, pages: Sequence[Page]) -> tuple[Passage, ...]:
    """The passages of a document, in reading order; ids are stable for the same pages.

    `Passage.text` is word for word `Page.text[start : start + len(text)]`. Cuts fall at headings
    and between sentences; together the passages hold everything but white space. Rows of a table
    have its header in their context.
    """
    passages: list[Passage] = []
    above, header = _Headings(title), ""
    for page in pages:
        found = tables(page.text, header)
        for start, end in _stretches(page):
            index = len(passages)
            passages.append(
                Passage(
                    id=f"{document_id}-{index}",
                    document_id=document_id,
                    index=index,
                    page=page.number,
                    page_label=page.label,
                    text=page.text[start:end],
                    start=start,
                    context=_with_header(above.at(page, start), found, start),
                )
            )
        above, header = above.after(page), open_header(page.text, found)
    return tuple(passages)


def _with_header(context: str, found: Sequence[Table], start: int) -> str:
    """The context of a passage, with the header of the table that its first row stands in."""
    headers = [table.header for table in found if table.start < start < table.end]
    headers += [table.header for table in found if table.start == start == 0]
    return _BREAK.join(part for part in (context, *headers[:1]) if part)


def title_of(name: str, title: str) -> str:
    """What a document is called above its passages: its own title, and the words of its file's

    name that the title lacks. Readers ask for "the 2007 edition" when only the name says 2007.
    """
    bare = " ".join(_SEPARATORS.split(_EXTENSION.sub("", name))).strip()
    if not title:
        return bare or name
    known = set(lexical_tokens(title))
    new = [word for word in bare.split() if not known.issuperset(lexical_tokens(word))]
    return f"{title} ({' '.join(new)})" if new else title


def written_in(passage: Passage) -> Language:
    """The language of a passage, told by what it begins with."""
    return language(passage.text[:_ENOUGH_TO_TELL])


def searchable_text(passage: Passage) -> str:
    """What the embedding reads of a passage: its context and its text."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def weight(text: str) -> int:
    """Length of a text in Latin letters' worth."""
    return len(text) + len(_WIDE.findall(text))


@dataclass(frozen=True)
class _Headings:
    """The title and the headings open at the top of a page: (level, words)."""

    title: str
    path: tuple[tuple[int, str], ...] = ()

    def at(self, page: Page, offset: int) -> str:
        """Title and heading path above `offset` in `page`, as one line."""
        words = [self.title, *(heading for _, heading in self._open_at(page, offset))]
        kept = [word for i, word in enumerate(words) if word and word not in words[:i]]
        return _BREAK.join(kept)

    def after(self, page: Page) -> _Headings:
        return _Headings(self.title, self._open_at(page, len(page.text)))

    def _open_at(self, page: Page, offset: int) -> tuple[tuple[int, str], ...]:
        path = list(self.path)
        for at, level in page.headings:
            if at > offset:
                break
            path = [(other, words) for other, words in path if other < level]
            path.append((level, " ".join(page.text[at:].split("\n", 1)[0].split())))
        return tuple(path)


def _stretches(page: Page) -> Iterator[Span]:
    """Spans of the passages of one page."""
    for section in _sections(page):
        yield from _packed(page.text, section)


def _sections(page: Page) -> list[list[Span]]:
    """The page's sentences, a list for each section; small sections join the next one."""
    starts = sorted({offset for offset, _ in page.headings})
    sections: list[list[Span]] = [[]]
    for start, end in _short_sentences(page.text):
        opens = any(start <= heading < end for heading in starts)
        if opens and sum(weight(page.text[a:b]) for a, b in sections[-1]) >= SMALL:
            sections.append([])
        sections[-1].append((start, end))
    return [section for section in sections if section]


def _short_sentences(text: str) -> Iterator[Span]:
    """Sentences, those longer than a passage cut at white space."""
    for start, end in sentences(text):
        while weight(text[start:end]) > TARGET:
            room = TARGET // (2 if _WIDE.search(text[start : start + TARGET]) else 1)
            space = max(text.rfind(" ", start, start + room), text.rfind("\n", start, start + room))
            stop = space if space > start + room // 2 else start + room
            yield start, stop
            start = stop + len(text[stop:end]) - len(text[stop:end].lstrip())
        if start < end:
            yield start, end


def _packed(text: str, section: list[Span]) -> Iterator[Span]:
    """Neighbouring sentences joined until a passage is full; a small rest joins the last one."""
    packs: list[Span] = []
    for start, end in section:
        if packs and weight(text[packs[-1][0] : end]) <= TARGET:
            packs[-1] = (packs[-1][0], end)
        else:
            packs.append((start, end))
    if len(packs) > 1 and weight(text[slice(*packs[-1])]) < SMALL:
        last = packs.pop()
        packs[-1] = (packs[-1][0], last[1])
    yield from packs
