"""The chat: drop documents in, ask, read answers that can be checked."""

from __future__ import annotations

import streamlit as st

from pages.ui import asking, history, offered, scope, understood, uploads, viewer, welcome
from pages.ui.answers import show_turn
from pages.ui.shell import enter
from rag_core.parsing import FORMATS

visitor, words = enter()
linked = st.query_params.get("c")
shelf = st.bottom.container()
sent = st.chat_input(
    words("chat.placeholder"),
    key="question",
    accept_file="multiple",
    file_type=[suffix.lstrip(".") for suffix in FORMATS],
    max_upload_size=visitor.seodam.settings.max_upload_mb,
)
asked = understood.pending_question()
attached: frozenset[int] = frozenset()
if sent:
    searched = scope.collection(visitor, history.current(visitor))
    attached = uploads.submit(visitor, sent.files, searched)
    asked = understood.Pending(sent.text.strip())
if asked.question:
    uploads.dismiss_done(visitor)

asking.settle()
conversation = history.current(visitor)
if linked and conversation is None:
    st.info(words("history.gone"), icon=":material/link_off:")
history.sidebar(visitor, words, conversation)
scope.told(visitor, words, conversation)
documents = visitor.documents

empty = st.empty()  # what stands here is gone at once when something is asked
if conversation is not None:
    turns = visitor.conversations.turns(
        conversation.id, history.shown(visitor, words, conversation)
    )
    for turn in turns:
        if turn.id == asked.beside:
            break  # its new version takes its place, and that of all that followed it
        new = turn is turns[-1] and asking.just_answered()
        show_turn(visitor, words, conversation, turn, new)
    if turns and not asked.question:
        offered.show_following(visitor, words, turns[-1], [turn.question for turn in turns])

if conversation is None and not asked.question:
    with empty.container():
        if documents:
            welcome.show_ready(visitor, words, scope.asked(visitor, None) or documents)
        else:
            welcome.show(visitor, words)
        uploads.show_jobs(visitor, words)
else:
    with shelf:
        uploads.show_jobs(visitor, words, folded=True)
if asked.question:
    with shelf:
        asking.stop_button(words)
    asking.ask(visitor, words, conversation, asked, attached)
viewer.draw(visitor, words)
