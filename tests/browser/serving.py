"""Servers for the tests in a browser: Seodam itself, and a listener that must hear nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
_START_SECONDS = 60
_OURS = ("SEODAM_", "OPENAI_", "STREAMLIT_")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serve(
    data: Path, port: int = 0, streamlit: str = "streamlit", **settings: str
) -> Iterator[str]:
    """`streamlit run app.py` with these settings: its address. Ends as a Ctrl-C would end it.

    `streamlit` is the module that takes the place of Streamlit's own command line.
    """
    port = port or free_port()
    options = {"port": str(port), "address": "127.0.0.1", "headless": "true"}
    command = [sys.executable, "-m", streamlit, "run", "app.py"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    with open(data.parent / f"{data.name}-{port}.log", "ab") as log:
        process = subprocess.Popen(
            [*command, *(f"--server.{name}={value}" for name, value in options.items())],
            cwd=REPOSITORY,
            env={**kept, "SEODAM_DATA": str(data), **settings},
            stdout=log,
            stderr=log,
            start_new_session=True,  # its own share of the processors, as a service has
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers; asking for its health draws no page."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start (exit status {process.poll()})")


class Listener:
    """An HTTP server on the loopback that remembers every path it is asked for."""

    def __init__(self) -> None:
        heard = self.heard = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(self.path)
                self.send_response(204)
                self.end_headers()

            do_HEAD = do_POST = do_GET

            def log_message(self, *_: object) -> None:
                """What is heard is in `heard`."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
