"""Tables of contents are known by their shape, in both languages, and stand back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rag_core.contents import asks_for_contents, is_contents
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import open_seodam

TABLES = [
    "1. Introduction ............ 1\n2. Method ................. 4\n3. Results ................ 12",
    "제1장 서론 ··········· 1\n\n제2장 방법 ··········· 15\n\n제3장 결과 ··········· 32",
    "머리말 …………… 3\n등대의 역사 …………… 7\n등대지기 …………… 7\n찾아보기 …………… 90",
    "Preface . . . . . . . 2\nThe coast . . . . . . 9\nIts lights . . . . . 21\nIndex",
    "Contents\n\n1 Tokens\n\n2 Embeddings\n\n3 Transfer learning",
    "목 차\n1 토큰과 토큰화\n2 임베딩\n3 전이학습의 두 단계",
]
OTHERS = [
    "Americano ........ 450\nLatte ........ 500\nTea ........ 300",  # prices fall, pages do not
    "Coffee ....... 4,500\nTea ....... 5,000\nMilk ....... 5,500",
    "Contents\nThe box holds a lamp.\nIt also holds a cable.\nKeep both.",
    "차례\n차례는 설날과 추석에 지내요.\n음식을 올려요.\n절을 해요.",
    "The lamp was lit in 1908...\nIt burnt for 26 years...\nThen came 40...",
    "Chapter 1 ....... 5",
    "",
]


@pytest.mark.parametrize("text", TABLES)
def test_a_table_of_contents_is_known(text: str) -> None:
    assert is_contents(text)


@pytest.mark.parametrize("text", OTHERS)
def test_prices_and_sentences_are_none(text: str) -> None:
    assert not is_contents(text)


def test_a_hostile_line_takes_no_time() -> None:
    begun = time.process_time()
    is_contents("\n".join(["a" + ". " * 20_000 + "5x"] * 3 + ["." * 40_000 + "9"] * 3))
    assert time.process_time() - begun < 5  # seconds; it takes a hundredth of one


def test_the_text_comes_before_the_table_that_names_it(tmp_path: Path) -> None:
    seodam = open_seodam(Settings(data=tmp_path))
    library = seodam.library(LOCAL_OWNER)
    for path in sorted((Path(__file__).parents[2] / "samples").glob("*.pdf")):
        library.add(Upload(path.name, path.read_bytes()))
    for question in ("What is RAG?", "RAG란 무엇인가요?", "What is transfer learning?"):
        assert not asks_for_contents(question)
        first = library.search(question, 3)
        assert not any(is_contents(hit.passage.text) for hit in first), question
    for question in ("Show me the table of contents", "이 문서의 차례를 보여 주세요"):
        assert asks_for_contents(question)
        assert any(is_contents(hit.passage.text) for hit in library.search(question, 8)), question
    seodam.close()
