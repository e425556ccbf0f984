"""The mail with a link that sets a password. Accounts stand above notifications, so they tell and we listen."""

from __future__ import annotations

from typing import Any

from auditor.accounts import links
from auditor.accounts.models import PasswordToken
from auditor.dated import Moment
from auditor.events import PasswordLinkMade
from auditor.language import _
from auditor.notifications.actions import notify
from auditor.notifications.kinds import Words, kind


@kind("password_link")
def _words(params: dict[str, Any], moment: Moment) -> Words | None:
    """Say what the link does; nothing once it has been used or has run out."""
    row: PasswordToken | None = PasswordToken.get_or_none(PasswordToken.id == params["token"])
    if row is None or row.used_at is not None or row.expires_at <= moment.instant:
        return None
    return Words(
        str(_("Set your password")),
        str(
            _(
                "Open this address within 72 hours and choose a password. It works once. Do not pass it on. If you did not ask for it, nothing has changed and you need do nothing."
            )
        ),
        urgent=True,
        path=f"/accounts/set-password/{row.id}/{links.token_of(row)}",
    )


def mail_password_link(told: PasswordLinkMade) -> None:
    """Put the link into the outbox, in a mail of its own."""
    notify(
        told.person_id,
        "password_link",
        {"token": told.token_id},
        "/accounts/forgotten",
        f"password_link:{told.token_id}",
        told.at,
        immediate=True,
    )
