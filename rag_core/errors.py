"""One tree of errors. Each knows what happened, the way out, and a stable code.

    SeodamError
    ├── BadUpload               the file cannot be used; the others go on
    │   ├── UnsupportedFormat   "unsupported_format"
    │   │   ├── OldFormat       "old_format"          of a program's earlier days, like .doc
    │   │   └── PackedFile      "packed_file"         an archive that is not opened
    │   ├── ProtectedFile       "protected_file"      encrypted by its program, or DRM
    │   ├── BrokenFile          "broken_file"
    │   ├── BrokenSet           "broken_set"          no question set that can be read
    │   ├── EmptyDocument       "empty_document"      no text in it, not even by OCR
    │   ├── ScansOnly           "scans_only"          pictures of pages, and no OCR installed
    │   ├── PasswordNeeded      "password_needed"     retryable with a password
    │   ├── AddressRefused      "address_refused"     no web address, or not a public one
    │   ├── FetchFailed         "fetch_failed"        retryable
    │   └── LimitExceeded       "limit_exceeded"      bytes, pages, seconds, memory …
    ├── Cancelled               "cancelled"
    ├── NotFound                "not_found"           also for what belongs to somebody else
    ├── LibraryBusy             "library_busy"        another process owns the data directory
    ├── StoreFailed             "store_failed"        disk full, read-only, newer schema …
    ├── WrongSetting            "wrong_setting"
    ├── BrokenPrices            "broken_prices"       a reader's own prices.toml
    ├── TooFewLessons           "too_few_lessons"     too little text to fine-tune with
    ├── MissingExtra            "missing_extra"       a library or program that a choice needs
    └── ModelFailed             the language or embedding model did not do its part
        ├── ModelRefusedKey     "model_key"
        ├── ModelOverloaded     "model_overloaded"    retryable
        ├── ModelUnreachable    "model_unreachable"   retryable
        ├── ModelTimedOut       "model_timeout"       retryable
        ├── NoModelServer       "no_model_server"     what answers there is something else
        ├── PromptTooLong       "prompt_too_long"     more than a model reads
        ├── TooMuchSent         "too_much_sent"       the same, as its server says
        └── ModelAnswerBroken   "model_answer"        retryable

Screens, command line and HTTP translate an error once, by `code` and `details`, into the user's
language (pages/ui/messages.py, rag_core/cli.py). `str(error)` is an English sentence for logs
and scripts; it never contains a key, a path outside the user's own, or document text.
"""

from __future__ import annotations

from collections.abc import Mapping


class SeodamError(Exception):
    """Base of every error that Seodam raises on purpose."""

    code = "error"
    retryable = False
    template = "Something went wrong."
    way_out = "Try again; if it happens again, please report it."

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.what)

    @property
    def what(self) -> str:
        """What happened, one English sentence."""
        return self.template.format_map(_Shown(self.shown()))

    def shown(self) -> dict[str, object]:
        """The details as they stand in a sentence."""
        return self.details

    @property
    def hint(self) -> str:
        """The way out, one English sentence."""
        return self.way_out.format_map(_Shown(self.details))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.details))


class _Shown(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def _rebuild(kind: type[SeodamError], details: dict[str, object]) -> SeodamError:
    return kind(**details)


class BadUpload(SeodamError):
    """The file cannot be used. Details: name."""

    code = "bad_upload"


class UnsupportedFormat(BadUpload):
    """Details: name, formats (what can be read)."""

    code = "unsupported_format"
    template = "{name} is of a kind that cannot be read."
    way_out = "Save it as one of: {formats}."


class OldFormat(UnsupportedFormat):
    """Details: name, better (what to save it as)."""

    code = "old_format"
    template = "{name} is in an old format that cannot be read."
    way_out = "Open it in the program that made it and save it as {better} or as PDF."


class PackedFile(UnsupportedFormat):
    """An archive within an archive, or one that is no zip. Details: name."""

    code = "packed_file"
    template = "{name} is an archive that is not opened here."
    way_out = "Unpack it and add the files, or put the files themselves into one .zip."


class ProtectedFile(BadUpload):
    """Details: name."""

    code = "protected_file"
    template = "{name} is locked by a password or by copy protection of its program."
    way_out = "Take the protection off in the program that made it, or save it as PDF."


class BrokenFile(BadUpload):
    """Details: name."""

    code = "broken_file"
    template = "{name} is damaged or not what its name says; no reader could open it."
    way_out = "Open it in the program that made it and save it again as PDF."


class BrokenSet(BadUpload):
    """Files that are no question set. Details: name."""

    code = "broken_set"
    template = "{name} cannot be read as a question set."
    way_out = (
        "Give one JSON object a line with question, answer and evidence (doc, page), or BEIR's "
        "queries.jsonl with its qrels (.tsv) and, where there is one, corpus.jsonl."
    )


class EmptyDocument(BadUpload):
    """Details: name, pages."""

    code = "empty_document"
    template = "{name} contains no text that could be read (pages: {pages}, probably pictures)."
    way_out = "Run it through OCR first, or add a version with text."


class ScansOnly(BadUpload):
    """Details: name, pages, command (what installs OCR)."""

    code = "scans_only"
    template = "{name} is a scan ({pages} pages without text); reading it needs Tesseract."
    way_out = "Install it with Korean, then add the file again: {command}"


class PasswordNeeded(BadUpload):
    """Details: name, tried (a password was given and did not fit)."""

    code = "password_needed"
    retryable = True
    template = "{name} is protected by a password."
    way_out = "Add it again with its password; the password is not stored."


class LimitExceeded(BadUpload):
    """Details: name, limit (one of LIMIT_WORDS), allowed, found. `allowed` is in the unit of
    parsing.limits: bytes and unpacked in bytes, memory in MB."""

    code = "limit_exceeded"
    template = "{name} goes beyond the limit of {limit}."
    way_out = "Split it into smaller files, or raise the limit in the settings."

    def shown(self) -> dict[str, object]:
        return {**self.details, "limit": limit_in_words(self.details, LIMIT_WORDS)}


LIMIT_WORDS = {
    "bytes": "{} MB",
    "pages": "{} pages",
    "characters": "{} characters",
    "seconds": "{} seconds",
    "memory": "{} MB of memory",
    "files": "{} files in one archive",
    "unpacked": "{} MB when unpacked",
}


def limit_in_words(details: Mapping[str, object], words: Mapping[str, str]) -> str:
    """A limit with its unit, as in "3,000 pages"."""
    limit, allowed = str(details.get("limit")), details.get("allowed")
    if isinstance(allowed, int | float):
        amount = allowed / 2**20 if limit in {"bytes", "unpacked"} else allowed
        allowed = f"{amount:,.0f}" if amount >= 10 else f"{amount:.3g}"
    return words.get(limit, "{}").format(str(allowed).removesuffix(" MB"))


class AddressRefused(BadUpload):
    """Details: name (the address), why (http: it is none of http or https; public: it is not one
    of the internet's)."""

    code = "address_refused"
    template = "{name} cannot be fetched: only public http and https addresses are."
    way_out = "Save the page or the file on your computer, then add that."


class FetchFailed(BadUpload):
    """Details: name (the address), reason (HTTP 404 …, unreachable, timeout, redirects,
    certificate, encoding)."""

    code = "fetch_failed"
    retryable = True
    template = "{name} could not be fetched ({reason})."
    way_out = "Check the address in a browser and try again, or save it as a file and add that."


class Cancelled(SeodamError):
    """The user stopped it; nothing of it remains."""

    code = "cancelled"
    template = "Stopped; nothing was kept."


class RemovedMeanwhile(SeodamError):
    """Details: name. It, or the collection that it was to stand in, was removed on the way."""

    code = "removed_meanwhile"
    template = "{name} was not added: it, or its collection, was removed in the meantime."
    way_out = "Add it to another collection if you still want it."


class NotFound(SeodamError):
    """Details: what (document, conversation …). The same for absent and for somebody else's."""

    code = "not_found"
    template = "There is no such {what}."
    way_out = "It may have been removed; look at the list."


class LibraryBusy(SeodamError):
    """Details: folder."""

    code = "library_busy"
    template = "Another Seodam is using the data folder {folder}."
    way_out = "Close it, or choose another folder with --data or SEODAM_DATA."


class StoreFailed(SeodamError):
    """Details: reason (disk_full|read_only|newer|corrupt)."""

    code = "store_failed"
    template = "The library could not be written or read ({reason})."
    way_out = "Free some disk space or restore a backup; nothing that was confirmed is lost."


class WrongSetting(SeodamError):
    """Details: setting, value, allowed."""

    code = "wrong_setting"
    template = "{setting} cannot be {value}."
    way_out = "Allowed: {allowed}."


class BrokenPrices(SeodamError):
    """Details: file, line, text (of that line)."""

    code = "broken_prices"
    template = "The prices in {file} cannot be read: line {line} is “{text}”."
    way_out = (
        'Write a row as ["openai:gpt-4o"], input = 2.5 and output = 10, each on a line of its own, '
        "or delete the file: then the prices that come with Seodam count."
    )


class TooFewLessons(SeodamError):
    """There is too little text to learn from and to measure on."""

    code = "too_few_lessons"
    template = "There is too little text to learn from: {found} questions could be made of it."
    way_out = "Add documents with running text; {needed} questions are needed."


class MissingExtra(SeodamError):
    """Details: needs (what is missing), command (what installs it)."""

    code = "missing_extra"
    template = "{needs} is not installed."
    way_out = "Install it with: {command}"


class ModelFailed(SeodamError):
    """Details: model."""

    code = "model_failed"
    template = "The model {model} could not answer."
    way_out = "Try again, or choose another model in Settings."


class ModelRefusedKey(ModelFailed):
    """HTTP 401 or 403."""

    code = "model_key"
    template = "The server of {model} refused the API key."
    way_out = "Check the key in Settings."


class ModelOverloaded(ModelFailed):
    """HTTP 429 or 5xx after the retries."""

    code = "model_overloaded"
    retryable = True
    template = "The server of {model} is overloaded or over its quota."
    way_out = "Wait a little and ask again."


class ModelUnreachable(ModelFailed):
    """No connection."""

    code = "model_unreachable"
    retryable = True
    template = "The server of {model} cannot be reached."
    way_out = "Check the address in Settings and that the server runs."


class NoModelServer(ModelFailed):
    """Asked which models it has, it answered, but not as servers of this kind do."""

    code = "no_model_server"
    template = "{model} answers, but not as a model server does."
    way_out = "Check the address and the kind of server; with most, the address ends in /v1."


class ModelTimedOut(ModelFailed):
    """No token for too long, or the whole answer took too long."""

    code = "model_timeout"
    retryable = True
    template = "The model {model} took too long."
    way_out = "Ask again, or choose a faster model."


class PromptTooLong(ModelFailed):
    """Details: model, tokens (of what it was to read), window (how many there is room for)."""

    code = "prompt_too_long"
    template = "There are {tokens} tokens to read, but {model} has room for {window}."
    way_out = "Choose a model that reads more, or ask a shorter question."


class TooMuchSent(ModelFailed):
    """The server refused a request for its length; it does not say what would fit."""

    code = "too_much_sent"
    template = "What was sent is more than {model} reads at once."
    way_out = "Choose a smaller length of what is sent for this conversation, or another model."


class ModelAnswerBroken(ModelFailed):
    """The stream was cut, empty, or not what the protocol says. What had arrived is kept."""

    code = "model_answer"
    retryable = True
    template = "The answer of {model} broke off or could not be understood."
    way_out = "Ask again; what had arrived until then is kept."
