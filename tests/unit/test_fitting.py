"""What the reranker and the choice of sentences are fitted on: made rows, real search."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest

from rag_core.embeddings import BundledEmbedding
from rag_core.selection import WEIGHTS
from rag_core.types import Hit, Passage
from training.holdout import held_out
from training.reranker import fit, learn
from training.reranker_data import Plan, library_of, read_rows
from training.selection import example

PLACES = "Busan Jeju Gyeongju Jeonju Suwon Incheon Daegu Ulsan Mokpo Sokcho".split()
SUBJECTS = "학교 병원 공원 도서관 시장 극장 역 공항 수영장 식당 호텔 은행".split()


def put(data: Path, source: str, rows: list[dict[str, str]]) -> None:
    (data / "train").mkdir(exist_ok=True)
    with gzip.open(data / "train" / f"{source}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty groups of paraphrases, five rows each: a place and a subject, asked in ten ways."""
    draw = random.Random(3)
    asks = "어디야 알려줘 궁금해 찾아줘 가르쳐줘 뭐야 말해봐 있어 볼래 확인해줘".split()
    rows = []
    for subject in SUBJECTS:
        for place in PLACES[:5]:
            texts = [f"{place} {subject} {ask}" for ask in draw.sample(asks, 10)]
            pairs = zip(texts[::2], texts[1::2], strict=True)
            rows += [{"lang": "ko", "query": a, "positive": b} for a, b in pairs]
    folder = tmp_path_factory.mktemp("pairs")
    put(folder, "para-kqc", rows)
    return folder


def said(text: str) -> tuple[str, ...]:
    """What a made paraphrase is about."""
    return tuple(text.split()[:2])


def test_one_text_of_each_group_is_shelved_and_only_groups_kept_back_are_asked(data: Path) -> None:
    library = library_of(Plan("para-kqc", "ko", 1, 800, 385), data, 7)
    about = [said(passage.text) for passage in library.passages.values()]
    assert len(about) == len(set(about)) == 60
    firsts = {said(row["query"]): row["query"] for row in read_rows(data, "para-kqc")[::5]}
    kept = {about for about, query in firsts.items() if held_out(query)}
    assert kept
    assert {said(question) for question in library.questions.values()} == kept
    assert len(library.questions) == 5 * len(kept)
    for id_, question in library.questions.items():
        (passage,) = library.relevant[id_]
        assert said(library.passages[passage].text) == said(question)
        assert library.passages[passage].text != question


def test_weights_are_learned_from_a_library_and_tell_its_passages_apart(data: Path) -> None:
    library = library_of(Plan("para-kqc", "ko", 1, 800, 385), data, 7)
    learned = learn([library], most=20)
    assert learned["questions"] == {"para-kqc ko 800": min(20, len(library.questions))}
    assert learned["embedding"] == BundledEmbedding().fingerprint
    assert learned["second"]["slope"] > 0


def test_the_sentence_that_holds_the_answer_is_what_weights_are_fitted_to() -> None:
    draw, given = random.Random(5), []
    for _ in range(40):
        asked, *others = draw.sample(PLACES, 4)
        years = draw.sample(range(1900, 2000), 4)
        lines = [f"{p} opened in {y}." for p, y in zip([asked, *others], years, strict=True)]
        text = " ".join(draw.sample(lines, 4))
        hits = [Hit(1, Passage("p", "d", 0, 1, "1", text), "d", 0.5)]
        made = example(f"When did {asked} open?", {"p"}, {str(years[0])}, hits)
        assert made.right.sum() == 1
        given.append(made)
    wrong = example("When did Busan open?", {"another"}, {"1"}, hits)
    assert not wrong.right.any()
    weights = dict(zip(WEIGHTS, fit(given, len(WEIGHTS))[:, 0], strict=True))
    assert weights["covered"] > 0
    assert weights["covered"] == max(weights.values())
    best = [one.right[np.argmax(one.signals @ list(weights.values()))] for one in given]
    assert np.mean(best) > 0.9
