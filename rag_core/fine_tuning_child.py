"""The inside of the process that fine-tunes: one request, a line for each look, the saved model."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

from rag_core.embeddings import SentenceTransformerEmbedding, load_embedding
from rag_core.errors import MissingExtra, SeodamError

_LOOKS = 24
_STEPPED_BACK = 10  # a niceness: whoever asks a question meanwhile comes first


def main() -> None:
    """Read a request from standard input, learn, answer in JSON lines on standard output."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what a library prints must not look like an answer
    request = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(_STEPPED_BACK)
    try:
        _learn(request, lambda frame: print(json.dumps(frame), file=answers))
    except SeodamError as error:
        refused = {"refused": type(error).__name__, "details": error.details}
        print(json.dumps(refused), file=answers)
    answers.flush()
    os._exit(0)  # the thread that waits for the other process would hold this one up


def _end_with_the_other() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def _learn(request: dict[str, Any], tell: Any) -> None:
    """Multiple negatives ranking (Henderson et al. 2017, arXiv:1705.00652), AdamW, seeded."""
    embedding = load_embedding(request["model"])
    assert isinstance(embedding, SentenceTransformerEmbedding)
    model = embedding.model
    try:
        from datasets import Dataset
        from sentence_transformers import (
            SentenceTransformerTrainer,
            SentenceTransformerTrainingArguments,
        )
        from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
        from sentence_transformers.sentence_transformer.training_args import BatchSamplers

        work = Path(request["folder"])
        window = None if _is_static(model) else model.max_seq_length
        if window:
            model.max_seq_length = min(window, request["tokens"])
        query, passage = embedding.prompts
        columns = _columns(request["pairs"], request["seed"])
        steps = max(1, len(columns["anchor"]) // request["batch"]) * request["epochs"]
        arguments = SentenceTransformerTrainingArguments(
            output_dir=str(work / "training"),
            num_train_epochs=request["epochs"],
            per_device_train_batch_size=request["batch"],
            learning_rate=_rate(model, request),
            warmup_steps=max(1, steps // 10),
            lr_scheduler_type="constant_with_warmup",
            batch_sampler=BatchSamplers.NO_DUPLICATES,
            prompts={"anchor": query, "positive": passage, "negative": passage},
            logging_steps=max(1, steps // _LOOKS),
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            seed=request["seed"],
        )
        trainer = SentenceTransformerTrainer(
            model=model,
            args=arguments,
            train_dataset=Dataset.from_dict(columns),
            loss=MultipleNegativesRankingLoss(model),
            callbacks=[_watch(request["seconds"], tell)],
        )
    except ImportError as error:
        raise MissingExtra(
            needs="sentence-transformers[train]",
            command="pip install 'sentence-transformers[train]'",
        ) from error
    trainer.train()
    shutil.rmtree(work / "training", ignore_errors=True)
    if window:
        model.max_seq_length = window
    model.prompts = {"query": query, "document": passage}
    model.save(str(work), create_model_card=False)


def _columns(pairs: list[list[str]], seed: int) -> dict[str, list[str]]:
    """The pairs as columns; where no negative is known, another pair's passage is one."""
    draw = random.Random(seed)
    texts = [text for _, text, _ in pairs]
    return {
        "anchor": [question for question, _, _ in pairs],
        "positive": texts,
        "negative": [unlike or _another(draw, texts, text) for _, text, unlike in pairs],
    }


def _another(draw: random.Random, texts: list[str], text: str) -> str:
    return next((one for one in draw.choices(texts, k=20) if one != text), "")


def _rate(model: Any, request: dict[str, Any]) -> float:
    return float(request["static_rate"] if _is_static(model) else request["rate"])


def _is_static(model: Any) -> bool:
    """Whether it is a table of word vectors, which reads texts of any length."""
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    return any(isinstance(one, StaticEmbedding) for one in model)


def _watch(seconds: float, tell: Any) -> Any:
    """Tells the loss at each look, and ends the learning when its time is over."""
    from transformers import TrainerCallback

    class Watch(TrainerCallback):
        begun = 0.0

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.begun = time.monotonic()

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if time.monotonic() - self.begun > seconds:
                control.should_log = control.should_training_stop = True

        def on_log(self, args: Any, state: Any, control: Any, **given: Any) -> None:
            logs = given["logs"]
            if "loss" not in logs:
                return
            share = (time.monotonic() - self.begun) / seconds
            in_time = int(state.global_step / max(share, 1e-9))
            steps = max(state.global_step, min(state.max_steps, in_time))
            tell({"step": state.global_step, "steps": steps, "loss": float(logs["loss"])})

    return Watch()


if __name__ == "__main__":
    main()
