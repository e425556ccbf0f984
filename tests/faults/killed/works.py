"""What is being done when the process is killed, each as a person, a job or a command does it.

A work done again is what happens after the start: the next run of the job, the same button, the same command.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from auditor import clock, db, open_database
from auditor.accounts import beginning
from auditor.cli import main
from auditor.config import Settings
from auditor.people import applying, staging
from auditor.people.models import Person
from auditor.people.planning import plan_roster
from auditor.scheduling import actions as jobs
from auditor.scheduling.jobs import named
from auditor.scheduling.models import JobRun
from auditor.scheduling.queries import in_use_before
from tests.bed import application
from tests.cast import NOW
from tests.faults.killed import contents
from tests.faults.killed import world as company


@dataclass
class Stage:
    """A copy of the company, and the application on it."""

    settings: Callable[[], Settings]  # read as a start reads them: makes the keys of an empty folder
    app: Flask | None  # none yet where nothing is installed
    world: company.World

    def client(self, name: str = "") -> FlaskClient:
        """A browser; of a person who is signed in already where one is named. It sends what its page had."""
        assert self.app is not None
        client = self.app.test_client()
        if name:
            with client.session_transaction() as session:
                session["_user_id"] = self.world.session[name]
        return client


@dataclass(frozen=True)
class Work:
    """Something that is done, when, and from which company on."""

    do: Callable[[Stage], None]
    at: datetime = NOW
    later: timedelta = timedelta(0)  # how much later it is done again
    base: str = "company"  # or "nothing": an empty folder and an empty database
    ignored: frozenset[str] = frozenset()  # tables and columns that tell when and how often it was tried


def job(name: str) -> Callable[[Stage], None]:
    def run(stage: Stage) -> None:
        found = named(name)
        app = stage.app or application.built(stage.settings())
        assert found is not None
        with app.app_context(), db.connected():
            made = jobs.run(found, stage.settings(), clock.now())
        assert made.outcome == "done", made.detail

    return run


YESTERDAYS = "yesterdays"  # a run that is no part of the work


def erase_leavers(stage: Stage) -> None:
    """Run the job of a company in use the day before: the job trusts no clock that is alone years ahead."""
    app = stage.app or application.built(stage.settings())
    with app.app_context(), db.connected():
        if not in_use_before(clock.now()):
            JobRun.create(job=YESTERDAYS, outcome="done", started_at=clock.now() - timedelta(days=1))
    job("erase")(stage)


def command(*words: str) -> Callable[[Stage], None]:
    def run(stage: Stage) -> None:
        settings = stage.settings()
        os.environ["DATABASE_URL"] = settings.database_url
        placed = [word.replace("DATA", str(settings.data)) for word in words]
        done = CliRunner().invoke(main, [*placed, "--data", str(settings.data)])
        # A command that is called again may say that there is nothing left to do.
        assert done.exit_code in (0, 1) and "Traceback" not in done.output, done.output

    return run


def _posted(response: Any) -> Any:
    assert response.status_code < 500, response.status_code
    return response


def save_item(stage: Stage) -> None:
    where = f"/audits/{stage.world.audit}/items/{stage.world.item}"
    sent = {"result": "minor", "note": "5名のうち3名。", "based_on": ""}
    _posted(stage.client("second_auditor").post(where, data=sent))


def apply_paper(stage: Stage) -> None:
    where = f"/audits/{stage.world.audit}/papers/{stage.world.paper}/apply"
    sent = {"digest": stage.world.paper_digest}
    assert _posted(stage.client("second_auditor").post(where, data=sent)).status_code == 303


def attach(stage: Stage) -> None:
    where = f"/audits/{stage.world.audit}/items/{stage.world.item}/evidence"
    sent = {"file": (io.BytesIO(company.SENT), "page.pdf")}
    _posted(stage.client("second_auditor").post(where, data=sent))


def mark_done(stage: Stage) -> None:
    where = f"/findings/{stage.world.finding}/actions/1/done"
    sent = {"comment": "停止した。", "seen": stage.world.seen, "files": (io.BytesIO(company.SENT), "a.pdf")}
    _posted(stage.client("staff_of_sales").post(where, data=sent))


def give_evidence(stage: Stage) -> None:
    where = f"/findings/{stage.world.finding}/actions/1/evidence"
    _posted(stage.client("staff_of_sales").post(where, data={"files": (io.BytesIO(company.SENT), "a.pdf")}))


def record_finding(stage: Stage) -> None:
    """A finding that a report of a worry led to: two things that belong together."""
    sent = {
        "title": "名簿の置き忘れ", "facts": "名簿が机に置かれていた。", "grade": "minor", "department": "6",
        "department_search": "営業第一部", "due_on": "2026-12-18", "found_on": "2026-11-20", "once": "a" * 32,
    }  # fmt: skip
    where = f"/findings/record?worry={stage.world.worry}"
    assert _posted(stage.client("administrator").post(where, data=sent)).status_code == 303


def answer_question(stage: Stage) -> None:
    where = f"/training/{stage.world.assignment['staff_of_sales']}/quiz/1/10"
    sent = {"choice": stage.world.choices, "go": "check"}
    _posted(stage.client("staff_of_sales").post(where, data=sent))


def hand_in(stage: Stage) -> None:
    where = f"/training/{stage.world.assignment['second_auditor']}/quiz/1"
    _posted(stage.client("second_auditor").post(where))


def attest(stage: Stage) -> None:
    where = f"/training/{stage.world.assignment['head_of_sales']}/attest/1"
    sent = {**stage.world.statement, "agree": "y", "name": "小林 誠"}
    _posted(stage.client("head_of_sales").post(where, data=sent))


def sign_in(stage: Stage) -> None:
    client = stage.client()
    sent = {"login": "000104", "password": company.PASSWORD}
    assert _posted(client.post("/accounts/sign-in", data=sent)).status_code == 303
    assert client.get("/accounts/preferences").status_code == 200


def first_passwords(stage: Stage) -> None:
    chosen = {"department": str(stage.world.department)}
    page = _posted(stage.client("administrator").post("/accounts/first-passwords", data=chosen))
    assert page.status_code == 200 and "slip-password" in page.text


def stage_roster(stage: Stage) -> None:
    sent = {
        "file": (io.BytesIO(company.roster("鈴木")), "second.csv"),
        "effective_from": "2026-12-01",
    }
    assert _posted(stage.client("administrator").post("/people/imports", data=sent)).status_code == 303


def apply_roster(stage: Stage) -> None:
    where = f"/people/imports/waiting/{stage.world.staged}/apply"
    _posted(stage.client("administrator").post(where, data={"digest": stage.world.digest}))


def discard_roster(stage: Stage) -> None:
    _posted(stage.client("administrator").post(f"/people/imports/waiting/{stage.world.staged}/discard"))


def apply_catalogue(stage: Stage) -> None:
    where = f"/catalogue/import/{stage.world.upload}"
    sent = {"use": "yes", "valid_from": "2026-12-01"}
    _posted(stage.client("administrator").post(where, data=sent))


def erase_file(stage: Stage) -> None:
    where = f"/activity/erasure/files/{stage.world.stored}"
    _posted(stage.client("administrator").post(where, data={"reason": "本人の求めによる"}))


def export_page(stage: Stage) -> None:
    page = _posted(stage.client("administrator").get("/reports/export/findings.xlsx"))
    assert page.status_code == 200 and page.data[:2] == b"PK"


def install(stage: Stage) -> None:
    """The first start of an empty folder: keys, then tables."""
    open_database(stage.settings())


def set_up(stage: Stage) -> None:
    """The first steps, up to the first administrator."""
    settings = stage.settings()
    open_database(settings)
    application.built(settings)
    with db.connected():
        contents.count_on()
        if beginning.new_code(settings.data) is None:
            return
        if not Person.select().exists():
            plan = plan_roster(staging.read_bytes(company.roster("田中"), "first.csv"), NOW.date(), True, NOW)
            applying.apply_roster(beginning.FIRST_STEPS, plan, NOW)
        person = Person.get(Person.employee_number == "000201")
        with beginning.last_step(settings.data, NOW):
            beginning.make_first_administrator(person.id, company.PASSWORD, NOW)


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 1, tzinfo=UTC)


# PostgreSQL gives no number twice, also where nothing was written with it.
UNNUMBERED = frozenset({"notice.id"})
TRIES = frozenset(
    {
        "mail.attempts",
        "mail.sent_at",
        "mail.next_attempt_at",
        "mail.claimed_until",
        "mail_server.address",
        "mail_server.last_success_at",
    }
)
WORKS: dict[str, Work] = {
    "open_audits": Work(job("open_audits"), _day(2027, 2, 1)),
    "close_audits": Work(job("close_audits")),
    "recheck_independence": Work(job("recheck_independence")),
    "assign_training": Work(job("assign_training"), _day(2027, 3, 3)),
    "remind": Work(job("remind"), ignored=UNNUMBERED),
    "send_mail": Work(job("send_mail"), later=timedelta(minutes=11), ignored=TRIES),
    "look_for_evidence": Work(job("look_for_evidence")),
    "erase": Work(erase_leavers, _day(2032, 9, 1)),
    "tidy": Work(job("tidy"), NOW + timedelta(days=40)),
    "save_item": Work(save_item),
    "apply_paper": Work(apply_paper),
    "attach": Work(attach),
    "record_finding": Work(record_finding),
    "mark_done": Work(mark_done),
    "give_evidence": Work(give_evidence),
    "answer_question": Work(answer_question),
    "hand_in": Work(hand_in),
    "attest": Work(attest),
    "sign_in": Work(sign_in, ignored=frozenset({"session"})),
    "first_passwords": Work(first_passwords),
    "stage_roster": Work(stage_roster),
    "apply_roster": Work(apply_roster),
    "discard_roster": Work(discard_roster),
    "apply_catalogue": Work(apply_catalogue),
    "erase_file": Work(erase_file),
    "export_page": Work(export_page),
    "export_command": Work(command("export", "findings", "-o", "DATA/findings.xlsx")),
    "people_import": Work(command("people", "import", "DATA/roster.csv", "--effective", "2026-12-01")),
    "install": Work(install, base="nothing"),
    "set_up": Work(set_up, base="nothing"),
}
