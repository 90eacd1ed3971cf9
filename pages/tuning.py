"""Transfer learning on one's own documents: tune the embedding, see whether it helped, use it."""

from __future__ import annotations

import streamlit as st

from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import enter, literal, show_error
from rag_core.errors import SeodamError
from rag_core.reembedding import EmbeddingInUse
from rag_core.tuning import TUNED, Progress, Trial, Tuner

_MEASURES = ("hit@1", "hit@5", "ndcg@10")


def page() -> None:
    """Draw the page."""
    visitor, words = enter()
    st.title(words("nav.tuning"))
    st.markdown(words("tuning.what"))
    if not visitor.seodam.settings.single_user:
        st.info(words("embedding.fixed"), icon=":material/lock:")
        return
    tuner, in_use = visitor.seodam.tuner, visitor.seodam.in_use
    if tuner.running:
        st.fragment(_watch, run_every=0.5)(tuner, words)
        return
    _begin(visitor, words)
    _ended(tuner, in_use, words)
    _used(in_use, words)
    _kept(tuner, in_use, words)


def _begin(visitor: Visitor, words: Words) -> None:
    if not visitor.library.documents():
        st.info(words("study.empty"), icon=":material/upload_file:")
        return
    st.button(
        words("tuning.start"),
        key="tune",
        type="primary",
        icon=":material/model_training:",
        on_click=visitor.seodam.tune,
        args=(visitor.owner,),
    )


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
            st.button(
                words("tuning.back"),
                key="back",
                icon=":material/undo:",
                on_click=in_use.choose,
                args=("bundled",),
            )


def _moving(in_use: EmbeddingInUse, words: Words) -> None:
    move = in_use.move
    if move is None or not in_use.moving:
        st.rerun()
        return
    said = words("embedding.moving", name=literal(move.name), done=move.done, total=move.total)
    st.progress(move.done / max(move.total, 1), said)


def _kept(tuner: Tuner, in_use: EmbeddingInUse, words: Words) -> None:
    trials = tuner.tunings.all()
    if trials:
        st.header(words("tuning.trials"))
    for place, trial in enumerate(trials):
        with st.expander(_title(words, trial), expanded=place == 0):
            _trial(tuner, in_use, words, trial)


def _title(words: Words, trial: Trial) -> str:
    when = literal(trial.made_at[:16].replace("T", " "))
    verdict = words("tuning.better") if trial.better else words("tuning.refused")
    return f"{when} · {verdict}"


def _trial(tuner: Tuner, in_use: EmbeddingInUse, words: Words, trial: Trial) -> None:
    st.caption(
        words(
            "tuning.how", n=trial.questions, lessons=trial.lessons, seconds=f"{trial.seconds:.0f}"
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
        if not trial.better:
            st.caption(words("tuning.not_used"))
        elif in_use.name != name:
            _button(words("tuning.use"), f"use-{trial.id}", lambda: in_use.choose(name), words)
        if in_use.wanted != name:
            discard = words("tuning.discard")
            _button(discard, f"drop-{trial.id}", lambda: tuner.tunings.discard(trial.id), words)


def _button(label: str, key: str, do: object, words: Words) -> None:
    if st.button(label, key=key):
        try:
            do()  # type: ignore[operator]
        except SeodamError as error:
            show_error(error, words)
            return
        st.rerun()


page()
