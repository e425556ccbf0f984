"""What roles are called on the screen."""

from __future__ import annotations

from typing import Any

from auditor.access import Role
from auditor.language import _l

ROLE_LABELS: dict[Role, Any] = {
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.HEAD_OF_AUDIT: _l("Head of audit"),
    Role.REPRESENTATIVE: _l("Representative"),
    Role.OPERATOR: _l("Operator"),
    Role.DEPARTMENT_HEAD: _l("Department head"),
    Role.AUDITOR: _l("Auditor"),
    Role.EMPLOYEE: _l("Worker"),
}
