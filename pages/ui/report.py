"""What the report of a document says: totals, and each page with its text, picture and remarks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import ceil

import streamlit as st

from pages.ui import viewer
from pages.ui.marked import show_marked
from pages.ui.messages import CATALOGUE, Words
from pages.ui.pictures import picture
from pages.ui.places import place
from pages.ui.session import Visitor, password_of
from pages.ui.shell import literal, show_error
from pages.ui.viewer.leaf import empty, pictured
from rag_core.errors import SeodamError
from rag_core.finding import around, occurrences
from rag_core.parsing import can_read_scans, find_tesseract
from rag_core.rereading import waiting
from rag_core.types import Document, Page, Passage, ReadBy, Unit

_ALL, _ODD = "all", "odd"
_SCALE = 1.2  # pixels a point
_FIRST_WORDS = 70  # characters of a page in the list
_MOST_PASSAGES = 50  # of one page: a page has five to ten, a long text without pages has many
_MOST_TERMS = 20  # ways of writing a term that are marked on a picture
_ICONS = {
    ReadBy.TEXT: ":material/notes:",
    ReadBy.SECOND_READER: ":material/notes:",
    ReadBy.OCR: ":material/document_scanner:",
    ReadBy.UNREAD: ":material/visibility_off:",
}


def facts(words: Words, document: Document, read: Mapping[ReadBy, int]) -> str:
    """Pages by how they were `read`, passages, size and what was odd about a document, in one
    line of markdown."""
    big = document.size >= 1024**2
    size = f"{document.size / 1024**2:.1f} MB" if big else f"{ceil(document.size / 1024)} KB"
    facts = []
    if document.unit is Unit.PAGE:
        facts = [words("library.pages", n=document.pages)]
        facts += [f"{words(f'read.{how}')} {n}" for how, n in read.items() if how != ReadBy.TEXT]
    facts += [words("library.passages", n=document.passages), size]
    odd = [f":material/warning: {one}" for one in remarks(words, document.warnings)]
    return " · ".join([*facts, *odd])


def remarks(words: Words, warnings: Iterable[str]) -> list[str]:
    """Codes of what was odd, "code" or "code:detail", in words, as markdown."""
    said = []
    for warning in warnings:
        code, _, detail = warning.partition(":")
        known = f"warning.{code}" in CATALOGUE[words.language]
        n = int(detail) if detail.isdecimal() else detail
        text = words(f"warning.{code}", n=n) if known else words("warning.other", code=warning)
        said.append(literal(text))
    return said


def show_waiting(visitor: Visitor, words: Words, document: Document, pages: Sequence[Page]) -> None:
    """Pages that nothing could read yet, and the way to have them read."""
    left = waiting(pages)
    if not left:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(words("report.waiting", n=len(left)), width="stretch")
        st.button(
            words("report.read_on"),
            icon=":material/document_scanner:",
            disabled=not can_read_scans(),
            on_click=visitor.seodam.queue.read_on,
            args=(visitor.owner, document.id, password_of(document.id)),
        )
    _say_what_is_missing(words)


def _say_what_is_missing(words: Words) -> None:
    """Why pictures cannot be read here, and what to install."""
    try:
        find_tesseract()
    except SeodamError as error:
        show_error(error, words)


def at_work(visitor: Visitor, document: Document) -> bool:
    """Whether something is being done to a document, or did not work."""
    jobs = visitor.seodam.queue.jobs(visitor.owner)
    mine = (job for job in jobs if job.document_id == document.id)
    return any(job.stage not in {"ready", "unchanged"} for job in mine)


def _rereading(visitor: Visitor, document: Document, page: Page) -> bool:
    """Whether this page is on its way to be read again."""
    jobs = visitor.seodam.queue.jobs(visitor.owner)
    mine = (job for job in jobs if job.document_id == document.id and not job.ended)
    return any(job.only == page.number for job in mine)


def choose_kind(words: Words, pages: Sequence[Page]) -> str:
    """The totals, each of which shows its pages only."""
    counts = Counter[str](page.read_by for page in pages)
    counts[_ODD] = sum(bool(page.warnings) for page in pages)
    kinds = [_ALL, *(kind for kind in [*ReadBy, _ODD] if counts[kind])]
    counts[_ALL] = len(pages)
    return st.radio(
        words("report.kinds"),
        kinds,
        format_func=lambda kind: f"{words(f'read.{kind}')} {counts[kind]}",
        key="report_kind",
        horizontal=True,
    )


def matching(pages: Sequence[Page], kind: str, term: str) -> list[int]:
    """The positions of the pages of a kind that hold a term."""
    return [
        position
        for position, page in enumerate(pages)
        if kind in {_ALL, page.read_by, _ODD if page.warnings else _ALL}
        and (not term.strip() or any(occurrences(term, page.text)))
    ]


def show_page(
    visitor: Visitor,
    words: Words,
    document: Document,
    page: Page,
    position: int,
    term: str,
    opened: bool,
) -> None:
    """One page: a line to open; its picture and passages are fetched once it is open."""
    box = st.expander(
        _headline(words, document, page, position, term),
        expanded=opened,
        icon=_ICONS[page.read_by],
        key=f"page-{document.id}-{position}",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        _ways(visitor, words, document, page, position)
        for remark in remarks(words, page.warnings):
            st.caption(f":orange[:material/warning: {remark}]")
        if not pictured(document, [page]):
            _passages(visitor, words, document, page, term)
            return
        left, right = st.columns([2, 3])
        with left:
            _picture(visitor, words, document, page, term)
        with right:
            _passages(visitor, words, document, page, term)


def _headline(words: Words, document: Document, page: Page, position: int, term: str) -> str:
    """Which page it is, how it was read where that is remarkable, and words of it."""
    named = place(words, document.unit, page.number, page.label) or words("report.whole")
    hit = next(occurrences(term, page.text), None)
    start, end = hit or (0, 0)
    text, _ = around(page.text, start, end, _FIRST_WORDS if hit is None else _FIRST_WORDS // 2)
    head = f"**{literal(named)}**"
    if page.read_by is not ReadBy.TEXT:
        head += f" · {_read_by(words, page)}"
    if page.warnings:
        head += " :orange[:material/warning:]"
    text = text.removeprefix(page.label).strip()
    return f"{head} :gray[{literal(text)}]" if text else head


def _read_by(words: Words, page: Page) -> str:
    if page.confidence is None:
        return words(f"read.{page.read_by}")
    return words("read.confidence", how=words(f"read.{page.read_by}"), n=f"{page.confidence:.0%}")


def _ways(visitor: Visitor, words: Words, document: Document, page: Page, position: int) -> None:
    """How a page was read; to see it large, or have it read again."""
    drawn, possible = pictured(document, [page]), can_read_scans()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{words('report.read_by')}: {_read_by(words, page)}", width="content")
        st.button(
            words("source.open"),
            key=f"open-{position}",
            icon=":material/find_in_page:",
            type="tertiary",
            on_click=viewer.look_into,
            args=(document.id, position),
        )
        if drawn:
            st.button(
                words("report.again"),
                key=f"again-{position}",
                icon=":material/document_scanner:",
                type="tertiary",
                disabled=not possible or _rereading(visitor, document, page),
                on_click=visitor.seodam.queue.read_again,
                args=(visitor.owner, document.id, page.number, password_of(document.id)),
            )
    if drawn and not possible:
        _say_what_is_missing(words)


def _picture(visitor: Visitor, words: Words, document: Document, page: Page, term: str) -> None:
    """The page as it looks, with the term marked, and the way to see it larger."""
    terms = sorted({page.text[a:b] for a, b in occurrences(term, page.text)})[:_MOST_TERMS]
    try:
        drawn = picture(visitor, document.id, page.number or 1, _SCALE, terms=terms)
    except SeodamError as error:
        show_error(error, words)
    else:
        alt = words("viewer.alt", place=place(words, document.unit, page.number, page.label))
        with st.container(border=True):
            st.image(drawn.png, width="stretch", alt=alt)


def _passages(visitor: Visitor, words: Words, document: Document, page: Page, term: str) -> None:
    """The text of a page as it was cut: a box for each passage, under its headings."""
    if not page.text.strip():
        st.caption(empty(words, page))
        return
    cut = [one for one in visitor.library.passages(document.id) if _stands_on(one, page)]
    for passage in cut[:_MOST_PASSAGES]:
        with st.container(border=True, gap="xsmall"):
            head = words("report.passage", n=passage.index + 1)
            st.caption(literal(f"{head} · {passage.context}" if passage.context else head))
            show_marked(passage.text, list(occurrences(term, passage.text)))
    if len(cut) > _MOST_PASSAGES:
        st.caption(words("report.more_passages", n=len(cut) - _MOST_PASSAGES))


def _stands_on(passage: Passage, page: Page) -> bool:
    """Whether a passage was cut from this page; sections may share their name."""
    same = (passage.page, passage.page_label) == (page.number, page.label)
    return same and page.text.startswith(passage.text, passage.start)
