"""What is searched: the collection in use, what is picked of it by tag, date and name, and of
that the documents that are ticked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import streamlit as st

from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal
from rag_core.scope import fits, is_recent
from rag_core.types import EVERYTHING, Collection, Conversation, Document, Scope

MANY = 8  # documents; a longer list is folded, and a name can be looked for in it
_RECENT = (1, 7, 30)  # days
_TAGS_SAID = 3
_NAME = 60  # characters


def collection(visitor: Visitor, conversation: Conversation | None) -> str:
    """The collection that is searched in this conversation, or in the one about to begin."""
    return conversation.collection if conversation else visitor.collection


def excluded(conversation: Conversation | None) -> frozenset[str]:
    """The documents that are ticked out of this conversation, or of the one about to begin."""
    if conversation is not None:
        return conversation.excluded
    return frozenset(st.session_state.get("excluded", ()))


def narrowed(conversation: Conversation | None) -> Scope:
    """What this conversation, or the one about to begin, searches of its collection."""
    if conversation is not None:
        return conversation.scope
    scope: Scope = st.session_state.get("scope", EVERYTHING)
    return scope


def asked(visitor: Visitor, conversation: Conversation | None) -> tuple[Document, ...]:
    """The documents that the next question is asked of."""
    out, scope = excluded(conversation), narrowed(conversation)
    documents = visitor.library.documents(collection(visitor, conversation))
    return tuple(one for one in documents if one.id not in out and fits(one, scope))


def keep(visitor: Visitor, begun: Conversation) -> None:
    """Let the conversation that has just begun search what was picked for it; the one after it
    begins with everything again."""
    visitor.conversations.exclude(begun.id, excluded(None))
    visitor.conversations.narrow(begun.id, narrowed(None))
    _pick_nothing()


def _pick_nothing() -> None:
    for chosen in ("excluded", "scope"):
        st.session_state.pop(chosen, None)


def named(words: Words, one: Collection) -> str:
    """A collection's name, as text."""
    return one.name or words("collection.default")


def use(visitor: Visitor, chosen: str) -> None:
    """Make a collection the one in use, now and at the next visit."""
    st.session_state["collection"] = chosen
    _pick_nothing()
    visitor.conversations.prefer("collection", chosen)


def switch(visitor: Visitor, words: Words, place: str, conversation: Conversation | None) -> None:
    """Which collection is searched; nothing to see while there is only one."""
    known = visitor.library.shelving.all()
    now = collection(visitor, conversation)
    if len(known) < 2 and now == known[0].id:
        return
    ids = [one.id for one in known]
    names = {one.id: f"{named(words, one)} ({one.documents})" for one in known}
    if now not in ids:
        ids, names = [now, *ids], {now: words("scope.gone"), **names}

    def change() -> None:
        chosen = st.session_state[key]
        if conversation is not None:
            visitor.conversations.search_in(conversation.id, chosen)
        use(visitor, chosen)

    key = f"collection-{place}-{conversation.id if conversation else 'new'}-{now}"
    st.selectbox(
        words("collection.in_use"),
        ids,
        index=ids.index(now),
        format_func=lambda one: names[one],
        key=key,
        on_change=change,
    )


def ticks(
    visitor: Visitor,
    words: Words,
    conversation: Conversation | None,
    documents: Sequence[Document],
) -> None:
    """What is asked of the collection: picked by tag, date and name, then ticked one by one."""
    out, scope = excluded(conversation), narrowed(conversation)
    place = conversation.id if conversation else "new"

    def tick(document_id: str) -> None:
        if conversation is None:
            st.session_state["excluded"] = sorted(excluded(None) ^ {document_id})
        else:
            now = visitor.conversations.get(conversation.id)
            visitor.conversations.exclude(conversation.id, now.excluded ^ {document_id})

    def narrow(to: Scope) -> None:
        if conversation is None:
            st.session_state["scope"] = to
        else:
            visitor.conversations.narrow(conversation.id, to)

    fitting = [one for one in documents if fits(one, scope)]
    count = sum(one.id not in out for one in fitting)
    label = words("history.documents", asked=count, all=len(documents))
    few = len(documents) <= MANY
    with st.expander(label, expanded=few, icon=":material/description:", key=f"asked-{place}"):
        _pick(words, place, documents, scope, narrow)
        for document in fitting:
            key = f"tick-{place}-{document.id}"
            st.session_state.setdefault(key, document.id not in out)
            st.checkbox(literal(document.name), key=key, on_change=tick, args=(document.id,))
        if not fitting:
            st.caption(words("library.none_fits"))


def _pick(
    words: Words,
    place: str,
    documents: Sequence[Document],
    scope: Scope,
    narrow: Callable[[Scope], None],
) -> None:
    """Tags and dates to click on, and words of a name where there are many documents."""
    picks, name = f"picks-{place}", f"name-{place}"

    def pick() -> None:
        now = picked(st.session_state[picks], scope)
        st.session_state[picks] = _options(now)
        narrow(now)

    def look_for() -> None:
        narrow(replace(scope, name=st.session_state[name].strip()))

    if options := picked_by(documents, scope):
        st.session_state.setdefault(picks, _options(scope))
        st.pills(
            words("collection.pick"),
            options,
            selection_mode="multi",
            format_func=lambda one: said(words, one),
            key=picks,
            on_change=pick,
        )
    if len(documents) >= MANY or scope.name:
        st.session_state.setdefault(name, scope.name)
        st.text_input(words("scope.names"), key=name, max_chars=_NAME, on_change=look_for)


def picked_by(documents: Sequence[Document], scope: Scope = EVERYTHING) -> list[str]:
    """What documents can be told apart by, and what is picked already: "#tag", and "7" for those
    of the last seven days."""
    tags = sorted({tag for one in documents for tag in one.tags}.union(scope.tags))
    old = any(not is_recent(one, max(_RECENT)) for one in documents)
    some = {n for n in _RECENT if old and any(is_recent(one, n) for one in documents)}
    days = sorted(some.union({scope.days} if scope.days else ()))
    return [f"#{tag}" for tag in tags] + [str(n) for n in days]


def picked(options: Iterable[str], before: Scope = EVERYTHING) -> Scope:
    """The scope of these of `picked_by`; of several dates the one that is new counts."""
    tags = tuple(one[1:] for one in options if one.startswith("#"))
    days = [int(one) for one in options if not one.startswith("#")]
    new = [n for n in days if n != before.days]
    return replace(before, tags=tags, days=next(iter(new or days), None))


def _options(scope: Scope) -> list[str]:
    return [f"#{tag}" for tag in scope.tags] + ([str(scope.days)] if scope.days else [])


def said(words: Words, option: str) -> str:
    """One of `picked_by` in words."""
    return literal(option) if option.startswith("#") else words("collection.days", n=int(option))


def told(visitor: Visitor, words: Words, conversation: Conversation | None) -> None:
    """One line beneath the question: where this conversation searches, and how much of it. One
    more for a file that came with the last question and is not among what is picked."""
    known = {one.id: one for one in visitor.library.shelving.all()}
    now = known.get(collection(visitor, conversation))
    if now is None:
        st.bottom.caption(words("scope.line", what=words("scope.gone")))
    elif conversation is not None or now.documents:
        searched = {one.id for one in asked(visitor, conversation)}
        where = [f"**{literal(named(words, now))}**", _count(words, len(searched), now.documents)]
        what = " · ".join(where + _limits(words, narrowed(conversation)))
        st.bottom.caption(words("scope.line", what=what))
        came = frozenset(st.session_state.get("came", ())) - searched
        for one in visitor.library.documents(now.id) if came else ():
            if one.id in came:
                text = words("scope.left_out", name=literal(one.name))
                st.bottom.caption(f":orange[:material/search_off:] {text}")


def _count(words: Words, n: int, of: int) -> str:
    return words("scope.all", n=n) if n == of else words("scope.some", n=n, of=of)


def _limits(words: Words, scope: Scope) -> list[str]:
    """What a document has to be like, in words."""
    limits = []
    if scope.tags:
        tags = words("scope.or").join(f"#{literal(tag)}" for tag in scope.tags[:_TAGS_SAID])
        more = len(scope.tags) - _TAGS_SAID
        limits.append(tags + (words("scope.more_tags", n=more) if more > 0 else ""))
    if scope.days:
        limits.append(words("scope.days", n=scope.days))
    if scope.name:
        limits.append(words("scope.name", name=literal(scope.name)))
    return limits
