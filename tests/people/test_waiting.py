"""What the roster and the accounts put on the administrator's worklist."""

from __future__ import annotations

from datetime import date

from auditor.accounts import actions as accounts
from auditor.accounts import waiting as accounts_waiting
from auditor.dated import Moment
from auditor.people import staging, waiting
from tests import cast as company
from tests.people import rosters

MOMENT = Moment.at(company.NOW)


def test_an_upload_that_waits_and_departments_without_a_head_are_on_the_worklist(app, cast, settings):
    actor = cast.actor("administrator")
    content = rosters.workbook([rosters.person("000107")])
    staging.stage(actor, settings.data / "imports", content, "r.xlsx", date(2026, 12, 1), False, company.NOW)
    with app.test_request_context():
        items = waiting.waiting_for(actor, MOMENT)
    assert [item.url.startswith("/people/imports/waiting/") for item in items] == [True, False]
    assert "3" in items[1].title, "D100, D120 and D130 have people and nobody responsible"


def test_people_without_an_account_are_counted_once(app, cast):
    actor = cast.actor("administrator")
    with app.test_request_context():
        (item,) = accounts_waiting.waiting_for(actor, MOMENT)
        assert "11" in item.title
        accounts.store(cast.person["auditor"], "x", company.NOW)
        (item,) = accounts_waiting.waiting_for(actor, MOMENT)
        assert "10" in item.title


def test_others_have_nothing_of_it(app, cast):
    for name in ("auditor", "head_of_sales", "operator", "head_of_audit"):
        actor = cast.actor(name)
        assert not waiting.waiting_for(actor, MOMENT) and not accounts_waiting.waiting_for(actor, MOMENT)
