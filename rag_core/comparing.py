"""Two runs over the same questions: what differs, one by one, and whether it may be chance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag_core.evaluation import intervals, mean
from rag_core.examinations import Asked

FEWEST = 6
"""Questions that must differ before more than chance is spoken of: of five that all differ in one
direction one could say so in 1 of 16 cases (2 · 2⁻⁵) without any difference."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more of a measure the second run has, in the mean over the `questions` that count
    for it in both, with the 95 % interval of a bootstrap that draws the questions in pairs; and on
    how many of them it has `more` or `less`."""

    gain: float
    low: float
    high: float
    questions: int
    more: int
    less: int

    @property
    def sure(self) -> bool:
        """Whether it is more than chance: 0 is not in the interval, and enough questions differ."""
        return (self.low > 0 or self.high < 0) and self.more + self.less >= FEWEST


def differences(first: Sequence[Asked], second: Sequence[Asked]) -> dict[str, Difference]:
    """For each measure that some question has in both runs."""
    pairs = list(paired(first, second))
    found = {}
    for name in dict.fromkeys(name for one, _ in pairs for name in one.scores):
        gains = [
            other.scores[name] - one.scores[name]
            for one, other in pairs
            if name in one.scores and name in other.scores
        ]
        if gains:
            [(low, high)] = intervals([{name: gain} for gain in gains]).values()
            more, less = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
            found[name] = Difference(mean(gains), low, high, len(gains), more, less)
    return found


def paired(first: Sequence[Asked], second: Sequence[Asked]) -> Iterator[tuple[Asked, Asked]]:
    """The questions that both runs asked, in the order of the first; one that was asked twice is
    paired in its order."""
    others: dict[str, list[Asked]] = {}
    for one in second:
        others.setdefault(one.question, []).append(one)
    for one in first:
        if others.get(one.question):
            yield one, others[one.question].pop(0)


def outcome(one: Asked, other: Asked) -> int:
    """1 where the second run did better with a question, -1 where the first did, 0 where neither:
    by nDCG of what was found, then by whether the answer is right."""

    def worth(asked: Asked) -> tuple[float, bool]:
        alone = 1 / math.log2(asked.rank + 1) if asked.rank else 0.0
        return round(asked.scores.get("ndcg@10", alone), 9), asked.right

    return (worth(other) > worth(one)) - (worth(other) < worth(one))
