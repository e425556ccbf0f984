"""Who sends slowly, or nothing, takes no thread from others: tried on the server as it is shipped."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from auditor import patience, serving
from tests.bed import ports

MANY = 3 * serving.WORKERS * serving.THREADS  # more than there are threads
PAGE = "/healthz"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """`auditor serve` on an empty folder."""
    data: Path = tmp_path_factory.mktemp("slow")
    port = ports.free_port()
    environ = {**os.environ, "AUDITOR_DATA": str(data), "AUDITOR_SCHEDULER": "no", "DATABASE_URL": ""}
    command = [str(Path(sys.executable).with_name("auditor")), "serve", "--port", str(port)]
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                asked("127.0.0.1", port)
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < until, (data / "log").read_text()
                time.sleep(0.05)
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait(timeout=30)


def asked(host: str, port: int, timeout: float = 5) -> int:
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", PAGE)
        return connection.getresponse().status
    finally:
        connection.close()


def others_are_answered(server: tuple[str, int]) -> None:
    """Each of several requests is answered, and soon."""
    for _ in range(2 * serving.WORKERS):
        assert asked(*server) == 200


HEAD = b"POST /accounts/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SLOW = {
    "nothing": b"",
    "half a line": b"GET / HT",
    "headers without end": b"GET / HTTP/1.1\r\nHost: x\r\nX-a: b\r\n",
    "half a form": HEAD + b"Content-Length: 400\r\n\r\nlogin=00",
    "half an upload": HEAD + b"Content-Length: 3000000\r\n\r\n" + b"x" * 1000,
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n400\r\nlogin=00",
    "a form that is asked for first": HEAD + b"Expect: 100-continue\r\nContent-Length: 400\r\n\r\n",
}


@pytest.mark.parametrize("sent", SLOW)
def test_others_are_answered_while_many_send_slowly(server: tuple[str, int], sent: str) -> None:
    with ExitStack() as open_:
        slow = [open_.enter_context(socket.create_connection(server)) for _ in range(MANY)]
        for one in slow:
            one.sendall(SLOW[sent])
        others_are_answered(server)
        for one in slow[:8]:
            if SLOW[sent]:
                one.sendall(b"x")
        others_are_answered(server)


def test_a_slow_form_is_answered_once_it_is_there(server: tuple[str, int]) -> None:
    with socket.create_connection(server, timeout=10) as slow:
        for part in (b"GET /heal", b"thz HTTP/1.1\r\nHost:", b" x\r\nConnection: close\r\n", b"\r\n"):
            slow.sendall(part)
            time.sleep(0.05)
        assert slow.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("size", [300, patience.WHOLE - 200, patience.WHOLE + 1, 2_000_000])
def test_a_body_that_comes_in_parts_is_read_whole(server: tuple[str, int], size: int) -> None:
    body = b"login=" + b"a" * size
    head = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    with socket.create_connection(server, timeout=20) as slow:
        slow.sendall(head + body[: size // 2])
        time.sleep(0.1)
        slow.sendall(body[size // 2 :])
        answer = slow.recv(100)
    assert answer.split(b" ")[1] in (b"303", b"400"), answer


def test_two_requests_on_one_connection_are_both_answered(server: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*server, timeout=5)
    for _ in range(3):
        connection.request("GET", PAGE)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
    connection.close()
    both = (
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2
        + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(server, timeout=5) as together:
        together.sendall(both)
        come = b""
        while part := together.recv(65536):
            come += part
    assert come.count(b"HTTP/1.1 200") == 3


def test_no_client_names_the_root_of_the_application(server: tuple[str, int]) -> None:
    with socket.create_connection(server, timeout=5) as sly:
        sly.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nSCRIPT_NAME: //evil.example\r\nConnection: close\r\n\r\n")
        assert b"evil" not in sly.recv(4000)


@pytest.mark.parametrize(
    ("come", "lacking"),
    [
        (b"G", 1),
        (b"GET / HTTP/1.1\r\n\r\n", 0),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab", 3),
        (b"POST / HTTP/1.1\r\ncontent-length:5\r\n\r\nabcde", 0),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nab", None),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", None),
        (b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", None),
        (b"x" * patience.WHOLE, 0),
    ],
)
def test_what_a_request_lacks_is_told_from_its_beginning(come: bytes, lacking: int | None) -> None:
    assert patience.missing(come) == lacking
