"""Fetching by address, against real servers on this machine.

Only what says which addresses are allowed is another here (`allowed=anywhere`), for a test has
no public server.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from rag_core.errors import AddressRefused, FetchFailed, LimitExceeded
from rag_core.fetching import Address, fetch, is_public
from rag_core.parsing import Limits, parse
from tests.servers.file_server import FileServer, body, certificate, dripping, moved, serving

REPORT = "%EB%B3%B4%EA%B3%A0.hwp"
PAGE = "<title>안내</title><h1>여는 시각</h1><p>아홉 시에 연다.</p>".encode()


def anywhere(_: Address) -> bool:
    return True


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving() as one:
        yield one


@pytest.mark.parametrize(
    "written",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1"),
        *("fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001:db8::1"),
    ],
)
def test_what_is_not_of_the_internet_is_not_public(written: str) -> None:
    assert not is_public(ip_address(written))


def test_what_is_of_the_internet_is_public() -> None:
    for written in ("1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"):
        assert is_public(ip_address(written))


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0"),
        *("[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.0.0.1."),
    ],
)
def test_this_machine_is_refused_however_it_is_written(server: FileServer, host: str) -> None:
    with pytest.raises((AddressRefused, FetchFailed)):
        fetch(server.url("/", host))
    assert server.asked == []


@pytest.mark.parametrize(
    "address",
    [
        *("ftp://example.org/a.txt", "file:///etc/passwd", "gopher://example.org", "example.org"),
        *("http://", "https:///path", "http://user:word@example.org/", "http://example.org:0/"),
        *("http://example.org:99999/", "http://exa mple.org/", "http://example.org/\r\nX: y"),
        *("javascript:alert(1)", "//example.org/", "http://[::1/", "http://" + "a" * 3000),
    ],
)
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        fetch(address)


@pytest.mark.parametrize(
    "target",
    [
        *("http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/"),
        *("http://[::ffff:169.254.169.254]/", "http://2852039166/", "file:///etc/passwd"),
        *("ftp://127.0.0.1/", "//10.0.0.1/"),
    ],
)
def test_a_redirect_is_checked_as_the_first_address_was(server: FileServer, target: str) -> None:
    """The first address is let through here; whatever follows is not."""
    answers = iter([True])
    server.answers["/"] = moved(target)
    with pytest.raises(AddressRefused):
        fetch(server.url("/"), allowed=lambda one: next(answers, is_public(one)))
    assert len(server.asked) == 1


def test_the_address_that_was_checked_is_the_one_connected_to(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is looked up a second time would lead elsewhere: it is looked up once."""
    import socket

    looked_up: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, *arguments: object, **named: object) -> object:
        if host == "rebinding.example":
            looked_up.append(host)
            host = "127.0.0.1" if len(looked_up) == 1 else "127.0.0.2"
        return real(host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    server.answers["/a.txt"] = body(b"text")
    upload = fetch(server.url("/a.txt", "rebinding.example"), allowed=anywhere)
    assert upload.data == b"text"
    assert looked_up == ["rebinding.example"]
    assert server.asked == [(f"rebinding.example:{server.port}", "/a.txt")]


def test_a_page_is_fetched_and_read(server: FileServer) -> None:
    server.answers["/old"] = moved("/%EC%95%88%EB%82%B4?a=1", 301)
    server.answers["/%EC%95%88%EB%82%B4?a=1"] = body(PAGE, Content_Type="text/html; charset=utf-8")
    upload = fetch(server.url("/old"), allowed=anywhere)
    assert upload.name == "안내.html"
    parsed = parse(upload)
    assert parsed.title == "안내"
    assert parsed.pages[0].text == "여는 시각\n\n아홉 시에 연다."
    assert fetch(server.url("/안내?a=1"), allowed=anywhere).data == PAGE


@pytest.mark.parametrize(
    ("path", "headers", "name"),
    [
        ("/a/report.pdf", {"Content_Type": "application/octet-stream"}, "report.pdf"),
        ("/down.do?id=3", {"Content_Type": "application/pdf"}, "down.do.pdf"),
        ("/d", {"Content_Disposition": "attachment; filename*=UTF-8''" + REPORT}, "보고.hwp"),
        ("/d", {"Content_Disposition": f'filename="{REPORT}"'}, "보고.hwp"),
        ("/d", {"Content_Disposition": 'filename="../../etc/passwd.txt"'}, "../../etc/passwd.txt"),
        ("/", {"Content_Type": "text/html"}, "127.0.0.1.html"),
        ("/x", {"Content_Type": "application/x-unknown"}, "x"),
    ],
)  # fmt: skip
def test_names(server: FileServer, path: str, headers: dict[str, str], name: str) -> None:
    server.answers[path] = body(b"data", **headers)
    assert fetch(server.url(path), allowed=anywhere).name == name


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_korean_names_sent_as_bare_bytes(server: FileServer, encoding: str) -> None:
    raw = "보고서.hwp".encode(encoding).decode("latin-1")
    server.answers["/d"] = body(b"data", Content_Disposition=f'attachment; filename="{raw}"')
    assert fetch(server.url("/d"), allowed=anywhere).name == "보고서.hwp"


def test_what_cannot_be_had_says_why(server: FileServer) -> None:
    server.answers["/round"] = moved("/round")
    server.answers["/packed"] = body(b"x", Content_Encoding="gzip")
    for path, reason in (("/none", "HTTP 404"), ("/round", "redirects"), ("/packed", "encoding")):
        with pytest.raises(FetchFailed) as caught:
            fetch(server.url(path), allowed=anywhere)
        assert caught.value.details["reason"] == reason
    assert len([one for one in server.asked if one[1] == "/round"]) == 6
    server.close()
    with pytest.raises(FetchFailed) as caught:
        fetch(server.url("/none"), allowed=anywhere)
    assert caught.value.details["reason"] == "unreachable"


def test_what_is_too_large_is_left_at_once(server: FileServer) -> None:
    stop = threading.Event()
    server.answers["/told"] = body(bytes(5000))
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    server.answers["/endless"] = dripping(head, itertools.repeat(bytes(1000)), stop)
    for path in ("/told", "/endless"):
        with pytest.raises(LimitExceeded) as caught:
            fetch(server.url(path), Limits(bytes=4000), allowed=anywhere)
        assert caught.value.details["limit"] == "bytes"
    stop.set()


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"H"),  # never comes to an end of its first line
        (b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"", b""),
    ],
)
def test_a_server_that_never_ends_is_left_when_time_is_over(
    server: FileServer, head: bytes, piece: bytes
) -> None:
    stop = threading.Event()
    server.answers["/"] = dripping(head, itertools.repeat(piece), stop)
    started = time.monotonic()
    with pytest.raises(FetchFailed):
        fetch(server.url("/"), seconds=0.8, allowed=anywhere)
    assert time.monotonic() - started < 10
    stop.set()


def test_an_answer_cut_off_is_no_document(server: FileServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"
    server.answers["/"] = dripping(head, iter(()), threading.Event())
    with pytest.raises(FetchFailed):
        fetch(server.url("/"), allowed=anywhere)


def test_https_asks_for_the_name_and_believes_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *more, **named: real(
            "127.0.0.1" if host.endswith(".example") else host, *more, **named
        ),
    )
    mine, trusting = certificate(tmp_path, "docs.example")
    with serving(mine) as server:
        server.answers["/a.txt"] = body(b"text")
        address = server.url("/a.txt", "docs.example", "https")
        assert fetch(address, allowed=anywhere, context=trusting).data == b"text"
        other = server.url("/a.txt", "other.example", "https")
        for named, context in ((other, trusting), (address, None)):
            with pytest.raises(FetchFailed) as caught:
                fetch(named, allowed=anywhere, context=context)
            assert caught.value.details["reason"] == "certificate"


def test_no_proxy_cookie_or_key_goes_along(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    seen: list[set[str]] = []

    def answer(handler: object) -> None:
        seen.append({name.lower() for name in handler.headers})  # type: ignore[attr-defined]
        body(b"text")(handler)  # type: ignore[arg-type]

    server.answers["/a.txt"] = answer
    assert fetch(server.url("/a.txt"), allowed=anywhere).data == b"text"
    assert seen == [{"host", "user-agent", "accept", "accept-encoding"}]
