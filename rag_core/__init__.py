"""Seodam's core: everything that is not a screen. It never imports streamlit.

    from pathlib import Path
    from rag_core import LOCAL_OWNER, Settings, Upload, open_seodam

    seodam = open_seodam(Settings(data=Path("my-library")))
    library = seodam.library(LOCAL_OWNER)
    library.add(Upload("handout.pdf", Path("handout.pdf").read_bytes()))
    hits = library.search("What is tokenization?", k=5)

    stream = seodam.assistant(LOCAL_OWNER).ask_once("What is tokenization?", seodam.generator())
    for piece in stream:
        print(piece, end="")
    for citation in stream.answer.citations:
        print(citation.document, citation.page, citation.quote)
    seodam.close()

What is named here is the face and stays; everything else may move. Importing it loads nothing:
each name is fetched when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag_core.errors import SeodamError
    from rag_core.evaluation import read_question_set
    from rag_core.gold import read_gold
    from rag_core.measuring import evaluate_beir, evaluate_gold
    from rag_core.parsing import parse
    from rag_core.passages import cut
    from rag_core.settings import Settings
    from rag_core.types import (
        LOCAL_OWNER,
        Answer,
        Citation,
        Conversation,
        Document,
        Hit,
        Page,
        Passage,
        Turn,
        Upload,
    )
    from rag_core.wiring import open_seodam

__all__ = [
    "LOCAL_OWNER",
    "Answer",
    "Citation",
    "Conversation",
    "Document",
    "Hit",
    "Page",
    "Passage",
    "SeodamError",
    "Settings",
    "Turn",
    "Upload",
    "cut",
    "evaluate_beir",
    "evaluate_gold",
    "open_seodam",
    "parse",
    "read_gold",
    "read_question_set",
]

_HOMES = {
    "SeodamError": "errors",
    "Settings": "settings",
    "cut": "passages",
    "evaluate_beir": "measuring",
    "evaluate_gold": "measuring",
    "open_seodam": "wiring",
    "parse": "parsing",
    "read_gold": "gold",
    "read_question_set": "evaluation",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'types')}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
