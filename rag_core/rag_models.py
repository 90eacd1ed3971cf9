"""RAG-Sequence and RAG-Token: a local generator, marginalised over our retriever's passages.

`RagModel` scores an answer, writes one, or checks a claim (Lewis et al. 2020, arXiv:2005.11401);
the sums are in marginalisation.py, the generator in local_models.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from rag_core.errors import PromptTooLong
from rag_core.local_models import LocalModel, Step, streamed
from rag_core.marginalisation import (
    Mode,
    log_likelihood,
    log_marginals,
    log_prior,
    log_weights,
    posterior,
    responsibilities,
)
from rag_core.prompting import LABELS, Task, about_passage
from rag_core.text import language
from rag_core.tokenisation import Spelling, Tokens
from rag_core.types import Hit

MOST_PASSAGES = 20
MOST_TOKENS = 256
MOST_BEAMS = 8
TOP = 5


class Decoding(StrEnum):
    """How an answer is looked for (§2.5 of the paper).

    RAG-Token: BEAM, or GREEDY, over the marginal next token. RAG-Sequence: a beam search for each
    passage, whose texts are the hypotheses; THOROUGH asks for p(y|x,z) of each hypothesis with
    every passage, FAST takes it for 0 where the beam of a passage did not come upon it.
    """

    GREEDY = "greedy"
    BEAM = "beam"
    FAST = "fast"
    THOROUGH = "thorough"


OF_MODE = {
    Mode.TOKEN: (Decoding.GREEDY, Decoding.BEAM),
    Mode.SEQUENCE: (Decoding.THOROUGH, Decoding.FAST),
}
"""How each of the models may look for an answer, the default first."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of an answer. `text` is what it adds to the answer, "" for marks.

    `log_probability`: log p(y_i | x, y_<i), marginal. `top`: the likeliest next tokens here with
    their marginal probabilities, best first. `shares`: what each passage contributes, sums to 1.
    """

    id: int
    text: str
    log_probability: float
    top: tuple[tuple[str, float], ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """An answer under one of the two models; tuples of passages are in the order of the hits.

    `prior`: p(z|x). `posterior`: how much of the answer came from each passage (see
    marginalisation.posterior). `given`: log p(y|x,z). `log_probability`: log p(y|x).
    `ended`: the answer has the token that ends it, as it has not when it was cut at its limit.
    """

    mode: Mode
    answer: str
    log_probability: float
    prior: tuple[float, ...]
    posterior: tuple[float, ...]
    given: tuple[float, ...]
    tokens: tuple[Token, ...]
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """How likely the evidence supports a claim, refutes it, or says too little; sums to 1."""

    supported: float
    refuted: float
    not_enough: float
    posterior: tuple[float, ...]
    """How much each passage counted for the likeliest of the three."""


class Writing:
    """An answer as it is written: iterate for its tokens, `scored` is known after the last."""

    def __init__(self, tokens: Iterator[Token | Scored]) -> None:
        self._tokens = tokens
        self.scored: Scored | None = None

    def __iter__(self) -> Iterator[Token]:
        for one in self._tokens:
            if isinstance(one, Scored):
                self.scored = one
            else:
                yield one


@dataclass(frozen=True, slots=True)
class _Read:
    """A question with each of its passages, ready to be read."""

    prompts: tuple[Tokens, ...]
    prior: np.ndarray


class RagModel:
    """A generator over passages. `temperature` is that of p(z|x), see marginalisation.log_prior.

    Every method raises ValueError for no passages or more than MOST_PASSAGES, PromptTooLong when a
    question does not fit into what the generator reads (a passage is cut to fit), ModelFailed.
    """

    def __init__(self, generator: LocalModel, temperature: float = 1.0) -> None:
        self.generator = generator
        self.temperature = temperature

    def score(
        self,
        text: str,
        hits: Sequence[Hit],
        answer: str,
        mode: Mode,
        task: Task = Task.ANSWER,
        spoken: str = "",
    ) -> Scored:
        """How likely a given answer is, and which passages make it so.

        `text` is the question (or what the task asks about), `spoken` the prompts' language, by
        default that of the text.
        """
        target = self.generator.tokens.target(answer)
        if len(target) > self.longest:
            raise PromptTooLong(model=self.generator.name, tokens=len(target), window=self.longest)
        return self._scored(self._read(text, hits, task, spoken), target, mode)

    def write(
        self,
        text: str,
        hits: Sequence[Hit],
        mode: Mode,
        decoding: Decoding | None = None,
        task: Task = Task.ANSWER,
        *,
        beams: int = 4,
        tokens: int = 64,
        spoken: str = "",
    ) -> Writing:
        """Write an answer of at most `tokens` tokens. GREEDY streams while it is written, the
        others once it is found. Raises ValueError for a decoding that is not the mode's.

        Closing the iterator of GREEDY stops the generator.
        """
        decoding = decoding or OF_MODE[mode][0]
        if decoding not in OF_MODE[mode]:
            raise ValueError(f"RAG-{mode} is not decoded by {decoding}")
        if not 1 <= tokens <= MOST_TOKENS or not 1 <= beams <= MOST_BEAMS:
            raise ValueError(f"1 … {MOST_TOKENS} tokens and 1 … {MOST_BEAMS} beams")
        read, tokens = self._read(text, hits, task, spoken), min(tokens, self.longest)
        if decoding is Decoding.GREEDY:
            return Writing(self._greedy(read, tokens))
        return Writing(self._searched(read, mode, decoding, beams, tokens))

    def verify(self, claim: str, hits: Sequence[Hit], mode: Mode, spoken: str = "") -> Verdict:
        """Check a claim: the likelihoods of the three labels, brought to a sum of 1."""
        read = self._read(claim, hits, Task.VERIFY, spoken)
        generator = self.generator
        given = [
            generator.log_probabilities(read.prompts, generator.tokens.target(label, end=False))
            for label in LABELS
        ]
        likely = np.array([log_likelihood(mode, read.prior, one) for one in given])
        shares = np.exp(likely - np.logaddexp.reduce(likely))
        best = posterior(mode, read.prior, given[int(shares.argmax())])
        supported, refuted, not_enough = map(float, shares)
        return Verdict(supported, refuted, not_enough, tuple(map(float, best)))

    @property
    def longest(self) -> int:
        """How many tokens an answer may have: half of what the generator reads, and no more than
        MOST_TOKENS. That much is left free behind each passage, however short the answer, so that
        p(y|x,z) does not depend on it."""
        return min(MOST_TOKENS, self.generator.window // 2)

    def _read(self, text: str, hits: Sequence[Hit], task: Task, spoken: str) -> _Read:
        if not 1 <= len(hits) <= MOST_PASSAGES:
            raise ValueError(f"1 … {MOST_PASSAGES} passages, not {len(hits)}")
        spoken = spoken or language(text)
        window = self.generator.window
        room = window if self.generator.reads_first else window - self.longest

        def prompt(hit: Hit) -> Tokens:
            passage = f"{hit.passage.context}\n{hit.passage.text}".strip()
            return self.generator.tokens.fitted(
                lambda part: about_passage(task, text, part, spoken), passage, room
            )

        prior = log_prior([hit.score for hit in hits], self.temperature)
        return _Read(tuple(map(prompt, hits)), prior)

    def _scored(self, read: _Read, target: Tokens, mode: Mode) -> Scored:
        """The target under a model, with the likeliest alternatives of each of its tokens."""
        given = self.generator.log_probabilities(read.prompts, target)
        scored = self._summed(read, target, given, mode)
        if not target:
            return scored
        weights = log_weights(mode, read.prior, given)
        mixed = self.generator.mixture(read.prompts, target, weights)
        tokens = zip(scored.tokens, mixed, strict=True)
        return replace(
            scored, tokens=tuple(replace(one, top=self._top(row)) for one, row in tokens)
        )

    def _summed(self, read: _Read, target: Tokens, given: np.ndarray, mode: Mode) -> Scored:
        marginals = log_marginals(mode, read.prior, given)
        shares = responsibilities(mode, read.prior, given)
        spelling = Spelling(self.generator.tokens)
        pieces = [spelling.add(one, i == len(target)) for i, one in enumerate(target, 1)]
        return Scored(
            mode,
            self.generator.tokens.text(target).strip(),
            log_likelihood(mode, read.prior, given),
            tuple(map(float, np.exp(read.prior))),
            tuple(map(float, posterior(mode, read.prior, given))),
            tuple(map(float, given.sum(axis=1))),
            tuple(
                Token(token, piece, float(marginals[i]), (), tuple(map(float, shares[:, i])))
                for i, (token, piece) in enumerate(zip(target, pieces, strict=True))
            ),
            bool(target) and target[-1] in self.generator.tokens.ends,
        )

    def _top(self, row: np.ndarray) -> tuple[tuple[str, float], ...]:
        """The likeliest tokens of a distribution given as logarithms."""
        best = np.argsort(-row, kind="stable")[:TOP]
        return tuple(
            (self.generator.tokens.token(int(one)), float(np.exp(row[one]))) for one in best
        )

    # --- looking for an answer -------------------------------------------------------------------

    def _greedy(self, read: _Read, limit: int) -> Iterator[Token | Scored]:
        """RAG-Token, token by token as each is chosen."""

        def work(put: Callable[[Step], None], stopped: Callable[[], bool]) -> None:
            self.generator.write_jointly(read.prompts, read.prior, 1, limit, put, stopped)

        spelling = Spelling(self.generator.tokens)
        given: list[np.ndarray] = []
        tokens: list[Token] = []
        with closing(streamed(work)) as steps:
            for each, mixed in steps:
                chosen = int(mixed.argmax())
                last = chosen in self.generator.tokens.ends or len(tokens) + 1 == limit
                given.append(each[:, chosen].astype(np.float64))
                shares = responsibilities(Mode.TOKEN, read.prior, given[-1][:, None])[:, 0]
                likely = float(np.logaddexp.reduce(read.prior + given[-1]))
                piece = spelling.add(chosen, last)
                token = Token(chosen, piece, likely, self._top(mixed), tuple(map(float, shares)))
                tokens.append(token)
                yield token
        target = tuple(token.id for token in tokens)
        scored = self._summed(read, target, np.stack(given, axis=1), Mode.TOKEN)
        yield replace(scored, tokens=tuple(tokens))

    def _searched(
        self, read: _Read, mode: Mode, decoding: Decoding, beams: int, limit: int
    ) -> Iterator[Token | Scored]:
        if mode is Mode.TOKEN:
            found = self.generator.write_jointly(read.prompts, read.prior, beams, limit)
        else:
            found = self._hypothesis(read, decoding, beams, limit)
        scored = self._scored(read, found, mode)
        yield from scored.tokens
        yield scored

    def _hypothesis(self, read: _Read, decoding: Decoding, beams: int, limit: int) -> Tokens:
        """The likeliest text under RAG-Sequence among those that a beam of some passage found."""
        heard: dict[Tokens, dict[int, float]] = {}
        for number, beam in enumerate(self.generator.beams(read.prompts, beams, limit)):
            for text, score in beam:
                heard.setdefault(text, {})[number] = score

        def likely(text: Tokens) -> float:
            if decoding is Decoding.THOROUGH:
                given = self.generator.log_probabilities(read.prompts, text)
                return log_likelihood(Mode.SEQUENCE, read.prior, given)
            terms = [read.prior[number] + one for number, one in heard[text].items()]
            return float(np.logaddexp.reduce(terms))

        return max(heard, key=likely)
