"""Whether a Korean word goes on over the end of a line. Pure.

Many files break Korean lines between any two syllables and keep no space there. What the
syllables around the break say is learned (training/spacing.py) and kept as a table of weights;
the words and pairs of the document itself are weighed in. Trained on texts, not on PDFs: of the
breaks of unseen articles it tells 94 in 100 right, where the document alone told 79.
"""

from __future__ import annotations

import os
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import log, log1p

from rag_core.parsing.lines import Line

HANGUL = re.compile("[가-힣]")
_DIGITS, _LETTERS = re.compile(r"\d"), re.compile("[A-Za-z]")
_BRACKETS = "([{《〈「『【"
TABLE = os.path.join(
    os.path.dirname(os.path.dirname(__file__)), "models", "korean-spacing", "weights.bin"
)
SIZE = 1 << 17
"""Weights, a signed byte each; a feature's place is its CRC-32 modulo this."""
SCALE = 24
"""What a weight was multiplied with."""

_AT_LINE_ENDS = 0.44  # share of breaks between two syllables that fall on a space
_BREAKS_WORDS = 0.2  # judged word by word, files that break between words come to 0.03-0.1
_FEWEST = 5
_ASKED = 400  # breaks: enough to tell which kind a document is
_SAMPLE = 60_000  # characters that teach enough about a document's words
_PAIRS, _WORDS = 0.3, 1.0  # how much the document's own pairs and words count, by measurement


def is_open(before: str, after: str) -> bool:
    """Whether a line could break between two characters without a space: beside a syllable."""
    return bool(HANGUL.match(before) or HANGUL.match(after))


def features(before: str, after: str) -> list[int]:
    """Places in the table for a gap between two texts, of which three characters each count."""
    left = _LETTERS.sub("a", _DIGITS.sub("0", ("  " + before)[-3:]))
    right = _LETTERS.sub("a", _DIGITS.sub("0", (after + "  ")[:3]))
    shapes = (
        left[-1:] + "|", left[-2:] + "|", left + "|",
        "|" + right[:1], "|" + right[:2], "|" + right,
        left[-1:] + "|" + right[:1], left[-2:] + "|" + right[:1], left[-1:] + "|" + right[:2],
        left[-2:] + "|" + right[:2], left + "|" + right[:1], left[-1:] + "|" + right,
    )  # fmt: skip
    return [zlib.crc32(shape.encode()) % SIZE for shape in shapes]


class Spacing:
    """What a document's lines teach. Made of nothing, it breaks no words."""

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        self._weights = _weights() if lines else b""
        ends = [
            (line, below)
            for line, below in pairwise(lines)
            if "가" <= line.text[-1] <= "힣" and "가" <= below.text[0] <= "힣"
        ]
        bare = [(line.text, below.text) for line, below in ends if not line.spaced]
        # Where lines keep their space when they end with a word, fewer of the others do.
        spaced = 1 - len(bare) / len(ends) if ends else 0.0
        left = max(0.02, _AT_LINE_ENDS - spaced) / max(0.02, 1 - spaced)
        self._prior = log(left / (1 - left)) if left < 1 else 0.0
        asked = bare[:: max(1, len(bare) // _ASKED)]
        broken = sum(self._learned(*pair) < 0 for pair in asked)
        self.breaks_words = len(asked) >= _FEWEST and broken > _BREAKS_WORDS * len(asked)
        self._count(lines if self.breaks_words else ())

    def one_word(self, before: str, after: str) -> bool:
        """Whether a word goes on from the end of one line into the next. Of a document that breaks
        no words this asks only before a bracket, where any line may break."""
        ends, begins = before[-1], after[0]
        if not self._weights or not is_open(ends, begins):
            return False
        if not self.breaks_words:
            return begins in _BRACKETS and self._learned(before, after) < 0
        last, first = before.rsplit(" ", 1)[-1], after.split(" ", 1)[0]
        words = (
            log1p(self._words[last]) + log1p(self._words[first])
            - 2 * log1p(self._words[last + first])
        )  # fmt: skip
        last_share, first_share = self._last.get(ends, 0.3), self._first.get(begins, 0.3)
        across = self._across[ends, begins] + last_share * first_share
        inside = self._inside[ends, begins] + (1 - last_share) * (1 - first_share)
        pairs = log((across + 1e-3) / (inside + 1e-3))
        return self._learned(before, after) + _PAIRS * pairs + _WORDS * words < 0

    def _learned(self, before: str, after: str) -> float:
        """Log-odds of a space."""
        weights = self._weights
        total = sum((weights[at] ^ 128) - 128 for at in features(before, after))
        return total / SCALE + self._prior

    def _count(self, lines: Sequence[Line]) -> None:
        """The document's words and pairs, without what stands at the ends of its lines."""
        text = "\n".join(line.text for line in lines)[:_SAMPLE]
        inner = [words for line in text.split("\n") if len(words := line.split(" ")) > 2]
        self._words = Counter(word for words in inner for word in words[1:-1])
        self._inside = Counter(pairwise(text))
        self._across = Counter(
            (a[-1], b[0]) for words in inner for a, b in pairwise(words) if a and b
        )
        letters = Counter(text[-1:])
        for (letter, _), count in self._inside.items():
            letters[letter] += count
        last = Counter(word[-1] for words in inner for word in words[:-1] if word)
        first = Counter(word[0] for words in inner for word in words[1:] if word)
        self._last = {letter: count / letters[letter] for letter, count in last.items()}
        self._first = {letter: count / letters[letter] for letter, count in first.items()}


def _weights() -> bytes:
    with open(TABLE, "rb") as file:
        return file.read()
