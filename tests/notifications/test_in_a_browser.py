"""The outbox in a browser: nothing sticks out of a phone, and axe finds nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor import settings_of
from auditor.notifications import actions as outbox
from auditor.notifications import standing
from auditor.notifications.faults import Cause, Fault
from auditor.notifications.models import Mail
from tests import cast as members
from tests.bed.ports import free_port
from tests.notifications.conftest import NOW, Tell, at_port

LONG = "550 5.1.1 Recipient-address-rejected:-user-unknown-in-virtual-mailbox-table-of-this-very-server"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_outbox_reads_on_a_phone_with_a_failing_server_and_long_answers(
    app: Any, cast: members.Cast, tell: Tell, client: Any, browser_page: Any, axe: Any, language: str
) -> None:
    server = at_port(free_port())
    app.extensions["auditor"] = replace(settings_of(app), mail=server)
    for number, name in enumerate(("auditor", "second_auditor")):
        tell(name, number)
    outbox.bundle(NOW)
    Mail.update(state="failed", cause=Cause.ADDRESS.value, attempts=1, last_error=LONG).execute()
    standing.note_failure(server, Fault(Cause.CERTIFICATE, LONG), NOW)
    cast.sign_in(client, "operator")
    page = browser_page(language, phone=True)
    page.context.add_cookies(
        [{"name": "auditor", "value": client.get_cookie("auditor").value, "domain": "127.0.0.1", "path": "/"}]
    )
    for path in ("/outbox/?state=failed", f"/outbox/{Mail.get().id}/give-up"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        axe(page)
