"""A scheduler that was off for a month: each missed period once, one reminder a thing, and it says so."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from auditor.audits.models import Audit, AuditPlan
from auditor.language import speaking
from auditor.notifications.models import Mail, Notice
from auditor.scheduling import words
from auditor.scheduling.models import JobRun
from auditor.training.models import TrainingRound
from tests.faults.time import world
from tests.faults.time.conftest import JOBS, Winter

OFF, ON = date(2028, 2, 16), date(2028, 3, 25)
MONDAY = date(2028, 3, 27)  # ON is a Saturday, on which nobody is reminded


def _off_for_a_month(winter: Winter) -> dict[str, JobRun]:
    winter.run(world.instant(OFF))
    return {run.job: run for run in winter.run(world.instant(ON))}


def test_each_missed_period_opens_once_with_its_own_dates(winter: Winter) -> None:
    _off_for_a_month(winter)
    rounds = TrainingRound.select().order_by(TrainingRound.rule, TrainingRound.opens_on)
    assert [(row.rule_id, row.period, str(row.due_on), row.fiscal_year) for row in rounds] == [
        (1, "2028-02-20", "2028-03-01", 2027),
        (1, "2028-03-20", "2028-03-30", 2027),
        (2, "2028-02-29", "2028-03-30", 2027),
        (3, "2028-03-01", "2028-03-22", 2027),  # the 21st is closed
        (4, "2028-03-02", "2028-03-09", 2027),
        (4, "2028-03-16", "2028-03-23", 2027),
    ]
    opened = Audit.select(Audit, AuditPlan).join(AuditPlan).where(Audit.occurrence > "2028-03-01")
    assert [
        (row.number, row.occurrence, str(row.period_to), str(row.auditplan.starts_on))
        for row in opened.order_by(Audit.number)
        if row.created_at > world.BEGIN
    ] == [
        ("A27-04", "2028-03-29", "2028-03-28", "2028-03-29"),
        ("A27-05", "2028-03-25", "2028-03-24", "2028-03-27"),  # a Saturday; audits start on a business day
    ]
    assert not any(run.changed for run in winter.run(world.instant(ON)))


def test_the_runs_say_what_they_caught_up_and_since_when(winter: Winter) -> None:
    runs = _off_for_a_month(winter)
    assert (runs["assign_training"].caught_up, runs["assign_training"].missed_since) == (6, date(2028, 2, 20))
    assert (runs["open_audits"].caught_up, runs["open_audits"].missed_since) == (2, date(2028, 2, 28))
    with speaking("en"):
        assert words.caught_up(runs["assign_training"]) == "caught up 6 periods missed since Sun 20 Feb 2028"
    with speaking("ja"):
        assert (
            words.caught_up(runs["open_audits"]) == "2028年2月28日（月）以降に開けなかった2期分を開きました"
        )
    assert words.caught_up(runs["remind"]) == ""


def test_what_opens_on_its_own_day_is_not_caught_up(winter: Winter) -> None:
    for day in (date(2028, 2, 19), date(2028, 2, 20)):
        for run in winter.run(world.instant(day)):
            assert run.caught_up == 0, run.job


def test_of_each_thing_only_the_most_urgent_reminder_goes_and_all_of_a_person_in_one_mail(
    winter: Winter,
) -> None:
    winter.run(world.instant(OFF))
    before = Notice.select().count()
    mails = Mail.select().count()
    winter.run(world.instant(MONDAY))
    reminders = Notice.select().where(Notice.id > before, Notice.kind.endswith("_due"))
    things = Counter((row.kind, str(row.params), row.person_id) for row in reminders)
    assert things and set(things.values()) == {1}
    assert all(row.mail_id for row in reminders)
    made = Mail.select().where(Mail.id > mails)
    assert set(Counter(row.person_id for row in made).values()) == {1}, "one mail a person"
    winter.run(world.instant(MONDAY))
    assert Notice.select().where(Notice.kind.endswith("_due"), Notice.id > before).count() == len(reminders)


def test_a_rule_made_today_for_days_gone_by_has_missed_nothing(winter: Winter) -> None:
    from auditor.access import application
    from auditor.training import actions as training
    from auditor.training.models import CourseVersion

    at = world.instant(world.LAST)
    winter.run(at, JOBS)
    terms = training.Terms(training.EVERYONE, date(2028, 1, 5), 30, recurrence="FREQ=MONTHLY")
    training.create_rule(application("test"), CourseVersion.get().course_id, terms, at)
    (run,) = winter.run(at, ("assign_training",))
    assert run.changed > 3 and run.caught_up == 0


def test_the_command_says_what_was_caught_up(winter: Winter, monkeypatch: Any) -> None:
    from click.testing import CliRunner

    from auditor.cli import main

    winter.run(world.instant(OFF))
    monkeypatch.setenv("DATABASE_URL", winter.settings.database_url)
    words = ["jobs", "run", "assign_training", "--at", f"{ON}T09:00", "--data", str(winter.settings.data)]
    said = CliRunner().invoke(main, [*words, "--lang", "en"]).output
    assert "caught up 6 periods missed since Sun 20 Feb 2028" in said, said
