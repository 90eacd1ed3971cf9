"""Step 1, the tokenizer: Korean and English subwords that the embedding has a row for.

A Unigram model (it finds stems inside Korean words better than merging does) over the training
texts and, because those are mostly manuals and laws, over the general word frequencies of both
languages. Case, accents, punctuation and width carry no meaning for a bag of words and are dropped;
a Latin word starts with ▁, so that "in" inside a name is not the preposition.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from training.data import Source, Words

SIZE = 40_000
"""Rows of the table; with 320 numbers each it fits into 16 MB."""

UNKNOWN = "[UNK]"
_KEPT = re.compile(r"[^가-힣a-zA-Z0-9À-ɏ\s]+")


def untrained() -> Tokenizer:
    """The frame: what is normalised and where texts are split, with an empty model."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.StripAccents(),
            normalizers.NFC(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex(r"(?<![a-z])(?=[a-z])"), "▁"),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[^\p{L}\p{N}▁]+"), "removed"),
            pre_tokenizers.Split(Regex(r"▁[a-z]+|[0-9]+|[가-힣]+"), "isolated"),
        ]
    )
    return tokenizer


def train_tokenizer(
    sources: list[Source], words: Words, size: int = SIZE, seed: int = 0
) -> Tokenizer:
    """A tokenizer of at most `size` subwords; the same sources and seed give the same."""
    tokenizer = untrained()
    trainer = trainers.UnigramTrainer(
        vocab_size=size, special_tokens=[UNKNOWN], unk_token=UNKNOWN, max_piece_length=14
    )
    tokenizer.train_from_iterator(_corpus(sources, words, seed), trainer)
    return tokenizer


def _corpus(sources: list[Source], words: Words, seed: int) -> Iterator[str]:
    """Training texts and general words, so that each language has about the same weight."""
    drawn = random.Random(seed)
    for source in sources:
        count = min(len(source.pairs), int(12_000 * source.weight))
        for first, second in drawn.sample(source.pairs, count):
            yield _KEPT.sub(" ", first)
            yield _KEPT.sub(" ", second)
    for shares in words.values():
        yield from _repeated(shares[:120_000], mass=4_000_000)


def _repeated(words: Iterable[tuple[str, float]], mass: int) -> Iterator[str]:
    """Each word as often as it would stand in a text of `mass` words, but at least once."""
    for word, share in words:
        if not _KEPT.search(word):
            yield " ".join([word] * max(1, min(20_000, round(share * mass))))
