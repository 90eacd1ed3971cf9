"""A real OpenAI-compatible HTTP server on the loopback, with faults on demand.

    with OpenAIServer() as server:            # server.url is the base URL
        server.script(FAULTS["cut"], ...)     # the next answers; afterwards sensible ones
        server.listing.append(FAULTS["broken"])  # the next list of models
    python -m tests.servers.openai_server --port 8001 [--reply TEXT] [--pause 0.05] [--fault NAME]

Unscripted answers say the first sentence of passage 1 with its mark. A model whose name is that
of a fault always has it ("cut", "silence" …); the model "obey" repeats all passages word for word,
as a model would that obeys whatever a document tells it to say.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.servers.loopback import Handler, Loopback

PASSAGE = re.compile(r'<passage-(\w+) number="(\d+)"[^>]*>\n(.*?)\n</passage-\1>', re.DOTALL)
SENTENCE = re.compile(r".*?(?:[.!?。](?=\s|$)|\n\n|$)", re.DOTALL)
NOTHING = "The passages do not answer this. [0]"
DIMENSION = 64
_LIKELY = [(" a", 0.25), (" the", 0.125)]  # beside each piece, which has 0.5


@dataclass(frozen=True)
class Reply:
    """How one request is answered. `text` None: a sensible answer."""

    text: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0  # seconds between pieces
    pieces: int | None = None  # so many are sent, then the connection is cut
    finished: bool = True  # a finish reason and [DONE] are sent
    raw: bytes | None = None  # sent instead of events
    wait: float = 0.0  # seconds of silence before anything
    error: dict[str, Any] = field(default_factory=dict)
    tells: bool = False  # how likely each piece was, to those who ask for logprobs


FAULTS: dict[str, Reply] = {
    "refused_key": Reply(status=401, error={"message": "Incorrect API key provided: {key}"}),
    "forbidden": Reply(status=403, error={"message": "Key {key} may not do this"}),
    "no_model": Reply(status=404, error={"message": "The model does not exist"}),
    "bad_request": Reply(status=400, error={"code": "context_length_exceeded"}),
    "busy": Reply(status=429, headers={"Retry-After": "0.1"}),
    "busy_for_long": Reply(status=429, headers={"Retry-After": "3600"}),
    "no_quota": Reply(status=429, error={"code": "insufficient_quota"}),
    "broken": Reply(status=500),
    "redirect": Reply(status=307, headers={"Location": "http://127.0.0.1:9/v1/chat/completions"}),
    "cut": Reply(text="one two three four five six", pieces=3),
    "cut_at_once": Reply(pieces=0),
    "ends_early": Reply(text="one two three", finished=False),
    "drip": Reply(text="one two three four five six seven eight", pause=1.0),
    "silence": Reply(wait=600.0),
    "silence_within": Reply(text="one two three", pause=600.0),
    "empty": Reply(text=""),
    "garbage": Reply(raw=b"data: {not json\n\ndata: [DONE]\n\n"),
    "wrong_shape": Reply(raw=b'data: {"choices": 7}\n\ndata: [DONE]\n\n'),
    "html": Reply(raw=b"<html><body>Welcome to the hotel's Wi-Fi</body></html>"),
    "wrong_charset": Reply(raw=b'data: {"choices":[{"delta":{"content":"\xff\xfe"}}]}\n\n'),
    "error_event": Reply(raw=b'data: {"error": {"message": "overloaded"}}\n\n'),
    "huge": Reply(text="word " * 2_000_000),
    "keep_alives": Reply(raw=b": ping\n\n" * 100_000, pause=0.05),
}


class OpenAIServer(Loopback):
    """Speaks as OpenAI does until closed."""

    def __init__(self, port: int = 0, default: Reply | None = None) -> None:
        super().__init__(_Handler, port)
        self.default = default or Reply()
        self.scripted: deque[Reply] = deque()
        self.listing: deque[Reply] = deque()
        self.about: dict[str, Any] = {}  # what the list tells of every model beside its name
        self.pages: dict[str, Any] = {}  # what else is there, by its path

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"{super().url}/v1"

    def script(self, *replies: Reply) -> None:
        """What the next requests get, in order."""
        self.scripted.extend(replies)

    def reply_to(self, model: str) -> Reply:
        """What a request to this model gets."""
        if self.scripted:
            return self.scripted.popleft()
        return FAULTS.get(model, self.default)


def sensible(prompt: str, obey: bool = False) -> str:
    """An answer from the passages in the prompt."""
    passages = PASSAGE.findall(prompt)
    if not passages:
        return NOTHING
    if obey:
        return "\n\n".join(f"{text} [{number}]" for _, number, text in passages)
    _, number, text = passages[0]
    first = SENTENCE.match(text)
    return f"{' '.join((first.group() if first else text).split())} [{number}]"


class _Handler(Handler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.keep()
        desk = self.server.desk
        if self.path in desk.pages:
            return self.json(200, desk.pages[self.path])
        if not self.path.endswith("/v1/models"):
            return self.json(404, {"error": {"message": "no such path"}})
        if desk.listing:
            return self._fail(desk.listing.popleft())
        listed = [{**_model(name), **desk.about} for name in ("echo", "obey", *FAULTS)]
        self.json(200, {"object": "list", "data": listed})

    def do_POST(self) -> None:
        body = self.keep()
        reply = self.server.desk.reply_to(body["model"])
        if reply.wait:
            self.server.desk.closing.wait(reply.wait)
        if reply.status != 200:
            return self._fail(reply)
        if self.path.endswith("/embeddings"):
            return self.json(200, _embeddings(body))
        if reply.text is None:
            prompt = str(body["messages"][-1]["content"])
            reply = replace(reply, text=sensible(prompt, obey=body["model"] == "obey"))
        if body.get("stream"):
            self._stream(reply, body)
        else:
            self.json(200, _completion(reply.text or "", body))

    def _fail(self, reply: Reply) -> None:
        key = str(self.headers.get("Authorization", "")).removeprefix("Bearer ")
        error = {
            name: value.replace("{key}", key) if isinstance(value, str) else value
            for name, value in {"message": "scripted fault", **reply.error}.items()
        }
        self.json(reply.status, {"error": error}, reply.headers)

    def _stream(self, reply: Reply, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for sent, event in enumerate(_events(reply, body)):
                if sent == reply.pieces:
                    self.close_connection = True
                    return self.connection.close()
                self._chunk(event)
                if reply.pause and self.server.desk.closing.wait(reply.pause):
                    return None
            self._chunk(b"")
        except OSError:  # the client went away, as it may
            self.close_connection = True

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()


def _events(reply: Reply, body: dict[str, Any]) -> Iterator[bytes]:
    if reply.raw is not None:
        yield from (
            re.findall(rb".{1,8192}", reply.raw, re.DOTALL)
            if not reply.pause
            else (event + b"\n\n" for event in reply.raw.split(b"\n\n") if event)
        )
        return
    if len(reply.text or "") > 1_000_000:
        yield _event(body, {"content": reply.text})
    else:
        for piece in re.findall(r"\s*\S+|\s+", reply.text or ""):
            yield _event(body, {"content": piece}, told=reply.tells and body.get("logprobs"))
    if reply.finished:
        yield _event(body, {}, finish="stop")
        if (body.get("stream_options") or {}).get("include_usage"):
            usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
            yield _data({**_frame(body), "choices": [], "usage": usage})
        yield b"data: [DONE]\n\n"


def _event(
    body: dict[str, Any], delta: dict[str, Any], finish: str | None = None, told: object = False
) -> bytes:
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
    if told:
        likely = [{"token": one, "logprob": math.log(p)} for one, p in _LIKELY]
        chosen = {"token": delta["content"], "logprob": math.log(0.5)}
        choice["logprobs"] = {"content": [{**chosen, "top_logprobs": [chosen, *likely]}]}
    return _data({**_frame(body), "choices": [choice]})


def _data(value: object) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def _frame(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": body["model"],
    }


def _completion(text: str, body: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        **_frame(body),
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
    }


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "tests"}


def _embeddings(body: dict[str, Any]) -> dict[str, Any]:
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    data = [
        {"object": "embedding", "index": index, "embedding": _vector(str(text))}
        for index, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}


def _vector(text: str) -> list[float]:
    """Words hashed to a direction, so that texts which share words are near."""
    vector = [0.0] * DIMENSION
    for word in text.lower().split():
        digest = hashlib.sha256(word.encode()).digest()
        vector[digest[0] % DIMENSION] += 1.0 if digest[1] % 2 else -1.0
    length = math.sqrt(sum(x * x for x in vector)) or 1.0
    return [x / length for x in vector]


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--reply", help="the text of every answer")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between words")
    parser.add_argument("--fault", choices=sorted(FAULTS), help="what every request meets")
    given = parser.parse_args()
    default = FAULTS.get(given.fault or "", Reply(text=given.reply, pause=given.pause))
    with OpenAIServer(given.port, default) as server:
        print(server.url, flush=True)  # noqa: T201  # for whoever started it
        threading.Event().wait()


if __name__ == "__main__":
    main()
