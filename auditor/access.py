"""Who may do what: one enum, one table, two marks for routes. Deny by default (design §3.8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    HEAD_OF_AUDIT = "head_of_audit"
    REPRESENTATIVE = "representative"
    OPERATOR = "operator"
    # Not granted but found out: from the roster, from audits, from having an account.
    DEPARTMENT_HEAD = "department_head"
    AUDITOR = "auditor"
    EMPLOYEE = "employee"


GRANTABLE = (Role.ADMINISTRATOR, Role.HEAD_OF_AUDIT, Role.REPRESENTATIVE, Role.OPERATOR)


class Scope(IntEnum):
    """How far a permission reaches; the object's query narrows to it."""

    SELF = 1  # what is the person's own
    ASSIGNED = 2  # audits, findings and actions the person is named on
    DEPARTMENT = 3  # the departments the person heads, with everything below them
    COMPANY = 4


class Permission(StrEnum):
    ACCOUNT_SELF = "account_self"
    WORKLIST_READ = "worklist_read"
    SETTINGS_MANAGE = "settings_manage"
    PEOPLE_READ = "people_read"
    PEOPLE_IMPORT = "people_import"
    ACCOUNT_MANAGE = "account_manage"
    ROLE_GRANT = "role_grant"
    DEPUTY_NAME = "deputy_name"
    CATALOGUE_READ = "catalogue_read"
    CATALOGUE_MANAGE = "catalogue_manage"
    SUBJECT_MANAGE = "subject_manage"
    TRAINING_TAKE = "training_take"
    TRAINING_READ = "training_read"
    TRAINING_MANAGE = "training_manage"
    TRAINING_REMIND = "training_remind"
    TRAINING_EXEMPT = "training_exempt"
    AUDIT_READ = "audit_read"
    AUDIT_ASSIGN = "audit_assign"
    AUDIT_CONDUCT = "audit_conduct"
    AUDIT_APPROVE = "audit_approve"
    INSPECTION_READ = "inspection_read"
    INSPECTION_ANSWER = "inspection_answer"
    INSPECTION_CONFIRM = "inspection_confirm"
    PROGRAMME_READ = "programme_read"
    PROGRAMME_PLAN = "programme_plan"
    PROGRAMME_SUBMIT = "programme_submit"
    PROGRAMME_APPROVE = "programme_approve"
    AUDIT_NOTIFY = "audit_notify"  # send the audit notice
    AUDIT_ANSWER = "audit_answer"  # as the audited side: acknowledge the notice, confirm the facts
    INDEPENDENCE_OVERRIDE = "independence_override"
    FINDING_READ = "finding_read"
    FINDING_RECORD = "finding_record"
    FINDING_ANSWER = "finding_answer"
    FINDING_DUE_CHANGE = "finding_due_change"
    FINDING_VERIFY = "finding_verify"
    FINDING_CLOSE = "finding_close"
    FINDING_COMMENT = "finding_comment"
    WORRY_REPORT = "worry_report"
    WORRY_READ = "worry_read"
    PROMISE_READ = "promise_read"
    PROMISE_MANAGE = "promise_manage"
    REPORT_EXPORT = "report_export"
    ACTIVITY_READ = "activity_read"
    PERSONAL_ERASE = "personal_erase"
    WORRY_ERASE = "worry_erase"  # the texts of reports addressed to the person, and no other text
    JOBS_READ = "jobs_read"
    JOBS_RUN = "jobs_run"
    OUTBOX_MANAGE = "outbox_manage"
    HISTORY_IMPORT = "history_import"
    YEAR_REPORT_WRITE = "year_report_write"
    YEAR_REPORT_DECIDE = "year_report_decide"


_P = Permission
_ALL = Scope.COMPANY
TABLE: dict[Role, dict[Permission, Scope]] = {
    Role.EMPLOYEE: {
        _P.ACCOUNT_SELF: Scope.SELF,
        _P.WORKLIST_READ: Scope.SELF,
        _P.TRAINING_TAKE: Scope.SELF,
        _P.INSPECTION_READ: Scope.ASSIGNED,  # named to answer a self-inspection
        _P.INSPECTION_ANSWER: Scope.ASSIGNED,
        _P.WORRY_REPORT: Scope.SELF,
        _P.FINDING_READ: Scope.ASSIGNED,  # owners of corrective actions
        _P.FINDING_ANSWER: Scope.ASSIGNED,
        _P.FINDING_COMMENT: Scope.ASSIGNED,
    },
    Role.DEPARTMENT_HEAD: {
        _P.PEOPLE_READ: Scope.DEPARTMENT,
        _P.CATALOGUE_READ: _ALL,
        _P.TRAINING_READ: Scope.DEPARTMENT,
        _P.TRAINING_REMIND: Scope.DEPARTMENT,
        _P.AUDIT_READ: Scope.DEPARTMENT,
        _P.INSPECTION_READ: Scope.DEPARTMENT,
        _P.INSPECTION_ANSWER: Scope.DEPARTMENT,
        _P.AUDIT_ANSWER: Scope.DEPARTMENT,
        _P.FINDING_READ: Scope.DEPARTMENT,
        _P.FINDING_ANSWER: Scope.DEPARTMENT,
        _P.FINDING_COMMENT: Scope.DEPARTMENT,
        _P.PROMISE_READ: _ALL,
    },
    Role.AUDITOR: {
        _P.CATALOGUE_READ: _ALL,
        _P.AUDIT_READ: Scope.ASSIGNED,
        _P.AUDIT_CONDUCT: Scope.ASSIGNED,
        _P.AUDIT_NOTIFY: Scope.ASSIGNED,
        _P.FINDING_READ: Scope.ASSIGNED,
        _P.FINDING_RECORD: Scope.ASSIGNED,
        _P.FINDING_VERIFY: Scope.ASSIGNED,
        _P.FINDING_COMMENT: Scope.ASSIGNED,
        _P.PROMISE_READ: _ALL,
    },
    Role.ADMINISTRATOR: dict.fromkeys(
        (
            _P.SETTINGS_MANAGE, _P.PEOPLE_READ, _P.PEOPLE_IMPORT, _P.ACCOUNT_MANAGE, _P.ROLE_GRANT,
            _P.DEPUTY_NAME, _P.CATALOGUE_READ, _P.CATALOGUE_MANAGE, _P.SUBJECT_MANAGE, _P.TRAINING_READ,
            _P.TRAINING_MANAGE, _P.TRAINING_REMIND, _P.TRAINING_EXEMPT, _P.AUDIT_READ, _P.AUDIT_ASSIGN,
            _P.AUDIT_NOTIFY, _P.FINDING_READ, _P.FINDING_RECORD, _P.FINDING_DUE_CHANGE, _P.FINDING_VERIFY, _P.FINDING_CLOSE,
            _P.FINDING_COMMENT, _P.WORRY_READ, _P.PROMISE_READ, _P.PROMISE_MANAGE, _P.REPORT_EXPORT,
            _P.ACTIVITY_READ, _P.PERSONAL_ERASE, _P.WORRY_ERASE, _P.JOBS_READ, _P.JOBS_RUN,
            _P.OUTBOX_MANAGE, _P.INSPECTION_READ, _P.INSPECTION_CONFIRM,
            _P.PROGRAMME_READ, _P.PROGRAMME_PLAN, _P.HISTORY_IMPORT,
        ),
        _ALL,
    ),
    Role.HEAD_OF_AUDIT: dict.fromkeys(
        (
            _P.PEOPLE_READ, _P.CATALOGUE_READ, _P.TRAINING_READ, _P.AUDIT_READ, _P.AUDIT_ASSIGN,
            _P.AUDIT_APPROVE, _P.AUDIT_NOTIFY, _P.INDEPENDENCE_OVERRIDE, _P.FINDING_READ, _P.FINDING_RECORD,
            _P.FINDING_DUE_CHANGE, _P.FINDING_VERIFY, _P.FINDING_CLOSE, _P.FINDING_COMMENT, _P.WORRY_READ,
            _P.PROMISE_READ, _P.REPORT_EXPORT, _P.YEAR_REPORT_WRITE, _P.ACTIVITY_READ, _P.WORRY_ERASE, _P.INSPECTION_READ,
            _P.INSPECTION_CONFIRM,
            _P.PROGRAMME_READ, _P.PROGRAMME_PLAN, _P.PROGRAMME_SUBMIT,
        ),
        _ALL,
    ),
    Role.REPRESENTATIVE: dict.fromkeys(
        (
            _P.CATALOGUE_READ, _P.TRAINING_READ, _P.AUDIT_READ, _P.AUDIT_APPROVE, _P.FINDING_READ,
            _P.PROMISE_READ, _P.REPORT_EXPORT, _P.YEAR_REPORT_DECIDE, _P.INSPECTION_READ,
            _P.PROGRAMME_READ, _P.PROGRAMME_APPROVE,
        ),
        _ALL,
    ),
    Role.OPERATOR: dict.fromkeys((_P.ACCOUNT_MANAGE, _P.JOBS_READ, _P.JOBS_RUN, _P.OUTBOX_MANAGE), _ALL),
}  # fmt: skip


@dataclass(frozen=True)
class Actor:
    """Who acts, as of the moment of the request.

    ``department_ids`` are the departments headed, with everything below them.
    ``person_id`` None and ``system`` set is the application itself (a job, a command).
    """

    person_id: int | None = None
    roles: frozenset[Role] = frozenset()
    department_ids: frozenset[int] = frozenset()
    principal_ids: frozenset[int] = frozenset()  # persons the actor stands in for today
    system: str = ""

    def scopes(self, permission: Permission) -> frozenset[Scope]:
        """Return every scope the actor holds ``permission`` in; empty means no."""
        if self.system:
            return frozenset({Scope.COMPANY})
        return frozenset(TABLE[role][permission] for role in self.roles if permission in TABLE[role])

    def may(self, permission: Permission) -> bool:
        return bool(self.scopes(permission))

    def everywhere(self, permission: Permission) -> bool:
        """Tell whether the actor holds ``permission`` for the whole company."""
        return Scope.COMPANY in self.scopes(permission)


NOBODY = Actor()


def application(name: str) -> Actor:
    """Return the application itself as actor: ``application("scheduler")``."""
    return Actor(system=name)


@dataclass
class _Marks:
    """Kept on the view function: what a route needs."""

    permission: Permission | None = None
    public: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view with the permission it needs; checked before the view runs."""

    def mark(view: View) -> View:
        view.access = _Marks(permission=permission)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to everybody, signed in or not."""
    view.access = _Marks(public=True)  # type: ignore[attr-defined]
    return view


def marks_of(view: Any) -> _Marks | None:
    """Return what a view is marked with, or None, which means that nobody may call it."""
    return getattr(view, "access", None)
