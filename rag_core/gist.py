"""What a document is about, without a language model: its telling sentences.

Everything said here stands word for word in the document; a place comes with every sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from rag_core.defining import defines
from rag_core.embeddings import BundledEmbedding
from rag_core.key_terms import Term
from rag_core.pointing_back import points_back
from rag_core.text import language, sentences
from rag_core.types import Passage

MOST_SENTENCES = 2_000
"""Sentences of a document that are looked at; of a longer one every second, third …"""
SHORTEST, LONGEST = 20, 240
"""Characters of a sentence that can stand alone."""
SUMMARY = 5

_PROSE = re.compile(r"(?:[다요죠까]\.|[a-z0-9)%\"”'][.!])[\"”')]*\s*$")
_PROSE_OR_POINT = re.compile(rf"{_PROSE.pattern}|[가-힣)%]\s*$")
_ENOUGH = 4  # sentences that show that a document is written in sentences
_MARK = re.compile(r"(?:[-*•·∙◦▪■□●○◆◇※►▶→✓|]|\d{1,2}[.)]|[A-Z]{4,}:|[가-힣A-Za-z][.)])\s+")
_NEEDS_THE_REST = re.compile(
    r"(?:위의?|아래|다음|또|즉|예를|한편|그런데|먼저|반면)"
    r"|(?:So|Then|For example|Here|There|We|Our|I|You|Your|In addition|Moreover|Finally)\b"
)
"""What points elsewhere in the document, or to who writes and reads it."""
_PURPOSE = re.compile(
    r"(?:이|본) (?:문서|보고서|논문|연구|책|글|강의|자료|장|절|가이드|안내서|규정|법)[은는에의가]"
    r"|목[적표][은는이]|(?:제안|소개|설명|정리|안내|발표|요약)(?:한다|합니다|하였다|했다|하고자)"
    r"|\b(?:[Tt]his|[Tt]he) (?:paper|report|document|article|study|book|guide|rule|chapter|work)\b"
    r"|\b[Ww]e (?:propose|present|introduce|show|describe)\b|\bproposes?\b|\b(?:aim|goal|purpose)\b"
)
_ASIDE = re.compile(
    r"예를 들|^(?:만약|비록|또는|참고로)|(?:보세요|바랍니다|주세요)\.$"
    r"|\b(?:for example|[Pp]lease)\b|^(?:If|When|As such|Although|Note|See|Some|Early|Ask)\b"
)
# What a summary does without: an example, a condition.


@dataclass(frozen=True, slots=True)
class Telling:
    """A sentence that can stand alone: `text` is passage.text[start:end] word for word."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The sentence on one line."""
        return " ".join(self.passage.text[self.start : self.end].split())


def tellings(passages: Sequence[Passage]) -> list[Telling]:
    """The sentences of documents that can stand alone, in order, each once; of one that has next to
    none, as a report in points or a slide deck, also its points."""
    found: list[Telling] = []
    for _, group in groupby(passages, lambda passage: passage.document_id):
        own = list(group)
        prose = [one for passage in own for one in _tellings(passage, _PROSE)]
        if len(prose) < _ENOUGH:
            prose = [one for passage in own for one in _tellings(passage, _PROSE_OR_POINT)]
        found += prose
    unique = list({one.text: one for one in found}.values())
    return unique[:: len(unique) // MOST_SENTENCES + 1]


def _tellings(passage: Passage, kind: re.Pattern[str]) -> Iterator[Telling]:
    for start, end in sentences(passage.text):
        if mark := _MARK.match(passage.text, start, end):
            start = mark.end()
        text = " ".join(passage.text[start:end].split())
        if (
            SHORTEST <= len(text) <= LONGEST
            and "\t" not in passage.text[start:end]
            and kind.search(text)
            and text not in passage.context
            and not points_back(text)
            and not _NEEDS_THE_REST.match(text)
            and not "a" <= text[:1] <= "z"
        ):
            yield Telling(passage, start, end)


def summary(
    found: Sequence[Telling],
    known: Sequence[Term],
    embedding: BundledEmbedding,
    most: int = SUMMARY,
) -> list[Telling]:
    """The sentences that tell most of the whole and least of the same, in reading order.

    Chosen one by one by maximal marginal relevance (Carbonell and Goldstein 1998): nearness to
    the document's mean, the key terms it holds, whether it opens the document or a section, defines
    something or says what the document is for; less what is said already.
    """
    if not found:
        return []
    vectors = embedding.embed_array([one.text for one in found])
    middle = vectors.mean(axis=0)
    central = vectors @ middle / (np.linalg.norm(middle) or 1.0)
    held = np.array([sum(t.weight for t in known if t.text in one.text) for one in found])
    good = central + 0.25 * held / (held.max() or 1.0) + _standing(found)
    said = np.zeros(len(found))
    chosen: list[int] = []
    for _ in range(min(most, len(found))):
        scores = good - 0.8 * said
        scores[chosen] = -np.inf
        best = int(scores.argmax())
        chosen.append(best)
        said = np.maximum(said, vectors @ vectors[best])
    return [found[i] for i in sorted(chosen)]


def _standing(found: Sequence[Telling]) -> np.ndarray:
    """What the place and the manner of each sentence say for it."""
    sections: set[str] = set()
    points = 0.3 / (1 + np.arange(len(found)) / 5)
    for at, one in enumerate(found):
        opens = one.passage.context not in sections
        sections.add(one.passage.context)
        points[at] += 0.15 * opens + 0.25 * bool(_PURPOSE.search(one.text))
        points[at] += 0.15 * defines(one.text) - 0.3 * bool(_ASIDE.search(one.text))
        points[at] -= 0.3 * (language(one.text) == "other")
    return points
