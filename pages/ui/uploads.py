"""Adding documents: the drop area, and what is happening to each file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.ui.messages import Words
from pages.ui.session import Visitor, remember_password
from pages.ui.shell import literal
from rag_core.errors import BadUpload, PasswordNeeded
from rag_core.fetching import fetch
from rag_core.parsing import FORMATS, unpack
from rag_core.translations import in_words
from rag_core.types import Upload

if TYPE_CHECKING:
    from rag_core.ingestion import Job

_ICONS = {
    "ready": ":green[:material/check_circle:]",
    "unchanged": ":green[:material/check_circle:]",
    "failed": ":red[:material/error:]",
    "locked": ":orange[:material/lock:]",
    "cancelled": ":gray[:material/cancel:]",
}
_TALL = 6  # rows; a longer list scrolls
_HEIGHT = 320  # pixels


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
        submit(visitor, files, visitor.collection)
        st.session_state[f"{key}-turn"] = turn + 1
        st.rerun()
    _address_field(visitor, words, f"{key}-address-{turn}")


def submit(visitor: Visitor, files: Iterable[UploadedFile], collection: str) -> frozenset[int]:
    """Hand files to the queue, of a zip those in it; the numbers of their jobs."""
    return frozenset(
        job
        for file in files
        for job in _submit(visitor, Upload(file.name, file.getvalue()), collection)
    )


def _submit(visitor: Visitor, upload: Upload, collection: str) -> list[int]:
    queue = visitor.seodam.queue
    try:
        uploads = unpack(upload, visitor.library.limits)
    except BadUpload as error:
        return [queue.refuse(visitor.owner, upload.name, error).id]
    return [queue.submit(visitor.owner, one, collection).id for one in uploads]


def _address_field(visitor: Visitor, words: Words, key: str) -> None:
    """A field for a web address; what stands there is fetched at once and handed to the queue."""

    def add() -> None:
        address = st.session_state[key].strip()
        st.session_state[key] = ""
        if not address:
            return
        with st.spinner(words("upload.fetching")):
            try:
                upload = fetch(address, visitor.library.limits)
            except BadUpload as error:
                visitor.seodam.queue.refuse(visitor.owner, address.rstrip("/"), error)
            else:
                _submit(visitor, upload, visitor.collection)

    st.text_input(
        words("upload.address"),
        placeholder="https://",
        key=key,
        help=words("upload.address_help"),
        on_change=add,
    )


def dismiss_done(visitor: Visitor) -> None:
    """Forget the files that are ready: their list is in the sidebar and in the library."""
    queue = visitor.seodam.queue
    for job in queue.jobs(visitor.owner):
        if job.stage in {"ready", "unchanged"}:
            queue.dismiss(visitor.owner, job.id)


def show_jobs(visitor: Visitor, words: Words, folded: bool = False) -> None:
    """Each file on its way: what is happening, or how it ended. Folded: one line to open."""
    jobs = visitor.seodam.queue.jobs(visitor.owner)
    if not jobs:
        return
    if any(job.moving for job in jobs):
        st.fragment(_watch, run_every=0.5)(visitor, words, folded)
    else:
        _show(visitor, words, folded)


def said_of(words: Words, job: Job) -> str:
    """What is happening to a file, or how it ended, in a few words."""
    stage = "opening" if job.stage == "reading" and not job.pages else job.stage
    stage = "ocr_waiting" if job.stage == "ocr" and not job.page else stage
    return words(f"job.{stage}", page=job.page, pages=job.pages)


def _watch(visitor: Visitor, words: Words, folded: bool) -> None:
    """Redraw the list while something moves; the whole page once something has changed there."""
    _show(visitor, words, folded)
    jobs = visitor.seodam.queue.jobs(visitor.owner)
    ready = sum(job.searchable for job in jobs)
    before = st.session_state.get("jobs_ready", 0)
    st.session_state["jobs_ready"] = ready
    if ready > before or not any(job.moving for job in jobs):
        st.rerun()


def _show(visitor: Visitor, words: Words, folded: bool) -> None:
    jobs = visitor.seodam.queue.jobs(visitor.owner)
    if folded:
        with st.expander(_summary(words, jobs), key="jobs-folded"):
            _list(visitor, words, jobs, border=False)
    else:
        _list(visitor, words, jobs, border=True)


def _summary(words: Words, jobs: Sequence[Job]) -> str:
    """One line about all files: what asks for attention, what goes on, what is done."""
    counted = {
        "moving": [job for job in jobs if job.moving],
        "locked": [job for job in jobs if job.stage == "locked"],
        "failed": [job for job in jobs if job.stage == "failed"],
    }
    said = [words(f"jobs.{kind}", n=len(some)) for kind, some in counted.items() if some]
    return " · ".join(said) or words("jobs.done", n=len(jobs))


def _list(visitor: Visitor, words: Words, jobs: Sequence[Job], border: bool) -> None:
    tall = len(jobs) > _TALL or (not border and len(jobs) > _TALL // 2)
    with st.container(
        border=border, gap="xsmall", key="jobs", height=_HEIGHT if tall else "content"
    ):
        for job in jobs:
            _row(visitor, words, job)
        _all_at_once(visitor, words, jobs)


def _row(visitor: Visitor, words: Words, job: Job) -> None:
    queue = visitor.seodam.queue
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        icon = _ICONS.get(job.stage, ":material/hourglass_top:")
        said = literal(said_of(words, job))
        st.markdown(f"{icon} **{literal(job.name)}** · {said}", width="stretch")
        if job.ended:
            label, action, key = words("job.dismiss"), queue.dismiss, f"dismiss-{job.id}"
        else:
            label = words("job.stop" if job.searchable else "job.cancel")
            action, key = queue.cancel, f"cancel-{job.id}"
        st.button(label, key=key, type="tertiary", on_click=action, args=(visitor.owner, job.id))
    if job.stage in {"reading", "ocr"} and job.pages:
        st.progress(min(job.page / job.pages, 1.0))
    if job.stage == "failed" and job.error is not None:
        what, way_out = in_words(job.error, words.language)
        st.caption(f"{literal(what)} {literal(way_out)}")
    if job.stage == "locked":
        _password(visitor, words, job)


def _all_at_once(visitor: Visitor, words: Words, jobs: Sequence[Job]) -> None:
    """One button for what would take many clicks."""
    queue = visitor.seodam.queue
    for label, action, those in (
        (words("job.cancel_all"), queue.cancel, [job for job in jobs if job.moving]),
        (words("job.dismiss_all"), queue.dismiss, [job for job in jobs if job.ended]),
    ):

        def do(action: object = action, those: Sequence[Job] = those) -> None:
            for job in those:
                action(visitor.owner, job.id)

        if len(those) > 2:
            st.button(label, key=f"all-{action.__name__}", type="tertiary", on_click=do)


def _password(visitor: Visitor, words: Words, job: Job) -> None:
    wrong = isinstance(job.error, PasswordNeeded) and job.error.details.get("tried")
    with st.form(f"password-{job.id}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            password = st.text_input(
                words("password.label"),
                type="password",
                key=f"word-{job.id}",
                help=words("password.help"),
                width="stretch",
            )
            opened = st.form_submit_button(words("password.open"))
        if wrong:
            st.caption(f":red[{words('password.wrong')}]")
    if opened and password:
        remember_password(job.document_id, password)
        visitor.seodam.queue.unlock(visitor.owner, job.id, password)
        st.rerun()
