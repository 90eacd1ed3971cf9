"""A web address → an upload: http and https, from public addresses only.

Whoever may name an address could otherwise read what only this machine can reach. So the address
that a name stands for is looked up once, checked, and connected to by its number, at the first
request and after each redirect: a name cannot turn into another address between the two. Nothing
but the one file is loaded, no proxy of the environment is used, and no cookie or key is sent.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from rag_core.errors import AddressRefused, FetchFailed
from rag_core.parsing import FORMATS, Limits, check_size
from rag_core.types import Upload

Address = IPv4Address | IPv6Address

SECONDS = 30
"""How long the whole of a fetch may take."""
REDIRECTS = 5
_CHUNK = 1 << 16
_LONGEST_ADDRESS = 2_000
_MOVED = {301, 302, 303, 307, 308}
_NAT64 = IPv6Network("64:ff9b::/96")
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/x-hwp": ".hwp",
    "application/haansofthwp": ".hwp",
    "application/vnd.hancom.hwp": ".hwp",
    "application/vnd.hancom.hwpx": ".hwpx",
    "application/hwp+zip": ".hwpx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


def is_address(text: str) -> bool:
    """Whether a text is meant as a web address and not as a file's name."""
    return text.lower().startswith(("http://", "https://"))


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet's, also where it is written within another."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def fetch(
    address: str,
    limits: Limits | None = None,
    seconds: float = SECONDS,
    allowed: Callable[[Address], bool] = is_public,
    context: ssl.SSLContext | None = None,
) -> Upload:
    """Load what stands at a web address, with a name fit to recognise it by.

    `allowed` and `context` (how a server proves who it is) are for tests. Raises AddressRefused
    for what is no http address or not public, FetchFailed when it cannot be had, LimitExceeded
    when it is too large.
    """
    deadline = time.monotonic() + seconds
    for _ in range(REDIRECTS + 1):
        parts = _parts(address)
        with _Visit(parts, allowed, context, deadline) as visit:
            response = visit.response()
            if response.status not in _MOVED:
                return _upload(visit, response, parts, limits or Limits())
            address = urljoin(parts.geturl(), response.headers.get("Location", ""))
    raise FetchFailed(name=_shown(parts), reason="redirects")


def _parts(address: str) -> SplitResult:
    """The parts of an address; raises AddressRefused unless it is one of http or https."""
    address = address.strip()
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except (ValueError, UnicodeError):
        raise AddressRefused(name=address[:100], why="http") from None
    if parts.scheme not in ("http", "https") or not host or port == 0 or parts.username is not None:
        raise AddressRefused(name=address[:100], why="http")
    if len(address) > _LONGEST_ADDRESS or any(letter < "!" for letter in address):
        raise AddressRefused(name=address[:100], why="http")
    return parts


def _shown(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}{parts.path}"[:200]


class _Visit:
    """One connection to one checked address, that ends when its time is over."""

    def __init__(
        self,
        parts: SplitResult,
        allowed: Callable[[Address], bool],
        context: ssl.SSLContext | None,
        deadline: float,
    ) -> None:
        self._parts = parts
        self._deadline = deadline
        self._line: socket.socket | None = None
        self._connection = self._connected(_resolve(parts, allowed), context)
        self._timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._hang_up)
        self._timer.daemon = True

    def __enter__(self) -> _Visit:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._connection.close()
        if self._line is not None:
            self._line.close()

    def response(self) -> http.client.HTTPResponse:
        """The head of the answer to our request."""
        path = quote(self._parts.path or "/", safe="/%:=&~+!$,;'@()*")
        if self._parts.query:
            path += "?" + quote(self._parts.query, safe="/%:=&?~+!$,;'@()*[]")
        headers = {"User-Agent": "Seodam", "Accept": "*/*", "Accept-Encoding": "identity"}
        with self.failing():
            if isinstance(self._line, ssl.SSLSocket):
                self._line.do_handshake()
            self._connection.request("GET", path, headers=headers)
            return self._connection.getresponse()

    @contextlib.contextmanager
    def failing(self) -> Iterator[None]:
        """What goes wrong on the way, as our errors."""
        try:
            yield
        except ssl.SSLCertVerificationError:
            raise FetchFailed(name=_shown(self._parts), reason="certificate") from None
        except (OSError, http.client.HTTPException, ValueError):
            raise FetchFailed(name=_shown(self._parts), reason=self._reason()) from None

    def check_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise FetchFailed(name=_shown(self._parts), reason="timeout")

    def _reason(self) -> str:
        return "timeout" if time.monotonic() > self._deadline - 0.01 else "unreachable"

    def _connected(
        self, addresses: list[Address], context: ssl.SSLContext | None
    ) -> http.client.HTTPConnection:
        """A connection to the first of the addresses that answers."""
        secure = self._parts.scheme == "https"
        host = (self._parts.hostname or "").encode("idna").decode()
        usual = 443 if secure else 80
        port = self._parts.port or usual
        line: socket.socket | None = None
        for address in addresses:
            left = max(0.01, self._deadline - time.monotonic())
            with contextlib.suppress(OSError):
                line = socket.create_connection((str(address), port), left)
                break
        if line is None:
            raise FetchFailed(name=_shown(self._parts), reason=self._reason())
        line.settimeout(max(0.01, self._deadline - time.monotonic()))
        if secure:
            line = (context or ssl.create_default_context()).wrap_socket(
                line, server_hostname=host, do_handshake_on_connect=False
            )
        connection = http.client.HTTPConnection(host, port)
        connection.default_port = usual  # which a server need not be told
        connection.auto_open = 0  # never by name
        connection.sock = self._line = line
        return connection

    def _hang_up(self) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):  # the plain one: what waits on it wakes up
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)


def _resolve(parts: SplitResult, allowed: Callable[[Address], bool]) -> list[Address]:
    """The addresses that a name stands for and that may be connected to."""
    host = (parts.hostname or "").encode("idna").decode()
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchFailed(name=_shown(parts), reason="unreachable") from None
    addresses = [ip_address(str(one[4][0]).split("%")[0]) for one in found]
    kept = [one for one in dict.fromkeys(addresses) if allowed(one)]
    if not kept:
        raise AddressRefused(name=_shown(parts), why="public")
    return kept


def _upload(
    visit: _Visit, response: http.client.HTTPResponse, parts: SplitResult, limits: Limits
) -> Upload:
    """The body of an answer, no longer than allowed."""
    if response.status != 200:
        raise FetchFailed(name=_shown(parts), reason=f"HTTP {response.status}")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise FetchFailed(name=_shown(parts), reason="encoding")
    name = _name(response, parts)
    with visit.failing():
        length = int(response.headers.get("Content-Length") or 0)
    check_size(name, length, limits)
    body = bytearray()
    while True:
        with visit.failing():
            piece = response.read1(_CHUNK)
        visit.check_time()
        if not piece:
            break
        body += piece
        check_size(name, len(body), limits)
    if len(body) < length:
        raise FetchFailed(name=_shown(parts), reason="unreachable")
    return Upload(name, bytes(body))


def _name(response: http.client.HTTPResponse, parts: SplitResult) -> str:
    """A name that ends in what it is: as the server says, else after the address."""
    told = response.headers.get_filename() or ""
    told = unquote(told) if told.isascii() else _as_sent(told)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    name = told or last or (parts.hostname or "")
    if name.lower().endswith(FORMATS):
        return name
    return name + _SUFFIXES.get(response.headers.get_content_type(), "")


def _as_sent(name: str) -> str:
    """A name in bytes that HTTP took for Latin-1, as many Korean servers send it."""
    for encoding in ("utf-8", "cp949"):
        with contextlib.suppress(UnicodeError):
            return name.encode("latin-1").decode(encoding)
    return name
