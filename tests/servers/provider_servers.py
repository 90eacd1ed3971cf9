"""Servers on the loopback that speak as Claude, Gemini and Ollama do, for their real clients.

    with ProviderServer("anthropic") as server:     # server.url is the address for Seodam
        server.script(Fault(status=529))            # what the next requests get

Unscripted answers say the first sentence of passage 1 with its mark, piece by piece.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.servers.loopback import Handler, Loopback
from tests.servers.openai_server import sensible

MODELS = ["small", "large"]


@dataclass(frozen=True)
class Fault:
    """`status` other than 200 is an error; `pieces` are sent, then the connection is cut; `wait`
    seconds of silence come before anything."""

    status: int = 200
    pieces: int | None = None
    wait: float = 0.0


class ProviderServer(Loopback):
    """Speaks as one of them does until closed."""

    def __init__(self, kind: str) -> None:
        super().__init__(_Handler)
        self.kind = kind
        self.scripted: deque[Fault] = deque()
        self.about: dict[str, Any] = {}  # what is told of one model, by the path that is asked

    def script(self, *faults: Fault) -> None:
        """What the next requests get, in order."""
        self.scripted.extend(faults)


class _Handler(Handler):
    def do_GET(self) -> None:
        self.keep()
        desk = self.server.desk
        self.json(200, desk.about.get(self.path.partition("?")[0], _LISTS[desk.kind]))

    def do_POST(self) -> None:
        body, desk = self.keep(), self.server.desk
        if self.path in desk.about:
            return self.json(200, desk.about[self.path])
        fault = desk.scripted.popleft() if desk.scripted else Fault()
        desk.closing.wait(fault.wait)
        if fault.status != 200:
            key = desk.requests[-1]["headers"].get("x-api-key", "")
            error = {"message": f"no, {key}", "type": "x", "code": 1}
            return self.json(fault.status, {"error": error})
        self.send_response(200)
        self.send_header("Content-Type", _TYPES[desk.kind])
        self.end_headers()
        words = sensible("\n".join(_strings(body)))
        for frame in list(_FRAMES[desk.kind](words.split(" ")))[: fault.pieces]:
            self.wfile.write(frame.encode())
            self.wfile.flush()


def _strings(value: Any) -> Iterator[str]:
    """Every text in what was asked, wherever the protocol puts it."""
    if isinstance(value, str):
        yield value
    within = value.values() if isinstance(value, dict) else value
    for one in within if isinstance(value, dict | list) else ():
        yield from _strings(one)


def _claude(words: list[str]) -> Iterator[str]:
    def event(kind: str, **more: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n"

    message = {
        "id": "m", "type": "message", "role": "assistant", "model": "small", "content": [],
        "stop_reason": None, "stop_sequence": None,
        "usage": {"input_tokens": 100, "output_tokens": 1},
    }  # fmt: skip
    yield event("message_start", message=message)
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for place, word in enumerate(words):
        text = word if place == 0 else f" {word}"
        yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})
    yield event("content_block_stop", index=0)
    ending = {"stop_reason": "end_turn", "stop_sequence": None}
    usage = {"input_tokens": 100, "output_tokens": len(words)}
    yield event("message_delta", delta=ending, usage=usage)
    yield event("message_stop")


def _gemini(words: list[str]) -> Iterator[str]:
    for place, word in enumerate(words):
        text = word if place == 0 else f" {word}"
        candidate: dict[str, Any] = {
            "content": {"parts": [{"text": text}], "role": "model"},
            "index": 0,
        }
        frame: dict[str, Any] = {"candidates": [candidate], "modelVersion": "small"}
        if place == len(words) - 1:
            candidate["finishReason"] = "STOP"
            frame["usageMetadata"] = {
                "promptTokenCount": 100,
                "candidatesTokenCount": len(words),
                "totalTokenCount": 100 + len(words),
            }
        yield f"data: {json.dumps(frame)}\n\n"


def _llama(words: list[str]) -> Iterator[str]:
    for place, word in enumerate(words):
        text = word if place == 0 else f" {word}"
        yield json.dumps({**_LLAMA, "message": {"role": "assistant", "content": text}}) + "\n"
    ending = {"done": True, "done_reason": "stop", "prompt_eval_count": 100}
    last = {"role": "assistant", "content": ""}
    yield json.dumps({**_LLAMA, "message": last, **ending, "eval_count": len(words)}) + "\n"


_LLAMA = {"model": "small", "created_at": "2026-01-01T00:00:00Z", "done": False}
_FRAMES = {"anthropic": _claude, "google": _gemini, "ollama": _llama}
_TYPES = {
    "anthropic": "text/event-stream",
    "google": "text/event-stream",
    "ollama": "application/x-ndjson",
}
_LISTS: dict[str, Any] = {
    "anthropic": {
        "data": [
            {
                "id": name,
                "type": "model",
                "display_name": name,
                "created_at": "2026-01-01T00:00:00Z",
            }
            for name in MODELS
        ],
        "has_more": False,
        "first_id": None,
        "last_id": None,
    },
    "google": {"models": [{"name": f"models/{name}"} for name in MODELS]},
    "ollama": {"models": [{"model": name, "name": name} for name in MODELS]},
}
