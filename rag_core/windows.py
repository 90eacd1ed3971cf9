"""How much a model reads and writes at once: as its server tells, or else by our table.

A server is asked once in a while, with the first question put to it; what it told is remembered in
this process. Where it tells nothing the table serves, and whoever shows the figure says so.
"""

from __future__ import annotations

import time

from langchain_core.language_models import BaseChatModel

from rag_core.errors import MissingExtra, ModelFailed, WrongSetting
from rag_core.generators import ask_room, model_name, own_window, server_of
from rag_core.providers import by_beginning
from rag_core.providers.asking import Room
from rag_core.types import Window, WindowBy

_TOLD_FOR, _SILENT_FOR = 600.0, 60.0  # seconds for which an answer, or none, is remembered

_TABLE = {
    "openai:gpt-3.5": 16_385,
    "openai:gpt-4": 8_192,
    "openai:gpt-4-turbo": 128_000,
    "openai:gpt-4o": 128_000,
    "openai:gpt-4.1": 1_047_576,
    "openai:gpt-5": 400_000,
    "openai:o1": 200_000,
    "openai:o3": 200_000,
    "openai:o4": 200_000,
    "anthropic:claude": 200_000,
    "anthropic:claude-opus-4-6": 1_000_000,
    "anthropic:claude-opus-4-7": 1_000_000,
    "anthropic:claude-opus-4-8": 1_000_000,
    "anthropic:claude-sonnet-4-6": 1_000_000,
    "anthropic:claude-sonnet-5": 1_000_000,
    "google:gemini": 1_048_576,
    "ollama:": 4_096,  # what Ollama takes unless it is told otherwise
}
"""Windows in tokens by how a model's name begins, the longest beginning first; as last
known in 2026. A reader may say another for each conversation."""


_told: dict[tuple[str, str], tuple[float, Room]] = {}
"""By address and model: until when it counts, and what the server told."""


def window_of(model: BaseChatModel, wanted: int | None = None) -> Window:
    """The window of a model. `wanted` is what its reader allows, which counts as far as the server
    says that the model could. Asks the server where that has not been done lately; loads a model
    that runs here."""
    if own := own_window(model):
        told = Room(own, own)
    else:
        told = _remembered(*server_of(model)) or _asked(model)
    return _window(model_name(model), told, wanted)


def known_window(name: str, address: str, wanted: int | None = None) -> Window:
    """The same for a model by its name at an address, by what is known already: nothing is asked,
    nothing is loaded."""
    return _window(name, _remembered(address, name) or Room(), wanted)


def _window(name: str, told: Room, wanted: int | None) -> Window:
    if wanted:
        return Window(min(wanted, told.most or told.now or wanted), WindowBy.READER)
    if told.now:
        return Window(told.now, WindowBy.SERVER)
    tabled = by_beginning(_TABLE, name)
    if tabled is None:
        return Window(told.most, WindowBy.SERVER) if told.most else Window()
    return Window(min(tabled, told.most or tabled), WindowBy.TABLE)


def _remembered(address: str, name: str) -> Room | None:
    until, room = _told.get((address, name), (0.0, Room()))
    return room if time.monotonic() < until else None


def _asked(model: BaseChatModel) -> Room:
    try:
        room, seconds = ask_room(model), _TOLD_FOR
    except (ModelFailed, MissingExtra, WrongSetting):  # the answer itself will say what is wrong
        room, seconds = Room(), _SILENT_FOR
    _told[server_of(model)] = (time.monotonic() + seconds, room)
    return room
