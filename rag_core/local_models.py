"""Language models on this machine, through Hugging Face Transformers: loading and writing.

A model is named as on the Hugging Face Hub, or by its folder. It is loaded, with PyTorch, when it
is first asked for, and never runs code of its own. Everything it is asked leaves here as numbers
in natural logarithms; how they are read off it stands in local_reading.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from functools import lru_cache
from queue import SimpleQueue
from typing import Any, TypeVar

import numpy as np

from rag_core.errors import MissingExtra, ModelUnreachable, WrongSetting
from rag_core.local_reading import LEAST, LocalReader
from rag_core.tokenisation import Tokens

Step = tuple[np.ndarray, np.ndarray]
Item = TypeVar("Item")


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


class LocalModel(LocalReader):
    """The same, writing: what comes next."""

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
        on_likely: Callable[[np.ndarray], None] | None = None,
    ) -> None:
        """Write as the model's makers advise, but for a temperature that is given (0: always the
        likeliest token); `on_token` is given each token, and before that `on_likely`, if any, the
        logarithms of how likely each of the vocabulary was, before any temperature."""
        told = self.habits.to_diff_dict()
        habits = {name: told[name] for name in _OF_WRITING if told.get(name) is not None}
        if temperature is not None:
            habits |= {"do_sample": temperature > 0, "temperature": temperature}
        if not habits.get("do_sample"):
            habits = {name: habits[name] for name in habits if name == "repetition_penalty"}
        watch = _watching(on_likely) if on_likely else None
        with self._asked, self._ours():
            self._write([prompt], limit, stopped, watch, streamer=_Each(on_token), **habits)

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


_OF_WRITING = {"do_sample", "temperature", "top_k", "top_p", "min_p", "repetition_penalty"}


def _search(width: int) -> dict[str, Any]:
    """A beam search by log p(y), which no length sways; one beam is a greedy search."""
    if width == 1:
        return {}
    return {"num_beams": width, "length_penalty": 0.0, "early_stopping": False}


def _watching(on_likely: Callable[[np.ndarray], None]) -> Any:
    """Tells of one row's scores and leaves them as they are."""
    import torch

    def watch(_: Any, scores: Any) -> Any:
        on_likely(torch.log_softmax(scores[0].float(), dim=-1).clamp(min=LEAST).cpu().numpy())
        return scores

    return watch


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
