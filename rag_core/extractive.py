"""The language model that needs no key: it answers with the sentences that answer best.

Word for word, in reading order, each with the mark of its passage; when nothing that was found
answers, it says so. It is a LangChain chat model like any other, and reads its passages from
where `prompting.messages` leaves them beside the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGenerationChunk

from rag_core.embeddings import bundled_embedding
from rag_core.overview import choose_telling, wants_overview
from rag_core.selection import Unit, answers, choose
from rag_core.streaming import StreamingChatModel
from rag_core.text import begins_item, language, sentences
from rag_core.types import Hit

NO_ANSWER = {
    "ko": "문서에서 이 질문의 답을 찾지 못했어요.",
    "en": "The documents do not seem to answer this question.",
}
_LOOKS_LIKE_MARK = re.compile(r"(?<=[\[【［])(?=[\^\d])")
_SAYS = re.compile(r"\w")
_WORD_JOINER = "\u2060"


class ExtractiveChatModel(StreamingChatModel):
    """Answers in sentences of the passages, streamed one by one.

    `response_metadata["answerable"]` is false when it found no answer.
    """

    @property
    def _llm_type(self) -> str:
        return "seodam-extractive"

    @property
    def called(self) -> str:
        return "extractive"

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        pieces, answerable = self._answer(messages)
        if stop:
            pieces = [_until("".join(pieces), stop)]
        for piece in pieces:
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
            if run_manager:
                run_manager.on_llm_new_token(piece, chunk=chunk)
            yield chunk
        last = AIMessageChunk(
            content="", response_metadata=_metadata(answerable), chunk_position="last"
        )
        yield ChatGenerationChunk(message=last)

    def _answer(self, messages: Sequence[BaseMessage]) -> tuple[list[str], bool]:
        """The pieces of the answer, and whether it is one."""
        asked = next((m for m in reversed(messages) if isinstance(m, HumanMessage)), None)
        beside = asked.additional_kwargs if asked else {}
        question: str = beside.get("question") or (asked.text if asked else "")
        hits: Sequence[Hit] = beside.get("hits", ())
        whole = wants_overview(question)
        chosen = choose_telling(hits, bundled_embedding()) if whole else choose(question, hits)
        if not chosen or not (whole or answers(question, hits, chosen)):
            return [NO_ANSWER.get(language(question), NO_ANSWER["en"])], False
        document = [hits[unit.number - 1].passage.document_id for unit in chosen]
        pieces = [_said(unit) for unit in chosen]
        for index, (before, unit) in enumerate(pairwise(chosen), 1):
            apart = whole and document[index] != document[index - 1]
            apart = apart or begins_item(unit.text) or begins_item(before.text)
            between = " " if before.is_prose and unit.is_prose and not apart else "\n\n"
            pieces[index] = between + pieces[index]
        return pieces, True


def _said(unit: Unit) -> str:
    """The sentence on one line with its mark; marks of the document's own are defused. A lone
    colon of a form or a table gets none."""
    words = _LOOKS_LIKE_MARK.sub(_WORD_JOINER, " ".join(unit.text.split()))
    said = [words[start:end] for start, end in sentences(words)]
    return " ".join(f"{one} [{unit.number}]" if _SAYS.search(one) else one for one in said)


def _metadata(answerable: bool) -> dict[str, Any]:
    return {"answerable": answerable, "model_name": "extractive"}


def _until(text: str, stop: Sequence[str] | None) -> str:
    """The text up to the first of the words at which the caller wants it to stop."""
    return min((text.split(word)[0] for word in stop or () if word), key=len, default=text)
