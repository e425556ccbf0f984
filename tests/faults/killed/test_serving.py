"""The server itself is killed: a worker in the middle of a request, then the master."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import lxml.html

from tests.bed.ports import free_port
from tests.cast import NOW
from tests.faults.killed import driver, world
from tests.faults.killed.conftest import Company
from tests.faults.killed.driver import Place

# The server of the product, at the time of the cast; while a file is there, a worker dies before it commits.
_SERVER = f"""
import os, signal, sys
from contextvars import ContextVar
from datetime import datetime
from auditor import clock, failpoints
from auditor.cli import main
clock._standing = ContextVar("standing", default=datetime.fromisoformat("{NOW.isoformat()}"))

def die():
    if os.path.exists(sys.argv[1]):
        os.unlink(sys.argv[1])
        os.kill(os.getpid(), signal.SIGKILL)

failpoints.arm(failpoints.FailPoint.ACTION_LOGGED, die)
main(["serve", "--port", sys.argv[2]])
"""


class Browser:
    """Keeps cookies; asks again while nobody answers."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> Any:
        ends = time.monotonic() + 60
        while True:
            try:
                return self.opener.open(self.address + path, timeout=30)
            except HTTPError:
                raise
            except OSError:
                assert time.monotonic() < ends, "the server does not answer"
                time.sleep(0.05)

    def page(self, path: str) -> Any:
        return lxml.html.document_fromstring(self.get(path).read().decode())

    def post(self, path: str, token: str, **fields: str) -> str:
        """Send a form; return where it leads."""
        body = urlencode({"csrf_token": token, **fields}).encode()
        answer = self.opener.open(Request(self.address + path, body), timeout=30)
        return str(answer.url).removeprefix(self.address)

    def token(self, path: str) -> str:
        return str(self.page(path).xpath("//input[@name='csrf_token']/@value")[0])


@contextmanager
def _served(place: Place, port: int, mark: Path) -> Iterator[subprocess.Popen[bytes]]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AUDITOR_")}
    environ |= {"AUDITOR_DATA": str(place.folder), "DATABASE_URL": place.url, "AUDITOR_SCHEDULER": "no"}
    program = [sys.executable, "-c", _SERVER, str(mark), str(port)]
    process = subprocess.Popen(program, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_nobody_listens(port: int) -> None:
    """The workers of a master that is gone end by themselves."""
    ends = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=30).close()
        except ConnectionRefusedError:
            return
        except OSError:
            pass
        assert time.monotonic() < ends, "workers without a master go on"
        time.sleep(0.05)


def test_a_server_that_is_killed_loses_no_session_and_saves_nothing_by_halves(
    company: Company, tmp_path: Path
) -> None:
    _before, after, _tidied = company.undisturbed("save_item")
    item = f"/audits/{company.world.audit}/items/{company.world.item}"
    answer = {"result": "minor", "note": "5名のうち3名。", "based_on": ""}
    mark, port = tmp_path / "die", free_port()
    with company.copy("company") as place:
        browser = Browser(port)
        with _served(place, port, mark) as master:
            token = browser.token("/accounts/sign-in")
            browser.post("/accounts/sign-in", token, login="000105", password=world.PASSWORD)
            token = browser.token(item)
            mark.touch()
            try:
                browser.post(item, token, **answer)
                raise AssertionError("the worker answered")
            except (URLError, http.client.HTTPException, OSError):
                pass
            assert not mark.exists()
            assert "5名のうち3名。" not in browser.get(item).read().decode(), "nothing of it was saved"
            master.send_signal(signal.SIGKILL)
            master.wait(30)
            _wait_until_nobody_listens(port)
        driver.in_a_process(driver.count_on, place)
        with _served(place, port, mark):
            assert browser.get(item).url.endswith(item), "still signed in"
            assert browser.post(item, token, **answer) == item, "the same form is sent again"
            assert "5名のうち3名。" in browser.get(item).read().decode()
        _code, found = driver.in_a_process(driver.look, place, company.world, "save_item")
    assert not found.problems
    assert found.events == after.events
    assert {**found.rows, "session": []} == {**after.rows, "session": []}
