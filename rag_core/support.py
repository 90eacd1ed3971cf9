"""Does a passage support a sentence? By words, numbers and names; pure, no model.

Used to choose the words that a citation quotes and to mark sentences that stand on nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from rag_core.text import find_quote, language, question_tokens, sentences
from rag_core.types import Hit

LEAST_COVERAGE = 0.5
"""Share of a sentence's words that its passages must hold, when both are in one language."""
QUOTE_SENTENCES = 3
QUOTE_CHARACTERS = 500
_WIDER = 0.08
"""What another sentence must add to the coverage to be worth quoting as well."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SCALE = re.compile(r"(\d+(?:[.,]\d+)*)\s?(천|만|억|조|thousand|million|billion|trillion)")
_SCALES = {
    "천": 10**3, "만": 10**4, "억": 10**8, "조": 10**12,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_MONTH_NAMES = (
    "january february march april may june july august september october november december"
)
_MONTHS = {month: str(value) for value, month in enumerate(_MONTH_NAMES.split(), 1)}
_KOREAN_COUNTS = dict(
    zip("한 두 세 네 다섯 여섯 일곱 여덟 아홉 열".split(), map(str, range(1, 11)), strict=True)
)
_SPELLED = re.compile(r"[a-z]+")
_COUNTED = re.compile(
    rf"(?<![가-힣])({'|'.join(_KOREAN_COUNTS)})\s?(?:개|명|번|가지|사람|곳|건|차례|살|시간|달|대|권)"
)
_LIST_NUMBER = re.compile(r"^\s*(?:[-*•]\s+)?\(?\d{1,3}[.)]\s+")


def numbers(text: str) -> frozenset[str]:
    """The numbers in `text`, in one spelling: "53,454" and "5만", "five" and "다섯 개"."""
    plain = unicodedata.normalize("NFKC", text).lower()
    found = {_spelling(number) for number in _NUMBER.findall(plain)}
    for number, scale in _SCALE.findall(plain):
        found.add(_spelling(f"{float(number.replace(',', '')) * _SCALES[scale]:.6f}"))
    for word in _SPELLED.findall(plain):
        if value := _WORDS.get(word) or _MONTHS.get(word):
            found.add(value)
    found.update(_KOREAN_COUNTS[word] for word in _COUNTED.findall(plain))
    return frozenset(found)


def claimed_numbers(sentence: str) -> frozenset[str]:
    """The numbers that a sentence claims, in digits; the number of a list item is none of them."""
    plain = unicodedata.normalize("NFKC", _LIST_NUMBER.sub("", sentence)).lower()
    scaled = _SCALE.sub(
        lambda m: _spelling(f"{float(m[1].replace(',', '')) * _SCALES[m[2]]:.6f}"), plain
    )
    return frozenset(_spelling(number) for number in _NUMBER.findall(scaled))


def _spelling(number: str) -> str:
    """Without thousands' commas, leading zeros, or zeros behind the point."""
    number = re.sub(r",(?=\d{3}(?!\d))", "", number)
    if number.count(".") == 1:
        number = number.rstrip("0").rstrip(".")
    return number.lstrip("0") or "0"


class Evidence:
    """A passage that was shown, cut and counted once for all sentences that cite it."""

    def __init__(self, hit: Hit) -> None:
        self.hit = hit
        self.text = hit.passage.text

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """The sentences of the passage."""
        return sentences(self.text)

    @cached_property
    def words(self) -> list[frozenset[str]]:
        """Per sentence, its search words."""
        return [frozenset(question_tokens(self.text[a:b])) for a, b in self.spans]

    @cached_property
    def all_words(self) -> frozenset[str]:
        """Every search word of the passage and of what stands above it."""
        above = question_tokens(f"{self.hit.passage.context} {self.hit.document}")
        return frozenset(above).union(*self.words)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Every number of the passage and of what stands above it."""
        passage = self.hit.passage
        return numbers(f"{self.text}\n{passage.context}\n{self.hit.document} {passage.page_label}")

    @cached_property
    def language(self) -> str:
        """Of the passage's text."""
        return language(self.text)

    @cached_property
    def frequency(self) -> Counter[str]:
        """In how many of its sentences a word stands."""
        return Counter(word for words in self.words for word in words)

    def quote(self, sentence: str) -> str:
        """The contiguous sentences of the passage that support `sentence` best, word for word.

        The sentence itself where it stands there; else one to three sentences. "" for a passage
        without text.
        """
        if exact := find_quote(sentence, self.text):
            return self.text[exact[0] : exact[1]]
        if not self.spans:
            return ""
        wanted = {
            word: 1 / self.frequency[word]
            for word in set(question_tokens(sentence))
            if word in self.frequency
        }
        total = sum(wanted.values()) or 1.0
        covered = [{w for w in words if w in wanted} for words in self.words]

        def share(first: int, last: int) -> float:
            words = set().union(*covered[first : last + 1])
            return sum(wanted[word] for word in words) / total

        best = max(range(len(self.spans)), key=lambda i: (share(i, i), -i))
        first = last = best
        while last - first + 1 < QUOTE_SENTENCES:
            options = [
                (a, b) for a, b in ((first, last + 1), (first - 1, last)) if self._fits(a, b)
            ]
            if not options:
                break
            wider = max(options, key=lambda option: share(*option))
            if share(*wider) - share(first, last) < _WIDER:
                break
            first, last = wider
        return self.text[self.spans[first][0] : self.spans[last][1]]

    def _fits(self, first: int, last: int) -> bool:
        if first < 0 or last >= len(self.spans):
            return False
        return self.spans[last][1] - self.spans[first][0] <= QUOTE_CHARACTERS


def supports(sentence: str, evidence: Sequence[Evidence]) -> bool:
    """Whether the passages, together, hold what the sentence says.

    No number of it may be missing from them, and at least half of its words must stand there.
    Where the languages differ words cannot tell: then its numbers decide alone.
    """
    if not evidence:
        return False
    if claimed_numbers(sentence) - frozenset().union(*(piece.numbers for piece in evidence)):
        return False
    if any(find_quote(sentence, piece.text) for piece in evidence):
        return True
    own = language(sentence)
    if all(piece.language != own for piece in evidence) and own != "other":
        return True
    words = question_tokens(sentence)
    held = frozenset().union(*(piece.all_words for piece in evidence))
    return sum(word in held for word in words) >= LEAST_COVERAGE * len(words)
