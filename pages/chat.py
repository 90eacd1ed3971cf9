"""The chat: drop documents in, ask, read answers that can be checked."""

from __future__ import annotations

import streamlit as st

from pages.ui import asking, history, uploads, welcome
from pages.ui.answers import show_turn
from pages.ui.shell import enter
from rag_core.parsing import FORMATS

visitor, words = enter()
sent = st.chat_input(
    words("chat.placeholder"),
    key="question",
    accept_file="multiple",
    file_type=[suffix.lstrip(".") for suffix in FORMATS],
    max_upload_size=visitor.seodam.settings.max_upload_mb,
    submit_mode="stop",
)
question = asking.pending_question()
if sent:
    uploads.submit(visitor, sent.files)
    question = sent.text.strip()
if question:
    uploads.dismiss_done(visitor)

conversation = history.current(visitor)
history.sidebar(visitor, words, conversation)
documents = visitor.library.documents()

if conversation is not None:
    for turn in visitor.conversations.turns(conversation.id):
        show_turn(visitor, words, turn)
elif documents and not question:
    welcome.show_ready(words, documents)
elif not documents and not question:
    welcome.show(visitor, words)

uploads.show_jobs(visitor, words)
if question:
    asking.ask(visitor, words, conversation, question)
