"""A question that leans on what was said before → a question that stands alone; pure.

By rules of the two languages: pronouns and demonstratives, ordinals over a list, bare question
words ("왜?", "and when?"), "X는?" and "how about X?", and questions that name nothing. A question
that names its own subject is given back as it is, to the letter; so is every doubtful one, for a
question bent wrongly finds nothing, and one left alone can be asked again with more words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag_core.followups import english, korean
from rag_core.followups.before import Before
from rag_core.search_words import question_words
from rag_core.text import language
from rag_core.types import Hit, Turn

REMEMBERED = 8
"""How many of the last turns are read."""
LONGEST = 300
"""Characters; a longer question says what it is about."""
_FOUND = 3
_FEW_WORDS = 4

Search = Callable[[str], Sequence[str]]
"""A question → the texts of the passages that were found for it in the document found first."""


def standing_alone(question: str, history: Sequence[Turn], search: Search) -> str:
    """The question in words that need no history; unchanged when it has none to lean on.

    `search` is asked only where a question may mean a part of what was last spoken of, and only
    when the last turn kept no passages of its own.
    """
    if not history or len(question) > LONGEST:
        return question
    return _rewritten(question, _last(history[-REMEMBERED:], search))


def may_lean(question: str, ruled: str, history: Sequence[Turn]) -> bool:
    """Whether a model should look at a question too: the rules changed it, or it is so short that
    it may lean on something that they do not see."""
    if not history or len(question) > LONGEST:
        return False
    return ruled != question or len(question_words(question)) <= _FEW_WORDS


def _last(history: Sequence[Turn], search: Search) -> Before:
    """The last turn, its question understood in the light of those before it."""
    before: Before | None = None
    for turn in history:
        asked = turn.answer.standalone_question
        if not asked:
            asked = _rewritten(turn.question, before) if before else turn.question
        before = Before(asked, turn.answer.text, _found(turn, asked, search), before)
    assert before is not None  # the history is not empty
    return before


def _found(turn: Turn, asked: str, search: Search) -> Callable[[], str]:
    def found() -> str:
        texts = texts_of_best(turn.answer.hits) or search(asked)
        return "\n".join(texts[:_FOUND])

    return found


def texts_of_best(hits: Sequence[Hit]) -> list[str]:
    """The passages of the document that was found first: what was spoken of stands there, and in
    a small library everything else is found as well."""
    return [
        hit.passage.text for hit in hits if hit.passage.document_id == hits[0].passage.document_id
    ]


def _rewritten(question: str, before: Before) -> str:
    rules = korean if language(question) == "ko" else english
    return rules.rewritten(question.strip(), before) or question
