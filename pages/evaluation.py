"""Evaluation on one's own documents: a question set, a run of it, two runs side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from pages.ui.connection import chosen_model, generator, shown_model
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import enter, literal, show_error
from rag_core.errors import SeodamError
from rag_core.evaluation import GoldQuestion, read_gold_lines
from rag_core.examinations import Evaluation, QuestionList, as_lines
from rag_core.examining import Examiner, examine, made_questions

_MEASURES = (
    "page_hit@1",
    "page_hit@5",
    "page_mrr@10",
    "answer_contains_gold",
    "citation_validity",
    "abstention_recall",
    "search_p50_ms",
)


def page() -> None:
    """Draw the page."""
    visitor, words = enter()
    st.title(words("nav.evaluation"))
    st.markdown(words("evaluation.what"))
    if not visitor.library.documents():
        st.info(words("study.empty"), icon=":material/upload_file:")
        return
    examiner = visitor.seodam.examiner(visitor.owner)
    if examiner.running:
        st.fragment(_watch, run_every=0.5)(examiner, words)
        return
    _new_set(visitor, words, examiner)
    sets = examiner.evaluations.sets()
    if not sets:
        return
    names = {one.id: one for one in sets}
    chosen = names[
        st.selectbox(
            words("evaluation.set"),
            list(names),
            format_func=lambda one: f"{names[one].name} ({len(names[one].questions)})",
            key="question-set",
        )
    ]
    _questions(visitor, words, examiner, chosen)
    _run(visitor, words, examiner, chosen)
    _ended(words, examiner)
    _compare(words, examiner.evaluations.runs(chosen.id))


def _watch(examiner: Examiner, words: Words) -> None:
    now = examiner.progress
    if now is None or not examiner.running:
        st.rerun()
        return
    st.progress(now.done / max(now.total, 1), words("evaluation.asking", n=now.done, of=now.total))
    if st.button(words("evaluation.stop"), key="stop-evaluation", icon=":material/stop_circle:"):
        examiner.stop()
        st.rerun()


def _new_set(visitor: Visitor, words: Words, examiner: Examiner) -> None:
    with st.expander(words("evaluation.new"), expanded=not examiner.evaluations.sets()):
        documents = visitor.library.documents()
        if st.button(words("evaluation.make"), key="make", icon=":material/auto_awesome:"):
            made = made_questions(visitor.library, [one.id for one in documents])
            if made:
                examiner.evaluations.keep_set(words("evaluation.made"), made)
                st.rerun()
            st.info(words("study.nothing"))
        st.caption(words("evaluation.make_how"))
        if st.button(words("evaluation.type"), key="type", icon=":material/edit:"):
            examiner.evaluations.keep_set(words("evaluation.typed"), ())
            st.rerun()
        given = st.file_uploader(
            words("evaluation.import"), type=["jsonl"], key="import", max_upload_size=5
        )
        if given is not None and st.session_state.get("imported") != given.file_id:
            try:
                questions = read_gold_lines(given.name, given.getvalue())
            except SeodamError as error:
                show_error(error, words)
                return
            st.session_state["imported"] = given.file_id
            examiner.evaluations.keep_set(given.name[:80], questions)
            st.rerun()


def _questions(visitor: Visitor, words: Words, examiner: Examiner, chosen: QuestionList) -> None:
    """The questions as a table that can be changed."""
    names = [one.name for one in visitor.library.documents()]
    with st.expander(words("evaluation.questions", n=len(chosen.questions))):
        rows = [_row(one) for one in chosen.questions] or [_row(GoldQuestion(""))]
        changed = st.data_editor(
            rows,
            num_rows="dynamic",
            key=f"editor-{chosen.id}",
            hide_index=True,
            column_config={
                "question": st.column_config.TextColumn(words("lab.the_question"), width="large"),
                "document": st.column_config.SelectboxColumn(words("lab.document"), options=names),
                "page": st.column_config.NumberColumn(words("evaluation.page"), min_value=1),
                "answer": st.column_config.TextColumn(words("evaluation.answer")),
                "answerable": st.column_config.CheckboxColumn(words("evaluation.answerable")),
            },
        )
        with st.container(horizontal=True):
            if st.button(words("evaluation.save"), key="save", icon=":material/save:"):
                kept = [one for row in changed if (one := _gold(row)).question]
                examiner.evaluations.keep_set(chosen.name, kept, chosen.id)
                st.rerun()
            st.download_button(
                words("evaluation.export"),
                as_lines(chosen.questions),
                f"{chosen.name}.jsonl",
                "application/jsonl",
                icon=":material/download:",
                on_click="ignore",
            )
            if st.button(words("evaluation.delete"), key="delete-set", icon=":material/delete:"):
                examiner.evaluations.delete_set(chosen.id)
                st.rerun()


def _row(gold: GoldQuestion) -> dict[str, object]:
    document, number = next(iter(sorted(gold.places, key=str)), ("", None))
    return {
        "question": gold.question,
        "document": document or None,
        "page": number,
        "answer": gold.answer,
        "answerable": gold.answerable,
    }


def _gold(row: dict[str, object]) -> GoldQuestion:
    document, number = row.get("document"), row.get("page")
    place = (str(document), int(str(number)) if number else None)
    return GoldQuestion(
        str(row.get("question") or "").strip(),
        str(row.get("answer") or ""),
        row.get("answerable") is not False,
        evidence=(frozenset({place}),) if document else (),
    )


def _run(visitor: Visitor, words: Words, examiner: Examiner, chosen: QuestionList) -> None:
    if not st.button(
        words("evaluation.run"),
        key="run",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not chosen.questions,
    ):
        return
    try:
        model = generator(visitor)
    except SeodamError as error:
        show_error(error, words)
        return
    library, assistant = visitor.library, visitor.assistant
    settings = {
        "embedding": visitor.seodam.in_use.name,
        "model": shown_model(chosen_model(visitor)),
        "documents": str(len(library.documents())),
    }
    examiner.start(
        chosen.id,
        settings,
        chosen.questions,
        lambda show, cancelled: examine(
            library, assistant, model, chosen.questions, show=show, cancelled=cancelled
        ),
    )
    st.rerun()


def _ended(words: Words, examiner: Examiner) -> None:
    now = examiner.progress
    if now is not None and now.error is not None:
        show_error(now.error, words)
    elif now is not None and now.stage == "cancelled":
        st.info(words("evaluation.cancelled"), icon=":material/cancel:")


def _compare(words: Words, runs: Sequence[Evaluation]) -> None:
    """One run, or two side by side with what differs question by question."""
    if not runs:
        return
    by_id = {one.id: one for one in runs}
    st.header(words("evaluation.results"))
    first = by_id[_choose(words("evaluation.run_shown"), by_id, "first-run", 0)]
    second = by_id[_choose(words("evaluation.beside"), by_id, "second-run", min(1, len(runs) - 1))]
    rows = [
        {
            words("evaluation.measure"): words(f"measure.{name}"),
            _named(first): round(first.measures[name], 3),
            **({_named(second): round(second.measures[name], 3)} if second is not first else {}),
        }
        for name in _MEASURES
        if name in first.measures
    ]
    st.dataframe(rows, hide_index=True)
    _differences(words, first, second)
    st.download_button(
        words("evaluation.keep"),
        json.dumps(
            [{"settings": one.settings, "made_at": one.made_at, **one.measures} for one in runs],
            ensure_ascii=False,
            indent=2,
        ),
        "evaluations.json",
        "application/json",
        icon=":material/download:",
        on_click="ignore",
    )


def _choose(label: str, runs: dict[str, Evaluation], key: str, place: int) -> str:
    return st.selectbox(
        label, list(runs), index=place, format_func=lambda one: _named(runs[one]), key=key
    )


def _named(run: Evaluation) -> str:
    when = run.made_at[5:16].replace("T", " ")
    return f"{when} · {run.settings.get('embedding', '')} · {run.settings.get('model', '')}"


def _differences(words: Words, first: Evaluation, second: Evaluation) -> None:
    other = {one.question: one for one in second.asked}
    rows = [
        {
            words("lab.the_question"): one.question,
            words("evaluation.rank"): one.rank,
            **(
                {words("evaluation.rank_beside"): other[one.question].rank}
                if second is not first and one.question in other
                else {}
            ),
            words("evaluation.right"): one.right,
        }
        for one in first.asked
    ]
    with st.expander(words("evaluation.each", n=len(rows))):
        st.dataframe(rows, hide_index=True)
        missed = [one.question for one in first.asked if not one.right][:5]
        if missed:
            st.caption(words("evaluation.missed") + " " + " · ".join(literal(q) for q in missed))


page()
