"""The other side of the RAG paper's comparison: the same generator without any passage."""

from __future__ import annotations

from dataclasses import dataclass

from rag_core.errors import PromptTooLong
from rag_core.local_models import LocalModel
from rag_core.prompting import Task, from_memory
from rag_core.text import language
from rag_core.tokenisation import Tokens


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
    in FROM_MEMORY, PromptTooLong, ModelFailed.
    """
    spoken = spoken or language(text)
    tokens = generator.tokens
    prompt = tokens.prompt(from_memory(task, text, spoken))
    room = generator.window if generator.reads_first else generator.window - limit
    if len(prompt) > room or len(given) > generator.window // 2:
        raise PromptTooLong(model=generator.name, tokens=len(prompt), window=room)
    ((written, _),) = generator.beams([prompt], 1, limit)[0]
    likely = generator.log_probabilities([prompt], given).sum()
    return ClosedBook(tokens.text(written).strip(), float(likely))
