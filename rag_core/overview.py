"""Questions about documents as a whole ("요약해줘", "What is this paper about?").

No passage answers them better than another, so nothing is searched: the passages are those that
tell most of the whole, and without a language model the answer is their most telling sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Protocol

from rag_core.embeddings import BundledEmbedding, bundled_embedding
from rag_core.gist import SUMMARY, Telling, summary, tellings
from rag_core.key_terms import terms
from rag_core.selection import Unit
from rag_core.text import folded
from rag_core.types import Hit, Passage

MOST_PASSAGES = 3_000
"""Passages of a document that are looked at."""
LENGTH = 60
"""Characters of a request; a longer one asks for more than the whole in short."""

_KO_WORKS = "(?:문서|보고서|자료|강의|논문|책|파일|글|기사|슬라이드|pdf|내용)"
_KO_WHOLE = (
    rf"(?:(?:이|그|이번|올린|첨부한|업로드한|전체|모든) ?)*{_KO_WORKS}(?: ?자료)?들?(?:의? ?내용)?"
    r"(?: ?전체)?(?:의|은|는|이|가|을|를|에서)? ?(?:전체|모두|다)?(?:를|의)? ?"
)
_KO_ANY = rf"(?:{_KO_WHOLE}|(?:전체|전부|모두|이건|이거|이게|이것은|여기) ?)?"
_KO_BRIEFLY = (
    r"(?:(?:간단히|간단하게|간략히|간략하게|짧게|쉽게|좀|[한두세네0-9]+ ?(?:줄|문장)(?:으?로)?) ?)*"
)
_KO = (
    rf"{_KO_ANY}{_KO_BRIEFLY}요약(?:본|문)?(?:을|를|만)?"
    r"(?: ?(?:해|하|좀|부탁|만들|보여|알려|정리|줘|주)[가-힣 ]{0,9})?",
    rf"{_KO_ANY}{_KO_BRIEFLY}(?:핵심|주요|중요|전체|주된)(?:한|적인)? ?"
    r"(?:내용|요점|포인트|줄거리|메시지|주제)?(?:만|은|는|이|가|을|를)? ?"
    r"(?:간단히 |짧게 )?(?:정리|요약|알려|말해|설명|뭐|뭔|무엇)[가-힣 ]{0,9}",
    rf"{_KO_ANY}(?:대체 )?(?:(?:무슨|어떤) ?(?:내용|{_KO_WORKS}|이야기|얘기)(?!의)"
    r"|(?:무엇|뭐|뭣)(?:에|을|를)? ?(?:대한|관한|대해|관해|다루는|다룬)"
    rf"(?: ?(?:거|것|{_KO_WORKS}))?"
    r"|(?:무엇을|뭘|뭐를) ?다루)[가-힣 ]{0,9}",
    rf"(?:(?:이|그|올린|첨부한|전체) ?)+{_KO_WORKS}(?:을|를|에 대해)? ?"
    r"(?:설명|소개|정리)해[가-힣 ]{0,6}",
)
_EN_WORKS = (
    r"(?:(?:this|that|the|these|those|my|all|both|whole|entire|uploaded|attached) )*"
    r"(?:document|doc|file|pdf|report|paper|book|article|slide|text|lecture|handout|material)s?"
)
_EN_ANY = rf"(?:{_EN_WORKS}|it|this|these|everything|all(?: of it)?)"
_EN_PLEASE = r"(?:please )?(?:(?:can|could|would) you )?(?:please )?"
_EN_KIND = r"(?:(?:short|brief|quick|concise|general|high-level) )*"
_EN = (
    rf"{_EN_PLEASE}(?:(?:give|write|make|show)(?: me)? )?(?:an? |the )?{_EN_KIND}"
    rf"(?:summary|overview|outline|gist|tl ?dr)(?: (?:of|for) {_EN_ANY})?(?: please)?",
    rf"{_EN_PLEASE}(?:briefly )?(?:summari[sz]e|outline|recap)(?: {_EN_ANY})?(?: for me)?"
    r"(?: briefly| in (?:brief|short|a few (?:words|sentences)))?(?: please)?",
    rf"what(?: is|s| are|re)? {_EN_ANY} (?:all )?about",
    rf"what (?:does|do) {_EN_WORKS} (?:say|cover|discuss|contain)",
    r"(?:what(?: are|re| is|s) )?(?:the )?(?:main|key|central|most important) "
    r"(?:point|idea|takeaway|message|topic|theme|finding|content)s?"
    rf"(?: (?:of|in|from) {_EN_ANY})?",
)
_ASKS = re.compile("|".join((*_KO, *_EN)))
_DROPPED = re.compile(r"[?？!.,;:~'’\"“”()「」『』<>]")


def wants_overview(question: str) -> bool:
    """Whether all that is asked is what the documents are about, or to sum them up."""
    if len(question) > LENGTH:
        return False
    plain = " ".join(_DROPPED.sub("", folded(question)).split())
    return bool(_ASKS.fullmatch(plain))


class Searcher(Protocol):
    """What finds the passages of an answer: `k` of them."""

    @property
    def k(self) -> int: ...

    def search(
        self, question: str, k: int = 10, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        """The k best passages, best first."""


@dataclass(frozen=True)
class WithOverviews:
    """A searcher that finds the most telling passages for who wants an overview.

    `named` gives the name and the passages of each of the documents asked for (None = of all).
    """

    searcher: Searcher
    named: Callable[[frozenset[str] | None], Iterable[tuple[str, Sequence[Passage]]]]

    @property
    def k(self) -> int:
        return self.searcher.k

    def search(
        self, question: str, k: int = 10, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        """The k best passages, best first; for an overview in the order of the documents."""
        if wants_overview(question):
            return telling_hits(self.named(documents), bundled_embedding(), k)
        return self.searcher.search(question, k, documents)


def telling_hits(
    documents: Iterable[tuple[str, Sequence[Passage]]], embedding: BundledEmbedding, k: int
) -> list[Hit]:
    """The k passages, at the most, that tell most of the documents, each of which comes with its
    name; of several documents the most telling of each first, of one in reading order."""
    named = [
        [(name, passage) for passage in _telling(passages[:MOST_PASSAGES], embedding, k)]
        for name, passages in islice((one for one in documents if one[1]), k)
    ]
    turns = chain.from_iterable(zip_longest(*named))
    found = list(islice((one for one in turns if one is not None), k))
    order = {name: place for place, name in enumerate(dict.fromkeys(name for name, _ in found))}
    found.sort(key=lambda one: (order[one[0]], one[1].index))
    return [Hit(rank, passage, name, 1.0) for rank, (name, passage) in enumerate(found, 1)]


def _telling(passages: Sequence[Passage], embedding: BundledEmbedding, k: int) -> list[Passage]:
    """The passages of one document that hold its most telling sentences, the best first; its first
    ones when none can stand alone."""
    told = _told(passages, embedding, k)
    best = list({one.passage.id: one.passage for one in told}.values())
    return best or list(passages[:k])


def _told(passages: Sequence[Passage], embedding: BundledEmbedding, most: int) -> list[Telling]:
    known = terms([passage.text for passage in passages], embedding)
    return summary(tellings(passages), known, embedding, most)


def choose_telling(hits: Sequence[Hit], embedding: BundledEmbedding) -> list[Unit]:
    """The sentences of the passages that sum up each document, in the order of the passages."""
    number = {hit.passage.id: place for place, hit in enumerate(hits, 1)}
    documents: dict[str, list[Passage]] = {}
    for hit in hits:
        documents.setdefault(hit.passage.document_id, []).append(hit.passage)
    most = max(2, SUMMARY // len(documents)) if documents else 0
    units = [
        Unit(number[one.passage.id], at, one.start, one.passage.text[one.start : one.end])
        for passages in documents.values()
        for at, one in enumerate(_told(passages, embedding, most))
    ]
    return sorted(units, key=lambda unit: (unit.number, unit.start))
