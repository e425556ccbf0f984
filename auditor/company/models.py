"""Dated settings of the company and its own closed days."""

from __future__ import annotations

from peewee import CharField, DateField

from auditor.dated import DatedRow
from auditor.db import Flag, JsonField


class Setting(DatedRow):
    """What a setting is from a day on; ``auditor.company.queries`` lists the keys and their defaults."""

    key = CharField(max_length=60, index=True)
    value = JsonField()

    series = ("key",)

    class Meta:
        table_name = "company_setting"


class ClosedDay(DatedRow):
    """A day on which the company itself is closed (or, closed=False, open after all)."""

    day = DateField(index=True)
    closed = Flag(default=True)
    name = CharField(max_length=100, default="")

    series = ("day",)

    class Meta:
        table_name = "company_closed_day"
