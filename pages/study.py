"""Study a document: what it is about, a quiz, cards; every word of it with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.ui import aloud, mind_map, understood, viewer
from pages.ui.answers import place_of
from pages.ui.messages import Words
from pages.ui.places import place
from pages.ui.session import seodam
from pages.ui.shell import enter, literal, page_named
from pages.ui.written import by_model
from rag_core.gist import Telling
from rag_core.study import BLANK, Item, Material, cards_as_csv, cards_for_anki, right
from rag_core.types import Document, Unit

_KEPT = 16  # studied documents
_KEPT_SECONDS = 3600


def page() -> None:
    """Draw the page."""
    visitor, words = enter()
    st.title(words("nav.study"))
    documents = visitor.documents
    if not documents:
        st.info(words("study.empty"), icon=":material/upload_file:")
        return
    chosen = _choose(words, documents)
    names = {one.id: one.name for one in documents}
    ours = [one for one in documents if one.id in chosen]
    version = tuple(f"{one.name}-{one.passages}" for one in ours)
    with st.spinner(words("study.reading")):
        plain = _studied(visitor.owner, chosen, version)
    made = by_model(visitor, words, ours, plain)
    if not made.summary:
        st.info(words("study.nothing"), icon=":material/text_snippet:")
    overview, mind, quiz, cards = st.tabs(
        [words("study.overview"), words("study.map"), words("study.quiz"), words("study.cards")]
    )
    with overview:
        _overview(words, made, names, visitor.units, made is plain)
    with mind:
        title = names[ours[0].id] if len(ours) == 1 else words("nav.library")
        mind_map.show(words, title, plain.mind_map, visitor.units)
    with quiz:
        _quiz(words, made.quiz, names, visitor.units, "-".join(chosen))
    with cards:
        _cards(words, made, names, visitor.units)
    viewer.draw(visitor, words)


def _choose(words: Words, documents: Sequence[Document]) -> tuple[str, ...]:
    """The documents to study, the newest at first; all that are there where none is chosen."""
    every = tuple(one.id for one in documents)
    if len(documents) == 1:
        return every
    names = {one.id: one.name for one in documents}
    chosen = st.multiselect(
        words("study.choose"),
        list(reversed(every)),
        default=[every[-1]],
        format_func=lambda one: names.get(one, ""),
        placeholder=words("study.all"),
        key="study-documents",
    )
    return tuple(one for one in every if one in chosen) or every


@st.cache_data(max_entries=_KEPT, ttl=_KEPT_SECONDS, show_spinner=False)
def _studied(owner: str, document_ids: tuple[str, ...], version: tuple[str, ...]) -> Material:
    """The owner and the version are part of the key."""
    return seodam().library(owner).study(document_ids)


def _overview(
    words: Words,
    made: Material,
    names: dict[str, str],
    units: Mapping[str, Unit],
    word_for_word: bool,
) -> None:
    if made.summary:
        title, how = words("study.summary"), words("study.summary_how")
        if not word_for_word:
            title, how = words("study.summary_written"), words("study.written_how")
        st.header(title)
        st.caption(how)
        aloud.show_overview(words, made, names, units)
    for number, point in enumerate(made.summary):
        _sentence(words, point.source, names, units, f"summary-{number}", literal(point.text))
    if made.terms or made.meanings:
        st.header(words("study.terms"))
        st.markdown(" ".join(f":blue-badge[{literal(t.text)} · {t.count}]" for t in made.terms))
    for number, one in enumerate(made.meanings):
        said = f"**{literal(one.term)}**  \n{literal(one.text)}"
        _sentence(words, one.source, names, units, f"meaning-{number}", said)
    if made.suggestions:
        st.header(words("study.ask"))
    for number, offered in enumerate(made.suggestions):
        if st.button(
            literal(offered.question), key=f"ask-{number}", icon=":material/arrow_forward:"
        ):
            understood.suggest(offered.question)
            st.switch_page(page_named("chat"))


def _sentence(
    words: Words,
    one: Telling,
    names: dict[str, str],
    units: Mapping[str, Unit],
    key: str,
    said: str = "",
) -> None:
    """A sentence of the document, or what is `said` (markdown) on its ground; a click opens it."""
    passage = one.passage
    with st.container(border=True, gap=None):
        st.markdown(said or literal(one.text))
        st.button(
            place_of(words, names.get(passage.document_id, ""), passage, units),
            key=f"place-{key}",
            icon=":material/find_in_page:",
            type="tertiary",
            on_click=viewer.show,
            args=(passage.document_id, passage.page, one.text, passage.page_label, passage.id),
        )


def _quiz(
    words: Words,
    items: Sequence[Item],
    names: dict[str, str],
    units: Mapping[str, Unit],
    key: str,
) -> None:
    if not items:
        st.caption(words("study.no_quiz"))
        return
    if any(BLANK in item.question for item in items):
        st.caption(words("study.quiz_how"))
    checked = bool(st.session_state.get(f"checked-{key}"))
    given = [_asked(words, item, f"quiz-{key}-{n}") for n, item in enumerate(items)]
    if checked:
        marks = [right(item, said) for item, said in zip(items, given, strict=True)]
        st.progress(sum(marks) / len(marks), words("study.score", n=sum(marks), of=len(marks)))
        for number, (item, mark) in enumerate(zip(items, marks, strict=True)):
            icon = ":green[:material/check_circle:]" if mark else ":red[:material/cancel:]"
            st.markdown(f"{icon} **{number + 1}. {literal(item.answer)}**")
            _sentence(words, item.source, names, units, f"quiz-{number}")

    def check(now: bool) -> None:
        st.session_state[f"checked-{key}"] = now
        if not now:
            for number in range(len(items)):
                st.session_state.pop(f"quiz-{key}-{number}", None)

    label = words("study.again") if checked else words("study.check")
    st.button(label, key="check", type="primary", on_click=check, args=(not checked,))


def _asked(words: Words, item: Item, key: str) -> str:
    """One question, and what was answered so far."""
    number = int(key.rsplit("-", 1)[1]) + 1
    question = f"{number}. {literal(item.question)}"
    if not item.choices:
        return st.text_input(question, key=key, placeholder=words("study.type_in"))
    return st.radio(question, item.choices, index=None, key=key, format_func=literal) or ""


def _cards(words: Words, made: Material, names: dict[str, str], units: Mapping[str, Unit]) -> None:
    if not made.cards:
        st.caption(words("study.no_cards"))
        return
    at = min(int(st.session_state.get("card", 0)), len(made.cards) - 1)
    turned = bool(st.session_state.get("turned"))
    card = made.cards[at]
    with st.container(border=True, height=260, vertical_alignment="center"):
        st.caption(words("study.card", n=at + 1, of=len(made.cards)))
        st.markdown(f"#### {literal(card.front)}")
        if turned:
            st.markdown("  \n".join(literal(line) for line in card.back.split("\n")))

    def go(to: int, turn: bool) -> None:
        st.session_state["card"], st.session_state["turned"] = to % len(made.cards), turn

    with st.container(horizontal=True):
        st.button(words("study.before"), on_click=go, args=(at - 1, False), key="card-before")
        label = words("study.hide") if turned else words("study.turn")
        st.button(label, on_click=go, args=(at, not turned), key="card-turn", type="primary")
        st.button(words("study.next"), on_click=go, args=(at + 1, False), key="card-next")
    if turned:
        _sentence(words, card.source, names, units, "card")
    _files(words, made, names, units)


def _files(words: Words, made: Material, names: dict[str, str], units: Mapping[str, Unit]) -> None:
    """The cards for other programs."""
    placed = []
    for card in made.cards:
        passage = card.source.passage
        where = place(words, units.get(passage.document_id), passage.page, passage.page_label)
        name = names.get(passage.document_id, "")
        placed.append((card, f"{name} · {where}" if where else name))
    deck = " · ".join(names[one] for one in {c.source.passage.document_id for c in made.cards})
    with st.container(horizontal=True):
        st.download_button(
            words("study.csv"),
            cards_as_csv(placed),
            "cards.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            words("study.anki"),
            cards_for_anki(placed, f"Seodam {deck}"[:100]),
            "cards.txt",
            "text/plain",
            icon=":material/download:",
            on_click="ignore",
        )


page()
