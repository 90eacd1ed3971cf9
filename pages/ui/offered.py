"""Questions on offer: of the reader's own documents at the beginning, and after an answer.

They are made in the background and kept for each document, so that no screen waits for them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, zip_longest

import streamlit as st

from pages.ui.messages import Words
from pages.ui.session import Visitor, wait_until_drawn
from pages.ui.shell import literal
from pages.ui.understood import suggest
from rag_core.suggesting import following
from rag_core.types import Document, Turn

FIRST = 5  # questions on the first screen
_LATEST = 3  # documents that they are of
_KEPT = 256  # documents and answers whose questions are kept in memory
_SECONDS = 0.5  # between two looks whether they are there

_lock = threading.Lock()
_made: OrderedDict[tuple[str, ...], Future[list[str]]] = OrderedDict()
_worker = ThreadPoolExecutor(1, "offered")


def show_first(visitor: Visitor, words: Words, documents: Sequence[Document]) -> None:
    """What they are about, then questions that the newest documents answer, by turns of each."""
    wanted = [_of_document(visitor, one) for one in reversed(documents[-_LATEST:])]
    _show(words, words("welcome.ask"), wanted, FIRST, [words("offered.overview")])


def show_examples(visitor: Visitor, words: Words, typed: str) -> None:
    """Questions that the newest documents answer, to be put into the text field with this key."""
    wanted = [_of_document(visitor, one) for one in reversed(visitor.documents[-_LATEST:])]

    def choose(question: str, _: bool) -> None:
        st.session_state[typed] = question

    _show(words, words("welcome.ask"), wanted, FIRST, chosen=choose)


def show_following(visitor: Visitor, words: Words, turn: Turn, asked: Sequence[str]) -> None:
    """Questions to go on with under the last answer."""
    citations = turn.answer.citations
    if citations:
        document_id = citations[0].document_id
        cited = tuple(one.passage_id for one in citations if one.document_id == document_id)
        _show(words, words("followup.next"), [_after(visitor, document_id, cited, asked)], 3)


def _of_document(visitor: Visitor, document: Document) -> Future[list[str]]:
    library = visitor.library

    def make() -> list[str]:
        wait_until_drawn()
        return [one.question for one in library.study([document.id]).suggestions]

    return _once((visitor.owner, document.id, str(document.passages)), make)


def _after(
    visitor: Visitor, document_id: str, cited: Sequence[str], asked: Sequence[str]
) -> Future[list[str]]:
    library = visitor.library

    def make() -> list[str]:
        passages = library.passages(document_id)
        return following([one for one in passages if one.id in cited], passages, asked)

    return _once((visitor.owner, document_id, *cited, *asked), make)


def _once(key: tuple[str, ...], make: Callable[[], list[str]]) -> Future[list[str]]:
    """What was made under this key, or is being made from now on."""
    with _lock:
        if key not in _made:
            _made[key] = _worker.submit(make)
            while len(_made) > _KEPT:
                _made.popitem(last=False)
        _made.move_to_end(key)
        return _made[key]


def _show(
    words: Words,
    title: str,
    wanted: Sequence[Future[list[str]]],
    most: int,
    first: Sequence[str] = (),
    chosen: Callable[[str, bool], None] = suggest,
) -> None:
    if all(one.done() for one in wanted):
        _buttons(title, [*first, *_mixed(wanted, most - len(first))], chosen)
    else:
        st.fragment(_wait, run_every=_SECONDS)(words, wanted)


def _wait(words: Words, wanted: Sequence[Future[list[str]]]) -> None:
    """One quiet line until they are there; then the page is drawn with them."""
    if all(one.done() for one in wanted):
        st.rerun()
    st.caption(words("offered.making"))


def _mixed(wanted: Sequence[Future[list[str]]], most: int) -> list[str]:
    """One of each by turns; a document that is gone by now has none."""
    lists = [one.result() for one in wanted if one.exception() is None]
    mixed = [one for one in chain.from_iterable(zip_longest(*lists)) if one]
    return list(dict.fromkeys(mixed))[:most]


def _buttons(title: str, questions: Sequence[str], chosen: Callable[[str, bool], None]) -> None:
    if not questions:
        return
    with st.container(gap="xsmall", key="offered"):
        st.caption(title)
        for number, question in enumerate(questions):
            st.button(
                literal(question),
                key=f"offered-{number}",
                icon=":material/arrow_forward:",
                type="tertiary",
                on_click=chosen,
                args=(question, True),
            )
