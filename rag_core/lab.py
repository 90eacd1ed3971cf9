"""Looking into the steps between a question and its answer, with the very parts that answer.

Nothing here computes a step a second way: tokens come from the tokenizer of the embedding in use,
ranks and shares from the retriever's own look, vectors from the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag_core.embeddings import BundledEmbedding, Embedding, Vectors
from rag_core.errors import WrongSetting
from rag_core.retriever import Looked
from rag_core.signals import CIRCUMSTANCES, CLOSE, PLAIN
from rag_core.text import lexical_tokens
from rag_core.types import Passage

MOST_POINTS = 2_000
"""Passages on a map; of more every second, third … is shown."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text. `weight` is how much it says: the length of its vector, 1 = the mean."""

    text: str
    id: int
    weight: float


@dataclass(frozen=True, slots=True)
class Point:
    """A passage on the map."""

    passage: Passage
    x: float
    y: float
    cosine: float


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


def others_tokens(name: str, text: str) -> list[str]:
    """How another model's tokenizer cuts a text: "tiktoken:ENCODING" (OpenAI's) or "hf:NAME", a
    model of the Hugging Face Hub or a folder.

    Raises WrongSetting when it cannot be had: most are downloaded when they are first used.
    """
    kind, _, model = name.partition(":")
    try:
        if kind == "tiktoken":
            import tiktoken

            encoding = tiktoken.get_encoding(model)
            return [encoding.decode([one]) for one in encoding.encode(text, disallowed_special=())]
        from transformers import AutoTokenizer

        read = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
        offsets = read(text, add_special_tokens=False, return_offsets_mapping=True)
        return [text[start:end] for start, end in offsets["offset_mapping"]]
    except Exception as error:  # whatever a foreign library or the network comes up with
        raise WrongSetting(
            setting="tokenizer", value=name, allowed="one that is here, or can be downloaded"
        ) from error


def moved_by(embedding: BundledEmbedding, question: str, passage: str) -> list[tuple[str, float]]:
    """What each subword of the question adds to its cosine with the passage, in order.

    A text is the mean of its subwords' vectors, so the cosine is a sum over them; the values add
    up to it.
    """
    pieces = tokens(embedding, question)
    if not pieces:
        return []
    rows = embedding.rows(np.asarray([one.id for one in pieces], np.int64))
    length = float(np.linalg.norm(rows.sum(axis=0))) or 1.0
    added = rows @ embedding.embed_array([passage])[0] / length
    return [(one.text, float(value)) for one, value in zip(pieces, added, strict=True)]


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
            )
        )
    return found


def _named(shares: np.ndarray) -> tuple[tuple[str, float], ...]:
    named = zip(PLAIN + CLOSE, shares.tolist(), strict=True)
    return tuple(sorted(named, key=lambda pair: -abs(pair[1])))


def circumstances_of(looked: Looked) -> dict[str, float]:
    """The circumstances of the question, by name: they decide how far each signal is trusted."""
    about = looked.judgement.about
    if not len(about):
        return {}
    return dict(zip(CIRCUMSTANCES, about.mean(axis=0).tolist(), strict=True))


def draw_map(
    embedding: Embedding, question: str, passages: Sequence[Passage], vectors: Vectors
) -> tuple[list[Point], tuple[float, float]]:
    """Passages and question on a plane, by the two directions in which passages differ most (PCA).

    Bounded: at most MOST_POINTS passages, and as many are looked at to find the directions.
    """
    from sklearn.decomposition import PCA

    asked = embedding.embed_array([question], query=True)
    step = len(passages) // MOST_POINTS + 1
    some, rows = passages[::step], vectors[::step]
    if len(rows) < 3:
        return [], (0.0, 0.0)
    plane = PCA(n_components=2, svd_solver="full", random_state=0).fit(rows)
    places, (at,) = plane.transform(rows), plane.transform(asked)
    cosines = rows @ asked[0]
    points = [
        Point(passage, float(x), float(y), float(cosine))
        for passage, (x, y), cosine in zip(some, places, cosines, strict=True)
    ]
    return points, (float(at[0]), float(at[1]))


def likeness(embedding: Embedding, words: Sequence[str]) -> np.ndarray:
    """Cosines between words, shape (words, words)."""
    vectors = embedding.embed_array(list(words))
    return np.asarray(vectors @ vectors.T)
