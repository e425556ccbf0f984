"""What it costs to tell 10,000 people something: bundling and sending, by the mail, and no more memory for many."""

from __future__ import annotations

import resource
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from auditor import activity, clock
from auditor.access import application
from auditor.config import Mail as MailSettings
from auditor.notifications import actions as outbox
from auditor.notifications import kinds, sending
from auditor.notifications.composing import written
from auditor.notifications.models import Mail
from auditor.people.kinds import EmploymentKind
from auditor.people.models import Employment, Person, PersonDetail
from tests.bed.ports import free_port

PEOPLE = 10_000
ADDED = activity.event_type("bench.readers_added", "Readers added", "count")
NOTICES = 3  # each


@pytest.fixture
def sink() -> Iterator[int]:
    """The port of a mail server in a process of its own that takes everything and keeps nothing."""
    port = free_port()
    listen = ["-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    server = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "aiosmtpd", "-n", *listen])
    for _ in range(600):
        with suppress(OSError), smtplib.SMTP("127.0.0.1", port, timeout=5):
            break
        time.sleep(0.1)
    yield port
    server.terminate()
    server.wait()


@pytest.fixture
def readers(app: Any) -> list[int]:
    """Ten thousand people at work with an address, and three notices for each."""
    kinds._kinds.setdefault(
        "bench", lambda params, moment: kinds.Words(f"用件 {params['id']}", "詳しくはページで。")
    )
    at = clock.now() - timedelta(days=1)
    with activity.action(application("bench"), at):
        Person.add_many({"employee_number": f"{n:06}"} for n in range(PEOPLE))
        ids = [row.id for row in Person.select(Person.id)]
        dated = {"valid_from": clock.day_of(at), "recorded_at": at}
        PersonDetail.add_many(
            {"person": one, "family_name": "佐藤", "given_name": "恵", "email": f"p{one}@example.jp", "language": "ja",
             "search_key": "", "sort_key": "", **dated}
            for one in ids
        )  # fmt: skip
        kind = EmploymentKind.REGULAR.value
        Employment.add_many({"person": one, "kind": kind, "status": "active", **dated} for one in ids)
        activity.record(ADDED, count=PEOPLE)
    outbox.notify_many(
        [
            {"person_id": one, "kind": "bench", "params": {"id": n}, "path": f"/audits/{n}", "key": f"{one}:{n}"}
            for n in range(NOTICES)
            for one in ids
        ],
        at,
    )  # fmt: skip
    return ids


def test_ten_thousand_mails(readers: list[int], sink: int, capsys: pytest.CaptureFixture[str]) -> None:
    at = clock.now()
    began = time.perf_counter()
    assert outbox.bundle(at) == PEOPLE
    bundled = time.perf_counter() - began
    server = MailSettings(host="127.0.0.1", port=sink, timeout=20, run_seconds=600)
    rounds, memory = [], []
    for number in range(PEOPLE // sending._AT_MOST):
        began = time.perf_counter()
        assert sending.send_due(server, "https://audit.example.jp", at) == (sending._AT_MOST, 0), number
        rounds.append((time.perf_counter() - began) / sending._AT_MOST)
        memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    assert Mail.select().where(Mail.state == "sent").count() == PEOPLE
    floor = bare(sink, 1000)
    with capsys.disabled():
        print(
            f"\n{PEOPLE} mails of {NOTICES} notices: bundled in {bundled:.1f} s;"
            f" sent at {rounds[0] * 1000:.1f} then {rounds[-1] * 1000:.1f} ms a mail,"
            f" floor (a finished text handed over) {floor * 1000:.1f} ms, ratio {rounds[0] / floor:.1f};"
            f" memory {memory[0]:.0f} then {memory[-1]:.0f} MiB"
        )
    assert rounds[-1] < rounds[0] * 1.5
    assert memory[-1] < memory[0] + 20


def bare(port: int, mails: int) -> float:
    """Seconds that handing over one mail takes with nothing around it."""
    message = written(
        "p1@example.jp", "a@example.jp", "用件", "詳しくはページで。", "<x@auditor>", clock.now()
    )
    content = message.as_bytes()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        began = time.perf_counter()
        for _ in range(mails):
            smtp.sendmail("a@example.jp", ["p1@example.jp"], content)
        return (time.perf_counter() - began) / mails
