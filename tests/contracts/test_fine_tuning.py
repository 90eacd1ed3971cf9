"""A whole sentence-transformers model, fine-tuned in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag_core.adapter import Step
from rag_core.embeddings import SENTENCE_TRANSFORMERS, SentenceTransformerEmbedding
from rag_core.errors import Cancelled, WrongSetting
from rag_core.fine_tuning import Regimen, fine_tune
from rag_core.lessons import Lesson, Lessons
from rag_core.settings import Settings
from rag_core.tuning import TUNED, Tunings
from rag_core.types import Passage
from rag_core.wiring import open_seodam
from tests.contracts.test_embedding_contract import tiny_model

WORDS = ("seoul", "paris", "capital", "france", "cats", "고양이와", "수도이다", "서울은")
QUICK = Regimen(epochs=6, batch=8, static_rate=0.1, seconds=60)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return SENTENCE_TRANSFORMERS + str(tiny_model(tmp_path_factory.mktemp("tiny") / "tiny"))


def pairs() -> list[tuple[str, str, str]]:
    """A question of one word, and the passage of the word that stands opposite."""
    return [(word, WORDS[-at - 1], "") for at, word in enumerate(WORDS)] * 6


def closeness(embedding: SentenceTransformerEmbedding) -> float:
    """How near questions are to their passages, beside the others."""
    questions = embedding.embed_array(list(WORDS), query=True)
    nearness = questions @ embedding.embed_array(list(WORDS[::-1])).T
    return float(np.trace(nearness) / len(WORDS) - nearness.mean())


def test_a_model_learns_what_belongs_together_and_is_saved_whole(
    model: str, tmp_path: Path
) -> None:
    told: list[Step] = []
    fine_tune(model, pairs(), tmp_path / "tuned", QUICK, told.append)
    before = SentenceTransformerEmbedding(model.removeprefix(SENTENCE_TRANSFORMERS))
    after = SentenceTransformerEmbedding(str(tmp_path / "tuned"))
    assert told
    assert told[-1].loss < told[0].loss
    assert closeness(after) > closeness(before) + 0.1
    assert after.fingerprint != before.fingerprint
    assert [one.name for one in tmp_path.iterdir()] == ["tuned"]


def test_what_is_no_model_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting):
        fine_tune(f"{SENTENCE_TRANSFORMERS}{tmp_path}/none", pairs(), tmp_path / "tuned")
    with pytest.raises(Cancelled):
        fine_tune("sentence-transformers:x", pairs(), tmp_path / "t", cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_a_tuned_model_is_tried_kept_named_and_discarded(model: str, tmp_path: Path) -> None:
    passages = [Passage(f"p{n}", "d", n, 1, "1", word) for n, word in enumerate(WORDS)]
    lessons = [Lesson(WORDS[-n - 1], f"p{n}", word, "heading") for n, word in enumerate(WORDS)]
    tunings = Tunings(tmp_path / "tuned")
    trial = tunings.tune(passages, Lessons(tuple(lessons * 8), tuple(lessons * 2)), base=model)
    assert tunings.all() == (trial,)
    assert (trial.base, trial.against) == (model, model)
    assert tunings.embedding(f"{TUNED}{trial.id}").embed_array(["seoul"]).shape == (1, 16)
    tunings.discard(trial.id)
    assert list((tmp_path / "tuned").iterdir()) == []


KILLED = """
import json, os, signal, sys
from pathlib import Path
from rag_core.fine_tuning import Regimen, fine_tune

name, pairs, folder = json.load(sys.stdin)
end = lambda _: os.kill(os.getpid(), signal.SIGKILL)
fine_tune(name, pairs, Path(folder), Regimen(batch=8), end)
"""


def test_a_killed_fine_tuning_leaves_nothing_after_the_next_start(
    model: str, tmp_path: Path
) -> None:
    folder = tmp_path / "tuned" / "0123456789ab"
    folder.parent.mkdir()
    given = json.dumps([model, pairs(), str(folder)]).encode()
    command = [sys.executable, "-c", KILLED]
    ended = subprocess.run(command, input=given, cwd=Path(__file__).parents[2])
    assert ended.returncode == -signal.SIGKILL
    assert folder.with_suffix(".partial").is_dir()
    open_seodam(Settings(data=tmp_path)).close()
    assert list(folder.parent.iterdir()) == []
