"""Where the reader looks in a document. It stands in the session, as ids and numbers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import streamlit as st

from pages.ui.session import Visitor
from pages.ui.viewer.leaf import Leaf, leaves, pictured
from rag_core.finding import Found, find_term, page_of, place_of_quote
from rag_core.types import Document, Page

MOST_FOUND = 1000  # places of a term


@dataclass(frozen=True)
class Look:
    """Where the reader looks. `at` is the leaf shown now, None until the cited one is found."""

    document_id: str
    number: int | None = None
    label: str = ""
    quote: str = ""
    passage_id: str = ""
    position: int | None = None  # of the page, where that is known instead of number and label
    at: int | None = None
    cited: int = 0
    term: str = ""
    hit: int = 0
    moved: int = field(default_factory=time.time_ns)  # when it was last brought to a new place


@dataclass(frozen=True)
class Opened:
    """A look with what it looks at."""

    look: Look
    document: Document
    pages: tuple[Page, ...]
    leaves: tuple[Leaf, ...]
    pictured: bool
    found: tuple[Found, ...]

    @property
    def leaf(self) -> Leaf:
        return self.leaves[self.look.at or 0]

    @property
    def page(self) -> Page:
        return self.pages[self.leaf.position]


def move(**changes: object) -> None:
    look: Look = st.session_state["viewer"]
    st.session_state["viewer"] = replace(look, moved=time.time_ns(), **changes)  # type: ignore


def open_look(visitor: Visitor) -> Opened:
    """What the look in the session looks at; raises NotFound."""
    look: Look = st.session_state["viewer"]
    library = visitor.library
    document, pages = library.document(look.document_id), library.pages(look.document_id)
    as_pictures = pictured(document, pages)
    all_leaves = leaves(pages, as_pictures) or (Leaf(0, 0, 0),)
    pages = pages or (Page(None, "", ""),)
    if look.at is None:
        cited = _cited(visitor, look, pages, all_leaves)
        look = replace(look, at=cited, cited=cited)
    look = replace(look, at=min(look.at or 0, len(all_leaves) - 1))
    st.session_state["viewer"] = look
    found = find_term(look.term, pages, MOST_FOUND)
    return Opened(look, document, pages, all_leaves, as_pictures, found)


def _cited(
    visitor: Visitor, look: Look, pages: tuple[Page, ...], all_leaves: tuple[Leaf, ...]
) -> int:
    """The leaf with the quote; the first of its page where the quote is not found."""
    position = look.position
    if position is None:
        position = page_of(look.number, look.label, look.quote, pages) or 0
    position = min(position, len(pages) - 1)
    passage = visitor.library.passage(look.passage_id)
    span = place_of_quote(look.quote, pages[position].text, passage) if look.quote else None
    return leaf_at(all_leaves, position, span[0] if span else 0)


def leaf_at(all_leaves: tuple[Leaf, ...], position: int, offset: int) -> int:
    """The leaf that holds this place of a page."""
    here = [i for i, leaf in enumerate(all_leaves) if leaf.position == position]
    return next((i for i in here if all_leaves[i].start <= offset < all_leaves[i].end), here[0])


def to_hit(opened: Opened, found: tuple[Found, ...], hit: int, term: str) -> None:
    if not found:
        move(term=term)
        return
    one = found[hit % len(found)]
    at = leaf_at(opened.leaves, one.position, one.start)
    move(at=at, term=term, hit=hit % len(found))
