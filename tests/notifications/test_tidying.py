"""Sent mails expire after the days that the company has set; what is unsettled, and what a reminder rests on, stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from auditor.company.actions import set_setting
from auditor.notifications import actions as outbox
from auditor.notifications import tidying
from auditor.notifications.models import Mail, Notice
from auditor.scheduling import actions as jobs
from auditor.scheduling.jobs import named
from auditor.work import DueThing
from tests import cast as members
from tests.notifications.conftest import NOW, Tell

LATER = NOW + timedelta(days=366)


def sent(tell: Tell, *names: str) -> None:
    for number, name in enumerate(names):
        tell(name, number)
    outbox.bundle(NOW)
    Mail.update(state="sent", sent_at=NOW).execute()


def test_settled_mails_and_their_notices_go_after_a_year_and_not_a_day_earlier(
    cast: members.Cast, tell: Tell
) -> None:
    sent(tell, "auditor", "second_auditor")
    assert tidying.tidy(NOW + timedelta(days=365), []) == 0
    assert tidying.tidy(LATER, []) == 4
    assert (Mail.select().count(), Notice.select().count()) == (0, 0)
    assert tidying.tidy(LATER, []) == 0


def test_the_days_are_a_setting_of_the_company(cast: members.Cast, tell: Tell) -> None:
    sent(tell, "auditor")
    set_setting(cast.actor("administrator"), "mail_kept_days", 30, NOW.date(), NOW)
    assert tidying.tidy(NOW + timedelta(days=30), []) == 0
    assert tidying.tidy(NOW + timedelta(days=31), []) == 2


def test_what_waits_or_failed_stays_however_old(cast: members.Cast, tell: Tell) -> None:
    sent(tell, "auditor", "second_auditor", "operator")
    for number, state in enumerate(("waiting", "failed", "sending"), start=1):
        Mail.update(state=state).where(Mail.id == number).execute()
    assert tidying.tidy(LATER, []) == 0
    assert Notice.select().count() == 3


def test_the_notice_of_what_is_still_due_stays_so_that_nobody_is_told_twice(
    cast: members.Cast, tell: Tell
) -> None:
    person = cast.person["auditor"]

    def remind(at: Any) -> bool:
        params = {"id": 7, "due_on": "2026-11-01"}
        return outbox.notify(person, "test", params, "/findings/7", "test:7:2026-11-01:-7", at)

    assert remind(NOW)
    tell("auditor", 1)
    outbox.bundle(NOW)
    Mail.update(state="sent").execute()
    thing = DueThing("test", 7, date(2026, 11, 1), (person,), "/findings/7")
    assert tidying.tidy(LATER, [thing]) == 1
    assert not remind(LATER)
    assert tidying.tidy(LATER, []) == 2, "it is settled: nothing rests on it any more"


def test_the_job_tidies_the_outbox(cast: members.Cast, tell: Tell, settings: Any) -> None:
    sent(tell, "auditor")
    job = named("tidy")
    assert job is not None
    jobs.run(job, settings, LATER)
    assert Mail.select().count() == 0
