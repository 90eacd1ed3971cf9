"""Articles of statutes asked for by number: all that they say, and nothing of another."""

from __future__ import annotations

import pytest

from rag_core.articles import asked_for
from rag_core.selection import choose
from rag_core.types import Hit, Passage

RULES = (
    "제5조(보조금) ① 시장은 책값을 보조할 수 있다.\n\n② 보조금은 500만원을 넘을 수 없다. 다만, "
    "고칠 때에는 1천만원까지 준다.\n\n③ 신청은 2월 말일까지 한다.",
    "제5조의2(환수) 시장은 제5조를 어긴 자에게서 보조금을 거둔다.\n\n제8조(비밀) 운영자는 대출 "
    "기록을 남에게 주지 아니한다.",
    "제9조(과태료) ① 제5조를 위반한 자에게 과태료를 부과한다.\n\n② 제8조를 위반한 자도 같다.\n\n"
    "부칙 <2024. 3. 15.>\n\n제1조(시행일) 이 규칙은 곧 시행한다.",
)


def hits(*texts: str, first: int = 0) -> list[Hit]:
    """The passages of a document as they are found: the last one first."""
    passages = [
        Passage(f"d-{n}", "d", first + n, 1, "1", text, start=n * 1000)
        for n, text in enumerate(texts)
    ]
    return [Hit(n, one, "rules.docx", 0.5 / n) for n, one in enumerate(reversed(passages), 1)]


@pytest.mark.parametrize(
    ("question", "first", "last", "count"),
    [
        ("제8조의 내용은 뭐예요?", "제8조(비밀)", "제8조(비밀)", 1),
        ("제5조를 알려 줘", "제5조(보조금)", "③ 신청은", 4),
        ("도서관 조례 5조는?", "제5조(보조금)", "③ 신청은", 4),
        ("제5조 제2항은 무엇인가요?", "② 보조금은", "다만,", 2),
        ("제9조 내용 알려 줘", "제9조(과태료)", "② 제8조를", 2),
        ("제5조의2 내용", "제5조의2(환수)", "제5조의2(환수)", 1),
    ],
)
def test_an_article_is_given_whole(question: str, first: str, last: str, count: int) -> None:
    given = [unit.text for unit in choose(question, hits(*RULES))]
    assert len(given) == count
    assert given[0].startswith(first)
    assert given[-1].startswith(last)


@pytest.mark.parametrize(
    "question",
    ["제8조를 위반하면 어떻게 되나요?", "제8조에 따라 누가 신청하나요?", "조례는 언제 시행되나요?"],
)
def test_other_questions_ask_for_no_article(question: str) -> None:
    assert asked_for(question) is None


def test_what_is_broken_off_is_not_continued_with_another_passage() -> None:
    found = [*hits("제5조(보조금) 시장은 준다."), *hits("이 규칙은 곧 시행한다.", first=7)]
    assert [unit.number for unit in choose("제5조의 내용은?", found)] == [1]


def test_an_article_that_was_not_found_is_asked_for_as_anything_else() -> None:
    assert choose("제77조의 내용은?", hits(*RULES))
