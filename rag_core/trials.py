"""Whether a tuned embedding finds more than what there was before it, on questions kept aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag_core.adapter import AdaptedEmbedding
from rag_core.embeddings import BundledEmbedding, Embedding, Vectors
from rag_core.errors import Cancelled
from rag_core.evaluation import bootstrap, mean
from rag_core.lessons import Lesson
from rag_core.passages import searchable_text
from rag_core.stores.record import now
from rag_core.types import Passage

MOST_QUESTIONS, MOST_PASSAGES = 500, 1500
"""What is measured on where a large model reads: minutes, on two processors."""
_TEXTS_AT_ONCE = 64  # between two looks at whether it was cancelled


@dataclass(frozen=True, slots=True)
class Trial:
    """How well the questions kept aside find their passage, before and after.

    `base` is the embedding that learned; `against` the one that `before` is measured with: the
    base, or that in use where it finds more. `gain` is the mean difference of nDCG@10 with its
    95 % bootstrap interval, drawn in pairs. `better` says that the tuning may be used: that all of
    the interval lies above 0. `collection` is the one whose documents taught, "" in old trials.
    """

    id: str
    base: str
    made_at: str
    seconds: float
    lessons: int
    questions: int
    before: dict[str, float]
    after: dict[str, float]
    gain: float
    interval: tuple[float, float]
    better: bool
    losses: tuple[tuple[int, float], ...]
    against: str = "bundled"
    collection: str = ""


def try_out(
    befores: Mapping[str, Embedding],
    after: Embedding,
    passages: Sequence[Passage],
    held: Sequence[Lesson],
    cancelled: Callable[[], bool] = lambda: False,
) -> Trial:
    """The questions kept aside with each embedding, each among all passages: what was tuned
    against the best of `befores` (by name). A passage of which a sentence asks is searched without
    that sentence, as it was cut out of it. Raises Cancelled."""
    if not all(_is_quick(one) for one in (after, *befores.values())):
        passages, held = _some(passages, held)
    found = {name: _gains(one, passages, held, cancelled) for name, one in befores.items()}
    against = max(found, key=lambda name: mean(found[name]))
    first, second = found[against], _gains(after, passages, held, cancelled)
    gains = [b - a for a, b in zip(first, second, strict=True)]
    low, high = bootstrap(gains)
    return Trial(
        id="",
        base="",
        made_at=now(),
        seconds=0.0,
        lessons=0,
        questions=len(held),
        before=_row(first),
        after=_row(second),
        gain=mean(gains),
        interval=(low, high),
        better=low > 0,
        losses=(),
        against=against,
    )


def _is_quick(embedding: Embedding) -> bool:
    return isinstance(embedding, BundledEmbedding | AdaptedEmbedding)


def _some(
    passages: Sequence[Passage], held: Sequence[Lesson]
) -> tuple[Sequence[Passage], Sequence[Lesson]]:
    """Every second, third … question, with its passage and every second, third … of the others."""
    held = held[:: -(-len(held) // MOST_QUESTIONS)]
    asked = {one.passage_id for one in held}
    others = [one for one in passages if one.id not in asked]
    step = -(-len(others) // max(1, MOST_PASSAGES - len(asked))) or 1
    return [*(one for one in passages if one.id in asked), *others[::step]], held


def _gains(
    embedding: Embedding,
    passages: Sequence[Passage],
    held: Sequence[Lesson],
    cancelled: Callable[[], bool],
) -> list[float]:
    """nDCG@10 of each question, by meaning alone."""

    def embed(texts: Sequence[str], query: bool = False) -> Vectors:
        parts = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            if cancelled():
                raise Cancelled
            parts.append(embedding.embed_array(texts[start : start + _TEXTS_AT_ONCE], query))
        return np.concatenate(parts)

    places = {one.id: place for place, one in enumerate(passages)}
    vectors = embed([searchable_text(one) for one in passages])
    asked = embed([one.question for one in held], True)
    texts = embed([one.text for one in held])
    gains = []
    for lesson, question, text in zip(held, asked, texts, strict=True):
        scores = vectors @ question
        own = places[lesson.passage_id]
        scores[own] = text @ question
        rank = int((scores > scores[own]).sum()) + 1
        gains.append(1 / float(np.log2(rank + 1)) if rank <= 10 else 0.0)
    return gains


def _row(gains: Sequence[float]) -> dict[str, float]:
    """hit@1, hit@5 and nDCG@10 of questions with one right passage each."""
    return {
        "hit@1": mean(float(gain == 1.0) for gain in gains),
        "hit@5": mean(float(gain >= 1 / np.log2(6)) for gain in gains),
        "ndcg@10": mean(gains),
    }
