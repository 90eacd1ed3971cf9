"""What a language model on this machine holds likely, and where it looks; numbers only.

Prompts of different lengths are padded on the left for a causal model, on the right for an encoder,
and masked; the padding changes nothing (a test holds it).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rag_core.errors import ModelFailed
from rag_core.tokenisation import Spelling, Tokenisation, Tokens

ROWS = 8
"""Prompts that the model reads at once, at most, when it only reads."""
MOST_NUMBERS = 2**26
"""How many probabilities it gives at once, which is a matter of memory."""

UNKNOWN_WINDOW = 2048  # tokens, for a model that does not say how much it reads
LEAST = -10_000.0
"""The logarithm that stands for a probability of 0, so that sums stay defined."""


@dataclass(frozen=True)
class Attention:
    """Where a Transformer looks. `weights`: (layers, heads, rows, columns); each row sums to 1 and
    says how far the token of that row draws on the token of each column."""

    tokens: tuple[str, ...]
    weights: np.ndarray


class LocalReader:
    """A generator G of one vocabulary: how likely is a text after a prompt."""

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:
        from transformers import GenerationConfig

        self.name = name
        self.reads_first = bool(model.config.is_encoder_decoder)
        """It has an encoder for the prompt, and a decoder for the text."""
        self.habits = model.generation_config
        """How its makers want it to write; not used where probabilities are wanted as they are."""
        told = self.habits.eos_token_id
        ends = told if isinstance(told, list) else [told]
        self.tokens = Tokenisation(name, tokenizer, self.reads_first, ends)
        self._model = model
        self._asked = threading.RLock()
        start = self.habits.decoder_start_token_id
        if start is None:
            start = getattr(model.config, "decoder_start_token_id", None)
        self._start = start if start is not None else tokenizer.bos_token_id
        self._special = {
            "eos_token_id": list(self.tokens.ends) or None,
            "pad_token_id": self.tokens.padding,
            "bos_token_id": tokenizer.bos_token_id,
            "decoder_start_token_id": self._start,
        }
        model.generation_config = GenerationConfig(**self._special)

    @cached_property
    def window(self) -> int:
        """How many tokens it reads at most."""
        config = self._model.config.get_text_config()
        names = ("max_position_embeddings", "n_positions", "max_sequence_length")
        told = [getattr(config, name, None) for name in names]
        told.append(self.tokens.tokenizer.model_max_length)
        return min((one for one in told if one and one < 10**7), default=UNKNOWN_WINDOW)

    # --- reading: what is likely -----------------------------------------------------------------

    def log_probabilities(self, prompts: Sequence[Tokens], target: Tokens) -> np.ndarray:
        """(prompts, tokens of the target): log p(y_i | prompt, y_<i)."""
        at = np.arange(len(target)), list(target)
        rows = [found[:, *at] for found in self._distributions(prompts, target)]
        empty = np.zeros((len(prompts) if not target else 0, len(target)))
        return np.concatenate([empty, *rows]).astype(np.float64)

    def mixture(
        self, prompts: Sequence[Tokens], target: Tokens, log_weights: np.ndarray
    ) -> np.ndarray:
        """(tokens of the target, vocabulary): log Σ_prompt w(prompt, i) p(· | prompt, y_<i).

        `log_weights`: (prompts, tokens of the target).
        """
        mixed: np.ndarray | None = None
        done = 0
        for distributions in self._distributions(prompts, target):
            weights = log_weights[done : done + len(distributions), :, None]
            part = np.logaddexp.reduce(distributions + weights, axis=0)
            mixed = part if mixed is None else np.logaddexp(mixed, part)
            done += len(distributions)
        assert mixed is not None
        return mixed

    def _distributions(self, prompts: Sequence[Tokens], target: Tokens) -> Iterator[np.ndarray]:
        """(some prompts, tokens of the target, vocabulary), by and by for all prompts."""
        import torch

        if not target:
            return
        fit = MOST_NUMBERS // (len(target) * self._model.config.get_text_config().vocab_size)
        rows = max(1, min(ROWS, fit))
        for at in range(0, len(prompts), rows):
            with self._asked, self._ours(), torch.inference_mode():
                logits = self._logits(prompts[at : at + rows], target)
                exact = torch.promote_types(logits.dtype, torch.float32)
                found = torch.log_softmax(logits, dim=-1, dtype=exact).cpu().numpy()
            yield np.maximum(found, LEAST)

    def _logits(self, prompts: Sequence[Tokens], target: Tokens) -> Any:
        import torch

        device = self._model.device
        if self.reads_first:
            inputs = self._padded(prompts)
            begun = torch.tensor([[self._start, *target[:-1]]] * len(prompts), device=device)
            return self._model(**inputs, decoder_input_ids=begun, use_cache=False).logits
        inputs = self._padded([(*prompt, *target[:-1]) for prompt in prompts])
        if "position_ids" in self._takes:
            inputs["position_ids"] = (inputs["attention_mask"].cumsum(-1) - 1).clamp(min=0)
        if "logits_to_keep" in self._takes:
            inputs["logits_to_keep"] = len(target)
        return self._model(**inputs, use_cache=False).logits[:, -len(target) :]

    @cached_property
    def _takes(self) -> set[str]:
        import inspect

        return set(inspect.signature(self._model.forward).parameters)

    def _padded(self, rows: Sequence[Tokens]) -> dict[str, Any]:
        """Rows of one length with the mask of what is theirs."""
        import torch

        longest = max(map(len, rows))
        ids = torch.full((len(rows), longest), self.tokens.padding)
        mask = torch.zeros((len(rows), longest), dtype=torch.long)
        for number, row in enumerate(rows):
            place = slice(0, len(row)) if self.reads_first else slice(longest - len(row), longest)
            ids[number, place] = torch.tensor(row)
            mask[number, place] = 1
        device = self._model.device
        return {"input_ids": ids.to(device), "attention_mask": mask.to(device)}

    # --- looking inside --------------------------------------------------------------------------

    def attention(self, text: str, most: int) -> Attention:
        """The self-attention over the first `most` tokens of a text: of a model's encoder where it
        has one, where every token sees all others, else of a causal model, where each sees those
        before it. Raises ModelFailed where the model does not tell it."""
        import torch

        ids = self.tokens.tokenizer(self.tokens.plain(text)).input_ids[: min(most, self.window)]
        if not ids:
            return Attention((), np.zeros((0, 0, 0, 0), np.float32))
        model = self._model.get_encoder() if self.reads_first else self._model
        rows = torch.tensor([ids], device=self._model.device)
        with self._asked, self._ours(), torch.inference_mode(), _told_attention(self._model):
            seen = model(input_ids=rows, output_attentions=True).attentions
            if not seen or any(one is None for one in seen):
                raise ModelFailed(model=self.name)
            weights = torch.stack([one[0] for one in seen]).float().cpu().numpy()
        spelling = Spelling(self.tokens)
        letters = [spelling.add(one) for one in ids]
        marks = [self.tokens.token(one) for one in ids]
        shown = tuple(
            text or ("" if "\ufffd" in mark else mark)  # a part of a letter looks like nothing
            for text, mark in zip(letters, marks, strict=True)
        )
        return Attention(shown, weights)

    @contextmanager
    def _ours(self) -> Iterator[None]:
        """PyTorch's errors (out of memory, a broken device …) become ours."""
        try:
            yield
        except (RuntimeError, MemoryError, IndexError, ValueError) as error:
            raise ModelFailed(model=self.name) from error


@contextmanager
def _told_attention(model: Any) -> Iterator[None]:
    """The way of reckoning that keeps its weights; the fast ones never have them whole."""
    usual = model.config._attn_implementation
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(usual)
