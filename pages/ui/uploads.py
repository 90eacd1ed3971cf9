"""Adding documents: the drop area, and what is happening to each file."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal
from rag_core.ingestion import Job
from rag_core.parsing import FORMATS
from rag_core.translations import in_words
from rag_core.types import Upload

_ICONS = {
    "ready": ":material/check_circle:",
    "unchanged": ":material/check_circle:",
    "failed": ":material/error:",
    "locked": ":material/lock:",
    "cancelled": ":material/cancel:",
}


def drop_area(visitor: Visitor, words: Words, key: str) -> None:
    """Drop or pick files; they are handed to the queue at once, the area is empty again."""
    turn = st.session_state.setdefault(f"{key}-turn", 0)
    files = st.file_uploader(
        words("upload.label"),
        type=[suffix.lstrip(".") for suffix in FORMATS],
        accept_multiple_files=True,
        max_upload_size=visitor.seodam.settings.max_upload_mb,
        key=f"{key}-{turn}",
    )
    if files:
        submit(visitor, files)
        st.session_state[f"{key}-turn"] = turn + 1
        st.rerun()


def submit(visitor: Visitor, files: Iterable[UploadedFile]) -> None:
    """Hand files to the queue."""
    for file in files:
        visitor.seodam.queue.submit(visitor.owner, Upload(file.name, file.getvalue()))


def dismiss_done(visitor: Visitor) -> None:
    """Forget the files that are ready: their list is in the sidebar and in the library."""
    queue = visitor.seodam.queue
    for job in queue.jobs(visitor.owner):
        if job.stage in {"ready", "unchanged"}:
            queue.dismiss(visitor.owner, job.id)


def show_jobs(visitor: Visitor, words: Words) -> None:
    """Each file on its way: what is happening, or how it ended."""
    jobs = visitor.seodam.queue.jobs(visitor.owner)
    if not jobs:
        return
    if not any(job.moving for job in jobs):
        _list(visitor, words)
    else:
        st.fragment(_watch, run_every=0.5)(visitor, words)


def _watch(visitor: Visitor, words: Words) -> None:
    """Redraw the list while something moves; the whole page once nothing does."""
    _list(visitor, words)
    jobs = visitor.seodam.queue.jobs(visitor.owner)
    ready = sum(job.stage == "ready" for job in jobs)
    before = st.session_state.get("jobs_ready", 0)
    st.session_state["jobs_ready"] = ready
    if ready > before or not any(job.moving for job in jobs):
        st.rerun()


def _list(visitor: Visitor, words: Words) -> None:
    with st.container(border=True, key="jobs"):
        for job in visitor.seodam.queue.jobs(visitor.owner):
            _row(visitor, words, job)


def _row(visitor: Visitor, words: Words, job: Job) -> None:
    queue = visitor.seodam.queue
    with st.container(horizontal=True, vertical_alignment="center"):
        icon = _ICONS.get(job.stage, ":material/hourglass_top:")
        said = words(f"job.{job.stage}", page=job.page, pages=job.pages or "…")
        st.markdown(f"{icon} **{literal(job.name)}** · {literal(said)}", width="stretch")
        if job.ended:
            label, action, key = words("job.dismiss"), queue.dismiss, f"dismiss-{job.id}"
        else:
            label, action, key = words("job.cancel"), queue.cancel, f"cancel-{job.id}"
        st.button(label, key=key, type="tertiary", on_click=action, args=(visitor.owner, job.id))
    if job.stage == "reading" and job.pages:
        st.progress(min(job.page / job.pages, 1.0))
    if job.error is not None and job.stage in {"failed", "locked"}:
        what, way_out = in_words(job.error, words.language)
        st.caption(f"{literal(what)} {literal(way_out)}")
    if job.stage == "locked":
        _password(visitor, words, job)


def _password(visitor: Visitor, words: Words, job: Job) -> None:
    with st.form(f"password-{job.id}", border=False):
        password = st.text_input(words("password.label"), type="password", key=f"word-{job.id}")
        if st.form_submit_button(words("password.open")) and password:
            visitor.seodam.queue.unlock(visitor.owner, job.id, password)
            st.rerun()
