"""Question sets: new ones, made of the documents, typed or imported, and changing one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui.connection import EXTRACTIVE, chosen_model, generator, shown_model
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal, show_error
from rag_core.errors import SeodamError
from rag_core.examinations import QuestionList, as_lines
from rag_core.examiner import Examiner
from rag_core.gold import GoldQuestion, Place
from rag_core.types import Document, Upload

_FORMATS = ("jsonl", "gz", "tsv", "zip")
_OF_BEIR = {"", "corpus", "queries", "train", "dev", "test"}  # names that say nothing of a set
_MOST_MEGABYTES = 50
_NAME_LENGTH = 60


def new_set(
    visitor: Visitor,
    words: Words,
    examiner: Examiner,
    collection: str,
    documents: Sequence[Document],
) -> None:
    """The ways to a new question set for these documents."""
    with st.expander(words("evaluation.new"), expanded=not examiner.evaluations.sets()):
        with st.container(horizontal=True):
            if documents and st.button(
                words("evaluation.make"), key="make", icon=":material/auto_awesome:"
            ):
                _make(visitor, words, examiner, documents)
            if documents:
                _by_model(visitor, words, examiner, collection, documents)
            if st.button(words("evaluation.type"), key="type", icon=":material/edit:"):
                _keep(examiner, words("evaluation.typed"), ())
                st.rerun()
        st.caption(words("evaluation.make_how"))
        _import(visitor, words, examiner, collection)


def _keep(examiner: Examiner, name: str, questions: Sequence[GoldQuestion]) -> None:
    """Keep a new set, and have it chosen."""
    st.session_state["question-set"] = examiner.evaluations.keep_set(name, questions)


def _make(
    visitor: Visitor, words: Words, examiner: Examiner, documents: Sequence[Document]
) -> None:
    from rag_core.question_making import made_questions

    made = made_questions(visitor.library, documents)
    if made:
        _keep(examiner, words("evaluation.made"), made)
        st.rerun()
    st.info(words("study.nothing"))


def _by_model(
    visitor: Visitor,
    words: Words,
    examiner: Examiner,
    collection: str,
    documents: Sequence[Document],
) -> None:
    """Where a model is chosen, it can make the questions."""
    name = chosen_model(visitor)
    if name == EXTRACTIVE:
        return
    told = shown_model(name)
    if st.button(
        words("evaluation.write", model=literal(told)),
        key="write-questions",
        icon=":material/smart_toy:",
        help=words("evaluation.write_how"),
        disabled=examiner.running,
    ):
        try:
            model = generator(visitor)
        except SeodamError as error:
            show_error(error, words)
            return
        title = words("evaluation.written", model=told)
        examiner.write(title, visitor.library, documents, model, collection)
        st.rerun()


def _import(visitor: Visitor, words: Words, examiner: Examiner, collection: str) -> None:
    given = st.file_uploader(
        words("evaluation.import"),
        type=list(_FORMATS),
        accept_multiple_files=True,
        key="import",
        max_upload_size=_MOST_MEGABYTES,
        help=words("evaluation.import_how"),
    )
    label = words("evaluation.take_in")
    if given and st.button(label, key="take-in", type="primary", disabled=examiner.running):
        stems = (one.name.partition(".")[0] for one in given)
        name = next((one for one in stems if one not in _OF_BEIR), "BEIR")[:_NAME_LENGTH]
        uploads = [Upload(one.name, one.getvalue()) for one in given]
        examiner.take_in(name, visitor.library, uploads, collection)
        st.rerun()


def questions(
    words: Words, examiner: Examiner, chosen: QuestionList, documents: Sequence[Document]
) -> None:
    """The questions as a table that can be changed."""
    names = [one.name for one in documents]
    gone = {name for gold in chosen.questions for name, _ in gold.places} - set(names)
    if gone:
        st.warning(words("evaluation.elsewhere", n=len(gone)), icon=":material/folder_off:")
    with st.expander(words("evaluation.questions", n=len(chosen.questions))):
        rows = [_row(one) for one in chosen.questions] or [_row(GoldQuestion(""))]
        changed = st.data_editor(
            rows,
            num_rows="dynamic",
            key=f"editor-{chosen.id}",
            hide_index=True,
            column_config={
                "question": st.column_config.TextColumn(words("lab.the_question"), width="large"),
                "document": st.column_config.SelectboxColumn(
                    words("lab.document"), options=[*names, *sorted(gone)]
                ),
                "page": st.column_config.TextColumn(words("evaluation.page")),
                "answer": st.column_config.TextColumn(words("evaluation.answer")),
                "answerable": st.column_config.CheckboxColumn(words("evaluation.answerable")),
            },
        )
        with st.container(horizontal=True):
            if st.button(words("evaluation.save"), key="save", icon=":material/save:"):
                known = {_key(_row(one)): one for one in chosen.questions}
                golds = [known.get(_key(row)) or _gold(row) for row in changed]
                kept = [one for one in golds if one.question]
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
            st.button(
                words("evaluation.delete"),
                key="delete-set",
                icon=":material/delete:",
                on_click=_delete,
                args=(examiner, chosen.id),
            )


def _row(gold: GoldQuestion) -> dict[str, object]:
    document, number = next(iter(sorted(gold.places, key=str)), ("", None))
    return {
        "question": gold.question,
        "document": document or None,
        "page": None if number is None else str(number),
        "answer": gold.answer,
        "answerable": gold.answerable,
    }


def _key(row: dict[str, object]) -> tuple[tuple[str, object], ...]:
    """A row that is as it was stands for its question, of which it shows one place only."""
    return tuple(sorted(row.items()))


def _delete(examiner: Examiner, set_id: str) -> None:
    st.session_state.pop("question-set", None)
    examiner.evaluations.delete_set(set_id)


def _gold(row: dict[str, object]) -> GoldQuestion:
    document, number = row.get("document"), str(row.get("page") or "").strip()
    page = int(number) if number.isdecimal() else number or None
    place: Place = (str(document), page)
    return GoldQuestion(
        str(row.get("question") or "").strip(),
        str(row.get("answer") or ""),
        row.get("answerable") is not False,
        evidence=(frozenset({place}),) if document else (),
    )
