"""Audits that recur."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from auditor import activity
from auditor.access import application
from auditor.audits import actions, queries
from auditor.audits.actions import Recurrence
from auditor.audits.models import Audit, AuditItem, AuditSeries
from auditor.catalogue.models import CatalogueInUse
from auditor.dated import Moment
from auditor.people.models import Membership
from tests.audits.making import new_audit
from tests.cast import CAST_MADE, NOW, Cast

JOBS = application("jobs")


def _series(cast: Cast, rule: str = "FREQ=MONTHLY;INTERVAL=3", **more: Any) -> Audit:
    return actions.assign_recurring(
        cast.actor("administrator"), NOW, new_audit(cast, **more), Recurrence(rule)
    )


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, tzinfo=UTC)


def _starts(moment_at: datetime) -> list[tuple[str, str | None]]:
    return [(one.audit.number, one.audit.occurrence) for one in queries.audits_at(Moment.at(moment_at))]


def test_the_first_audit_is_assigned_at_once_and_the_next_one_opened_30_days_before_it_starts(
    cast: Cast,
) -> None:
    _series(cast)
    assert actions.open_due(JOBS, NOW).audit_ids == []
    assert actions.open_due(JOBS, _at(date(2027, 1, 24))).audit_ids == []
    assert len(actions.open_due(JOBS, _at(date(2027, 1, 25))).audit_ids) == 1
    assert _starts(_at(date(2027, 1, 26)))[-1] == ("A26-02", "2027-02-24")


def test_running_the_job_again_opens_nothing_twice(cast: Cast) -> None:
    _series(cast)
    at = _at(date(2027, 2, 1))
    assert len(actions.open_due(JOBS, at).audit_ids) == 1
    assert actions.open_due(JOBS, at).audit_ids == []
    assert Audit.select().count() == 2


def test_missed_periods_are_opened_once_each(cast: Cast) -> None:
    _series(cast)
    opened = actions.open_due(JOBS, _at(date(2027, 9, 1)))
    assert len(opened.audit_ids) == 3
    assert [one for _number, one in _starts(_at(date(2027, 9, 2)))] == [
        "2026-11-24", "2027-02-24", "2027-05-24", "2027-08-24",
    ]  # fmt: skip


def test_dates_fall_on_business_days_and_the_audited_period_follows_on(cast: Cast) -> None:
    _series(cast)
    actions.open_due(JOBS, _at(date(2027, 5, 1)))
    found = queries.audits_at(Moment.at(_at(date(2027, 5, 2))))[1:]
    assert [(one.starts_on, one.audit.period_to) for one in found] == [
        (date(2027, 2, 24), date(2027, 2, 23)),
        (date(2027, 5, 24), date(2027, 5, 23)),
    ]
    assert {one.starts_on.weekday() < 5 for one in found if one.starts_on} == {True}


def test_only_auditors_who_are_independent_then_are_named(cast: Cast) -> None:
    _series(cast, auditors=("auditor", "second_auditor"))
    with activity.action(JOBS, NOW):
        Membership.write(
            NOW,
            None,
            date(2027, 1, 1),
            person=cast.person["auditor"],
            department=cast.department["D210"],
            held=True,
        )
        activity.record(CAST_MADE, persons=1)
    at = _at(date(2027, 2, 1))
    (opened,) = actions.open_due(JOBS, at).audit_ids
    held = queries.auditors([opened], Moment.at(at))[opened]
    assert [(row.person_id, row.lead) for row in held] == [(cast.person["second_auditor"], True)]


def test_with_nobody_independent_the_audit_is_opened_for_somebody_to_be_named(app: Any, cast: Cast) -> None:
    from auditor.audits.waiting import waiting_for

    _series(cast)
    with activity.action(JOBS, NOW):
        Membership.write(
            NOW,
            None,
            date(2027, 1, 1),
            person=cast.person["auditor"],
            department=cast.department["D210"],
            held=True,
        )
        activity.record(CAST_MADE, persons=1)
    at = _at(date(2027, 2, 1))
    (opened,) = actions.open_due(JOBS, at).audit_ids
    assert queries.auditors([opened], Moment.at(at)) == {}
    with app.test_request_context():
        waiting = waiting_for(cast.actor("administrator", at), Moment.at(at))
    assert f"/audits/{opened}/auditors" in [item.url for item in waiting]


def test_a_series_that_fails_does_not_hold_up_the_others(cast: Cast) -> None:
    _series(cast, subject="D130")
    good = _series(cast, subject="D210")
    broken = AuditSeries.select().order_by(AuditSeries.id).first()
    with activity.action(JOBS, NOW):
        from auditor.catalogue.models import Catalogue

        empty = Catalogue.create(key="empty")
        other = AuditSeries.create(
            subject=broken.subject_id, catalogue=empty, kind="operation", created_at=NOW
        )
        from auditor.audits.models import AuditSeriesDetail

        AuditSeriesDetail.write(
            NOW, None, series_of=other, recurrence="FREQ=YEARLY", first_on=date(2026, 11, 1), codes=["ORG-01"],
            auditors=[],
        )  # fmt: skip
        activity.record(CAST_MADE, persons=0)
    opened = actions.open_due(JOBS, _at(date(2027, 2, 1)))
    assert len(opened.audit_ids) == 2
    assert [series for series, _error in opened.failed] == [other.id]
    assert good.series_of_id is not None


def test_a_stopped_series_opens_nothing(client: Any, cast: Cast) -> None:
    audit = _series(cast)
    cast.sign_in(client, "administrator")
    assert client.post(f"/audits/{audit.id}/series/stop").status_code == 303
    assert actions.open_due(JOBS, _at(date(2027, 9, 1))).audit_ids == []


def test_the_controls_come_from_the_version_in_use_on_the_day_of_opening(cast: Cast) -> None:
    from auditor.catalogue.models import CatalogueVersion, Category, Control

    _series(cast)
    with activity.action(JOBS, NOW):
        version = CatalogueVersion.create(
            catalogue=cast.catalogue, version="next", title_ja="次", title_en="Next", content_hash="1" * 64,
            imported_at=NOW,
        )  # fmt: skip
        category = Category.create(version=version, key="o", title_ja="組織", title_en="O", position=0)
        Control.create(
            version=version, category=category, code="ORG-01", target="department", basis="measure",
            frequency="annual", title_ja="新", title_en="New", question_ja="新？", question_en="New?", details={},
            position=0,
        )  # fmt: skip
        row = CatalogueInUse.latest(Moment.at(NOW), catalogue=cast.catalogue)
        CatalogueInUse.write(
            NOW, None, date(2027, 1, 1), replaces=row, catalogue=cast.catalogue, version=version
        )
        activity.record(CAST_MADE, persons=0)
    (opened,) = actions.open_due(JOBS, _at(date(2027, 2, 1))).audit_ids
    assert Audit.get_by_id(opened).version_id == version.id
    assert AuditItem.select().where(AuditItem.audit == opened).count() == 1


def test_the_moment_before_the_job_ran_knows_nothing_of_the_audit(cast: Cast) -> None:
    _series(cast)
    at = _at(date(2027, 2, 1))
    actions.open_due(JOBS, at)
    assert len(_starts(at - timedelta(seconds=1))) == 1
