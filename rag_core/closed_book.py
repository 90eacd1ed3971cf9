"""The other side of the RAG paper's comparison: the same generator without any passage."""

from __future__ import annotations

from dataclasses import dataclass

from rag_core.errors import PromptTooLong
from rag_core.local_models import LocalModel
from rag_core.prompting import Task
from rag_core.text import language
from rag_core.tokenisation import Tokens

_ASKED = {
    (Task.ANSWER, "en"): "Answer the question in a few words.\nQuestion: {text}\nAnswer:",
    (Task.ANSWER, "ko"): "질문에 몇 낱말로 답하세요.\n질문: {text}\n답:",
    (Task.ABSTRACTIVE, "en"): (
        "Answer the question in one or two whole sentences.\nQuestion: {text}\nAnswer:"
    ),
    (Task.ABSTRACTIVE, "ko"): "질문에 한두 문장으로 답하세요.\n질문: {text}\n답:",
    (Task.QUESTION, "en"): (
        "Write a quiz question as in Jeopardy: a fact that fits the answer and does not name it.\n"
        "Answer: {text}\nQuestion:"
    ),
    (Task.QUESTION, "ko"): (
        "퀴즈를 내세요. 정답에 맞는 사실을 묻되 정답은 말하지 마세요.\n정답: {text}\n문제:"
    ),
}
TASKS = tuple(dict.fromkeys(task for task, _ in _ASKED))
"""What can be asked without a passage; a claim cannot be checked against nothing."""


@dataclass(frozen=True, slots=True)
class ClosedBook:
    """`answer` is what the generator writes from memory; `log_probability` how likely it finds,
    from memory, an answer that was given: log p(y|x)."""

    answer: str
    log_probability: float


def closed_book(
    generator: LocalModel, text: str, given: Tokens, task: Task, limit: int, spoken: str = ""
) -> ClosedBook:
    """Ask without passages, at most `limit` tokens, always the likeliest one; and weigh the answer
    of the tokens `given`.

    `spoken` is the prompt's language, by default the text's. Raises KeyError for a task that is not
    in TASKS, PromptTooLong, ModelFailed.
    """
    korean = (spoken or language(text)) == "ko"
    tokens = generator.tokens
    prompt = tokens.prompt(_ASKED[task, "ko" if korean else "en"].format(text=text))
    room = generator.window if generator.reads_first else generator.window - limit
    if len(prompt) > room or len(given) > generator.window // 2:
        raise PromptTooLong(model=generator.name, tokens=len(prompt), window=room)
    ((written, _),) = generator.beams([prompt], 1, limit)[0]
    likely = generator.log_probabilities([prompt], given).sum()
    return ClosedBook(tokens.text(written).strip(), float(likely))
