"""How the model of a conversation is asked: which one, how freely, how long, with how much text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.ui.connection import (
    EXTRACTIVE,
    chosen_model,
    provider_of,
    server_address,
    shown_model,
    told_apart,
)
from pages.ui.costs import warn_of_prices
from pages.ui.messages import Words
from pages.ui.session import Visitor
from rag_core.types import AS_IT_IS, Conversation, Options, Usage, Window
from rag_core.windows import known_window

_TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_ANSWERS = (256, 512, 1024, 2048, 4096)
_CONTEXTS = (2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072)


def options_of(conversation: Conversation | None) -> Options:
    """Those of this conversation, or of the one about to begin."""
    if conversation is not None:
        return conversation.options
    kept = st.session_state.get("options", AS_IT_IS)
    return kept if isinstance(kept, Options) else AS_IT_IS


def model_of(visitor: Visitor, options: Options) -> str:
    """Who answers: the conversation's model, or that of the settings."""
    return options.model or chosen_model(visitor)


def choose(visitor: Visitor, words: Words, conversation: Conversation | None) -> None:
    """A popover that says who answers, to choose another one for this conversation."""
    options = options_of(conversation)
    model = model_of(visitor, options)
    name = words("settings.extractive") if model == EXTRACTIVE else shown_model(model)
    place = conversation.id if conversation else "new"

    def keep(**changed: Any) -> None:
        new = replace(options, **changed)
        if conversation is None:
            st.session_state["options"] = new
        else:
            visitor.conversations.ask_with(conversation.id, new)

    if model != EXTRACTIVE:
        warn_of_prices(visitor, words)
    with st.popover(words("options.title"), icon=":material/psychology:", width="stretch"):
        _model(visitor, words, options, place, keep)
        if conversation is not None:
            _total(visitor, words, conversation)
        if model == EXTRACTIVE:
            st.caption(words("options.no_model"))
            return
        st.caption(words("options.who", model=name))
        address = server_address(visitor, model)
        st.caption(window_said(words, known_window(model, address, options.context_tokens)))
        for field, values in (
            ("temperature", _TEMPERATURES),
            ("answer_tokens", _ANSWERS),
            ("context_tokens", _CONTEXTS),
        ):
            _one(words, options, place, field, values, keep)


def _total(visitor: Visitor, words: Words, conversation: Conversation) -> None:
    """What all answers took; summed up when it is asked for, as long conversations take a while."""
    if st.button(words("usage.total"), key=f"used-{conversation.id}", type="tertiary"):
        parts = took(words, visitor.conversations.used(conversation.id))
        st.caption(" · ".join(parts) or words("usage.nothing"))


def _model(visitor: Visitor, words: Words, options: Options, place: str, keep: Any) -> None:
    listed = st.session_state.get("models", {})
    names = [f"{provider}:{name}" for provider, some in listed.items() for name in some]
    offered = list(dict.fromkeys(["", EXTRACTIVE, *names, options.model]))
    key = f"options-model-{place}"

    def chosen() -> None:
        name = str(st.session_state[key]).strip()
        if name not in offered:
            provider = provider_of(chosen_model(visitor))
            name = name if name.partition(":")[0] == provider else f"{provider}:{name}"
        keep(model=name)

    st.selectbox(
        words("options.model"),
        offered,
        index=offered.index(options.model),
        format_func=lambda name: _said(visitor, words, name, offered),
        key=key,
        on_change=chosen,
        accept_new_options=True,
        help=words("options.model_help"),
    )


def _said(visitor: Visitor, words: Words, name: str, offered: Sequence[str]) -> str:
    if not name:
        default = chosen_model(visitor)
        said = words("settings.extractive") if default == EXTRACTIVE else shown_model(default)
        return words("options.as_set", model=said)
    return words("settings.extractive") if name == EXTRACTIVE else told_apart(name, offered)


def _one(
    words: Words, options: Options, place: str, field: str, values: Sequence[float], keep: Any
) -> None:
    now = getattr(options, field)
    key = f"options-{field}-{place}"
    offered = ["", *sorted({*values, *([now] if now is not None else [])})]

    def changed() -> None:
        chosen = st.session_state[key]
        keep(**{field: None if chosen == "" else chosen})

    st.selectbox(
        words(f"options.{field}"),
        offered,
        index=0 if now is None else offered.index(now),
        format_func=lambda one: words("options.auto") if one == "" else f"{one:,}",
        key=key,
        on_change=changed,
        help=words(f"options.{field}_help"),
    )


def took(words: Words, usage: Usage | None) -> list[str]:
    """What an answer, or a conversation, took, in a few words each."""
    if usage is None or not (usage.input_tokens or usage.output_tokens):
        return []
    about = "" if usage.reported else "≈"
    said = [
        words(
            "usage.tokens",
            read=f"{about}{usage.input_tokens:,}",
            written=f"{about}{usage.output_tokens:,}",
        )
    ]
    if usage.first_seconds:
        said.append(words("usage.first", seconds=f"{usage.first_seconds:.1f}"))
    if usage.dollars is None:
        said.append(words("usage.no_price"))
    elif usage.dollars:
        said.append(f"{about}${usage.dollars:.4f}".replace("$", "\\$"))
    return said


def left_out(words: Words, usage: Usage | None) -> str:
    """What did not fit into the model's window; "" when everything did."""
    if usage is None or not (usage.passages_left_out or usage.turns_left_out):
        return ""
    what = [
        words("usage.passages", n=usage.passages_left_out) if usage.passages_left_out else "",
        words("usage.turns", n=usage.turns_left_out) if usage.turns_left_out else "",
    ]
    left = words("usage.left_out", what=", ".join(filter(None, what)))
    return f"{left} {window_said(words, usage.window)}"


def window_said(words: Words, window: Window) -> str:
    """How much a model reads and writes at once, and who says so."""
    size = "" if window.tokens is None else f"{window.tokens:,}"
    return words(f"window.{window.by.value}", size=size)
