"""Looking into the steps between a question and its answer, with the very parts that answer.

Nothing here computes a step a second way: tokens come from the tokenizer of the embedding in use,
ranks and shares from the retriever's own look, vectors from the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag_core.embeddings import BundledEmbedding, Embedding
from rag_core.reranker import group_of
from rag_core.retriever import Looked
from rag_core.search_words import lexical_tokens
from rag_core.signals import CIRCUMSTANCES, CLOSE, PLAIN
from rag_core.types import Passage

MOST_WORDS = 24
"""Words of a question that are left out one after another."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text. `weight` is how much it says: the length of its vector, 1 = the mean."""

    text: str
    id: int
    weight: float


@dataclass(frozen=True, slots=True)
class Look:
    """A candidate as it was judged. `shares` are what each signal added, largest first; () where
    it was not looked at closely. `matched` are the search words that the question has, too."""

    place: int
    passage: Passage
    document: str
    probability: float
    dense_rank: int | None
    lexical_rank: int | None
    cosine: float
    bm25: float
    matched: tuple[str, ...]
    shares: tuple[tuple[str, float], ...]
    held_back: bool = False
    """It is a table of contents, which names what stands elsewhere."""
    brought_forward: bool = False
    """It writes out the letters that were asked about."""


def tokens(embedding: BundledEmbedding, text: str) -> list[Token]:
    """The subwords of a text in order, as the bundled embedding cuts it."""
    pieces = embedding.pieces(text)
    if not pieces:
        return []
    lengths = embedding.directions(np.asarray([one for _, one in pieces], np.int64))[1]
    usual = float(lengths.mean()) or 1.0
    return [
        Token(piece, one, float(length) / usual)
        for (piece, one), length in zip(pieces, lengths, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Moved:
    """How the pieces of a question moved its cosine with a passage, in order. `exact`: the values
    add up to it; else each is how far it falls without that word."""

    pieces: tuple[tuple[str, float], ...]
    cosine: float
    exact: bool


def moved_by(embedding: Embedding, question: str, passage: str) -> Moved:
    """What each piece of the question adds to its cosine with a passage.

    The bundled embedding of a text is the mean of its subwords' vectors, so that the cosine is a
    sum over them. Of any other embedding words are left out one after another, the first
    MOST_WORDS of them.
    """
    if isinstance(embedding, BundledEmbedding):
        return _sum_of(embedding, question, passage)
    words = question.split()[:MOST_WORDS]
    without = [" ".join(words[:i] + words[i + 1 :]) for i in range(len(words))]
    asked = embedding.embed_array([question, *without], query=True)
    cosines = asked @ embedding.embed_array([passage])[0]
    lost = [float(cosines[0] - one) for one in cosines[1:]]
    return Moved(tuple(zip(words, lost, strict=True)), float(cosines[0]), exact=False)


def _sum_of(embedding: BundledEmbedding, question: str, passage: str) -> Moved:
    pieces = tokens(embedding, question)
    if not pieces:
        return Moved((), 0.0, exact=True)
    rows = embedding.rows(np.asarray([one.id for one in pieces], np.int64))
    length = float(np.linalg.norm(rows.sum(axis=0))) or 1.0
    added = rows @ embedding.embed_array([passage])[0] / length
    moved = tuple((one.text, float(value)) for one, value in zip(pieces, added, strict=True))
    return Moved(moved, float(added.sum()), exact=True)


def looks(question: str, looked: Looked, most: int = 10) -> list[Look]:
    """The best candidates as they were judged, best first."""
    judgement = looked.judgement
    wanted = set(lexical_tokens(question))
    shares = dict(zip(judgement.closely, judgement.shares(), strict=True))
    order = sorted(range(len(looked.candidates)), key=lambda i: -judgement.probabilities[i])
    found = []
    for place, i in enumerate(order[:most], start=1):
        one = looked.candidates[i]
        words = dict.fromkeys(lexical_tokens(f"{one.passage.context} {one.passage.text}"))
        found.append(
            Look(
                place,
                one.passage,
                looked.names[one.passage.id],
                judgement.probabilities[i],
                one.dense_rank,
                one.lexical_rank,
                one.dense_score,
                one.lexical_score,
                tuple(word for word in words if word in wanted),
                _named(shares[i]) if i in shares else (),
                judgement.held_back[i],
                judgement.brought_forward[i],
            )
        )
    return found


def _named(shares: np.ndarray) -> tuple[tuple[str, float], ...]:
    named = zip(PLAIN + CLOSE, shares.tolist(), strict=True)
    return tuple(sorted(named, key=lambda pair: -abs(pair[1])))


def grouped(shares: Sequence[tuple[str, float]]) -> dict[str, float]:
    """What the signals of each group (reranker.group_of) added together."""
    sums: dict[str, float] = {}
    for name, value in shares:
        sums[group_of(name)] = sums.get(group_of(name), 0.0) + value
    return sums


def circumstances_of(looked: Looked) -> dict[str, float]:
    """The circumstances of the question, by name: they decide how far each signal is trusted."""
    about = looked.judgement.about
    if not len(about):
        return {}
    return dict(zip(CIRCUMSTANCES, about.mean(axis=0).tolist(), strict=True))


def likeness(embedding: Embedding, words: Sequence[str]) -> np.ndarray:
    """Cosines between words, shape (words, words)."""
    vectors = embedding.embed_array(list(words))
    return np.asarray(vectors @ vectors.T)
