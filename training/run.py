"""The whole path: tokenizer → pre-training → fine-tuning → export, each step kept on disk.

A step whose result lies in the work folder is not done again, so a stopped run goes on where it
was. A work folder belongs to one set of pairs and one teacher; `make clean` removes it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from training.bags import Bags
from training.data import Source, Words
from training.export import export
from training.finetune import Drawn, Plan, finetune
from training.pretrain import (
    Encode,
    Floats,
    Lessons,
    initial_table,
    lessons,
    pieces,
    reduction,
    taught,
)
from training.tokenizer import SIZE, train_tokenizer


@dataclass(frozen=True)
class Materials:
    """What is learned from."""

    sources: list[Source]
    words: Words
    teacher: Encode


def run(
    materials: Materials, plan: Plan, work: Path, out: Path, size: int = SIZE
) -> dict[str, float]:
    """Train and write the model to `out`. Returns figures for the model card."""
    began, worked = time.monotonic(), time.process_time()
    resumed = (work / "tokenizer.json").exists()
    work.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(materials, work / "tokenizer.json", size)
    lesson = lessons(materials.sources, materials.words, materials.teacher, work / "teacher")
    table, targets, bags = _pretrained(materials, tokenizer, lesson, plan, work)
    drawn = [Drawn.of(source, tokenizer) for source in materials.sources]
    _say("fine-tuning", f"{sum(len(one.queries) for one in drawn):,} pairs")
    table = finetune(table, drawn, lesson, bags, targets, plan, work / "checkpoint.pt")
    written = export(table, tokenizer, out)
    _say("export", f"{written:,} bytes")
    return {
        "subwords": len(table),
        "dimension": table.shape[1],
        "bytes": written,
        "pairs": sum(len(source.pairs) for source in materials.sources),
        "taught": len(lesson.texts),
        "resumed": resumed,
        "minutes": round((time.monotonic() - began) / 60, 1),
        "processor_minutes": round((time.process_time() - worked) / 60, 1),
    }


def _tokenizer(materials: Materials, path: Path, size: int) -> Tokenizer:
    if not path.exists():
        _say("tokenizer", f"{size:,} subwords")
        partial = path.with_suffix(".partial")
        train_tokenizer(materials.sources, materials.words, size).save(str(partial), pretty=False)
        partial.replace(path)
    return Tokenizer.from_file(str(path))


def _pretrained(
    materials: Materials, tokenizer: Tokenizer, lesson: Lessons, plan: Plan, work: Path
) -> tuple[Floats, Floats, Bags]:
    """The table before fine-tuning, the lessons' targets and their bags of subwords."""
    _say("pre-training", f"{len(lesson.texts):,} texts, {lesson.korean.mean():.0%} with Korean")
    reduce = reduction(lesson.vectors, plan.dimensions[0])
    targets, bags = reduce(lesson.vectors), Bags.of(tokenizer, lesson.texts)
    alone = reduce(taught(pieces(tokenizer), materials.teacher, work / "teacher"))
    return initial_table(tokenizer, lesson, bags, targets, alone), targets, bags


def _say(step: str, what: str) -> None:
    print(f"{step}: {what}", flush=True)
