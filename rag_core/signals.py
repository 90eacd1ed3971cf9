"""What speaks for a candidate, as numbers: from both searches, from its words, from its subwords.

`plain` signals cost microseconds and are taken of every candidate; `close` ones read subwords and
are taken of the best. `circumstances` say what kind of question it is, since it depends on that
how far each signal can be trusted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag_core.asking import Expected
from rag_core.embeddings import BundledEmbedding
from rag_core.matching import QuestionWords
from rag_core.passages import written_in
from rag_core.subwords import nearness
from rag_core.text import Language, differ, language
from rag_core.types import Passage

PLAIN = (
    "words_share",  # BM25 as a share of what the question's words could reach
    "words_of_best",  # BM25 as a share of the best candidate's
    "words_rank",  # 1 / rank in the search by words
    "meaning",  # cosine of question and passage
    "meaning_of_best",  # the cosine less that of the best candidate
    "meaning_rank",  # 1 / rank in the search by meaning
    "both_ranks",  # product of the two
    "covered",  # see matching.Match
    "covered_above",  # what title and headings add to it
    "rarest",
    "nearby",
    "ordered",
    "numbers",  # every number of the question stands there
    "answer_kind",  # a date for "when", a number for "how many" …
    "length",  # logarithm of the characters, 0 = 150
    "foreign",  # written in another language than the question
)
CLOSE = ("near", "near_weighted", "near_statement", "near_phrases", "near_worst", "near_back")
"""See subwords.Nearness."""
CIRCUMSTANCES = (
    "always",
    "foreign",  # of the candidate
    "unknown",  # share of the question's words, by weight, that the collection does not know
    "best_covered",  # the most that any candidate covers
    "few_words",  # 1 / (1 + words of the question)
    "korean",  # the question
    "short",  # the candidates are sentences rather than passages
)
MOST_READ = 2000
"""Characters of a passage that are read; ours are shorter."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with the score of either leg; a rank is None where that leg did not propose it."""

    passage: Passage
    lexical_score: float
    dense_score: float
    lexical_rank: int | None
    dense_rank: int | None


def plain(question: str, words: QuestionWords, candidates: Sequence[Candidate]) -> np.ndarray:
    """PLAIN signals, shape (candidates, signals)."""
    asked, expected = language(question), Expected(question)
    lexical = np.array([one.lexical_score for one in candidates])
    dense = np.array([one.dense_score for one in candidates])
    by_words = np.array([1 / one.lexical_rank if one.lexical_rank else 0 for one in candidates])
    by_meaning = np.array([1 / one.dense_rank if one.dense_rank else 0 for one in candidates])
    legs = np.stack(
        [
            lexical / words.most_bm25,
            lexical / (lexical.max(initial=0) or 1),
            by_words,
            dense,
            dense - dense.max(initial=-1),
            by_meaning,
            by_words * by_meaning,
        ],
        axis=1,
    )
    read = [_read(one.passage, asked, words, expected) for one in candidates]
    return np.concatenate([legs, np.array(read, float).reshape(len(candidates), -1)], axis=1)


def _read(
    passage: Passage, asked: Language, words: QuestionWords, expected: Expected
) -> tuple[float, ...]:
    text = passage.text[:MOST_READ]
    match, above = words.match(text, passage.context)
    return (
        match.covered,
        above,
        match.rarest,
        match.nearby,
        match.ordered,
        match.numbers,
        expected.held_by(text),
        math.log((len(passage.text) + 20) / 170),
        float(differ(written_in(passage), asked)),
    )


def close(
    question: str, candidates: Sequence[Candidate], embedding: BundledEmbedding
) -> np.ndarray:
    """CLOSE signals, shape (candidates, signals); title and headings are read as well."""
    texts = [f"{one.passage.context} {one.passage.text[:MOST_READ]}" for one in candidates]
    near = nearness(question, texts, embedding)
    rows = [(n.mean, n.weighted, n.nearby, n.phrases, n.worst, n.back) for n in near]
    return np.array(rows, float).reshape(len(candidates), len(CLOSE))


def circumstances(question: str, words: QuestionWords, signals: np.ndarray) -> np.ndarray:
    """CIRCUMSTANCES of each candidate, shape (candidates, circumstances)."""
    column = dict(zip(PLAIN, signals.T, strict=False))
    of_all = (
        words.unknown,
        float(column["covered"].max(initial=0)),
        1 / (1 + len(words.words)),
        float(language(question) == "ko"),
        float(np.median(column["length"]) < -0.5) if len(signals) else 0.0,
    )
    rows = np.ones((len(signals), len(CIRCUMSTANCES)))
    rows[:, 1] = column["foreign"]
    rows[:, 2:] = of_all
    return rows
