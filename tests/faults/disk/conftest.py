"""What people are in the middle of when a fault comes: forms filled in, and what each would have written."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from auditor import db
from auditor.audits.models import ItemResult
from auditor.config import Settings
from auditor.evidence.models import Evidence
from auditor.findings.models import Finding, Worry
from auditor.people.models import StagedRoster
from auditor.training import actions as training
from auditor.training import courses
from auditor.training.models import Attestation, QuizDraft, TrainingRound
from tests.audits import making as audits
from tests.bed import databases
from tests.bed.pages import parsed
from tests.cast import NOW, Cast
from tests.people import rosters
from tests.training.conftest import OPENED, OPENS, SCHEDULER, Owed

LONG = "窓口の横の棚に、名前と電話番号のある申込書が見える向きで置かれていた。\n" * 120


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As everywhere, but nobody waits long for a lock."""
    return replace(settings, database_wait=0.3)


@pytest.fixture
def alone(cast: Cast) -> Iterator[None]:
    """The test holds no connection: every request opens and closes its own, as behind a server."""
    databases.let_go()
    yield
    databases.let_go()


@dataclass
class Work:
    """A form that somebody fills in: who, where, what is in it, and how many of what it makes there are."""

    who: str
    path: str
    data: dict[str, Any]
    typed: tuple[str, ...]  # what must be found in the page again
    rows: Callable[[], int]
    file: str = ""  # the field of the file, which has to be chosen again
    marks: str = ""  # the form on the page whose hidden fields go with it

    def open(self, client: Any) -> None:
        """Open the page and take over the marks of its form."""
        if self.marks:
            hidden = client.page(self.path).xpath(f"//form[@id='{self.marks}']//input[@type='hidden']")
            self.data |= {field.get("name"): field.get("value") for field in hidden}

    def count(self) -> int:
        with db.connected():
            return self.rows()

    def send(self, client: Any) -> Any:
        return client.post(self.path, data=self._whole(self.data))

    def send_again(self, client: Any, page: Any) -> Any:
        """Send the form of the page of the outage, with its own token and the file chosen again."""
        (form,) = parsed(page).xpath("//main//form")
        data = {
            **{field.get("name"): field.get("value") for field in form.xpath(".//input[@type='hidden']")},
            **{field.get("name"): field.text.removeprefix("\n") for field in form.xpath(".//textarea")},
        }
        assert form.xpath(".//input[@type='file']/@name") == ([self.file] if self.file else [])
        return client.post(form.get("action"), data=self._whole(data), csrf=False)

    def _whole(self, data: dict[str, Any]) -> dict[str, Any]:
        files = {name: (io.BytesIO(content), called) for name, (content, called) in self._files().items()}
        return {**{name: value for name, value in data.items() if not name.startswith("file:")}, **files}

    def _files(self) -> dict[str, tuple[bytes, str]]:
        return {name[5:]: value for name, value in self.data.items() if name.startswith("file:")}


def _item(cast: Cast) -> Work:
    audit = audits.assigned(cast)
    data = {"result": "minor", "note": LONG, "based_on": ""}
    path = f"/audits/{audit.id}/items/{audits.items(audit)[0].id}"
    return Work("auditor", path, data, (LONG,), ItemResult.select().count)


def _finding(cast: Cast) -> Work:
    data = {
        "title": "退職者の権限", "facts": LONG, "grade": "minor", "department": str(cast.department["D210"]),
        "department_search": "営業第一部", "due_on": "2026-12-18", "found_on": "2026-11-20", "once": "form-1",
    }  # fmt: skip
    return Work(
        "administrator",
        "/findings/record",
        data,
        (LONG, "退職者の権限", "2026-12-18"),
        Finding.select().count,
    )


def _worry(cast: Cast) -> Work:
    data = {"text": LONG, "recipient": "administrator", "once": "w1", "anonymous": "y"}
    return Work("staff_of_sales", "/findings/worries/report", data, (LONG,), Worry.select().count)


def _evidence(cast: Cast) -> Work:
    audit = audits.assigned(cast)
    data = {"file:file": (b"%PDF-1.7\n" + b"0" * 300_000, "log.pdf"), "about_on": "2026-11-20"}
    path = f"/audits/{audit.id}/items/{audits.items(audit)[0].id}/evidence"
    return Work("auditor", path, data, ("2026-11-20",), Evidence.select().count, file="file")


def _roster(cast: Cast) -> Work:
    book = rosters.workbook([rosters.person("000107", "西村", "葵", "D220")])
    data = {"file:file": (book, "名簿.xlsx"), "effective_from": "2026-12-01"}
    return Work(
        "administrator", "/people/imports", data, ("2026-12-01",), StagedRoster.select().count, file="file"
    )


def _owed(cast: Cast) -> Owed:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    version = training.import_course(cast.actor("administrator"), courses.PERSONAL_INFORMATION_BASICS, at)
    training.open_course(cast.actor("administrator"), version, at)
    terms = training.Terms(training.EVERYONE, OPENS, 30)
    rule = training.create_rule(cast.actor("administrator"), version.course_id, terms, OPENED)
    training.assign_due(SCHEDULER, OPENED)
    return Owed(cast, version, TrainingRound.get(TrainingRound.rule == rule.id))


def _quiz(cast: Cast) -> Work:
    owed = _owed(cast)
    owed.read("staff_of_sales")
    attempt = training.start_quiz(cast.actor("staff_of_sales"), owed.of("staff_of_sales"), "ja", NOW)
    chosen = attempt.drawn[0]["choices"][0]
    path = f"/training/{owed.of('staff_of_sales').id}/quiz/1/1"
    return Work(
        "staff_of_sales",
        path,
        {"choice": str(chosen), "go": "next"},
        (str(chosen),),
        QuizDraft.select().count,
    )


def _attestation(cast: Cast) -> Work:
    owed = _owed(cast)
    owed.read("staff_of_sales")
    owed.answer("staff_of_sales")
    return Work(
        "staff_of_sales", f"/training/{owed.of('staff_of_sales').id}/attest/1",
        {"agree": "y", "name": "西村 葵"}, ("西村 葵",), Attestation.select().count, marks="statement",
    )  # fmt: skip


WORKS: dict[str, Callable[[Cast], Work]] = {
    "item": _item, "finding": _finding, "worry": _worry, "evidence": _evidence, "roster": _roster,
    "quiz": _quiz, "attestation": _attestation,
}  # fmt: skip
