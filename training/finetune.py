"""Step 3, fine-tuning: the table learns from pairs and from the teacher at once.

Each step draws one source and takes a batch of its pairs: each query should be nearer to its own
positive than to the others of the batch (in-batch negatives, both ways), in all numbers and in
the first few alone (Matryoshka). Of groups of paraphrases, two texts of each group are a pair, and
so all other groups are negatives: the same words asking for something else. A second batch pulls
Korean and English texts to the teacher's vectors.

The loop is ours, not sentence-transformers' Trainer: that needs two more packages, cuts every text
into subwords again in every epoch, and moves all 40,000 rows at each step, where only the few
thousand that a batch has met need to (Adam with sparse gradients); together most of the time.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from training.bags import Bags, Ints
from training.data import Source
from training.pretrain import Floats, Lessons

REPORT = 50
"""Steps between two lines of progress."""


@dataclass(frozen=True)
class Plan:
    """What a run does; a checkpoint of another plan is not continued."""

    steps: int = 1800
    batch: int = 512
    learning_rate: float = 0.004
    temperature: float = 0.08
    dimensions: tuple[int, ...] = (320, 128)
    taught: float = 1.0
    """Weight of the teacher's batch against the pairs'."""
    longest: int = 128
    """Subwords of a text that are read."""
    seed: int = 7
    keep_every: int = 100
    """Steps between two checkpoints; makes no difference to the result."""


@dataclass(frozen=True)
class Drawn:
    """A source as bags. `same` numbers equal positives, which are no negatives of each other.

    Of groups of paraphrases `queries` and `positives` are all texts, and `same` numbers the groups.
    """

    mass: float
    queries: Bags
    positives: Bags
    same: Ints
    grouped: bool

    @classmethod
    def of(cls, source: Source, tokenizer: Any) -> Drawn:
        """Cut a source's pairs into subwords."""
        mass = source.weight * len(source.pairs)
        if source.groups:
            texts = Bags.of(tokenizer, [text for pair in source.pairs for text in pair])
            return cls(mass, texts, texts, np.repeat(np.array(source.groups), 2), True)
        queries, positives = zip(*source.pairs, strict=True)
        numbers: dict[str, int] = {}
        same = np.array([numbers.setdefault(text, len(numbers)) for text in positives])
        return cls(mass, Bags.of(tokenizer, queries), Bags.of(tokenizer, positives), same, False)

    def pairs(self, random: np.random.Generator, most: int) -> tuple[Ints, Ints]:
        """Numbers of at most `most` queries and of their positives."""
        if not self.grouped:
            rows = random.choice(len(self.same), min(most, len(self.same)), replace=False)
            return rows, rows
        order = random.permutation(len(self.same))
        order = order[np.argsort(self.same[order], kind="stable")]
        first = np.flatnonzero(np.diff(self.same[order], prepend=-1))
        first = random.permutation(first)[:most]
        return order[first], order[first + 1]  # a group has two texts at the least

    def twins(self, positives: Ints) -> NDArray[np.bool_]:
        """Which of the chosen positives are no negatives of each other; shape (rows, rows)."""
        same = self.same[positives]
        twins = same[:, None] == same[None, :]
        np.fill_diagonal(twins, False)
        return twins


def finetune(
    table: Floats,
    drawn: list[Drawn],
    lesson: Lessons,
    bags: Bags,
    targets: Floats,
    plan: Plan,
    checkpoint: Path,
) -> Floats:
    """The table after training on `drawn` and on the lesson; goes on from `checkpoint`."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    rows = torch.nn.Parameter(torch.from_numpy(table.copy()).to(device))
    optimizer = torch.optim.SparseAdam([rows], lr=plan.learning_rate)
    first = _restore(rows, optimizer, plan, checkpoint)
    goals = torch.from_numpy(targets).to(device)
    masses = np.array([source.mass for source in drawn])
    masses /= masses.sum()
    started, seen = time.monotonic(), 0.0
    for step in range(first, plan.steps):
        random = np.random.default_rng((plan.seed, step))  # so that a resumed run draws the same
        for group in optimizer.param_groups:
            group["lr"] = plan.learning_rate * _pace(step / plan.steps)
        source = drawn[random.choice(len(drawn), p=masses)]
        seen += _step(rows, source, lesson, bags, goals, random, plan)
        optimizer.step()
        if (step + 1) % REPORT == 0:
            pace = (time.monotonic() - started) / (step + 1 - first)
            print(
                f"step {step + 1} of {plan.steps}, loss {seen / REPORT:.3f}, {pace:.2f} s/step, "
                f"{pace * (plan.steps - step - 1) / 60:.0f} min left",
                flush=True,
            )
            seen = 0.0
        if (step + 1) % plan.keep_every == 0 or step + 1 == plan.steps:
            _keep(rows, optimizer, plan, step + 1, checkpoint)
    trained: Floats = rows.detach().cpu().numpy()
    return trained


def _step(
    rows: Any,
    source: Drawn,
    lesson: Lessons,
    bags: Bags,
    goals: Any,
    random: np.random.Generator,
    plan: Plan,
) -> float:
    """The loss of one batch; leaves in `rows.grad` the gradient of the rows that it met."""
    asked, right = source.pairs(random, plan.batch)
    halves = [np.flatnonzero(lesson.korean == korean) for korean in np.unique(lesson.korean)]
    texts = np.concatenate([random.choice(half, plan.batch // 2) for half in halves])
    cuts = [
        _stretch(source.queries, asked, random, plan.longest),
        _stretch(source.positives, right, random, plan.longest),
        _stretch(bags, texts, random, plan.longest),
    ]
    met, local = np.unique(np.concatenate([ids for ids, _ in cuts]), return_inverse=True)
    met = torch.from_numpy(met).to(rows.device)
    part = rows.detach()[met].requires_grad_()
    vectors, begin = [], 0
    for ids, offsets in cuts:
        places = torch.from_numpy(local[begin : begin + len(ids)]).to(rows.device)
        starts = torch.from_numpy(offsets).to(rows.device)
        vectors.append(functional.embedding_bag(places, part, starts, mode="mean"))
        begin += len(ids)
    queries, positives, student = vectors
    twins = torch.from_numpy(source.twins(right)).to(rows.device)
    taught = functional.cosine_similarity(student, goals[lesson.rows[texts]]).mean()
    loss = _pairs_loss(queries, positives, twins, plan) + plan.taught * (1 - taught)
    loss.backward()
    rows.grad = torch.sparse_coo_tensor(
        met[None], part.grad, rows.shape, check_invariants=False, is_coalesced=True
    )
    return float(loss.detach())


def _stretch(
    bags: Bags, rows: Ints, random: np.random.Generator, longest: int
) -> tuple[Ints, Ints]:
    """Subwords of texts and where each text starts; of a long one a stretch, another each time."""
    ids, owner, lengths = bags.flat(rows)
    position = np.arange(len(ids)) - (np.cumsum(lengths) - lengths)[owner]
    start = (random.random(len(rows)) * np.maximum(lengths - longest + 1, 1)).astype(np.int64)
    kept = (position >= start[owner]) & (position < start[owner] + longest)
    return ids[kept], np.concatenate([[0], np.cumsum(np.minimum(lengths, longest))[:-1]])


def _pairs_loss(queries: Any, positives: Any, twins: Any, plan: Plan) -> Any:
    """How surely each query finds its positive among the batch's, and the other way round."""
    gold = torch.arange(len(queries), device=queries.device)
    total = torch.zeros((), device=queries.device)
    for size in plan.dimensions:
        left = functional.normalize(queries[:, :size], dim=1)
        right = functional.normalize(positives[:, :size], dim=1)
        scores = (left @ right.T / plan.temperature).masked_fill(twins, -1e4)
        total = total + functional.cross_entropy(scores, gold)
        total = total + functional.cross_entropy(scores.T, gold)
    return total / (2 * len(plan.dimensions))


def _pace(done: float) -> float:
    """Learning rate over the run: a short rise, then down to nothing in a straight line."""
    return min(1.0, done / 0.03) * (1.0 - done)


def _keep(rows: Any, optimizer: Any, plan: Plan, step: int, checkpoint: Path) -> None:
    state = {
        "rows": rows.detach(),
        "optimizer": optimizer.state_dict(),
        "step": step,
        "plan": _lasting(plan),
    }
    partial = checkpoint.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(checkpoint)


def _restore(rows: Any, optimizer: Any, plan: Plan, checkpoint: Path) -> int:
    """The step to go on from: 0 without a checkpoint of this plan."""
    if not checkpoint.exists():
        return 0
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")
    if state["plan"] != _lasting(plan) or state["rows"].shape != rows.shape:
        return 0
    with torch.no_grad():
        rows.copy_(state["rows"])
    optimizer.load_state_dict(state["optimizer"])
    print(f"going on from step {state['step']}", flush=True)
    return int(state["step"])


def _lasting(plan: Plan) -> dict[str, Any]:
    """What of a plan decides the result."""
    return {name: value for name, value in asdict(plan).items() if name != "keep_every"}
