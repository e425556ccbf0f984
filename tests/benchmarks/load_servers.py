"""The servers of the load benchmark: started as the command line starts them, measured from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from auditor.config import Settings
from tests.bed.ports import free_port

_TICKS = os.sysconf("SC_CLK_TCK")
_PROGRAM = [sys.executable, "-c", "from auditor.cli import main; main()"]


class Servers:
    """One `auditor serve` with its jobs, or several without and an `auditor scheduler` beside them."""

    def __init__(self, settings: Settings, count: int) -> None:
        self.settings = settings
        first = urlsplit(settings.base_url).port
        self.ports = [first, *(free_port() for _ in range(count - 1))]
        self.addresses = [f"http://127.0.0.1:{port}" for port in self.ports]
        self.running: list[subprocess.Popen[bytes]] = []
        self.started: dict[int, float] = {}

    def __enter__(self) -> Servers:
        alone = len(self.ports) == 1
        for port in self.ports:
            self._start(["serve", "--port", str(port)], AUDITOR_SCHEDULER="yes" if alone else "no")
        if not alone:
            self._start(["scheduler"])
        try:
            for address, process in zip(self.addresses, self.running, strict=False):
                _wait(address, process)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _start(self, arguments: list[str], **more: str) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("AUDITOR_")}
        environ |= {
            "AUDITOR_BASE_URL": self.settings.base_url,
            "AUDITOR_TRUSTED_PROXIES": "1",
            "AUDITOR_DATA": str(self.settings.data),
            "DATABASE_URL": self.settings.database_url,
            **more,
        }
        self.running.append(subprocess.Popen([*_PROGRAM, *arguments], env=environ))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def workers(self) -> list[int]:
        """Return the processes that answer requests."""
        serving = self.running[: len(self.ports)]
        return [child for process in serving for child in _children(process.pid)]

    def begin(self) -> None:
        """Note what each worker has used so far."""
        self.started = {pid: _cpu(pid) for pid in self.workers()}

    def cost(self, seconds: float) -> str:
        """Return a line for each worker: its share of a core since ``begin``, and its memory now."""
        lines = []
        for pid in self.workers():
            used = _cpu(pid) - self.started.get(pid, 0.0)
            own, resident = _memory(pid)
            lines.append(
                f"worker {pid}: {used:.0f} s of CPU ({used / seconds:.0%} of a core), "
                f"{own:.0f} MB of its own, {resident:.0f} MB with what is shared"
            )
        return "\n".join(lines)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"the server at {address} ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/accounts/sign-in", timeout=5):
                return
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"the server at {address} did not answer within a minute")


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: int) -> tuple[float, float]:
    """Return the megabytes that only this process has, and all that it has in memory."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {name: int(rest.split()[0]) / 1024 for name, _, rest in (line.partition(":") for line in lines)}
    return sizes["Private_Clean"] + sizes["Private_Dirty"], sizes["Rss"]
