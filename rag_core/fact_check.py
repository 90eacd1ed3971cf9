"""Do the documents bear out a claim, say otherwise, or not speak of it?

    for finding in check_facts(text, search, page_text):
        print(finding.claim, finding.ruling, finding.citation)

Without a language model the passages that are found are held against each claim by `grounding` and
`contradiction`: words, numbers, dates, names, denials. With one, the model judges the same
passages; its ruling counts only with a quote that stands on the page, else the claim is "not
found".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

from langchain_core.language_models import BaseChatModel
from pydantic import BaseModel

from rag_core import grounding
from rag_core.citations import PageText, verified
from rag_core.contradiction import (
    Difference,
    Kind,
    deny_each_other,
    difference,
    nearest,
    shared,
)
from rag_core.denials import only_the_claim_denies
from rag_core.embeddings import BundledEmbedding, bundled_embedding
from rag_core.errors import ModelFailed
from rag_core.exclusives import only_the_claim_is_sweeping
from rag_core.extractive import ExtractiveChatModel
from rag_core.generators import model_name
from rag_core.instructions import judging
from rag_core.pointing_back import points_back
from rag_core.quantities import compare
from rag_core.search_words import question_tokens
from rag_core.structured import valid, written
from rag_core.subwords import nearness
from rag_core.support import Evidence
from rag_core.text import differ, find_quote, folded, language, sentences
from rag_core.types import MARK, Citation, Hit

MOST_CLAIMS = 20
PASSAGES = 8
TOGETHER = 3  # sentences that may bear out a claim together
SHARED, LIKELY = 0.5, 0.53
SURE = 0.9
"""Chosen together on what training/support.py learns from: of sentences from elsewhere in the same
article 2 % count as support then (in Korean 0.3 %), and at most 11 % of documentation in another
language."""
_SHORTEST = 6  # letters of a claim; and of a quote that says anything
_MARKS = re.compile(rf"\s?{MARK}|^\s*(?:[-*•]|\d{{1,2}}[.)])\s+")

Search = Callable[[str], Sequence[Hit]]
"""A question → the passages that answer it, best first."""


class Ruling(StrEnum):
    """What the documents say to a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Finding:
    """The ruling on one claim, and the words it rests on.

    `citation` is verified: its quote stands on its page. For NOT_FOUND it is what came nearest,
    None where nothing did. `difference` says in what the document differs, where our rules saw
    that. `model` is the model that judged, "" for our rules; `failed` is the code of the error for
    which our rules judged although a model was there.
    """

    claim: str
    ruling: Ruling
    citation: Citation | None = None
    difference: Difference | None = None
    model: str = ""
    failed: str = ""


class _Judged(BaseModel):
    """What a model says of one claim."""

    verdict: str
    passage: int = 0
    quote: str = ""


def claims(text: str) -> list[str]:
    """The sentences of a text that can be checked, without the marks of lists and citations; at
    most MOST_CLAIMS. Questions and what has hardly a letter claim nothing."""
    found = []
    for start, end in sentences(text):
        one = " ".join(_MARKS.sub("", text[start:end]).split())
        if sum(c.isalpha() for c in one) >= _SHORTEST and not one.endswith(("?", "？", ":")):
            found.append(one)
    return found[:MOST_CLAIMS]


@dataclass(frozen=True, slots=True)
class Ruled:
    """What one text says to a claim, and the sentence of it that does, word for word."""

    ruling: Ruling
    quote: str = ""
    difference: Difference | None = None


def rule(claim: str, text: str, embedding: BundledEmbedding) -> Ruled:
    """What one text says to a claim, by our rules alone.

    `grounding` has to find it LIKELY that the text bears the claim out, and the nearest sentences
    of it have to have SHARED of the claim's words; of a text in another language, it has to be SURE
    of one sentence. Where a claim denies something, so has one of these.
    """
    if exact := find_quote(claim, text):
        return Ruled(Ruling.SUPPORTED, text[exact[0] : exact[1]])
    if found := difference(claim, text):
        return Ruled(Ruling.CONTRADICTED, found.quote, found)
    if differ(language(claim), language(text)):
        best = _translated(claim, text, embedding)
        sure = bool(best) and not _says_more(claim, [best])
        sure = sure and grounding.check(claim, [best], embedding).probability >= SURE
        return Ruled(Ruling.SUPPORTED, best) if sure else Ruled(Ruling.NOT_FOUND)
    near = nearest(claim, text)[:TOGETHER]
    if near and "\t" in near[0]:  # each row of a table is about something of its own
        text, near = near[0], near[:1]
    if shared(claim, "\n".join(near)) >= SHARED and not _says_more(claim, near):
        verdict = grounding.check(claim, [text], embedding)
        if verdict.supported and verdict.probability >= LIKELY:
            return Ruled(Ruling.SUPPORTED, _telling(claim, text))
    return Ruled(Ruling.NOT_FOUND)


def _telling(claim: str, text: str) -> str:
    """The nearest sentence of those that have most of the claim's numbers."""
    return max(nearest(claim, text), key=lambda one: compare(claim, [one]).matched)


def _says_more(claim: str, near: Sequence[str]) -> bool:
    """Whether a claim says "all", "only" or "not" of what the sentences nearest to it do not say
    that, or says what one of them denies."""
    return (
        only_the_claim_is_sweeping(claim, near)
        or only_the_claim_denies(folded(claim), [folded(one) for one in near])
        or any(deny_each_other(claim, one) for one in near)
    )


def _translated(claim: str, text: str, embedding: BundledEmbedding) -> str:
    """The sentence of a text in another language that comes nearest by meaning."""
    spans = [text[a:b] for a, b in sentences(text)]
    near = [one.weighted for one in nearness(claim, spans, embedding)] if spans else []
    return spans[near.index(max(near))] if near else ""


def check_facts(
    text: str,
    search: Search,
    page_text: PageText,
    model: BaseChatModel | None = None,
    embedding: BundledEmbedding | None = None,
) -> Generator[Finding | None]:
    """A finding for every claim of a text, in order; None now and then while a model is at work,
    so that whoever iterates can stop.

    A sentence that begins with "it" or the like is looked up together with the one before. Where
    the model fails our rules judge, and the finding says so. Errors of `search` pass through.
    """
    before = ""
    for claim in claims(text):
        looked_up = f"{before} {claim}" if before and points_back(claim) else claim
        before = claim
        hits = search(looked_up)[:PASSAGES]
        desk = _Desk(claim, hits, page_text, embedding)
        if model is None or isinstance(model, ExtractiveChatModel) or not hits:
            yield desk.ruled()
            continue
        try:
            yield from desk.asked(model)
        except ModelFailed as error:
            yield desk.ruled(failed=error.code)


class _Desk:
    """One claim and the passages that were found for it."""

    def __init__(
        self,
        claim: str,
        hits: Sequence[Hit],
        page_text: PageText,
        embedding: BundledEmbedding | None,
    ) -> None:
        self._claim = claim
        self._evidence = [Evidence(hit) for hit in hits]
        self._page_text = page_text
        self._embedding = embedding or bundled_embedding()

    def ruled(self, failed: str = "") -> Finding:
        """By our rules: the passage that shares most words decides, if it says anything."""
        wanted = set(question_tokens(self._claim))
        ranked = sorted(
            self._evidence, key=lambda one: -len(wanted & set().union(*one.words, frozenset()))
        )
        differing = None
        for evidence in ranked:
            ruled = rule(self._claim, evidence.text, self._embedding)
            citation = self._citation(evidence, ruled.quote)
            if citation is None:
                continue
            found = Finding(self._claim, ruled.ruling, citation, ruled.difference, failed=failed)
            if ruled.difference is None:
                return found
            differing = differing or found
            if ruled.difference.kind is not Kind.NUMBERS:  # those another passage may have
                return differing
        return differing or self._not_found(failed=failed)

    def asked(self, model: BaseChatModel) -> Generator[Finding | None]:
        """By a language model. Raises ModelFailed kinds."""
        name = model_name(model)
        hits = [one.hit for one in self._evidence]
        said: object = {}
        with closing(written(model, judging(self._claim, hits), name)) as growing:
            for said in growing:  # noqa: B007  # the last one counts
                yield None
        judged, _ = valid(_Judged, [said])
        yield self._finding(judged[0], name) if judged else self._not_found(name)

    def _finding(self, judged: _Judged, name: str) -> Finding:
        """What counts of a model's ruling: nothing, without its quote on the page."""
        verdict = judged.verdict.strip().lower().replace(" ", "_")
        if verdict in {Ruling.SUPPORTED, Ruling.CONTRADICTED} and self._said_much(judged.quote):
            first = self._evidence[judged.passage - 1 : judged.passage] if judged.passage else []
            for evidence in [*first, *self._evidence]:
                if span := find_quote(judged.quote, evidence.text):
                    citation = self._citation(evidence, evidence.text[span[0] : span[1]])
                    if citation:
                        return Finding(self._claim, Ruling(verdict), citation, model=name)
        return self._not_found(name)

    def _said_much(self, quote: str) -> bool:
        return sum(c.isalnum() for c in quote) >= _SHORTEST

    def _not_found(self, model: str = "", failed: str = "") -> Finding:
        nearest = None
        if self._evidence:
            nearest = self._citation(self._evidence[0], self._evidence[0].quote(self._claim))
        return Finding(self._claim, Ruling.NOT_FOUND, nearest, model=model, failed=failed)

    def _citation(self, evidence: Evidence, quote: str) -> Citation | None:
        """The quote as a verified citation; None where it does not stand on its page."""
        return verified(1, evidence.hit, quote, self._page_text(evidence.hit.passage))
