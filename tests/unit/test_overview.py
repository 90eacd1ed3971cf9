"""Requests for an overview: which they are, and what they are answered with."""

from __future__ import annotations

import pytest

from rag_core.extractive import ExtractiveChatModel
from rag_core.overview import WithOverviews, wants_overview
from rag_core.prompting import messages
from rag_core.types import Hit, Passage

WHOLE = """
요약해줘|이 문서를 요약해 주세요.|문서 내용을 요약해 주세요|이 보고서를 세 줄로 요약해줘
3줄 요약|전체 요약 부탁해요
핵심 내용이 뭐야?|이 논문의 핵심 내용은 무엇인가요?|이 문서의 주요 내용을 정리해 주세요
핵심만 알려줘
이 문서는 무슨 내용이야?|이건 무슨 문서야?|이 문서는 무엇에 대한 문서인가요?
이 문서를 설명해줘|이 자료는 무엇을 다루나요?
Summarize this document|Please summarise the report.|Can you summarize this PDF for me?|TL;DR
Give me a short summary of this paper|What is this document about?|What's this about?
Key takeaways
What are the main points?|What does this document cover?|Give me an overview
"""
PART = """
토큰화 요약해줘|2장 요약해줘|토큰화 부분을 요약해 주세요|RAG의 핵심 내용은?
보고서의 예산은 얼마인가요?|요약이란 무엇인가요?
이 문서의 저자는 누구인가요?|핵심 인력은 몇 명인가요?|그건 무슨 뜻이야?
무슨 내용의 계약인가요?|중요한 날짜는?
What is this paper's accuracy?|Summarize chapter 2|What is tokenization about?|Summary judgment
What are the main points of chapter 3?|What does this document say about embeddings?
"""
TEA = (
    "Tea is grown in Boseong on thirty hills. The tea fields were planted by farmers in 1939. "
    "Visitors come to the tea fields in May. Buses go there twice a day."
)
LIGHT = "The lighthouse of Pohang was built in 1908. The lighthouse stands 26 metres tall."


def listed(text: str) -> list[str]:
    return [one for line in text.split("\n") for one in line.split("|") if one]


@pytest.mark.parametrize("question", listed(WHOLE))
def test_what_asks_for_the_whole(question: str) -> None:
    assert wants_overview(question)


@pytest.mark.parametrize("question", listed(PART))
def test_what_asks_for_a_part(question: str) -> None:
    assert not wants_overview(question)


class Nobody:
    """Finds nothing, and says what it was asked."""

    k = 4

    def __init__(self) -> None:
        self.asked: list[str] = []

    def search(
        self, question: str, k: int = 10, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        self.asked.append(question)
        return []


def passages(document: str, *texts: str) -> list[Passage]:
    return [
        Passage(f"{document}-{at}", document, at, at + 1, str(at + 1), text)
        for at, text in enumerate(texts)
    ]


SHELF = {"tea": passages("tea", TEA), "light": passages("light", "Contents\t1", LIGHT)}


def searcher(nobody: Nobody) -> WithOverviews:
    return WithOverviews(
        nobody,
        lambda chosen: (
            (f"{name}.pdf", kept) for name, kept in SHELF.items() if not chosen or name in chosen
        ),
    )


def test_an_overview_has_passages_of_every_document_and_searches_nothing() -> None:
    nobody = Nobody()
    found = searcher(nobody).search("Summarize these documents", 4)
    assert [(hit.document, hit.passage.id) for hit in found] == [
        ("tea.pdf", "tea-0"),
        ("light.pdf", "light-1"),
    ]
    only = searcher(nobody).search("Summarize it", 4, frozenset({"tea"}))
    assert [hit.document for hit in only] == ["tea.pdf"]
    assert nobody.asked == []


def test_any_other_question_is_searched() -> None:
    nobody = Nobody()
    assert searcher(nobody).search("When was it built?", 4) == []
    assert nobody.asked == ["When was it built?"]


def test_without_a_model_the_answer_is_the_most_telling_sentences_with_their_marks() -> None:
    found = searcher(Nobody()).search("What are these documents about?", 4)
    said = ExtractiveChatModel().invoke(messages("What are these documents about?", found))
    assert "Tea is grown in Boseong on thirty hills. [1]" in said.text
    assert "The lighthouse of Pohang was built in 1908. [2]" in said.text
    assert said.response_metadata["answerable"] is True


def test_a_document_without_sentences_gives_its_first_passages() -> None:
    rows = passages("rows", "a\t1", "b\t2")
    found = WithOverviews(Nobody(), lambda _: [("rows.csv", rows)]).search("요약해줘", 8)
    assert [hit.passage.id for hit in found] == ["rows-0", "rows-1"]
    said = ExtractiveChatModel().invoke(messages("요약해줘", found))
    assert said.response_metadata["answerable"] is False
