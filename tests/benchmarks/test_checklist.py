"""The checklist of 1,200 items: opened, saved, exported; the same beside 60,000 and beside 1,000,000 items.

The floor is a page of the same application that only signs in and shows a form, and for the workbook as many
bare cells. Each figure is the median of its runs; queries are counted by tests/audits/test_what_a_checklist_costs.py.
The same on PostgreSQL: AUDITOR_TEST_DATABASE_URL=postgresql://… make bench. ITEMS=60000 leaves out the long part.
"""

from __future__ import annotations

import gzip
import io
import itertools
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook

from auditor.audits.models import Audit
from tests.audits.making import items
from tests.benchmarks.many_items import ITEMS, fill, large_audit
from tests.cast import Cast

BESIDE = tuple(n for n in (ITEMS, 60_000, 1_000_000) if n <= int(os.environ.get("ITEMS", "1000000")))
PAGES = {"list of audits": "/audits/", "list of findings": "/findings/", "first page": "/worklist/"}


class Taken(float):
    """Milliseconds that something takes; ``processor``: of them in this process, also on a busy machine."""

    processor: float

    def __str__(self) -> str:
        return f"{float(self):.1f} ms (processor {self.processor:.1f})"


def median_of(repeats: int, work: Callable[[], object]) -> Taken:
    """What the middle one of several runs takes."""
    taken, processor = [], []
    for _ in range(repeats):
        start, worked = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - start) * 1000)
        processor.append((time.process_time() - worked) * 1000)
    middle = Taken(statistics.median(taken))
    middle.processor = statistics.median(processor)
    return middle


class Auditor:
    """Somebody at the checklist, and what each of their clicks takes."""

    def __init__(self, app: Any, cast: Cast, audit: Audit) -> None:
        self.client = FlaskClient(app, app.response_class)
        cast.sign_in(self.client, "auditor")
        self.addresses = [f"/audits/{audit.id}/items/{item.id}" for item in items(audit)]
        self._places = itertools.cycle(range(ITEMS))
        self._seen: dict[str, str] = {}

    def get(self, address: str) -> bytes:
        answer = self.client.get(address)
        assert answer.status_code == 200, address
        return answer.data

    def open(self) -> bytes:
        return self.get(self.addresses[ITEMS // 2])

    def save(self) -> None:
        address = self.addresses[next(self._places)]
        form = {
            "result": "conform",
            "note": f"記録を見た {time.time()}",
            "based_on": self._seen.get(address, ""),
        }
        answer = self.client.post(f"{address}/answer", data=form)
        assert answer.status_code == 200, answer.data
        self._seen[address] = answer.json["fields"]["based_on"] if answer.json else ""


def _bare_workbook() -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in range(ITEMS):
        sheet.append([f"{column} of {row}" for column in range(7)])
    book.save(io.BytesIO())


def test_the_checklist_of_1200_items(
    app: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    audit = large_audit(cast)
    auditor = Auditor(app, cast, audit)
    page = auditor.open()
    packed = len(gzip.compress(page, 4))
    floor = median_of(15, lambda: auditor.get("/accounts/password"))
    said = [f"page: {len(page) / 1000:.0f} KB, {packed / 1000:.1f} KB compressed; floor of a page {floor}"]
    opened, saved = {}, {}
    for count in BESIDE:
        fill(cast, count, audit)
        auditor.save()
        opened[count], saved[count] = median_of(15, auditor.open), median_of(60, auditor.save)
        lists = {what: median_of(9, partial(auditor.get, where)) for what, where in PAGES.items()}
        said.append(
            f"{count:,} items: open {opened[count]}, save {saved[count]}, "
            + ", ".join(f"{what} {taken}" for what, taken in lists.items())
        )
    cells = median_of(5, _bare_workbook)
    paper = median_of(5, lambda: auditor.client.post(f"/audits/{audit.id}/papers/take").data)
    cast.sign_in(auditor.client, "administrator")
    book = median_of(5, lambda: auditor.get(f"/reports/export/audits/{audit.id}.xlsx"))
    said.append(f"its workbook: {book}, floor of bare cells {cells}, ratio {book / cells:.1f}")
    said.append(f"its working paper: {paper}, ratio {paper / cells:.1f}")
    with capsys.disabled():
        print("\n" + "\n".join(said))
    assert packed < 150_000
    assert opened[ITEMS] / floor < 12
    assert saved[ITEMS] / floor < 3
    assert book / cells < 3
    assert paper / cells < 5
    for count in BESIDE[1:]:  # it does not grow with the database
        assert opened[count] / opened[ITEMS] < 2, said
        assert saved[count] / saved[ITEMS] < 2, said
