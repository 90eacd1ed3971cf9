"""Text of models and documents → Markdown that can load nothing and hide no address; pure.

A browser fetches an image the moment it is drawn, so an answer could carry a secret away. Rather
than parse Markdown as the renderer might, we break the few pairs of characters without which there
is no image, link, reference, HTML or directive, wherever they stand, with an invisible U+2060
WORD JOINER: a rule that needs no context cannot be led astray by it, nor by half of a text. Bare
http(s) addresses and e-mail addresses stay, as their text is their target; those that disguise
their host with "@" are broken too, and so are the commands by which a formula hides its text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

JOINER = "\u2060"

# Neither seen nor spacing: controls, soft hyphen, fillers, zero-width and direction marks, line
# separators, variation selectors (but U+FE0F, which makes emoji), tags, lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2061-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_HOST = 128
"""Longest run before the end of a host that is waited for; a longer one is broken."""
_DISGUISE = rf"(?=[^\s/?#@]{{0,{_HOST}}}+[^\s/?#])"
# What in a formula (KaTeX) hides, covers or shrinks text, or names an address.
_COMMANDS = (
    "phantom hphantom vphantom color textcolor colorbox fcolorbox href url includegraphics "
    "htmlClass htmlData htmlId htmlStyle llap rlap clap mathllap mathrlap mathclap smash raisebox "
    "kern mkern hskip mskip hspace mspace rule tiny scriptsize sixptsize "
    "Tiny scriptscriptstyle def gdef edef xdef let futurelet newcommand renewcommand providecommand"
).split()
_LONGEST = max(map(len, _COMMANDS))
_OPEN_COMMAND = re.compile(rf"\\[A-Za-z@]{{0,{_LONGEST}}}\Z")
_RULES = re.compile(
    r"(?P<pair>!(?=\[)|\](?=[(\[:])|<(?=[A-Za-z/!?])|:(?=[A-Za-z]))"  # image, link, HTML, directive
    rf"|(?P<scheme>:)(?=//)(?=//{_DISGUISE})"
    rf"|(?P<www>www)(?=\.)(?=\.{_DISGUISE})"
    rf"|(?P<command>\\)(?=(?:{'|'.join(_COMMANDS)})(?![A-Za-z@]))"
    r"|(?<![\\$])(?P<slashes>\\*+)\$(?!\$)",  # money, which would be taken for a formula
    re.IGNORECASE,
)
_DISGUISED = re.compile(rf":(?=//{_DISGUISE})|www(?=\.{_DISGUISE})", re.IGNORECASE)
_UNDECIDED = "!]<:$\\/wW"
"""A text that ends in one of these may still become something else."""
_OPEN_HOST = re.compile(rf"(?:://|www\.)[^\s/?#@]{{0,{_HOST}}}+\Z", re.IGNORECASE)
_CARRIAGE = re.compile("\r\n?")
_BLOCK = r"^ {0,3}(?P<fence>```|~~~).*?(?:^ {0,3}(?P=fence)[^\n]*|\Z)"
_CODE = re.compile(rf"(?P<block>{_BLOCK})|`\w[^`\n]*`", re.MULTILINE | re.DOTALL)


def safe_markdown(text: str) -> str:
    """Markdown that shows `text`, in which nothing can be loaded and no link hides its host.

    Total (any string) and linear; a second run changes nothing. Emphasis, lists, tables, code
    and formulas between `$$` work as ever; a single `$` is money.
    """
    seen = _seen(text)
    return _safe(seen, len(seen))


def undisguised(text: str) -> str:
    """The same text, in which no address hides its host behind an "@" and becomes a link."""
    return _DISGUISED.sub(rf"\g<0>{JOINER}", text)


def code(text: str, *, blocks: bool = False) -> list[tuple[int, int]]:
    """Spans of the code in a text, within lines (from a letter on) and in blocks, or `blocks` only:
    what stands there is shown as it is, so that `a[1]` is no mark and no Markdown."""
    return [one.span() for one in _CODE.finditer(text) if one["block"] or not blocks]


def span_at(spans: Sequence[tuple[int, int]], place: int) -> tuple[int, int] | None:
    """The one of these spans, in order and apart, that holds a place."""
    at = bisect_right(spans, place, key=lambda span: span[0]) - 1
    return spans[at] if at >= 0 and place < spans[at][1] else None


class SafeStream:
    """`safe_markdown` for a text that arrives in pieces.

    What `feed` and `finish` return is, joined, `safe_markdown` of the whole; whatever could
    still turn into something else is held back, so a prefix shown is a prefix of the end.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown now, safe, "" when nothing can yet."""
        text = self._held + piece
        sure = len(text.rstrip("\r"))  # may be half of a line end
        seen = _seen(text[:sure])
        cut = len(seen.rstrip(_UNDECIDED))
        if host := _OPEN_HOST.search(seen, max(0, len(seen) - _HOST - 8)):
            cut = min(cut, len(seen[: host.start()].rstrip(_UNDECIDED)))
        if command := _OPEN_COMMAND.search(seen, max(0, len(seen) - _LONGEST - 1)):
            cut = min(cut, len(seen[: command.start()].rstrip(_UNDECIDED)))
        self._held = seen[cut:] + text[sure:]
        return _safe(seen, cut)

    def finish(self) -> str:
        """The rest, once no more pieces come."""
        rest, self._held = self._held, ""
        return safe_markdown(rest)


def _seen(text: str) -> str:
    return _UNSEEN.sub("", _CARRIAGE.sub("\n", text))


def _safe(seen: str, end: int) -> str:
    """The first `end` characters made safe, judged by all of them."""
    pieces: list[str] = []
    done = 0
    for found in _RULES.finditer(seen):
        if found.start() >= end:
            break
        pieces += [seen[done : found.start()], _broken(found)]
        done = found.end()
    pieces.append(seen[done:end])
    return "".join(pieces)


def _broken(found: re.Match[str]) -> str:
    slashes = found["slashes"]
    if slashes is None:
        return found.group() + JOINER
    return slashes + ("$" if len(slashes) % 2 else "\\$")
