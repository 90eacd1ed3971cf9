"""Which words of a passage a citation quotes for a sentence; pure."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from rag_core.search_words import question_tokens
from rag_core.text import find_quote, sentences
from rag_core.types import Hit

QUOTE_SENTENCES = 3
QUOTE_CHARACTERS = 500
_WIDER = 0.08
"""What another sentence must add to the coverage to be worth quoting as well."""


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

    @property
    def everything(self) -> str:
        """The passage below what stands above it: its headings, title, and the file's name."""
        return f"{self.hit.document} {self.hit.passage.context}\n{self.text}"

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
