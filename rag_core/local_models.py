"""Language models on this machine, and the one home of Hugging Face Transformers.

A model is named as on the Hugging Face Hub, or by its folder. It is loaded, with PyTorch, when it
is first asked for, and never runs code of its own. Everything it is asked leaves here as numbers
in natural logarithms.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from queue import SimpleQueue
from typing import Any, TypeVar

import numpy as np

from rag_core.errors import (
    MissingExtra,
    ModelFailed,
    ModelUnreachable,
    WrongSetting,
)
from rag_core.tokenisation import Tokenisation, Tokens

Step = tuple[np.ndarray, np.ndarray]
Item = TypeVar("Item")

ROWS = 8
"""Prompts that the model reads at once, at most, when it only reads."""
MOST_NUMBERS = 2**26
"""How many probabilities it gives at once, which is a matter of memory."""

UNKNOWN_WINDOW = 2048  # tokens, for a model that does not say how much it reads
LEAST = -10_000.0
"""The logarithm that stands for a probability of 0, so that sums stay defined."""


@lru_cache(maxsize=1)
def load_local_model(name: str) -> LocalModel:
    """A causal or a sequence-to-sequence model with its tokenizer, by hub name or folder.

    Raises MissingExtra, ModelUnreachable, WrongSetting for what is no such model.
    """
    try:
        import torch
        import transformers
    except ImportError as error:
        raise MissingExtra(
            needs="transformers", command="pip install transformers torch"
        ) from error
    transformers.utils.logging.disable_progress_bar()
    on_gpu = torch.cuda.is_available()
    options: dict[str, Any] = {"dtype": "auto" if on_gpu else torch.float32}
    try:
        config = transformers.AutoConfig.from_pretrained(name, trust_remote_code=False)
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, trust_remote_code=False)
        kind: Any = transformers.AutoModelForCausalLM
        if config.is_encoder_decoder:
            kind = transformers.AutoModelForSeq2SeqLM
        model = kind.from_pretrained(name, trust_remote_code=False, **options)
        model.to("cuda" if on_gpu else "cpu")
    except ConnectionError as error:
        raise ModelUnreachable(model=name) from error
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        if _is_away(error):
            raise ModelUnreachable(model=name) from error
        raise WrongSetting(
            setting="model",
            value=name,
            allowed="the name or folder of a causal or sequence-to-sequence model of Hugging Face",
        ) from error
    return LocalModel(name, model.eval(), tokenizer)


def _is_away(error: BaseException | None) -> bool:
    """Whether the Hub could not be asked; Transformers says it as of a model that is not there."""
    while error is not None and type(error).__name__ != "LocalEntryNotFoundError":
        error = error.__cause__ or error.__context__
    return error is not None


class LocalModel:
    """A generator G of one vocabulary: how likely is a text after a prompt, what comes next.

    Prompts of different lengths are padded on the left for a causal model, on the right for an
    encoder, and masked; the padding changes nothing (a test holds it).
    """

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

    # --- writing ---------------------------------------------------------------------------------

    def beams(
        self, prompts: Sequence[Tokens], width: int, limit: int
    ) -> list[list[tuple[Tokens, float]]]:
        """For each prompt the `width` best texts of a beam search, each with log p(y | prompt).

        A text of `limit` tokens may lack the one that ends it.
        """
        with self._asked, self._ours():
            found = self._write(
                prompts,
                limit,
                **_search(width),
                num_return_sequences=width,
                return_dict_in_generate=True,
                output_scores=True,
            )
        rows = [self._ended(row) for row in found.sequences.tolist()]
        scores = getattr(found, "sequences_scores", None)
        if scores is None:  # one beam is a greedy search, which keeps no score
            likely = [
                self.log_probabilities([p], y).sum() for p, y in zip(prompts, rows, strict=True)
            ]
        else:
            likely = scores.tolist()
        pairs = [(row, float(score)) for row, score in zip(rows, likely, strict=True)]
        return [pairs[at : at + width] for at in range(0, len(pairs), width)]

    def write_jointly(
        self,
        prompts: Sequence[Tokens],
        log_weights: np.ndarray,
        width: int,
        limit: int,
        on_step: Callable[[Step], None] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Tokens:
        """One text for all prompts: a beam search over Σ_prompt w(prompt) p(· | prompt, y_<i).

        `on_step` is given, for the first beam, log p(· | prompt, y_<i) as (prompts, vocabulary),
        and the mixture that the next token is chosen by, (vocabulary,).
        Every row of the search sees the same mixture, so all of them write the same text.
        """
        import torch

        count = len(prompts)

        def mix(_: Any, scores: Any) -> Any:
            each = torch.log_softmax(scores.float(), dim=-1).clamp(min=LEAST)
            each = each.view(count, -1, each.shape[-1])
            weights = torch.tensor(log_weights, dtype=each.dtype, device=each.device)
            mixed = torch.logsumexp(each + weights[:, None, None], dim=0)
            on_step((each[:, 0].cpu().numpy(), mixed[0].cpu().numpy()))
            return mixed.repeat(count, 1)

        with self._asked, self._ours():
            found = self._write(prompts, limit, stopped, mix=mix, **_search(width))
        return self._ended(found[0].tolist())

    def write(
        self,
        prompt: Tokens,
        limit: int,
        on_token: Callable[[int], None],
        stopped: Callable[[], bool],
        temperature: float | None = None,
    ) -> None:
        """Write as the model's makers advise, but for a temperature that is given (0: always the
        likeliest token); `on_token` is given each token."""
        told = self.habits.to_diff_dict()
        habits = {name: told[name] for name in _OF_WRITING if told.get(name) is not None}
        if temperature is not None:
            habits |= {"do_sample": temperature > 0, "temperature": temperature}
        if not habits.get("do_sample"):
            habits = {name: habits[name] for name in habits if name == "repetition_penalty"}
        with self._asked, self._ours():
            self._write([prompt], limit, stopped, streamer=_Each(on_token), **habits)

    def _write(
        self,
        prompts: Sequence[Tokens],
        limit: int,
        stopped: Callable[[], bool] = lambda: False,
        mix: Any = None,
        streamer: Any = None,
        **how: Any,
    ) -> Any:
        """What `generate` returns, without the prompts."""
        import torch
        from transformers import GenerationConfig, LogitsProcessorList, StoppingCriteriaList

        inputs = self._padded(prompts)
        options = {**self._special, "do_sample": False, **how}
        with torch.inference_mode():
            found = self._model.generate(
                **inputs,
                generation_config=GenerationConfig(**options, max_new_tokens=limit),
                logits_processor=LogitsProcessorList([mix] if mix else []),
                stopping_criteria=StoppingCriteriaList([_stop_when(stopped)]),
                streamer=streamer,
            )
        begun = 1 if self.reads_first else inputs["input_ids"].shape[1]
        if how.get("return_dict_in_generate"):
            found.sequences = found.sequences[:, begun:]
            return found
        return found[:, begun:]

    def _ended(self, row: Sequence[int]) -> Tokens:
        """A row up to the token that ends it; what follows is padding."""
        at = next((place for place, one in enumerate(row) if one in self.tokens.ends), len(row))
        return tuple(row[: at + 1])

    @contextmanager
    def _ours(self) -> Iterator[None]:
        """PyTorch's errors (out of memory, a broken device …) become ours."""
        try:
            yield
        except (RuntimeError, MemoryError, IndexError, ValueError) as error:
            raise ModelFailed(model=self.name) from error


_OF_WRITING = {"do_sample", "temperature", "top_k", "top_p", "min_p", "repetition_penalty"}


def _search(width: int) -> dict[str, Any]:
    """A beam search by log p(y), which no length sways; one beam is a greedy search."""
    if width == 1:
        return {}
    return {"num_beams": width, "length_penalty": 0.0, "early_stopping": False}


class _Each:
    """Gives each token that is written to `on_token`; what it is given first is the prompt."""

    def __init__(self, on_token: Callable[[int], None]) -> None:
        self._on_token = on_token
        self._begun = False

    def put(self, tokens: Any) -> None:
        for token in tokens.flatten().tolist() if self._begun else ():
            self._on_token(token)
        self._begun = True

    def end(self) -> None:
        """Nothing is held back."""


def _stop_when(stopped: Callable[[], bool]) -> Any:
    import torch

    def criterion(ids: Any, scores: Any, **_: Any) -> Any:
        return torch.full((ids.shape[0],), stopped(), device=ids.device, dtype=torch.bool)

    return criterion


def streamed(
    work: Callable[[Callable[[Item], None], Callable[[], bool]], None],
) -> Generator[Item, None, None]:
    """What `work(put, stopped)` puts, as it does so in a thread of its own; then its error, if any.

    Closing the iterator makes `stopped()` true and waits for the thread to end.
    """
    queue: SimpleQueue[tuple[str, Any]] = SimpleQueue()
    stop = threading.Event()

    def run() -> None:
        try:
            work(lambda item: queue.put(("item", item)), stop.is_set)
            queue.put(("end", None))
        except BaseException as error:  # it is raised where the items are read
            queue.put(("error", error))

    thread = threading.Thread(target=run, name="local-model", daemon=True)
    thread.start()
    try:
        while (found := queue.get())[0] == "item":
            yield found[1]
        if found[0] == "error":
            raise found[1]
    finally:
        stop.set()
        thread.join()
