"""A worker that gives a thread only to requests that are there: who sends slowly waits without one.

gunicorn's threaded worker reads a request in the thread that answers it, for as long as the client takes: a dozen
clients that send a byte now and then would hold every thread. Here a thread looks at what has come and, while the
request is not there, puts the connection back to wait in the kernel. What is too large to wait there (uploads) is
read in at most half of the threads, and a client that stands still loses its connection.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import time
from typing import Any

from gunicorn.workers import gthread

WHOLE = 64 * 1024  # bytes: a smaller request is there as a whole before it is answered
SECONDS = 20  # for such a request to come, and for an upload to wait for its turn
STANDSTILL = 20  # seconds without a byte, to or from a client
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
_UNKNOWN = re.compile(rb"\r\n(?:transfer-encoding:|expect:)", re.IGNORECASE)
_DEFER: Any = vars(gthread)["_DEFER"]
_NOTHING = {None: 0, b"": 1}  # a client that has gone is answered at once: there is nothing to wait for
_LATER: Any = object()  # looked at again in a second


def missing(come: bytes) -> int | None:
    """Return how many bytes a request that begins with ``come`` still lacks at least; None: more than waits here."""
    head, end, body = come.partition(b"\r\n\r\n")
    if not end:
        return 1 if len(come) < WHOLE else 0  # what has no end by then is refused by who reads it
    lines = head + b"\r\n"
    if _UNKNOWN.search(lines):
        return None
    told = _LENGTH.search(lines)
    length = int(told[1]) if told else 0
    if len(head) + 4 + length > WHOLE:
        return None
    return max(0, length - len(body))


class PatientWorker(gthread.ThreadWorker):
    """gunicorn's threaded worker, with a room to wait in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.uploads = threading.BoundedSemaphore(max(1, self.cfg.threads // 2))
        self.later: list[Any] = []  # looked at again every second; the main thread's own

    def handle(self, conn: Any) -> Any:
        """Answer the request of a connection if it is there; called in a thread."""
        if self.cfg.is_ssl or (conn.parser is not None and conn.parser.unreader.buf.getvalue()):
            return super().handle(conn)
        come = _look(conn.sock)
        lacking = missing(come) if come else _NOTHING.get(come)
        if lacking == 0:
            return self._answer(conn)
        began, before = getattr(conn, "waits", None) or (time.monotonic(), -1)
        if time.monotonic() - began > SECONDS:
            return False
        conn.waits = (began, len(come or b""))
        if lacking is None:
            return self._read(conn)
        if before == len(come or b"") > 0:
            return _LATER  # woken by nothing new: the client has closed its side, or the kernel wakes early
        _wake_at(conn.sock, len(come or b"") + lacking)
        return _DEFER

    def _read(self, conn: Any) -> Any:
        """Answer an upload, if fewer than half of the threads read one."""
        if not self.uploads.acquire(blocking=False):
            return _LATER
        try:
            return self._answer(conn)
        finally:
            self.uploads.release()

    def _answer(self, conn: Any) -> Any:
        conn.waits, conn.data_ready = None, True
        _wake_at(conn.sock, 1)
        _limit(conn.sock)
        return super().handle(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Put a connection where it goes on; called in the main thread."""
        if self.alive and not fs.cancelled() and fs.exception() is None and fs.result() is _LATER:
            self.later.append(conn)
            return
        super().finish_request(conn, fs)
        waits = getattr(conn, "waits", None)
        if waits and waits[1] and self.pending_conns and self.pending_conns[-1] is conn:
            conn.timeout = waits[0] + SECONDS  # what has begun to come may take its time

    def murder_pending(self) -> None:
        """Look again at what waits; the main loop calls it at least every second."""
        later, self.later = self.later, []
        for conn in later:
            self.enqueue_req(conn)
        super().murder_pending()


def _look(sock: socket.socket) -> bytes | None:
    """Return what has come and not been read; empty: nothing yet; None: the client has gone."""
    try:
        come = sock.recv(WHOLE, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return b""
    except OSError:
        return None
    return come or None


def _wake_at(sock: socket.socket, count: int) -> None:
    """Have the kernel call the connection readable once ``count`` bytes are there."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, count)


def _limit(sock: socket.socket) -> None:
    span = struct.pack("ll", STANDSTILL, 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, span)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, span)
