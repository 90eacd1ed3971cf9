"""python -m training.spacing [--pairs DIR] [--out FILE]

Learns where Korean words end from the Korean sides of the training pairs (data.FOLDERS): for each
two characters of which one is a syllable, whether a space stands between them, by logistic
regression over hashed runs of up to three on either side (Adagrad, three rounds, seeded). A
minute on one core. Prints how many gaps of texts that were kept back it tells right.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rag_core.parsing.spacing import HANGUL, SCALE, SIZE, TABLE, features, is_open
from training.data import FOLDERS

SEED = 7
MOST_CHARACTERS = 250_000  # of one source, so that no kind of text prevails
MOST_GAPS = 3_500_000
ROUNDS, BATCH, RATE = 3, 512, 0.3
PULL = 0.01
"""Towards nothing, at every step: rare runs should not decide alone."""

Gap = tuple[str, str, bool]


def texts(pairs: Path) -> Iterator[str]:
    """Korean texts, each once, so many of a source."""
    seen = set()
    for path in sorted(path for folder in FOLDERS for path in (pairs / folder).glob("*.jsonl.gz")):
        room = MOST_CHARACTERS
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                for text in (row["query"], row["positive"]):
                    if room > 0 and text not in seen and _is_korean(text):
                        seen.add(text)
                        room -= len(text)
                        yield text


def _is_korean(text: str) -> bool:
    return len(text) > 15 and len(HANGUL.findall(text)) > 0.3 * len(text)


def gaps(text: str) -> Iterator[Gap]:
    """Every place beside a Hangul syllable of a text: before, after, whether a space is there."""
    text = " ".join(text.split())
    for at in range(1, len(text) - 1):
        spaced = text[at] == " "
        before, after = text[max(0, at - 3) : at], text[at + spaced : at + spaced + 3]
        if before[-1] != " " and is_open(before[-1], after[0]):
            yield before, after, spaced


def learn(known: list[Gap]) -> np.ndarray:
    """The weights, shape (SIZE,), that tell the gaps apart best."""
    places = np.array([features(before, after) for before, after, _ in known], np.int32)
    spaced = np.array([spaced for *_, spaced in known], np.float32)
    weights, squares = np.zeros(SIZE, np.float32), np.full(SIZE, 1e-3, np.float32)
    bias = np.log(spaced.mean() / (1 - spaced.mean()))  # line ends have a share of their own
    for turn in range(ROUNDS):
        order = np.random.default_rng(SEED + turn).permutation(len(spaced))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            wrong = _sigmoid(weights[places[batch]].sum(axis=1) + bias) - spaced[batch]
            touched, back = np.unique(places[batch], return_inverse=True)
            slope = np.bincount(back.ravel(), np.repeat(wrong, places.shape[1]))
            slope = slope.astype(np.float32) + PULL * weights[touched]
            squares[touched] += slope**2
            weights[touched] -= RATE * slope / np.sqrt(squares[touched])
        print(f"round {turn + 1} of {ROUNDS}")
    return weights


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.spacing", description=__doc__)
    parser.add_argument("--pairs", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path(TABLE))
    chosen = parser.parse_args()
    found: dict[bool, list[Gap]] = {True: [], False: []}
    for text in texts(chosen.pairs):
        found[zlib.crc32(text.encode()) % 50 == 0] += gaps(text)
    random.Random(SEED).shuffle(found[False])
    weights = learn(found[False][:MOST_GAPS])
    table = np.clip(np.round(weights * SCALE), -128, 127).astype(np.int8)
    chosen.out.write_bytes(table.tobytes())
    kept = found[True][:200_000]
    shares = sum(spaced for *_, spaced in kept) / len(kept)
    scores = table[np.array([features(a, b) for a, b, _ in kept])].astype(int).sum(axis=1) / SCALE
    right = (scores + np.log(shares / (1 - shares)) > 0) == np.array([s for *_, s in kept])
    print(f"{len(found[False])} gaps; of {len(kept)} kept back {right.mean():.4f} right")


if __name__ == "__main__":
    main()
