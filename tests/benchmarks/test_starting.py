"""How long somebody waits for the first page: of an empty folder, and of the second start."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.bed.ports import free_port


def _first_page(data: Path) -> None:
    port = free_port()
    program = [sys.executable, "-c", "from auditor.cli import main; main()"]
    command = [*program, "serve", "--data", str(data), "--port", str(port)]
    environment = {**os.environ, "AUDITOR_SCHEDULER": "no"}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                    assert answer.status == 200
                return
            except urllib.error.HTTPError:
                raise
            except OSError:
                assert server.poll() is None, server.stderr and server.stderr.read().decode()
                time.sleep(0.02)
    finally:
        server.terminate()
        server.communicate(timeout=20)


def _bare_python() -> None:
    subprocess.run([sys.executable, "-c", "import flask, peewee, openpyxl"], check=True)


def test_the_first_page_of_an_empty_folder(tmp_path: Path, compared: Any) -> None:
    folders = (tmp_path / str(number) for number in range(10))
    assert compared("empty folder to first page", lambda: _first_page(next(folders)), _bare_python) < 20


def test_the_first_page_of_a_second_start(tmp_path: Path, compared: Any) -> None:
    _first_page(tmp_path)
    assert compared("second start to first page", lambda: _first_page(tmp_path), _bare_python) < 10
