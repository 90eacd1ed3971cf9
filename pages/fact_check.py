"""Check claims against the documents: borne out, otherwise there, or not found; with the page."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing

import streamlit as st

from pages.ui import viewer
from pages.ui.answers import place_of
from pages.ui.connection import EXTRACTIVE, chosen_model, generator, shown_model
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import enter, literal, show_error
from rag_core.errors import SeodamError
from rag_core.fact_check import PASSAGES, Finding, Ruling, check_facts, claims
from rag_core.translations import error_in_words
from rag_core.types import Document, Hit

_LONGEST = 8000  # characters
_BADGES = {
    Ruling.SUPPORTED: (":green-badge[:material/check_circle: {said}]"),
    Ruling.CONTRADICTED: (":red-badge[:material/cancel: {said}]"),
    Ruling.NOT_FOUND: (":gray-badge[:material/help: {said}]"),
}


def page() -> None:
    """Draw the page."""
    visitor, words = enter()
    st.title(words("nav.fact_check"))
    collection = _collection(visitor)
    documents = visitor.library.documents(collection)
    if not documents:
        st.info(words("facts.empty"), icon=":material/upload_file:")
        return
    model = chosen_model(visitor)
    by_rules = model == EXTRACTIVE
    said = words("facts.by_rules") if by_rules else words("facts.by_model", model=_shown(model))
    st.caption(f"{words('facts.what')} {said}")
    text, chosen, asked = _form(words, documents)
    if asked:
        st.session_state["facts"] = ()
        if claims(text):
            _check(visitor, words, text, collection, frozenset(chosen))
        else:
            st.info(words("facts.no_claim"), icon=":material/edit:")
    else:
        _show_all(visitor, words, st.session_state.get("facts", ()))
    viewer.draw(visitor, words)


def _collection(visitor: Visitor) -> str:
    """The collection that the address names, else the one in use."""
    wanted = st.query_params.get("in", "")
    known = {one.id for one in visitor.library.shelving.all()}
    return wanted if wanted in known else visitor.collection


def _take_claim() -> None:
    """Fill in the claim that the address carries, once: it can then be changed."""
    claim = st.query_params.get("claim", "")[:_LONGEST]
    if claim and claim != st.session_state.get("claim-taken"):
        st.session_state["claims"] = st.session_state["claim-taken"] = claim
        st.session_state["facts"] = ()


def _shown(model: str) -> str:
    return literal(shown_model(model))


def _form(words: Words, documents: Sequence[Document]) -> tuple[str, list[str], bool]:
    """What to check, against which documents, and whether it was just asked for."""
    names = {one.id: one.name for one in documents}
    chosen: list[str] = []
    _take_claim()
    with st.form("facts-form", border=False):
        text = st.text_area(
            words("facts.claim"),
            key="claims",
            placeholder=words("facts.example"),
            max_chars=_LONGEST,
        )
        if len(documents) > 1:
            chosen = st.multiselect(
                words("facts.documents"),
                list(names),
                format_func=lambda one: names.get(one, ""),
                placeholder=words("study.all"),
                key="facts-documents",
            )
        asked = st.form_submit_button(
            words("facts.check"), type="primary", icon=":material/fact_check:"
        )
    return text.strip(), chosen, asked


def _check(
    visitor: Visitor, words: Words, text: str, collection: str, chosen: frozenset[str]
) -> None:
    """Check claim after claim and show each at once; a click on Stop, or anywhere else, ends it.

    What was found so far stays in the session, to be shown again.
    """
    all_of_them = frozenset(one.id for one in visitor.library.documents(collection))
    excluded = all_of_them - chosen if chosen else frozenset[str]()

    def search(claim: str) -> list[Hit]:
        return visitor.library.search(claim, PASSAGES, collection, excluded)

    of = len(claims(text))
    bar = st.progress(0.0, words("facts.checking", n=1, of=of))
    stop = st.empty()
    stop.button(words("answer.stop"), key="facts-stop", icon=":material/stop_circle:")
    found: list[Finding] = []
    began = time.monotonic()
    try:
        model = generator(visitor)
        with closing(check_facts(text, search, visitor.library.page_text, model)) as findings:
            for finding in findings:
                if finding is not None:
                    found.append(finding)
                    st.session_state["facts"] = tuple(found)
                    _show(visitor, words, len(found), finding)
                seconds = int(time.monotonic() - began)
                doing = words("facts.checking", n=min(len(found) + 1, of), of=of)
                waited = words("facts.waited", n=seconds)
                bar.progress(len(found) / of, f"{doing} · {waited}" if seconds > 1 else doing)
    except SeodamError as error:
        show_error(error, words)
        return
    st.rerun()


def _show_all(visitor: Visitor, words: Words, found: Sequence[Finding]) -> None:
    """The count of each ruling, then every claim with its ruling."""
    if not found:
        return
    counted = [(one, sum(finding.ruling is one for finding in found)) for one in Ruling]
    st.markdown(" ".join(_badge(words, one, f" {n}") for one, n in counted if n))
    if failed := next((one.failed for one in found if one.failed), ""):
        details = {"model": shown_model(chosen_model(visitor))}
        what, _ = error_in_words(failed, details, words.language)
        st.warning(words("facts.failed", why=literal(what)), icon=":material/warning:")
    for number, finding in enumerate(found, 1):
        _show(visitor, words, number, finding)


def _badge(words: Words, ruling: Ruling, more: str = "") -> str:
    return _BADGES[ruling].format(said=words(f"facts.{ruling.value}") + more)


def _show(visitor: Visitor, words: Words, number: int, finding: Finding) -> None:
    """One claim, what the documents say to it, and a click to where they do."""
    with st.container(border=True, gap="xsmall", key=f"fact-{number}"):
        st.markdown(f"{_badge(words, finding.ruling)} {literal(finding.claim)}")
        if finding.difference:
            said = words(f"facts.differs_{finding.difference.kind.value}")
            st.caption(f"{said}: {literal(', '.join(finding.difference.said))}")
        citation = finding.citation
        if citation is None:
            st.caption(words("facts.nothing"))
            return
        if finding.ruling is Ruling.NOT_FOUND:
            st.caption(words("facts.nearest"))
        st.markdown(f"> {literal(' '.join(citation.quote.split()))}")
        st.button(
            place_of(words, citation.document, citation, visitor.units),
            key=f"fact-open-{number}",
            icon=":material/find_in_page:",
            type="tertiary",
            on_click=viewer.show,
            args=(
                citation.document_id,
                citation.page,
                citation.quote,
                citation.page_label,
                citation.passage_id,
            ),
        )


page()
