"""Transfer learning on one's own documents: tune the embedding, see whether it helped, use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from pages.ui import scope
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import enter, literal, show_error
from rag_core.embeddings import OPENAI, SENTENCE_TRANSFORMERS
from rag_core.errors import SeodamError
from rag_core.reembedding import EmbeddingInUse
from rag_core.trials import Trial, most_texts
from rag_core.tuning import BASE, TUNED, Progress, Tuner

_MEASURES = ("hit@1", "hit@5", "ndcg@10")


def page() -> None:
    """Draw the page."""
    visitor, words = enter()
    st.title(words("nav.tuning"))
    st.markdown(words("tuning.what"))
    if not visitor.seodam.settings.single_user:
        st.info(words("embedding.shared"), icon=":material/lock:")
        return
    tuner, in_use = visitor.seodam.tuner, visitor.seodam.in_use
    if tuner.running:
        st.fragment(_watch, run_every=0.5)(tuner, words)
        return
    _begin(visitor, words)
    _ended(tuner, in_use, words)
    _used(in_use, words)
    _kept(visitor, words)


def _begin(visitor: Visitor, words: Words) -> None:
    names = _names(visitor, words)
    if len(names) > 1:
        scope.switch(visitor, words, "tuning", None)
        st.caption(words("tuning.of", name=literal(names[visitor.collection])))
    if not visitor.documents:
        st.info(words("study.empty"), icon=":material/upload_file:")
        return
    kind = st.radio(
        words("tuning.kind"),
        ("adapter", "model"),
        format_func=lambda one: words(f"tuning.kind_{one}"),
        captions=[words("tuning.adapter_how"), words("tuning.model_how")],
        key="tuning-kind",
    )
    base = BASE
    if kind == "model":
        typed = st.text_input(
            words("embedding.name"),
            placeholder="intfloat/multilingual-e5-small",
            help=words("embedding.sentence-transformers_help"),
            key="tuning-model",
        )
        base = f"{SENTENCE_TRANSFORMERS}{typed.strip()}"
    in_use = visitor.seodam.in_use.name
    if in_use.startswith(OPENAI):
        told = words("tuning.costs", name=literal(in_use), n=f"{most_texts():,}")
        st.warning(told, icon=":material/payments:")
    _button(
        words("tuning.start"),
        "tune",
        lambda: visitor.seodam.tune(visitor.owner, base, visitor.collection),
        words,
        main=True,
        disabled=base.endswith(":"),
    )


def _names(visitor: Visitor, words: Words) -> dict[str, str]:
    """The collections by id, named."""
    return {one.id: scope.named(words, one) for one in visitor.library.shelving.all()}


def _watch(tuner: Tuner, words: Words) -> None:
    """How far it is; drawn twice a second until it has ended."""
    now = tuner.progress
    if now is None or not now.running:
        st.rerun()
        return
    st.progress(now.step / max(now.steps, 1), words(f"tuning.{now.stage}"))
    _curve(words, now.losses)
    if st.button(words("tuning.stop"), key="stop-tuning", icon=":material/stop_circle:"):
        tuner.stop()
        st.rerun()


def _curve(words: Words, losses: tuple[tuple[int, float], ...]) -> None:
    if len(losses) > 1:
        steps, values = zip(*losses, strict=True)
        step, loss = words("tuning.step"), words("tuning.loss")
        st.line_chart({step: steps, loss: values}, x=step, y=loss, height=220)


def _ended(tuner: Tuner, in_use: EmbeddingInUse, words: Words) -> None:
    now: Progress | None = tuner.progress
    if now is None:
        return
    if now.error is not None:
        show_error(now.error, words)
    elif now.stage == "cancelled":
        st.info(words("tuning.cancelled"), icon=":material/cancel:")


def _used(in_use: EmbeddingInUse, words: Words) -> None:
    """The way back, and how far a change of embedding is."""
    if in_use.moving:
        st.fragment(_moving, run_every=0.5)(in_use, words)
    elif in_use.name.startswith(TUNED):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(words("tuning.in_use"), width="stretch")
            back = words("tuning.back", name=literal(in_use.before))
            _button(back, "back", lambda: in_use.choose(in_use.before), words)


def _moving(in_use: EmbeddingInUse, words: Words) -> None:
    move = in_use.move
    if move is None or not in_use.moving:
        st.rerun()
        return
    said = words("embedding.moving", name=literal(move.name), done=move.done, total=move.total)
    st.progress(move.done / max(move.total, 1), said)


def _kept(visitor: Visitor, words: Words) -> None:
    tuner, in_use = visitor.seodam.tuner, visitor.seodam.in_use
    trials = tuner.tunings.all()
    if trials:
        st.header(words("tuning.trials"))
    names = _names(visitor, words)
    for place, trial in enumerate(trials):
        taught_by = names.get(trial.collection, "") if len(names) > 1 else ""
        with st.expander(_title(words, trial, taught_by), expanded=place == 0):
            _trial(tuner, in_use, words, trial)


def _title(words: Words, trial: Trial, taught_by: str) -> str:
    """When it learned, what, from which collection where there are several, and the verdict."""
    when = trial.made_at[:16].replace("T", " ")
    told = [literal(one) for one in (when, _short(trial.base), taught_by) if one]
    verdict = words("tuning.better") if trial.better else words("tuning.refused")
    return " · ".join([*told, verdict])


def _short(name: str) -> str:
    """The last part of a model's name or folder."""
    return name.removeprefix(SENTENCE_TRANSFORMERS).partition("?")[0].rsplit("/", 1)[-1]


def _trial(tuner: Tuner, in_use: EmbeddingInUse, words: Words, trial: Trial) -> None:
    st.caption(
        words(
            "tuning.how",
            n=trial.questions,
            lessons=trial.lessons,
            seconds=f"{trial.seconds:.0f}",
            against=literal(_short(trial.against)),
        )
    )
    for measure, column in zip(_MEASURES, st.columns(len(_MEASURES)), strict=True):
        before, after = trial.before[measure], trial.after[measure]
        column.metric(measure, f"{after:.3f}", f"{after - before:+.3f}", border=True)
    low, high = trial.interval
    gain = words("tuning.gain", gain=f"{trial.gain:+.3f}", low=f"{low:+.3f}", high=f"{high:+.3f}")
    st.markdown(gain)
    _curve(words, trial.losses)
    name = f"{TUNED}{trial.id}"
    with st.container(horizontal=True):
        if trial.forgets:
            known, still = (f"{one:.3f}" for one in trial.crossed)
            st.caption(words("tuning.forgets", before=known, after=still))
        elif not trial.better:
            st.caption(words("tuning.not_used"))
        elif in_use.name != name:
            _button(words("tuning.use"), f"use-{trial.id}", lambda: in_use.choose(name), words)
        way_back = in_use.before if in_use.name.startswith(TUNED) else ""
        if name not in (in_use.wanted, way_back):
            discard = words("tuning.discard")
            _button(discard, f"drop-{trial.id}", lambda: tuner.tunings.discard(trial.id), words)


def _button(
    label: str,
    key: str,
    do: Callable[[], None],
    words: Words,
    main: bool = False,
    disabled: bool = False,
) -> None:
    """A button that does something that may be refused."""
    icon = ":material/model_training:" if main else None
    kind: Literal["primary", "secondary"] = "primary" if main else "secondary"
    if st.button(label, key=key, type=kind, icon=icon, disabled=disabled):
        try:
            do()
        except SeodamError as error:
            show_error(error, words)
            return
        st.rerun()


page()
