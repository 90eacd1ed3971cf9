"""What every server of the tests has: a thread on the loopback, and a list of what was asked."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Loopback:
    """Serves on 127.0.0.1 in threads of its own until closed. `requests` is what was asked."""

    def __init__(self, handler: type[Handler], port: int = 0) -> None:
        self.requests: list[dict[str, Any]] = []
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), handler)
        self._server.desk = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """The address for clients."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Handler(BaseHTTPRequestHandler):
    """Keeps what is asked, and answers in JSON."""

    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """What was asked stands in `requests`."""

    def keep(self) -> Any:
        """Remember a request; its body, None without one."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked: dict[str, Any] = {"path": self.path, "headers": headers}
        if body:
            asked["body"] = json.loads(body)
        self.server.desk.requests.append(asked)
        return asked.get("body")

    def json(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, header in (headers or {}).items():
            self.send_header(name, header)
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    desk: Any

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away in the middle are part of the tests."""
