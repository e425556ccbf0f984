"""The activity page says what happened in the reader's language."""

from __future__ import annotations

from typing import Any

from auditor import activity
from auditor.access import Role, application
from auditor.accounts import roles
from auditor.company import actions as company
from auditor.company import queries as settings
from auditor.integrity.views import details
from auditor.language import speaking
from tests import cast as members

NOW = members.NOW


def of_the_application() -> list[activity.EventType]:
    return [kind for name, kind in activity.event_types().items() if not name.startswith("test.")]


def test_every_key_of_every_event_has_a_word_in_both_languages(app: Any) -> None:
    keys = {key for kind in of_the_application() for key in kind.keys}
    assert not sorted(keys - set(details.KEYS)), (
        "give these keys a label in auditor/integrity/views/details.py"
    )
    with app.app_context():
        for key in keys:
            with speaking("en"):
                english = str(details.KEYS[key])
            with speaking("ja"):
                assert str(details.KEYS[key]) != english, key


def test_every_setting_is_called_what_it_is_called_where_it_is_changed(app: Any) -> None:
    with app.test_request_context("/"), speaking("ja"):
        untold = [key for key in settings.DEFAULTS if details._setting(key) == key]
        assert not untold


def test_persons_roles_and_settings_are_named_on_the_page(app: Any, client: Any, cast: members.Cast) -> None:
    with app.app_context():
        roles.grant_role(application("command"), cast.person["auditor"], Role.OPERATOR, NOW)
        company.set_settings(cast.actor("administrator"), {"leaver_kept_years": 7}, NOW.date(), NOW)
        cast.sign_in(client, "administrator")
    page = client.page("/activity/").xpath("string(//table)")
    assert "髙橋 みのり" in page
    assert "administrator" not in page
    assert "valid_from" not in page
    assert "システム運用担当者" in page


def test_an_event_of_a_later_version_is_shown_as_it_is(app: Any, cast: members.Cast) -> None:
    event = activity.ActivityEvent(
        type="later.event", actor_id=None, data={"strange": [1] * 12, "nothing": None}
    )
    with app.app_context(), speaking("ja"):
        assert details.lines_of(event, {}) == [("strange", "、".join(["1"] * 10 + ["…"]))]
