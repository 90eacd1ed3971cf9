"""Evaluation on one's own documents: a question set, a run of it, two settings side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui import evaluation_results, evaluation_sets, evaluation_setups, scope
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import enter, show_error
from rag_core.examinations import QuestionList
from rag_core.examiner import Examiner
from rag_core.types import Collection


def page() -> None:
    """Draw the page."""
    visitor, words = enter()
    st.title(words("nav.evaluation"))
    st.markdown(words("evaluation.what"))
    examiner = visitor.seodam.examiner(visitor.owner)
    if examiner.running:
        st.fragment(_watch, run_every=0.5)(examiner, words)
    _turn_to_new(visitor, examiner)
    collection = _collection(visitor, words)
    documents = visitor.library.documents(collection.id)
    if not documents:
        st.info(words("study.empty"), icon=":material/upload_file:")
    evaluation_sets.new_set(visitor, words, examiner, collection.id, documents)
    _ended(words, examiner)
    sets = examiner.evaluations.sets()
    if not sets or not documents:
        return
    chosen = _set(words, sets)
    evaluation_sets.questions(words, examiner, chosen, documents)
    evaluation_setups.run(visitor, words, examiner, chosen, collection)
    evaluation_results.show(words, examiner.evaluations.runs(chosen.id))


def _turn_to_new(visitor: Visitor, examiner: Examiner) -> None:
    """Choose a question set that was just made in the background, and its collection; once."""
    now = examiner.progress
    if now is None or not _is_there(examiner) or st.session_state.get("turned-to") == now.set_id:
        return
    st.session_state["turned-to"] = st.session_state["question-set"] = now.set_id
    if now.collection in {one.id for one in visitor.library.shelving.all()}:
        st.session_state["evaluation-collection"] = now.collection


def _is_there(examiner: Examiner) -> bool:
    """Whether the question set that was made last has not been deleted since."""
    now = examiner.progress
    return now is not None and now.set_id in {one.id for one in examiner.evaluations.sets()}


def _collection(visitor: Visitor, words: Words) -> Collection:
    """The collection that is examined: at first the one in use."""
    known = {one.id: one for one in visitor.library.shelving.all()}
    if len(known) == 1:
        return next(iter(known.values()))
    ids = list(known)
    chosen = st.selectbox(
        words("evaluation.collection"),
        ids,
        index=ids.index(visitor.collection),
        format_func=lambda one: f"{scope.named(words, known[one])} ({known[one].documents})",
        key="evaluation-collection",
    )
    return known[chosen]


def _set(words: Words, sets: Sequence[QuestionList]) -> QuestionList:
    names = {one.id: one for one in sets}
    chosen = st.selectbox(
        words("evaluation.set"),
        list(names),
        format_func=lambda one: f"{names[one].name} ({len(names[one].questions)})",
        key="question-set",
    )
    return names[chosen]


def _watch(examiner: Examiner, words: Words) -> None:
    now = examiner.progress
    if now is None or not now.running:
        st.rerun()
        return
    st.progress(
        now.done / max(now.total, 1),
        words(f"evaluation.stage_{now.stage}", n=now.done, of=now.total),
    )
    if st.button(words("evaluation.stop"), key="stop-evaluation", icon=":material/stop_circle:"):
        examiner.stop()
        st.rerun()


def _ended(words: Words, examiner: Examiner) -> None:
    now = examiner.progress
    if now is not None and now.error is not None:
        show_error(now.error, words)
    elif now is not None and now.stage == "cancelled":
        st.info(words("evaluation.cancelled"), icon=":material/cancel:")
    elif now is not None and _is_there(examiner):
        dropped = words("evaluation.dropped", n=now.dropped) if now.dropped else ""
        said = f"{words('evaluation.kept', n=now.kept)} {dropped}"
        st.success(said, icon=":material/check:")
    elif now is not None and now.dropped and not now.set_id:
        st.warning(words("evaluation.none_kept", n=now.dropped), icon=":material/warning:")


page()
