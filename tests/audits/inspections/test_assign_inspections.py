"""Assigning self-inspections: who answers, many at once, in series."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.access import Permission, Role, application
from auditor.accounts.models import Deputy
from auditor.accounts.queries import actor_for
from auditor.activity import ActivityEvent
from auditor.audits import queries
from auditor.audits.actions import Recurrence, open_due
from auditor.audits.inspections.assigning import open_inspections
from auditor.audits.inspections.people import answering, respondents
from auditor.audits.models import (
    Audit,
    AuditAssignee,
    AuditItem,
    AuditLeftOut,
    AuditPlan,
    AuditSeries,
    AuditState,
)
from auditor.audits.waiting import waiting_for
from auditor.catalogue import subjects
from auditor.catalogue.actions import set_applicability
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.notifications.models import Notice
from auditor.people.models import DepartmentHead
from tests.audits.inspections.making import inspection, new_inspection, opened
from tests.audits.making import assigned
from tests.cast import CAST_MADE, NOW, START, Cast

SYSTEM = application("test")
MOMENT = Moment.at(NOW)


def _respondents(cast: Cast, *names: str) -> list[tuple[int, ...]]:
    found = respondents([Subject.get_by_id(cast.subject[name]) for name in names], MOMENT)
    return [found[cast.subject[name]] for name in names]


def _persons(cast: Cast, *names: str) -> tuple[int, ...]:
    return tuple(cast.person[name] for name in names)


# ---- who answers ----


def test_the_head_answers_or_the_nearest_head_above(cast: Cast) -> None:
    assert _respondents(cast, "D210", "D211", "D100") == [
        _persons(cast, "head_of_sales"),
        _persons(cast, "head_of_sales"),
        (),
    ]


def test_of_a_system_the_department_responsible_for_it_answers_and_of_the_company_nobody(cast: Cast) -> None:
    made = subjects.add_subject(SYSTEM, "system", "SYS-1", "顧客管理", "", cast.department["D220"], NOW)
    cast.subject["SYS-1"] = made.id
    assert _respondents(cast, "SYS-1", "company") == [_persons(cast, "head_of_other"), ()]


def test_a_deputy_of_the_head_answers_too_in_the_period(cast: Cast) -> None:
    with activity.action(SYSTEM, NOW):
        for name, ends in (("without_mail", date(2026, 11, 30)), ("auditor", date(2026, 11, 19))):
            Deputy.write(
                NOW, None, START, principal=cast.person["head_of_sales"], deputy=cast.person[name],
                role=Role.DEPARTMENT_HEAD.value, starts_on=date(2026, 11, 1), ends_on=ends,
            )  # fmt: skip
        activity.record(CAST_MADE, persons=2)
    assert _respondents(cast, "D210") == [_persons(cast, "head_of_sales", "without_mail")]


def test_a_head_who_has_left_does_not_answer(cast: Cast) -> None:
    with activity.action(SYSTEM, NOW):
        before = DepartmentHead.latest(MOMENT, department=cast.department["D210"])
        DepartmentHead.write(
            NOW,
            None,
            START,
            replaces=before,
            department=cast.department["D210"],
            person=cast.person["leaver"],
        )
        activity.record(CAST_MADE, persons=1)
    assert _respondents(cast, "D210") == [()]


def test_who_is_named_answers_beside_the_head(cast: Cast) -> None:
    made = inspection(cast, named=("staff_of_sales",))
    assert answering([made], MOMENT) == {made.id: _persons(cast, "staff_of_sales", "head_of_sales")}


def test_who_is_named_does_not_become_an_auditor(cast: Cast) -> None:
    inspection(cast, named=("staff_of_sales",))
    assert actor_for(cast.person["staff_of_sales"], NOW).roles == {Role.EMPLOYEE}


# ---- assigning ----


def test_many_are_opened_with_plans_items_and_one_event(cast: Cast) -> None:
    made = opened(cast, "D210", "D220", "D110")
    assert [one.number for one in made] == ["S26-01", "S26-02", "S26-03"]
    assert {one.kind for one in Audit.select()} == {"self_inspection"}
    assert AuditItem.select().count() == 15
    assert {row.state for row in AuditState.select()} == {"planned"}
    assert {(row.starts_on, row.due_on) for row in AuditPlan.select()} == {
        (date(2026, 11, 20), date(2026, 12, 4))
    }
    events = list(ActivityEvent.select().where(ActivityEvent.type.startswith("inspection.")))
    assert [event.data for event in events] == [{"inspections": 3, "items": 15}]


def test_audits_and_self_inspections_are_numbered_apart(cast: Cast) -> None:
    audit = assigned(cast)
    first, second = opened(cast, "D210"), opened(cast, "D220")
    assert [audit.number, first[0].number, second[0].number] == ["A26-01", "S26-01", "S26-02"]


def test_the_number_counts_within_the_fiscal_year_of_the_start(cast: Cast) -> None:
    news = [
        new_inspection(cast, "D210", starts_on=day, due_on=day + timedelta(days=5))
        for day in (date(2027, 3, 31), date(2027, 4, 1))
    ]
    made = open_inspections(cast.actor("administrator"), NOW, news)
    assert [(one.number, one.fiscal_year) for one in made] == [("S26-01", 2026), ("S27-01", 2027)]


def test_each_person_is_told_once_for_all_that_were_assigned_together(cast: Cast) -> None:
    made = opened(cast, "D210", "D211", "D220")
    told = {row.person_id: (row.params["audits"], row.path) for row in Notice.select()}
    assert told == {
        cast.person["head_of_sales"]: ([made[0].id, made[1].id], "/inspections/"),
        cast.person["head_of_other"]: ([made[2].id], f"/inspections/{made[2].id}"),
    }


def test_a_control_that_does_not_apply_is_left_out_with_its_row(cast: Cast) -> None:
    set_applicability(
        SYSTEM,
        cast.catalogue,
        "PHY-01",
        Subject.get_by_id(cast.subject["D210"]),
        False,
        "専用の区域がない。",
        START,
        NOW,
    )
    made = opened(cast, "D210", "D220")
    counts = [AuditItem.select().where(AuditItem.audit == one).count() for one in made]
    assert counts == [4, 5]
    assert [row.audit_id for row in AuditLeftOut.select()] == [made[0].id]


def test_it_costs_as_many_queries_for_many_as_for_few(cast: Cast, query_count: Any) -> None:
    with query_count() as few:
        opened(cast, "D210")
    with query_count() as many:
        opened(cast, "D110", "D120", "D130", "D220", "D211")
    assert many.count == few.count


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"due_on": date(2026, 11, 19)}, "due_on"),
        ({"period_to": date(2026, 10, 31)}, "period_to"),
        ({"codes": ("POL-01",)}, "controls"),
        ({"codes": ()}, "controls"),
        ({"named": ("leaver",)}, "persons"),
        ({"kind": "operation"}, "kind"),
    ],
)
def test_wrong_terms_are_refused_and_open_none(
    app: Any, cast: Cast, terms: dict[str, Any], field: str
) -> None:
    with app.test_request_context(), pytest.raises(RuleBroken) as refused:
        opened(cast, "D220", "D210", **terms)
    assert refused.value.field == field
    assert Audit.select().count() == 0


def test_nothing_chosen_is_refused(cast: Cast) -> None:
    with pytest.raises(RuleBroken):
        open_inspections(cast.actor("administrator"), NOW, [])


# ---- series ----


def test_each_begins_a_series_that_opens_the_next_and_tells_who_answers(cast: Cast) -> None:
    news = [new_inspection(cast, "D210", named=("staff_of_sales",)), new_inspection(cast, "D220")]
    first = open_inspections(cast.actor("administrator"), NOW, news, Recurrence("FREQ=MONTHLY", 7))
    assert AuditSeries.select().count() == 2
    told = Notice.select().count()
    done = open_due(SYSTEM, NOW + timedelta(days=25))
    assert not done.failed
    later = [Audit.get_by_id(one) for one in done.audit_ids]
    assert [(one.number, one.kind, one.occurrence) for one in later] == [
        ("S26-03", "self_inspection", "2026-12-20"),
        ("S26-04", "self_inspection", "2026-12-20"),
    ]
    assert later[0].series_of_id == first[0].series_of_id
    named = AuditAssignee.select().where(AuditAssignee.audit == later[0].id)
    assert [row.person_id for row in named] == [cast.person["staff_of_sales"]]
    assert Notice.select().count() == told + 3
    assert open_due(SYSTEM, NOW + timedelta(days=25)).audit_ids == []


# ---- no audit of it ----


def test_a_self_inspection_is_on_no_page_of_audits(cast: Cast) -> None:
    made = inspection(cast, named=("auditor",))
    administrator = cast.actor("administrator")
    with pytest.raises(NotFound):
        queries.audit_for(administrator, made.id, Permission.AUDIT_READ, NOW)
    with pytest.raises(NotFound):
        item = AuditItem.get(AuditItem.audit == made.id)
        queries.item_for(administrator, item.id, Permission.AUDIT_READ, NOW)
    for name in ("administrator", "auditor", "head_of_sales"):
        actor = cast.actor(name)
        assert not Audit.select().where(queries.seen_by(actor, NOW)).exists()
    assert not waiting_for(administrator, Moment.at(NOW + timedelta(days=30)))
