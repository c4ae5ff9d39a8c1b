"""Bytes on the wire that no browser sends: refused or cut off, never a failure, and the site answers on."""

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.installation import Installation

HOST = b"Host: localhost\r\n"
POST = b"POST /login/ HTTP/1.1\r\n" + HOST
ODD = {
    "nul in the path": b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "nul in a header": b"GET /login/ HTTP/1.1\r\n" + HOST + b"X-A: a\x00b\r\n\r\n",
    "not utf-8 in a header": b"GET /login/ HTTP/1.1\r\n" + HOST + b"Cookie: sessionid=\xff\xfe\r\n\r\n",
    "not utf-8 in the path": b"GET /\xff\xfe/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "long path": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "huge header": b"GET /login/ HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n",
    "many headers": b"GET /login/ HTTP/1.1\r\n" + HOST + b"X-A: a\r\n" * 500 + b"\r\n",
    "no host": b"GET /login/ HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /login/ HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n",
    "absolute address": b"GET http://evil.example/login/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "two lengths": POST + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\na=b&c",
    "length and chunks": POST
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /audit/ HTTP/1.1\r\n",
    "chunks misspelled": b"POST /login/ HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "negative length": POST + b"Content-Length: -1\r\n\r\n",
    "space before colon": b"GET /login/ HTTP/1.1\r\n" + HOST + b"Content-Length : 0\r\n\r\n",
    "folded header": b"GET /login/ HTTP/1.1\r\n" + HOST + b"X-A: a\r\n b\r\n\r\n",
    "bare line feeds": b"GET /login/ HTTP/1.1\nHost: localhost\n\n",
    "old protocol": b"GET /login/\r\n\r\n",
    "unknown protocol": b"GET /login/ HTTP/9.9\r\n" + HOST + b"\r\n",
    "no protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
    "method with signs": b"G<T /login/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "underscored trust": b"GET /metrics HTTP/1.1\r\n" + HOST + b"X_FORWARDED_FOR: 127.0.0.1\r\n\r\n",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("site"), PORTAL_ALLOWED_HOSTS="localhost")
    made.manage("migrate", "--noinput", "--verbosity", "0")
    made.start()
    yield made
    made.remove()


def send(site: Installation, request: bytes) -> bytes:
    """Send bytes and end; return whatever comes back, all of it."""
    said = b""
    # The server may hang up on what it does not like, at any moment.
    with suppress(OSError), socket.create_connection(("127.0.0.1", site.port), timeout=60) as wire:
        wire.sendall(request)
        wire.shutdown(socket.SHUT_WR)
        while piece := wire.recv(65536):
            said += piece
    return said


@pytest.mark.parametrize("name", ODD)
def test_odd_request_is_never_a_failure(site: Installation, name: str) -> None:
    said = send(site, ODD[name])
    statuses = [int(line.split()[1]) for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.")]
    assert all(status < 500 or status in (501, 505) for status in statuses), said[:300]
    # No second request came out of the first, and nothing of the program is told.
    assert len(statuses) <= 1
    assert b"Traceback" not in said
    assert b"evil.example" not in said
    alive = send(site, b"GET /health/ HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert alive.startswith(b"HTTP/1.1 200")


def test_log_of_all_that_holds_no_line_of_a_visitors(site: Installation) -> None:
    send(site, b"GET /%0a2026-01-01%20ERROR%20forged/ HTTP/1.1\r\n" + HOST + b"\r\n")
    assert [line for line in site.log().splitlines() if line.startswith("2026-01-01 ERROR")] == []
