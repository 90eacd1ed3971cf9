"""Step 3, fine-tuning: the table learns from pairs and from the teacher at once.

Each step draws one source and takes a batch of its pairs: each query should be nearer to its own
positive than to the others of the batch (in-batch negatives, both ways), in all numbers and in
the first few alone (Matryoshka). A second batch pulls Korean and English texts to the teacher's
vectors.

The module is sentence-transformers' StaticEmbedding; the loop is ours, because its Trainer needs
two more packages and cuts every text into subwords again in every epoch, which would be most of
the time here.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from training.bags import Bags, Ints
from training.data import Source
from training.pretrain import Floats, Lessons


@dataclass(frozen=True)
class Plan:
    """What a run does; a checkpoint of another plan is not continued."""

    steps: int = 4000
    batch: int = 1024
    learning_rate: float = 0.004
    temperature: float = 0.05
    dimensions: tuple[int, ...] = (320, 128)
    taught: float = 2.0
    """Weight of the teacher's batch against the pairs'."""
    longest: int = 256
    """Subwords of a text that are read."""
    seed: int = 7


@dataclass(frozen=True)
class Drawn:
    """A source as bags; `same` numbers equal positives, which are no negatives of each other."""

    name: str
    mass: float
    queries: Bags
    positives: Bags
    same: Ints

    @classmethod
    def of(cls, source: Source, tokenizer: Any) -> Drawn:
        """Cut a source's pairs into subwords."""
        queries, positives = zip(*source.pairs, strict=True)
        numbers: dict[str, int] = {}
        same = np.array([numbers.setdefault(text, len(numbers)) for text in positives])
        return cls(
            source.name,
            source.weight * len(queries),
            Bags.of(tokenizer, queries),
            Bags.of(tokenizer, positives),
            same,
        )


def finetune(
    module: Any,
    drawn: list[Drawn],
    lesson: Lessons,
    bags: Bags,
    targets: Floats,
    plan: Plan,
    checkpoint: Path,
) -> None:
    """Train `module` (a StaticEmbedding) in place; goes on from `checkpoint` where it fits."""
    torch.manual_seed(plan.seed)
    optimizer = torch.optim.Adam(module.parameters(), lr=plan.learning_rate)
    first = _restore(module, optimizer, plan, checkpoint)
    goals = torch.from_numpy(targets)
    masses = np.array([source.mass for source in drawn])
    started, seen = time.monotonic(), 0.0
    for step in range(first, plan.steps):
        random = np.random.default_rng((plan.seed, step))  # so that a resumed run draws the same
        for group in optimizer.param_groups:
            group["lr"] = plan.learning_rate * _pace(step / plan.steps)
        source = drawn[random.choice(len(drawn), p=masses / masses.sum())]
        loss = _pairs_loss(module, source, random, plan)
        loss = loss + plan.taught * _taught_loss(module, lesson, bags, goals, random, plan)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen += float(loss.detach())
        if (step + 1) % 100 == 0:
            pace = (time.monotonic() - started) / (step + 1 - first)
            print(
                f"step {step + 1} of {plan.steps}, loss {seen / 100:.3f}, {pace:.2f} s/step, "
                f"{pace * (plan.steps - step - 1) / 60:.0f} min left",
                flush=True,
            )
            seen = 0.0
        if (step + 1) % 500 == 0 or step + 1 == plan.steps:
            _keep(module, optimizer, plan, step + 1, checkpoint)


def _pace(done: float) -> float:
    """Learning rate over the run: a short rise, then down to nothing in a straight line."""
    return min(1.0, done / 0.03) * (1.0 - done)


def _vectors(module: Any, bags: Bags, rows: Ints, random: np.random.Generator, plan: Plan) -> Any:
    """Vectors of texts; of a long one a stretch is read, another each time."""
    ids, owner, lengths = bags.flat(rows)
    position = np.arange(len(ids)) - (np.cumsum(lengths) - lengths)[owner]
    start = (random.random(len(rows)) * np.maximum(lengths - plan.longest + 1, 1)).astype(np.int64)
    kept = (position >= start[owner]) & (position < start[owner] + plan.longest)
    offsets = np.concatenate([[0], np.cumsum(np.minimum(lengths, plan.longest))[:-1]])
    features = {"input_ids": torch.from_numpy(ids[kept]), "offsets": torch.from_numpy(offsets)}
    return module(features)["sentence_embedding"]


def _pairs_loss(module: Any, source: Drawn, random: np.random.Generator, plan: Plan) -> Any:
    count = min(plan.batch, len(source.queries))
    rows = random.choice(len(source.queries), count, replace=False)
    queries = _vectors(module, source.queries, rows, random, plan)
    positives = _vectors(module, source.positives, rows, random, plan)
    same = torch.from_numpy(source.same[rows])
    twins = (same[:, None] == same[None, :]) & ~torch.eye(count, dtype=torch.bool)
    gold, total = torch.arange(count), torch.zeros(())
    for size in plan.dimensions:
        left = functional.normalize(queries[:, :size], dim=1)
        right = functional.normalize(positives[:, :size], dim=1)
        scores = (left @ right.T / plan.temperature).masked_fill(twins, -1e4)
        total = total + functional.cross_entropy(scores, gold)
        total = total + functional.cross_entropy(scores.T, gold)
    return total / (2 * len(plan.dimensions))


def _taught_loss(
    module: Any, lesson: Lessons, bags: Bags, goals: Any, random: np.random.Generator, plan: Plan
) -> Any:
    """One minus the cosine with the teacher; half of the batch is Korean."""
    rows = np.concatenate(
        [
            random.choice(np.flatnonzero(lesson.korean == korean), plan.batch // 2)
            for korean in (True, False)
        ]
    )
    vectors = _vectors(module, bags, rows, random, plan)
    return 1 - functional.cosine_similarity(vectors, goals[lesson.rows[rows]]).mean()


def _keep(module: Any, optimizer: Any, plan: Plan, step: int, checkpoint: Path) -> None:
    state = {
        "module": module.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": step,
        "plan": asdict(plan),
    }
    partial = checkpoint.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(checkpoint)


def _restore(module: Any, optimizer: Any, plan: Plan, checkpoint: Path) -> int:
    if not checkpoint.exists():
        return 0
    state = torch.load(checkpoint, weights_only=True)
    if state["plan"] != asdict(plan):
        return 0
    module.load_state_dict(state["module"])
    optimizer.load_state_dict(state["optimizer"])
    print(f"going on from step {state['step']}", flush=True)
    return int(state["step"])
