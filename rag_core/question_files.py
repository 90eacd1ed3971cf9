"""Question sets from files: our gold pages (.jsonl), and BEIR with its corpus or without.

The texts of a corpus go into a collection of their own, as documents with a section for each, read
like any other upload; without a corpus the judgements name one's own documents.
"""

from __future__ import annotations

import gzip
import io
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count
from pathlib import Path, PurePosixPath

from rag_core.errors import BrokenFile, BrokenSet, Cancelled, LimitExceeded
from rag_core.evaluation import QuestionSet, read_question_set
from rag_core.gold import GoldQuestion, Place, read_gold_lines
from rag_core.library import Library
from rag_core.parsing import Limits, unpack
from rag_core.types import Upload

_SECTIONS = 1_000
"""Texts of a corpus that become one document."""
_TITLE, _ID = 60, 30  # letters of a heading

Text = tuple[str, str, str]
"""Of a corpus: id, title, text."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Questions from files, the collection that answers them, and how many were `dropped` because
    nothing that is there answers them."""

    questions: tuple[GoldQuestion, ...]
    collection: str
    dropped: int = 0


def take_in(
    library: Library,
    name: str,
    uploads: Sequence[Upload],
    collection: str,
    show: Callable[[str, int, int], None] = lambda *_: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Taken:
    """The questions of some files. A corpus among them goes into a collection called `name`, with
    a number where another one is called so; else they are about `collection`. Shows "adding", in
    texts. Raises the kinds of BadUpload, Cancelled."""
    try:
        files = dict(_files(uploads, library.limits))
        if not any(_is_beir(one) for one in files):
            gold = [one for file, data in files.items() for one in read_gold_lines(file, data)]
            return Taken(tuple(gold), collection)
        asked = _read_beir(files)
    except BrokenFile as error:
        raise BrokenSet(**error.details) from error
    if asked.documents:
        before = {one.id for one in library.shelving.all()}
        corpus = _Corpus(name, tuple(one for one in asked.documents if one[2].strip()))
        collection = corpus.collection(library)
        try:
            places = corpus.shelve(library, collection, show, cancelled)
        except BaseException:
            if collection not in before:
                library.shelving.remove(collection)
            raise
    else:
        places = _named(library, collection)
    questions = tuple(_questions(asked, places))
    return Taken(questions, collection, len(asked.judged) - len(questions))


def _files(uploads: Sequence[Upload], limits: Limits) -> Iterator[tuple[str, bytes]]:
    """The files given, those in zips and what is packed by gzip, by their names without folders;
    what belongs to no question set is passed over."""
    found = False
    for upload in uploads:
        for part in unpack(upload, limits):
            name = PurePosixPath(part.name.replace("\\", "/")).name
            data = part.data
            if name.lower().endswith(".gz"):
                name, data = name[:-3], _unzipped(name, data, limits)
            if name.lower().endswith((".jsonl", ".tsv")):
                found = True
                yield name, data
    if not found:
        raise BrokenSet(name=", ".join(one.name for one in uploads))


def _unzipped(name: str, data: bytes, limits: Limits) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            whole = packed.read(limits.unpacked + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BrokenSet(name=name) from error
    if len(whole) > limits.unpacked:
        raise LimitExceeded(name=name, limit="unpacked", allowed=limits.unpacked, found="more")
    return whole


def _is_beir(name: str) -> bool:
    return name.endswith(".tsv") or name in {"corpus.jsonl", "queries.jsonl"}


def _read_beir(files: Mapping[str, bytes]) -> QuestionSet:
    """As `read_question_set` reads it from a folder; without a corpus there are no documents."""
    for wanted in ("queries.jsonl", ".tsv"):
        if not any(one.endswith(wanted) for one in files):
            raise BrokenSet(name=", ".join(files))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "qrels").mkdir()
        (Path(folder) / "corpus.jsonl").touch()
        for number, (name, data) in enumerate(files.items()):
            if name.endswith(".tsv"):
                name = f"qrels/{number}.tsv"
            elif name not in {"corpus.jsonl", "queries.jsonl"}:
                continue
            (Path(folder) / name).write_bytes(data)
        return read_question_set(Path(folder))


def _questions(asked: QuestionSet, places: Mapping[str, Place]) -> Iterator[GoldQuestion]:
    """Those that something answers which is there."""
    for one in asked.judged:
        there = [places[text] for text in asked.relevant[one] if text in places]
        if there:
            evidence = tuple(frozenset({place}) for place in there)
            yield GoldQuestion(asked.questions[one], kind="beir", evidence=evidence)


def _named(library: Library, collection: str) -> dict[str, Place]:
    """The documents of a collection by their names, with their endings and without."""
    places: dict[str, Place] = {}
    for one in library.documents(collection):
        places[PurePosixPath(one.name).stem] = places[one.name] = one.name, None
    return places


@dataclass(frozen=True, slots=True)
class _Corpus:
    """Texts that have letters, as documents of a name."""

    name: str
    texts: tuple[Text, ...]

    def parts(self) -> Iterator[tuple[Sequence[Text], Upload]]:
        """The documents, and the texts in each."""
        for start in range(0, len(self.texts), _SECTIONS):
            some = self.texts[start : start + _SECTIONS]
            many = len(self.texts) > _SECTIONS
            title = f"{self.name} {start // _SECTIONS + 1}" if many else self.name
            yield some, Upload(f"{title}.html", _as_page(title, some).encode())

    def collection(self, library: Library) -> str:
        """The collection of this name that holds nothing else, made where there is none."""
        ours = {upload.sha256 for _, upload in self.parts()}
        for number in count(1):
            called = self.name if number == 1 else f"{self.name} {number}"
            collection = library.shelving.add(called).id
            if {one.sha256 for one in library.documents(collection)} <= ours:
                return collection
        raise AssertionError("numbers do not end")

    def shelve(
        self,
        library: Library,
        collection: str,
        show: Callable[[str, int, int], None],
        cancelled: Callable[[], bool],
    ) -> dict[str, Place]:
        """Where each text stands, by its id."""
        places: dict[str, Place] = {}
        for some, upload in self.parts():
            show("adding", len(places), len(self.texts))
            if cancelled():
                raise Cancelled
            document = library.add(upload, collection, cancelled=cancelled).document
            pages = library.pages(document.id)
            if len(pages) != len(some):
                raise BrokenSet(name=upload.name)
            for (text, *_), page in zip(some, pages, strict=True):
                places[text] = document.name, page.label or None
        show("adding", len(self.texts), len(self.texts))
        return places


def _as_page(title: str, texts: Sequence[Text]) -> str:
    """Texts as HTML, each under a heading of its own that no other has."""
    parts = [f"<html><head><meta charset='utf-8'><title>{escape(title)}</title></head><body>"]
    for number, (id_, heading, text) in enumerate(texts, start=1):
        known = " ".join(id_.split()) or str(number)
        short = known if len(known) <= _ID else f"{known[: _ID - 8]} #{number}"
        above = " ".join(heading.split())[:_TITLE]
        parts.append(f"<h2>{escape(f'{above} ({short})' if above else short)}</h2>")
        blocks = [" ".join(one.split()) for one in text.split("\n\n")]
        parts += [f"<p>{escape(one)}</p>" for one in blocks if one]
    return "\n".join([*parts, "</body></html>"])
