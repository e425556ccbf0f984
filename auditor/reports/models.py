"""The report of a year to the representative: its texts and where it stands. Its figures are counted, never kept."""

from __future__ import annotations

from peewee import CharField, DateField, ForeignKeyField, IntegerField

from auditor.dated import DatedRow
from auditor.db import CountedModel, TextSalt, UtcDateTimeField, Written


class YearReport(CountedModel):
    """The report of one fiscal year (年度監査報告書)."""

    fiscal_year = IntegerField(unique=True)
    created_at = UtcDateTimeField()


class YearOpinion(DatedRow):
    """What the head of audit says of the year, and what is asked of the representative."""

    report = ForeignKeyField(YearReport, backref="opinions")
    report_id: int
    opinion = Written(default="")
    requests = Written(default="")
    text_salt = TextSalt()

    series = ("report",)


class YearReportState(DatedRow):
    """draft, submitted, returned, accepted; ``figures_of`` is the day whose figures were handed in."""

    report = ForeignKeyField(YearReport, backref="states")
    report_id: int
    state = CharField(max_length=20)
    figures_of = DateField(null=True)
    comment = Written(default="")
    text_salt = TextSalt()

    series = ("report",)
