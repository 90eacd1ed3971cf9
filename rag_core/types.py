"""The values that flow through Seodam, frozen, renamed at each stage.

    Upload → Page → Passage → Hit → Citation → Answer → Turn

A value holds no connection and no behaviour beyond reading itself; identity is given by the
stores. A citation copies its quote, so that deleting a document leaves history readable.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

DEFAULT_COLLECTION = "default"
LOCAL_OWNER = "local"
UNDO_SECONDS = 20
"""How long a removed document, collection or conversation can come back."""
MARK = r"\[(\d{1,3})\]"
"""How a citation's number stands in the text of an answer, as a pattern."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived. `name` is hostile: it is shown escaped and never becomes a path."""

    name: str
    data: bytes = field(repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def sha256(self) -> str:
        """Fingerprint of the bytes, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


class ReadBy(StrEnum):
    """How the text of a page was read."""

    TEXT = "text"  # the file's own text layer, by the first reader of its format
    SECOND_READER = "second_reader"  # the text layer, by another library
    OCR = "ocr"
    UNREAD = "unread"  # a picture without text that nothing could read yet


class Unit(StrEnum):
    """What a document is divided into: the kind of place that a citation names."""

    PAGE = "page"
    SLIDE = "slide"
    SHEET = "sheet"
    SECTION = "section"  # under a heading, or a chapter; its label is the heading
    WHOLE = "whole"  # not divided: one text


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a page that was read from its picture: where it stands in `Page.text`
    (`start` … `end`) and on the page, as fractions 0 … 1 of its width and height."""

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read.

    `number` is physical (1 = first) for pages and slides, None for the other units; `label` is
    what the reader sees printed ("iv", "12"), a sheet's name or a section's heading. `text` is
    clean text in reading order: NFC, lines mended, paragraphs separated by a blank line, no lone
    surrogates or control characters. `headings` are the heading lines of `text`: (offset in
    `text`, level with 1 = highest). `confidence` (0 … 1) and `words` are of OCR only; `words` are
    kept, and fetched apart (Library.words), for they are many.
    """

    number: int | None
    label: str
    text: str
    read_by: ReadBy = ReadBy.TEXT
    headings: tuple[tuple[int, int], ...] = ()
    warnings: tuple[str, ...] = ()
    confidence: float | None = None
    words: tuple[Word, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser makes of an upload: its pages, its own title, and codes of what was odd."""

    pages: tuple[Page, ...]
    title: str = ""
    warnings: tuple[str, ...] = ()
    unit: Unit = Unit.PAGE


class DocumentState(StrEnum):
    """Where a document stands. Only READY is ever searched; it is committed last."""

    READING = "reading"
    INDEXING = "indexing"
    READY = "ready"
    REMOVED = "removed"  # hidden at once, purged after the time to undo


@dataclass(frozen=True, slots=True)
class Document:
    """A file in a collection of one owner. `id` = owner, the collection it came into, and the
    SHA-256 of its bytes; it keeps it wherever it is moved, so that citations still lead to it."""

    id: str
    name: str
    collection: str
    sha256: str
    size: int
    state: DocumentState
    pages: int = 0
    passages: int = 0
    title: str = ""
    warnings: tuple[str, ...] = ()
    added_at: str = ""
    unit: Unit = Unit.PAGE
    tags: tuple[str, ...] = ()

    @staticmethod
    def identify(owner: str, collection: str, sha256: str) -> str:
        """The id that the same bytes always get in the same place."""
        return hashlib.sha256(f"{owner}\0{collection}\0{sha256}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Collection:
    """A part of a library with a name of its own, and how many documents can be asked there.
    `id` is what documents and conversations call it by; the name of DEFAULT_COLLECTION is ""."""

    id: str
    name: str
    documents: int = 0


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken away and can come back for so many `seconds` more. `name` is the title of a
    conversation; `documents` is how many went along with a collection."""

    kind: Literal["document", "collection", "conversation"]
    id: str
    name: str
    seconds: float
    documents: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one page, small enough to be found and quoted.

    `text` is word for word what stands in `Page.text` from `start` on; `context` is the
    document's title and the heading path above it: searched, shown, never quoted.
    """

    id: str
    document_id: str
    index: int
    page: int | None
    page_label: str
    text: str
    start: int = 0
    context: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A passage within a stretch of several: its id, and where it begins in `Page.text`."""

    id: str
    index: int
    start: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found. `score` is calibrated: 0 … 1, comparable between questions.

    `parts` are the passages of which it was made, when several that follow each other were (see
    neighbours.py): `passage` has the id of the first one and the text of all.
    """

    rank: int
    passage: Passage
    document: str
    score: float
    dense_rank: int | None = None
    lexical_rank: int | None = None
    dense_score: float = 0.0
    lexical_score: float = 0.0
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A mark [number] of an answer and the place it stands for.

    `verified` is true only when `quote` was found on its page (see citations.py). Only verified
    citations are shown.
    """

    number: int
    document_id: str
    document: str
    page: int | None
    page_label: str
    quote: str
    passage_id: str = ""
    verified: bool = False


class Finish(StrEnum):
    """How an answer ended."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"


class CheckedBy(StrEnum):
    """By what a sentence of an answer was held against the passages that it cites."""

    WORDS = "words"  # it stands there word for word
    NUMBERS = "numbers"  # its numbers and dates, and its meaning
    MEANING = "meaning"  # it has no number: words and meaning
    NOTHING = "nothing"  # it cites nothing


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer and the citation numbers that support it; none = unsupported.

    `contradicted` are those of its numbers and dates that stand otherwise in what it cites. `by`
    is None for an answer from before sentences were checked so.
    """

    text: str
    citations: tuple[int, ...] = ()
    supported: bool = False
    by: CheckedBy | None = None
    contradicted: tuple[str, ...] = ()


class WindowBy(StrEnum):
    """Who says how many tokens a model reads and writes at once."""

    SERVER = "server"  # its provider, or the model itself where it runs here
    TABLE = "table"  # our own, as last known
    READER = "reader"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens that fit into a question with all that goes along and its answer; None: not known."""

    tokens: int | None = None
    by: WindowBy = WindowBy.NOBODY


NO_WINDOW = Window()


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer took: tokens read and written, as the model says or else as we count them;
    seconds until its first words; US dollars, None where no price is known; what did not fit, and
    into which window."""

    input_tokens: int = 0
    output_tokens: int = 0
    reported: bool = False
    first_seconds: float = 0.0
    dollars: float | None = None
    passages_left_out: int = 0
    turns_left_out: int = 0
    window: Window = NO_WINDOW


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said, and what it stands on. `text` carries marks like [1], numbered from 1."""

    text: str
    citations: tuple[Citation, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    hits: tuple[Hit, ...] = ()
    answerable: bool = True
    finish: Finish = Finish.COMPLETE
    model: str = ""
    standalone_question: str = ""
    seconds: float = 0.0
    offered_citations: int = 0  # how many marks the model wrote, verified or not
    error: str = ""  # code of the error that ended it, for Finish.FAILED
    usage: Usage | None = None  # None without a language model, and of earlier versions

    @property
    def verified_share(self) -> float:
        """Verified citations among those that the model offered, 0 … 1; 1 when it offered none."""
        if not self.offered_citations:
            return 1.0
        return len(self.citations) / self.offered_citations


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader thinks of an answer, and why."""

    helpful: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer in a conversation.

    `parent` is the turn that it follows, None for a first one. Turns with the same parent are
    versions of one another (asked again, or with other words); `versions` are their ids, oldest
    first.
    """

    id: int
    question: str
    answer: Answer
    asked_at: str = ""
    parent: int | None = None
    versions: tuple[int, ...] = ()
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How a conversation's model is asked; "" and None: as the settings and the model have it."""

    model: str = ""
    temperature: float | None = None
    answer_tokens: int | None = None
    context_tokens: int | None = None


AS_IT_IS = Options()


@dataclass(frozen=True, slots=True)
class Scope:
    """What is searched of a collection, looked at anew with each question: documents with one of
    the tags, added in the last so many days, whose names hold these words. Empty: all of them."""

    tags: tuple[str, ...] = ()
    days: int | None = None
    name: str = ""


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A named sequence of turns. It searches what is in the scope of its collection, but for the
    `excluded`: documents that its reader has ticked out."""

    id: str
    title: str
    collection: str = DEFAULT_COLLECTION
    excluded: frozenset[str] = frozenset()
    created_at: str = ""
    pinned: bool = False
    options: Options = AS_IT_IS
    scope: Scope = EVERYTHING
