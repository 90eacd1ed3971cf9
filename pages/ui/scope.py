"""What is searched: the collection in use, and of its documents those that are ticked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal
from rag_core.types import Collection, Conversation, Document

_OPEN = 8  # documents; a longer list is folded
_RECENT = (1, 7, 30)  # days


def collection(visitor: Visitor, conversation: Conversation | None) -> str:
    """The collection that is searched in this conversation, or in the one about to begin."""
    return conversation.collection if conversation else visitor.collection


def excluded(conversation: Conversation | None) -> frozenset[str]:
    """The documents that are ticked out of this conversation, or of the one about to begin."""
    if conversation is not None:
        return conversation.excluded
    return frozenset(st.session_state.get("excluded", ()))


def named(words: Words, one: Collection) -> str:
    """A collection's name, as text."""
    return one.name or words("collection.default")


def use(visitor: Visitor, chosen: str) -> None:
    """Make a collection the one in use, now and at the next visit."""
    st.session_state["collection"] = chosen
    st.session_state.pop("excluded", None)
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
        ids, names = [now, *ids], {now: now, **names}

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
    """The documents of the collection, ticked in or out one by one or by tag and date."""
    out = excluded(conversation)

    def leave_out(ids: frozenset[str]) -> None:
        if conversation is None:
            st.session_state["excluded"] = sorted(ids)
        else:
            visitor.conversations.exclude(conversation.id, ids)

    def tick(document_id: str) -> None:
        now = conversation and visitor.conversations.get(conversation.id)
        leave_out(excluded(now) ^ {document_id})

    def pick() -> None:
        wanted = st.session_state[picks]
        leave_out(frozenset(one.id for one in documents if wanted and not fits(one, wanted)))
        for one in documents:
            st.session_state[f"tick-{place}-{one.id}"] = not wanted or fits(one, wanted)

    asked = sum(document.id not in out for document in documents)
    label = words("history.documents", asked=asked, all=len(documents))
    place = conversation.id if conversation else "new"
    picks = f"picks-{place}"
    with st.expander(label, expanded=len(documents) <= _OPEN, icon=":material/description:"):
        options = picked_by(documents)
        if options:
            st.pills(
                words("collection.pick"),
                options,
                selection_mode="multi",
                format_func=lambda one: said(words, one),
                key=picks,
                on_change=pick,
            )
        for document in documents:
            key = f"tick-{place}-{document.id}"
            st.session_state.setdefault(key, document.id not in out)
            st.checkbox(
                literal(document.name),
                key=key,
                on_change=tick,
                args=(document.id,),
            )


def picked_by(documents: Sequence[Document]) -> list[str]:
    """What documents can be told apart by: "#tag", and "7" for those of the last seven days."""
    tags = sorted({f"#{tag}" for one in documents for tag in one.tags})
    old = sum(not _is_recent(one, max(_RECENT)) for one in documents)
    days = [str(n) for n in _RECENT if sum(_is_recent(one, n) for one in documents) > 0]
    return tags + (days if old else [])


def said(words: Words, option: str) -> str:
    """One of `picked_by` in words."""
    return literal(option) if option.startswith("#") else words("collection.days", n=int(option))


def fits(document: Document, wanted: Sequence[str]) -> bool:
    """Whether a document has one of the tags, if any is wanted, and is as new as is wanted."""
    tags = [one[1:] for one in wanted if one.startswith("#")]
    days = [int(one) for one in wanted if not one.startswith("#")]
    tagged = not tags or bool(set(tags) & set(document.tags))
    return tagged and all(_is_recent(document, n) for n in days)


def _is_recent(document: Document, days: int) -> bool:
    since = datetime.now(UTC) - timedelta(days=days)
    return datetime.fromisoformat(document.added_at) >= since
