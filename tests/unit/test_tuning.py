"""Fine-tuning on one's own documents: what is learned, what is kept aside, what may be used."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from rag_core.adapter import AdaptedEmbedding, Adapter, Course, _Learner, adapted, learn
from rag_core.embeddings import BundledEmbedding, Embedding, Vectors
from rag_core.errors import Cancelled, NotFound, TooFewLessons, WrongSetting
from rag_core.lessons import Lessons, lessons_of
from rag_core.parsing import parse
from rag_core.passages import cut
from rag_core.settings import Settings
from rag_core.text import language
from rag_core.translations import translated
from rag_core.trials import FEWEST_QUESTIONS, try_out
from rag_core.tuning import TUNED, Progress, Tuner, Tunings
from rag_core.types import Answer, Citation, Page, Passage, Turn, Upload
from rag_core.wiring import open_seodam

BASE = BundledEmbedding()
SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def passages() -> list[Passage]:
    """Both samples as the library cuts them."""
    made: list[Passage] = []
    for name in ("seodam-sample-ko.pdf", "seodam-sample-en.pdf"):
        parsed = parse(Upload(name, (SAMPLES / name).read_bytes()))
        made += cut(name, parsed.title, parsed.pages)
    return made


@pytest.fixture(scope="module")
def lessons(passages: list[Passage]) -> Lessons:
    return lessons_of(passages)


def test_nothing_that_is_measured_on_is_learned(lessons: Lessons) -> None:
    taught, held = lessons.taught, lessons.held
    assert taught
    assert held
    assert not {one.passage_id for one in taught} & {one.passage_id for one in held}
    assert not {one.question for one in taught} & {one.question for one in held}


def test_a_sentence_is_taken_out_of_the_passage_that_it_asks_for(
    passages: list[Passage], lessons: Lessons
) -> None:
    texts = {one.id: " ".join(one.text.split()) for one in passages}
    sentences = [one for one in lessons.taught if one.kind == "sentence"]
    assert len(sentences) > 40
    for one in sentences:
        assert one.question in texts[one.passage_id]
        assert one.question not in " ".join(one.text.split())


def test_every_document_of_a_large_collection_teaches() -> None:
    passages = [
        Passage(
            f"{document}-{n}",
            document,
            n,
            1,
            "1",
            f"Lighthouse {document}{n} was built by the people of the northern coast. "
            f"Tower {document}{n} was painted white and red by its first keeper. "
            f"Lamp {document}{n} was bought from the glass works of the capital.",
        )
        for document in "abc"
        for n in range(300)
    ]
    made = lessons_of(passages)
    sentences = [one for one in (*made.taught, *made.held) if one.kind == "sentence"]
    assert len(sentences) == 3 * len(passages)


def test_a_helpful_answer_teaches_its_question(passages: list[Passage]) -> None:
    cited = next(one for one in passages if not _held(one))
    citation = Citation(1, cited.document_id, "a", 1, "1", "quote", cited.id, verified=True)
    turn = Turn(1, "what helped?", Answer("this [1]", (citation,)))
    taught = lessons_of(passages, [turn]).taught
    assert [one.passage_id for one in taught if one.question == "what helped?"] == [cited.id]


def _held(passage: Passage) -> bool:
    return not lessons_of([passage], [_turn(passage)]).taught


def _turn(passage: Passage) -> Turn:
    citation = Citation(1, "d", "a", 1, "1", "quote", passage.id, verified=True)
    return Turn(1, "q?", Answer("a [1]", (citation,)))


def test_the_adapter_that_changes_nothing_gives_the_bundled_vectors() -> None:
    texts = ["등대는 언제 세워졌나요?", "The harbour of Pohang.", ""]
    none = Adapter.none(BASE.size, BASE.dimension)
    assert np.allclose(adapted(BASE, none, texts), BASE.embed_array(texts), atol=1e-5)


def test_the_gradients_are_those_of_the_loss() -> None:
    """Against finite differences, for a subword's count and a number of the map."""
    pairs = [
        ("등대는 몇 년에 세워졌나요?", "포항의 등대는 1908년에 세워졌어요.", "항구는 넓어요."),
        ("How tall is it?", "The lighthouse is 26 metres tall.", ""),
        ("Where is the harbour?", "The harbour lies in Pohang.", "A ship came in."),
    ]
    learner = _Learner(BASE, pairs, Course(hold=0.0))
    seen: list[np.ndarray] = []
    learner._adam = lambda counts, turn, step: seen.extend([counts, turn])  # type: ignore[method-assign]
    rows = np.arange(3)
    learner.turn = learner.turn.astype(np.float64)  # type: ignore[assignment]
    learner.counts = learner.counts.astype(np.float64)  # type: ignore[assignment]
    learner.step(rows, 1)
    counts, turn = seen[:2]
    at, small = int(np.abs(counts).argmax()), 1e-4
    for array, place, expected in (
        (learner.counts, at, counts[at]),
        (learner.turn, (3, 5), turn[3, 5]),
    ):
        losses = []
        for sign in (1, -1):
            array[place] += sign * small
            losses.append(learner.step(rows, 1))
            array[place] -= sign * small
        assert (losses[0] - losses[1]) / (2 * small) == pytest.approx(expected, rel=0.02, abs=1e-4)


def test_learning_is_seeded() -> None:
    words = [f"zork{n} blem{n}" for n in range(60)]
    pairs = [
        (f"{word}?", f"{word} {'고래' if n % 2 else 'train'}", "") for n, word in enumerate(words)
    ]
    course = Course(steps=10, batch=24, look_every=5)
    once, again = learn(BASE, pairs, course), learn(BASE, pairs, course)
    assert np.array_equal(once.turn, again.turn)
    assert np.array_equal(once.counts, again.counts)


def test_learning_stops_when_asked() -> None:
    with pytest.raises(Cancelled):
        learn(BASE, [("a b", "c d", "")] * 20, Course(steps=5), cancelled=lambda: True)


def test_a_saved_adapter_is_the_same_embedding(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    counts = random.normal(0, 0.1, BASE.size).astype(np.float16).astype(np.float32)
    turn = (np.eye(BASE.dimension) + random.normal(0, 0.01, (BASE.dimension,) * 2)).astype("f4")
    Adapter(counts, turn).save(tmp_path / "a.npz")
    embedding = AdaptedEmbedding(tmp_path / "a.npz")
    texts = ["포항의 등대", "lighthouse"]
    assert np.allclose(embedding.embed_array(texts), adapted(BASE, Adapter(counts, turn), texts))
    assert np.allclose(np.linalg.norm(embedding.embed_array(texts), axis=1), 1)
    assert embedding.fingerprint != BASE.fingerprint
    Adapter(counts * 2, turn).save(tmp_path / "b.npz")
    assert AdaptedEmbedding(tmp_path / "b.npz").fingerprint != embedding.fingerprint


def test_what_is_worse_is_refused(
    passages: list[Passage], lessons: Lessons, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    spoilt = random.normal(0, 1, (BASE.dimension,) * 2).astype("f4")
    Adapter(random.normal(0, 2, BASE.size).astype("f4"), spoilt).save(tmp_path / "spoilt.npz")
    trial = try_out(
        {"bundled": BASE}, AdaptedEmbedding(tmp_path / "spoilt.npz"), passages, lessons.held
    )
    assert trial.gain < 0
    assert not trial.better
    same = try_out({"bundled": BASE}, BASE, passages, lessons.held)
    assert (same.gain, same.better, same.forgets) == (0, False, False)
    assert 0.5 < same.crossed[0] == same.crossed[1]


def test_a_tuning_is_tried_kept_named_and_discarded(
    passages: list[Passage], lessons: Lessons, tmp_path: Path
) -> None:
    tunings = Tunings(tmp_path / "tuned")
    assert tunings.all() == ()
    told: list[Progress] = []
    trial = tunings.tune(passages, lessons, told.append)
    assert tunings.all() == (trial,)
    assert [one.stage for one in told][-1] == "measuring"
    assert len(trial.losses) > 3
    assert trial.losses[-1][1] < trial.losses[0][1]
    assert trial.questions == len(lessons.held)
    embedding = tunings.embedding(f"{TUNED}{trial.id}")
    assert embedding.embed_array(["hello"]).shape == (1, BASE.dimension)
    tunings.discard(trial.id)
    assert list((tmp_path / "tuned").iterdir()) == []
    with pytest.raises(WrongSetting):
        tunings.embedding(f"{TUNED}{trial.id}")


class Slow(Embedding):
    """The bundled one as if it were a large model: of it a sample is measured."""

    fingerprint, dimension = "slow", BASE.dimension

    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        return BASE.embed_array(texts)


def test_measuring_reads_no_more_than_there_is_time_for(
    passages: list[Passage], lessons: Lessons
) -> None:
    told: list[tuple[int, int]] = []
    many = list(passages) + [replace(one, id=f"{one.id}-again") for one in passages] * 20
    short = try_out(
        {"bundled": BASE}, Slow(), many, lessons.held, show=lambda *so: told.append(so), seconds=0
    )
    assert FEWEST_QUESTIONS // 2 <= short.questions <= FEWEST_QUESTIONS
    done, total = told[-1]
    assert done == total
    assert total < 2 * (FEWEST_QUESTIONS * 3 + 10) + 4 * len(translated())
    assert [so[0] for so in told] == sorted(so[0] for so in told)
    long = try_out({"bundled": BASE}, Slow(), many, lessons.held, seconds=1e9)
    assert short.questions < long.questions == len(lessons.held)


class Forgetful(Embedding):
    """It finds what the bundled one finds in English, and nothing in Korean."""

    fingerprint, dimension = "forgetful", BASE.dimension

    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        return BASE.embed_array(["" if language(one) == "ko" else one for one in texts])


class Dull(Embedding):
    """The bundled one that guesses at all but the sentences of which both languages are known."""

    fingerprint, dimension = "dull", BASE.dimension

    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        known = {sentence for pair in translated() for sentence in pair}
        unsure = [one not in known for one in texts]
        seeds = [np.random.default_rng(crc32(one.encode())) for one in texts]
        noise = np.stack([seed.normal(0, 1, self.dimension) for seed in seeds])
        vectors = BASE.embed_array(texts) + noise * np.array(unsure)[:, None]
        return vectors.astype(np.float32)


def test_what_forgets_a_language_is_refused_however_much_it_gains(
    passages: list[Passage], lessons: Lessons
) -> None:
    english = [one for one in passages if language(one.text) == "en"]
    ids = {one.id for one in english}
    held = [one for one in lessons.held if one.passage_id in ids]
    trial = try_out({"dull": Dull()}, Forgetful(), english, held)
    assert trial.gain > 0
    assert trial.interval[0] > 0
    assert trial.crossed[1] < trial.crossed[0]
    assert trial.forgets
    assert not trial.better


def test_measuring_stops_when_asked(passages: list[Passage], lessons: Lessons) -> None:
    with pytest.raises(Cancelled):
        try_out({"bundled": BASE}, Slow(), passages, lessons.held, lambda: True)


KILLED = """
import os, pickle, signal, sys
from pathlib import Path
from rag_core.tuning import Tunings

def show(progress):
    if progress.stage == "measuring" and progress.step:
        os.kill(os.getpid(), signal.SIGKILL)

Tunings(Path(sys.argv[1])).tune(*pickle.load(sys.stdin.buffer), show)
"""


def test_what_a_killed_tuning_leaves_is_swept_at_the_next_start(
    passages: list[Passage], lessons: Lessons, tmp_path: Path
) -> None:
    kept = Tunings(tmp_path / "tuned").tune(passages, lessons)
    given, command = pickle.dumps((passages, lessons)), [sys.executable, "-c", KILLED]
    ended = subprocess.run([*command, str(tmp_path / "tuned")], input=given, cwd=SAMPLES.parent)
    assert ended.returncode == -signal.SIGKILL
    (tmp_path / "tuned" / "0123456789ab.partial").mkdir()
    assert len(list((tmp_path / "tuned").iterdir())) == 4
    open_seodam(Settings(data=tmp_path)).close()
    left = sorted(path.name for path in (tmp_path / "tuned").iterdir())
    assert left == [f"{kept.id}.json", f"{kept.id}.npz"]


@pytest.mark.parametrize("name", ["tuned:", "tuned:../../etc/passwd", "tuned:aabbccddeeff"])
def test_only_tunings_that_are_kept_can_be_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(WrongSetting):
        Tunings(tmp_path).embedding(name)
    with pytest.raises(NotFound):
        Tunings(tmp_path).discard(name.removeprefix(TUNED))


def test_too_little_text_is_said(tmp_path: Path) -> None:
    few = lessons_of(cut("d", "t", (Page(1, "1", "Only one short sentence stands here."),)))
    with pytest.raises(TooFewLessons) as refused:
        Tunings(tmp_path).tune([], few)
    assert "50 questions" in refused.value.hint


def test_a_tuner_ends_by_itself_or_when_stopped(
    passages: list[Passage], lessons: Lessons, tmp_path: Path
) -> None:
    tuner = Tuner(Tunings(tmp_path))
    tuner.start(lambda: (passages, lessons))
    tuner.stop()
    assert tuner.progress is not None
    assert tuner.progress.stage == "cancelled"
    tuner.start(lambda: (passages, Lessons((), ())))
    tuner.wait()
    assert tuner.progress.stage == "failed"
    assert isinstance(tuner.progress.error, TooFewLessons)
    assert not list(tmp_path.iterdir())
