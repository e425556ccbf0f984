"""Reminders of evidence that expires: whoever can give a newer version, then those above; nothing once it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from auditor import settings_of
from auditor.access import application
from auditor.audits import actions as audits
from auditor.audits import attaching
from auditor.audits.attaching import Link
from auditor.audits.inspections import deciding as inspecting
from auditor.audits.inspections import proving
from auditor.audits.models import Audit
from auditor.dated import Moment
from auditor.evidence.actions import About
from auditor.findings import actions as findings
from auditor.findings import doing
from auditor.findings.models import CorrectiveAction
from auditor.notifications import kinds
from auditor.notifications.models import Notice
from auditor.worklist.actions import enqueue_reminders
from tests.audits.inspections.making import inspection, valid_for
from tests.audits.making import assigned, items
from tests.cast import NOW, Cast
from tests.findings.making import Making

KIND = "evidence_due"
NEWER = Link("https://wiki.example.jp/2027", "新しい版")


@dataclass
class Case:
    """A piece of evidence that is valid ten days longer, where it hangs, and how it is replaced or goes idle."""

    evidence_id: int
    path: str
    where: str
    told: list[str]  # with ten days left, ten days later, and four days after that
    replace: Callable[[], object]
    close: Callable[[], object]


def of_audit(app: Any, cast: Cast) -> Case:
    item = items(assigned(cast))[0]
    about = About(NOW.date(), NOW.date() + timedelta(days=10))
    kept = attaching.attach_link(
        cast.actor("auditor"), NOW, item, Link("https://x.example.jp", "登録証"), about
    )
    folder = settings_of(app).evidence_folder
    return Case(
        kept.id, f"/audits/{item.audit_id}/items/{item.id}#evidence", "ORG-01", ["auditor"],
        lambda: attaching.replace(cast.actor("auditor"), NOW, folder, item, kept.id, NEWER, About()),
        lambda: audits.cancel(cast.actor("administrator"), NOW, Audit.get_by_id(item.audit_id), "組織変更"),
    )  # fmt: skip


def of_inspection(app: Any, cast: Cast) -> Case:
    item = items(inspection(cast))[0]
    kept = valid_for(cast, item, 10)
    folder = settings_of(app).evidence_folder
    head = cast.actor("head_of_sales")
    return Case(
        kept.id, f"/inspections/{item.audit_id}", "ORG-01", ["head_of_sales"],
        lambda: proving.replace(head, NOW, folder, item, kept.id, NEWER, About()),
        lambda: inspecting.cancel(cast.actor("administrator"), NOW, Audit.get_by_id(item.audit_id), "二重"),
    )  # fmt: skip


def of_action(app: Any, cast: Cast) -> Case:
    folder = settings_of(app).evidence_folder
    making = Making(cast, folder)
    finding = making.acting()
    kept = making.valid_for(finding, 10)
    planned = CorrectiveAction.get(CorrectiveAction.finding == finding.id)
    owner = cast.actor("staff_of_sales")
    return Case(
        kept.id, f"/findings/{finding.id}#actions", finding.number, ["staff_of_sales"],
        lambda: doing.replace_evidence(owner, NOW, planned, kept, NEWER, folder),
        lambda: findings.withdraw(cast.actor("administrator"), NOW, finding, "誤り"),
    )  # fmt: skip


CASES = pytest.mark.parametrize("make", [of_audit, of_inspection, of_action])


def remind(days: int) -> list[int]:
    """Run the job so many days later; who was told anew of evidence."""
    before = Notice.select().count()
    enqueue_reminders(application("scheduler"), NOW + timedelta(days=days))
    rows = Notice.select().where(Notice.kind == KIND, Notice.id > before)
    return sorted(row.person_id for row in rows)


@CASES
def test_whoever_can_replace_it_is_told_before_and_on_the_day_and_then_those_above(
    app: Any, cast: Cast, make: Any
) -> None:
    case = make(app, cast)
    mine = [cast.person[name] for name in case.told]
    above = sorted({*mine, cast.person["administrator"]})
    assert remind(0) == mine and remind(0) == [], "14 days before, once"
    assert Notice.get(Notice.kind == KIND).path == case.path
    assert remind(10) == mine
    assert set(remind(17)) >= set(above), "the seventh day after it is a Monday"


@CASES
@pytest.mark.parametrize("end", ["replace", "close"])
def test_nobody_is_told_of_what_was_replaced_or_can_be_replaced_no_more(
    app: Any, cast: Cast, make: Any, end: str
) -> None:
    case = make(app, cast)
    at = Moment.at(NOW)
    said = kinds.words(KIND, {"id": case.evidence_id, "due_on": "2026-11-30"}, at)
    assert said is not None and case.where in said.sentence and not said.urgent
    late = kinds.words(
        KIND, {"id": case.evidence_id, "due_on": "2026-11-30"}, Moment.at(NOW + timedelta(days=11))
    )
    assert late is not None and late.urgent
    getattr(case, end)()
    assert remind(0) == []
    assert kinds.words(KIND, {"id": case.evidence_id, "due_on": "2026-11-30"}, at) is None


def test_the_reminders_cost_the_same_for_many(app: Any, cast: Cast, assert_same_queries: Any) -> None:
    from auditor.worklist.expiring import due_things

    making = Making(cast, settings_of(app).evidence_folder)
    item, finding = items(inspection(cast))[0], making.acting()
    valid_for(cast, item, 10)
    making.valid_for(finding, 10)
    of_audit(app, cast)

    def more() -> None:
        for number in range(8):
            valid_for(cast, item, 10, name=f"登録証{number}")
            making.valid_for(finding, 10, f"契約書{number}")
            of_audit(app, cast)

    assert_same_queries(lambda: due_things(Moment.at(NOW)), more)
