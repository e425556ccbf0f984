"""Changes of the company's settings and closed days."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from auditor import activity
from auditor.access import Actor
from auditor.company import queries
from auditor.company.models import ClosedDay, Setting
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l

SETTING_CHANGED = activity.event_type("company.setting_changed", _l("Setting changed"), "key", "valid_from")
CLOSED_DAY_SET = activity.event_type(
    "company.closed_day_set", _l("Closed day entered or removed"), "day", "closed"
)


def set_setting(
    actor: Actor, key: str, value: Any, valid_from: date, at: datetime, replaces: int | None = -1
) -> Setting:
    """Have a setting be ``value`` from ``valid_from`` on and return the row.

    ``replaces`` is the id of the row its author saw (None: the default stood); left out, the last one.
    Raises RuleBroken for an unknown key or a value it cannot have, Stale when somebody changed it meanwhile.
    """
    value = checked(key, value)
    with activity.action(actor, at):
        last = queries.last_row(key)
        if replaces != -1 and (last.id if last else None) != replaces:
            theirs = last.value if last else queries.DEFAULTS[key]
            raise Stale({"value": theirs}, {"value": value})
        row = Setting.write(at, actor.person_id, valid_from, replaces=last, key=key, value=value)
        activity.record(SETTING_CHANGED, key=key, valid_from=valid_from.isoformat())
    return row


def set_settings(actor: Actor, values: Mapping[str, Any], valid_from: date, at: datetime) -> int:
    """Set several at once; returns how many of them differ from what stands on that day."""
    standing = queries.settings(Moment(valid_from, at))
    changed = {key: value for key, value in values.items() if checked(key, value) != standing[key]}
    with activity.action(actor, at):
        for key, value in changed.items():
            set_setting(actor, key, value, valid_from, at)
    return len(changed)


def checked(key: str, value: Any) -> Any:
    """Return ``value`` as it is stored. Raises RuleBroken (field: the key) when the setting cannot have it."""
    rule = queries.RULES.get(key)
    if rule is None:
        raise RuleBroken(_l("There is no setting of this name."), key)
    try:
        return rule(value)
    except (TypeError, ValueError) as error:
        raise RuleBroken(_l("This value is not possible here."), key) from error


def set_closed_day(actor: Actor, day: date, closed: bool, name: str, at: datetime) -> ClosedDay:
    """Enter a day on which the company is closed, or take it back; it counts from now on for every plan."""
    name = unicodedata.normalize("NFC", name).strip()
    if len(name) > 100:
        raise RuleBroken(_l("Use at most %(count)s characters.", count=100), "name")
    moment = Moment.at(at)
    with activity.action(actor, at):
        last = ClosedDay.latest(moment, day=day)
        if last is not None and (last.closed, last.name) == (closed, name):
            return last
        row = ClosedDay.write(at, actor.person_id, None, replaces=last, day=day, closed=closed, name=name)
        activity.record(CLOSED_DAY_SET, day=day.isoformat(), closed=closed)
    return row


def close_days(actor: Actor, days: Collection[tuple[date, str]], at: datetime) -> None:
    """Enter several closed days with their names, all of them or none."""
    with activity.action(actor, at):
        for day, name in days:
            set_closed_day(actor, day, True, name, at)
