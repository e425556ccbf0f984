"""Audits that were approved or closed: which of them a fact recorded late makes worth another look (design §3.3).

Only what was recorded since an audit came into being, and holds within its audited period, can break an
independence that was judged when its auditors were named. What came into force later is no matter: a unit that
counts as one's own by a new setting, a role taken up since.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from peewee import SQL, fn

from auditor import db
from auditor.audits.models import Audit, AuditAssignee, AuditState
from auditor.audits.results import DONE, State
from auditor.catalogue.models import ControlOwner, SubjectDetail
from auditor.company.models import Setting
from auditor.company.queries import DEFAULTS
from auditor.people.models import DepartmentDetail, Membership

OWN_LEVEL = "own_unit_level"


def looked_at_again() -> Any:
    """Return the condition on Audit that leaves those that have ended and of which something was recorded late."""
    named = AuditAssignee.alias("named")
    auditors = named.select(named.person).where(named.audit == Audit.id)
    owner = ControlOwner.alias("owner")
    owners = owner.select(owner.person).where(owner.person.is_null(False))
    post, unit, detail = (
        Membership.alias("late_post"),
        DepartmentDetail.alias("late_unit"),
        SubjectDetail.alias("late_detail"),
    )
    owned, setting = ControlOwner.alias("late_owner"), Setting.alias("late_setting")
    late = (
        _late(post, post.person.in_(auditors) | post.person.in_(owners))
        | _late(unit)
        | _late(detail, detail.subject == Audit.subject)
        | _late(owned)
        | fn.EXISTS(
            setting.select(SQL("1")).where(setting.key == OWN_LEVEL, setting.recorded_at >= Audit.created_at)
        )
    )
    return Audit.current_state.in_([state.value for state in DONE]) & late


def _late(model: Any, *where: Any) -> Any:
    """Tell whether a row of ``model`` was recorded since the audit came into being, true within its period."""
    return fn.EXISTS(
        model.select(SQL("1")).where(
            model.recorded_at >= Audit.created_at, model.valid_from <= Audit.period_to, *where
        )
    )


def own_levels(audit_ids: Collection[int]) -> dict[int, str]:
    """Return which size of unit was one's own when each audit was approved: two queries."""
    approved = dict(
        db.tuples(
            AuditState.select(AuditState.audit, fn.MAX(AuditState.id))
            .where(AuditState.audit.in_(list(audit_ids)), AuditState.state == State.APPROVED.value)
            .group_by(AuditState.audit)
        )
    )
    rows = AuditState.select(AuditState.audit, AuditState.recorded_at, AuditState.valid_from).where(
        AuditState.id.in_(list(approved.values()))
    )
    said = list(
        Setting.select().where(Setting.key == OWN_LEVEL).order_by(Setting.valid_from, Setting.recorded_at, Setting.id)
    )  # fmt: skip
    found = {}
    for row in rows:
        known = [
            one for one in said if one.recorded_at <= row.recorded_at and one.valid_from <= row.valid_from
        ]
        found[row.audit_id] = str(known[-1].value if known else DEFAULTS[OWN_LEVEL])
    return found
