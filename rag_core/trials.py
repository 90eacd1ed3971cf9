"""Whether a tuned embedding finds more than what there was before it, on questions kept aside."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag_core.adapter import AdaptedEmbedding
from rag_core.embeddings import BundledEmbedding, Embedding, Vectors, few_at_a_time
from rag_core.errors import Cancelled
from rag_core.evaluation import bootstrap, mean
from rag_core.lessons import Lesson
from rag_core.passages import searchable_text
from rag_core.stores.record import now
from rag_core.translations import translated
from rag_core.types import Passage

MOST_QUESTIONS, MOST_PASSAGES = 500, 1500
"""What is measured on where a large model or a server reads."""
_MOST_TEXTS = 2 * MOST_QUESTIONS + MOST_PASSAGES
"""Texts that such an embedding reads at the most: a question, its text, and the passages."""
FEWEST_QUESTIONS = 10
MEASURING_SECONDS = 90.0
"""For the embeddings that are slow, all together; fewer texts are read where they would not do."""
_TIMED = 32  # passages


@dataclass(frozen=True, slots=True)
class Trial:
    """How well the questions kept aside find their passage, before and after.

    `base` is the embedding that learned; `against` the one that `before` is measured with: the
    base, or that in use where it finds more. `gain` is the mean difference of nDCG@10 with its
    95 % bootstrap interval, drawn in pairs. `better` says that the tuning may be used: that all of
    the interval lies above 0, and that nothing is forgotten. `crossed` is how well sentences find
    their translation (Korean and English, nDCG@10), before and after; `forgets` that it is surely
    worse, as a model becomes that learned too much of one language. `collection` is the one whose
    documents taught, "" in old trials.
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
    crossed: tuple[float, float] = (0.0, 0.0)
    forgets: bool = False


def try_out(
    befores: Mapping[str, Embedding],
    after: Embedding,
    passages: Sequence[Passage],
    held: Sequence[Lesson],
    cancelled: Callable[[], bool] = lambda: False,
    show: Callable[[int, int], None] = lambda done, total: None,
    seconds: float = MEASURING_SECONDS,
) -> Trial:
    """The questions kept aside with each embedding, each among all passages: what was tuned
    against the best of `befores` (by name). A passage of which a sentence asks is searched without
    that sentence, as it was cut out of it. Sentences that say the same in Korean and in English are
    asked as well, for that must not be forgotten. Of large collections a sample is read where an
    embedding is slow, so small that it takes about `seconds`. `show` is told how many texts were
    read, and of how many. Raises Cancelled."""
    every = [*befores.values(), after]
    if slow := [one for one in every if not is_quick(one)]:
        each = sum(_seconds_a_text(one, passages, cancelled) for one in slow)
        passages, held = sample(passages, held, min(1.0, seconds / each / _MOST_TEXTS))
    reading = _Reading(passages, held, len(every), cancelled, show)
    found = {name: reading.gains(one) for name, one in befores.items()}
    against = max(found, key=lambda name: mean(found[name]))
    first, second = found[against], reading.gains(after)
    gains = [b - a for a, b in zip(first, second, strict=True)]
    low, high = bootstrap(gains)
    known, still = reading.crossed(befores[against]), reading.crossed(after)
    forgets = bootstrap([b - a for a, b in zip(known, still, strict=True)])[1] < 0
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
        better=low > 0 and not forgets,
        losses=(),
        against=against,
        crossed=(mean(known), mean(still)),
        forgets=forgets,
    )


def most_texts() -> int:
    """Texts at the most that an embedding has to read to be measured, where it is not quick."""
    return _MOST_TEXTS + 2 * len(translated())


def is_quick(embedding: Embedding) -> bool:
    """Whether it reads thousands of texts in a second."""
    return isinstance(embedding, BundledEmbedding | AdaptedEmbedding)


def _seconds_a_text(
    embedding: Embedding, passages: Sequence[Passage], cancelled: Callable[[], bool]
) -> float:
    """Timed on some passages, the second time: what is loaded at first is not measured."""
    some = [searchable_text(one) for one in passages[:: len(passages) // _TIMED + 1]]
    embedding.embed_array(some[:1])
    if cancelled():
        raise Cancelled
    begun = time.perf_counter()
    embedding.embed_array(some)
    return max((time.perf_counter() - begun) / len(some), 1e-9)


def sample(
    passages: Sequence[Passage], held: Sequence[Lesson], share: float
) -> tuple[Sequence[Passage], Sequence[Lesson]]:
    """Every second, third … question, with its passage and every second, third … of the others:
    `share` of what is measured on at the most, but FEWEST_QUESTIONS at least."""
    questions = max(FEWEST_QUESTIONS, int(share * MOST_QUESTIONS))
    held = held[:: -(-len(held) // questions)]
    asked = {one.passage_id for one in held}
    others = [one for one in passages if one.id not in asked]
    step = -(-len(others) // max(1, int(share * MOST_PASSAGES) - len(asked))) or 1
    return [*(one for one in passages if one.id in asked), *others[::step]], held


@dataclass
class _Reading:
    """The same passages and questions, read by one embedding after the other."""

    passages: Sequence[Passage]
    held: Sequence[Lesson]
    embeddings: int
    cancelled: Callable[[], bool]
    show: Callable[[int, int], None]
    done: int = 0

    @property
    def _total(self) -> int:
        """Texts in all: of every embedding, and of two of them the translations."""
        each = len(self.passages) + 2 * len(self.held)
        return self.embeddings * each + 4 * len(translated())

    def gains(self, embedding: Embedding) -> list[float]:
        """nDCG@10 of each question, by meaning alone."""
        places = {one.id: place for place, one in enumerate(self.passages)}
        vectors = self._embed(embedding, [searchable_text(one) for one in self.passages])
        asked = self._embed(embedding, [one.question for one in self.held], True)
        texts = self._embed(embedding, [one.text for one in self.held])
        gains = []
        for lesson, question, text in zip(self.held, asked, texts, strict=True):
            scores = vectors @ question
            own = places[lesson.passage_id]
            scores[own] = text @ question
            rank = int((scores > scores[own]).sum()) + 1
            gains.append(_gain(rank))
        return gains

    def crossed(self, embedding: Embedding) -> list[float]:
        """nDCG@10 of finding the translation of each sentence, from Korean and from English."""
        korean, english = zip(*translated(), strict=True)
        scores = self._embed(embedding, korean) @ self._embed(embedding, english).T
        own = np.diag(scores)
        ranks = [(rows >= own[:, None]).sum(axis=1) for rows in (scores, scores.T)]
        return [_gain(int(rank)) for rank in np.concatenate(ranks)]

    def _embed(self, embedding: Embedding, texts: Sequence[str], query: bool = False) -> Vectors:
        parts = []
        for some in few_at_a_time(texts):
            if self.cancelled():
                raise Cancelled
            parts.append(embedding.embed_array(some, query))
            self.done += len(some)
            self.show(self.done, self._total)
        return np.concatenate(parts)


def _gain(rank: int) -> float:
    """nDCG@10 where one text is right, and found at this rank."""
    return 1 / float(np.log2(rank + 1)) if rank <= 10 else 0.0


def _row(gains: Sequence[float]) -> dict[str, float]:
    """hit@1, hit@5 and nDCG@10 of questions with one right passage each."""
    return {
        "hit@1": mean(float(gain == 1.0) for gain in gains),
        "hit@5": mean(float(gain >= 1 / np.log2(6)) for gain in gains),
        "ndcg@10": mean(gains),
    }
