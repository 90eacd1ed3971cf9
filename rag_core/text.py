"""Text, pure: cleaning, comparing quotes, sentences, and whose script it is.

Everything here is a function of its arguments; nothing is read, kept or downloaded.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

Language = Literal["ko", "en", "other"]

# --- cleaning -----------------------------------------------------------------------------------

# Lone surrogates (SQLite and Chroma refuse them), control characters but tab and newline,
# zero-width and direction marks, soft hyphens, PDFium's U+FFFE for a hyphen at a line's end.
_UNWANTED = re.compile(
    "[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff]"
)

_LINE_END = re.compile("\r\n|[\r\u2028\u2029]")


def normalise(text: str) -> str:
    """NFC, with `\\n` as the only line end and nothing in it that is neither seen nor spacing."""
    text = _LINE_END.sub("\n", text)
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text))


def shortened(text: str, most: int) -> str:
    """The text on one line and in so many characters at most, with "…" where that cut it."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")


def folded(text: str) -> str:
    """Width, case and the accents of Latin letters folded."""
    text = unicodedata.normalize("NFKC", text).lower()
    return text if text.isascii() else _ACCENTED.sub(_bare, text)


def _bare(letter: re.Match[str]) -> str:
    return unicodedata.normalize("NFD", letter.group())[0]


# --- quotes -------------------------------------------------------------------------------------

_QUOTE_MARKS = dict.fromkeys("“”„‟«»〝〞＂″", '"') | dict.fromkeys("‘’‚‛′＇`´", "'")
_SOFT = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff\ufffe]|[-‐‑‒–—―−﹘﹣－]")
# A letter with the marks or conjoining jamo that follow it: what NFKC may merge into one.
_CLUSTER = re.compile(
    "[\u1100-\u115f\ua960-\ua97f]+[\u1160-\u11a7\ud7b0-\ud7c6]*[\u11a8-\u11ff\ud7cb-\ud7fb]*"
    "|.[\u0300-\u036f\u1160-\u11ff\u3099\u309a]*",
    re.DOTALL,
)


def squash(text: str) -> tuple[str, Sequence[int]]:
    """What two quotes have in common when only their typesetting differs.

    NFKC, without white space and hyphens of any kind, quote marks straightened; letter case is
    kept. The numbers say, for each character of the result, where it comes from in `text`.
    """
    return _kept(text) if len(text) <= _SHORT else _squashed(text)


_SHORT = 5_000  # characters of a text whose squashed form is kept for a while: a page, no book


@lru_cache(maxsize=1024)
def _kept(text: str) -> tuple[str, Sequence[int]]:
    return _squashed(text)


def _squashed(text: str) -> tuple[str, Sequence[int]]:
    letters: list[str] = []
    places: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        raw = cluster.group()
        plain = raw if raw.isascii() else unicodedata.normalize("NFKC", raw)
        for letter in plain:
            letter = _QUOTE_MARKS.get(letter, letter)
            if not _SOFT.match(letter):
                letters.append(letter)
                places.append(cluster.start())
    return "".join(letters), array("I", places)


def find_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Where `quote` stands in `text` under `squash`: (start, end), None if it does not."""
    return next(find_quotes(quote, text), None)


def find_quotes(quote: str, text: str) -> Iterator[tuple[int, int]]:
    """Every place at which `quote` stands in `text` under `squash`, in order, none overlapping."""
    wanted, _ = squash(quote)
    if not wanted:
        return
    plain, places = squash(text)
    at = plain.find(wanted)
    while at >= 0:
        last = _CLUSTER.match(text, places[at + len(wanted) - 1])
        assert last is not None  # the place was a cluster's start a moment ago
        yield places[at], last.end()
        at = plain.find(wanted, at + len(wanted))


def letters_of(text: str) -> str:
    """The letters and digits of a text with their case folded, and nothing else."""
    return "".join(c for c in text.casefold() if c.isalnum())


# --- sentences ----------------------------------------------------------------------------------

NOTES = r"(?:\[\u2060?(?:note )?\d{1,3}\])*"  # of an encyclopedia, behind the mark: work."[4]
_END = re.compile(rf"(?P<mark>[.!?。！？…]+[\"'”’」』)\]]*){NOTES}(?=\s|$)|[。！？]")
_LEADER = re.compile(r"\.{4,}|(?<=\s)\.{2,}")  # dots that lead the eye to the next cell of a row
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|vs|etc|cf|al|No|Nos|Fig|Figs|Eq|Sec|Vol|pp|p|ca"
    r"|approx|Inc|Ltd|Co|Corp|e\.g|i\.e|U\.S|[A-Z])\.$"
)
_DOTTED = re.compile(r"(?:^|[\s(\d])[A-Za-z](?:\.[A-Za-z])+\.$")  # "9 a.m.": may end a sentence
_GOES_ON = re.compile(r"\s+[a-z\d]")
_DATED = re.compile(r"(?:(?<!\d)(?:19|20)\d\d|['’‘]\d\d)\.(?P<more>(?:\s?\d{1,2}\.){0,2})$")
_DATE_GOES_ON = re.compile(
    r"[ \t]?(?:1[0-2]|0?[1-9])(?:월|\.\s?\d{1,2}\.|\.(?=[ \t]*[가-힣)>~∼-]))"
)
_DATE_SAYS = re.compile(r"[ \t]*(?:\d{1,2}\.|[가-힣)>~∼-])")
_LONGEST_DATE = 14
_LIST_MARK = re.compile(
    r"\s*(?:[-*•·∙◦▪■□●○◆◇※►▶→✓|]|\(?\d{1,3}[.)]|\(?(?:[a-zA-Z가-하]|[ivx]{1,4})[.)])\s"
)
_CLOSED_LINE = re.compile(r"[.!?。！？:;：…|][\"'”’」』)\]]*\s*$|(?:다|요|까|죠|음|함|됨|임)\s*$")
_SHORT_LINE = 30
"""A line of fewer characters did not end because the column was full: a title, a table cell."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences of `text`, in order, without white space around them.

    A sentence ends at an end mark followed by space (not after abbreviations, initials, the number
    of a list item, or leader dots), at a blank line, and at a line end before a list item or after
    a closed or short line. Together they hold every character that is not white space.
    """
    spans: list[tuple[int, int]] = []
    for block in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text):
        for start, end in _lines(text, block.start(), block.end()):
            spans += _cut_at_marks(text, start, end)
    return spans


def begins_item(text: str) -> bool:
    """Whether a text begins with the mark or the number of an item of a list."""
    return bool(_LIST_MARK.match(text))


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The block text[start:end] cut at those line ends that mean something."""
    cuts, line_start = [start], start
    for newline in re.finditer("\n", text[start:end]):
        line, line_start = text[line_start : start + newline.start()], start + newline.end()
        closed = _CLOSED_LINE.search(line) or len(line.strip()) < _SHORT_LINE or "\t" in line
        if closed or _LIST_MARK.match(text, line_start):
            cuts.append(line_start)
    return [(a, b) for a, b in zip(cuts, [*cuts[1:], end], strict=True) if text[a:b].strip()]


def _cut_at_marks(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    begin = start
    for mark in _END.finditer(text, start, end):
        sentence = text[begin : mark.end("mark") if mark["mark"] else mark.end()]
        if _ABBREVIATION.search(sentence) or re.fullmatch(r"\s*\(?\w{1,3}[.)]", sentence):
            continue
        if _DOTTED.search(sentence) and _GOES_ON.match(text, mark.end(), end):
            continue
        if _LEADER.match(text, mark.start()) or _in_date(text, mark):
            continue
        spans.append((begin, mark.end()))
        begin = mark.end()
    spans.append((begin, end))
    return [_tight(text, a, b) for a, b in spans if text[a:b].strip()]


def _in_date(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark belongs to a Korean date that goes on, or that what it dates follows."""
    line = text[text.rfind("\n", 0, mark.end()) + 1 : mark.end()]
    if not (dated := _DATED.search(line[-_LONGEST_DATE:])):
        return False
    return bool((_DATE_SAYS if dated["more"] else _DATE_GOES_ON).match(text, mark.end()))


def _tight(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


# --- language -----------------------------------------------------------------------------------

_HANGUL = re.compile("[가-힣ㄱ-ㅣ]+")
_LATIN = re.compile("[A-Za-z]+")
_LETTERS = re.compile(r"[^\W\d_]+")


def language(text: str) -> Language:
    """Korean where a fifth of the letters is Hangul (English terms are common in Korean text),

    English where nine in ten are Latin, else other; text without letters is "other".
    """
    if text.isascii():
        return "en" if _LATIN.search(text) else "other"
    letters = _count(_LETTERS, text)
    if not letters:
        return "other"
    if _count(_HANGUL, text) >= 0.2 * letters:
        return "ko"
    return "en" if _count(_LATIN, text) >= 0.9 * letters else "other"


def differ(one: Language, other: Language) -> bool:
    """Whether two languages are not the same, as far as both can be told."""
    return one != other and "other" not in (one, other)


def _count(runs: re.Pattern[str], text: str) -> int:
    return sum(map(len, runs.findall(text)))
