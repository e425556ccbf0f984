"""Dated rows and reads as of a past date (design §3.1 and §3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, ClassVar, Self

from peewee import SQL, DateField, ForeignKeyField, IntegerField, IntegrityError, ModelSelect, NodeList, fn

from auditor import clock, db
from auditor.db import ABSTRACT, CountedModel, Flag, PersonalModel, UtcDateTimeField
from auditor.errors import Stale
from auditor.prepared import Statement, put_together

_NARROWED = "/* narrowed */"


@dataclass(frozen=True)
class Moment:
    """As-of: what was true on ``day``, as far as it was known at ``instant``."""

    day: date
    instant: datetime

    @classmethod
    def at(cls, instant: datetime) -> Moment:
        """Return the moment of an instant: its day in the company's zone."""
        return cls(clock.day_of(instant), instant)

    @classmethod
    def end_of(cls, day: date, now: datetime) -> Moment:
        """Return what "as of ``day``" means: the end of that day in the company's zone, or now if it is today.

        Raises ValueError for a day after today.
        """
        today = clock.day_of(now)
        if day > today:
            raise ValueError("a past date or today")
        if day == today:
            return cls(day, now)
        midnight = datetime.combine(day + timedelta(days=1), time(), clock.zone())
        return cls(day, midnight.astimezone(UTC) - timedelta(microseconds=1))

    def on(self, day: date) -> Moment:
        """Return what is known at this instant about another day (membership over a period)."""
        return Moment(day, self.instant)


# Names of the moment's values beside those of a series, which may have a column "day" of its own.
_AS_OF_DAY, _AS_OF_INSTANT = "as of day", "as of instant"


class DatedRow(CountedModel):
    """One statement about something, true from ``valid_from`` on, learnt at ``recorded_at``.

    A new statement is a new row that names in ``replaces`` the row its author had before them; the column
    is unique, so of two editors the second is refused. ``corrects`` says that the replaced row never was
    true; otherwise it stays true for the days before ``valid_from``. ``series`` names the columns that say
    what the statement is about.
    """

    valid_from = DateField()  # not indexed: a series is found by what it is about, never by its date
    recorded_at = UtcDateTimeField()
    recorded_by = IntegerField(null=True)  # the person's id; null for the application itself
    replaces = ForeignKeyField("self", null=True, unique=True, backref="replaced_by")
    replaces_id: int | None
    corrects = Flag(default=False)

    series: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def standing(cls, moment: Moment, *where: Any) -> ModelSelect[Self]:
        """Return the rows that stand at ``moment``: one a series, the latest by (valid_from, recorded_at, id).

        ``where`` narrows the series looked at (conditions on the series' columns only: a condition on
        another column would let an older row stand again).
        """
        before, after = _ids_that_stand(cls, db.is_sqlite(), bool(where))
        values = {"day": moment.day, "instant": moment.instant}
        parts: list[Any] = [SQL(before.sql, before.values(values))]
        if where:
            parts += [cls.select(cls.id).where(*where), SQL(after.sql, after.values(values))]
        return cls.select().where(NodeList([cls.id, SQL("IN"), *parts]))

    @classmethod
    def latest(cls, moment: Moment, **key: Any) -> Self | None:
        """Return the one row of the series ``key`` that stands at ``moment``, or None."""
        stored = {name: getattr(cls, name).db_value(value) for name, value in key.items()}
        given = {name: value for name, value in stored.items() if value is not None}
        types = tuple((name, type(given[name]) if name in given else None) for name in stored)
        statement = _row_that_stands(cls, db.is_sqlite(), types)
        values = {**given, _AS_OF_DAY: moment.day, _AS_OF_INSTANT: moment.instant}
        rows: list[Self] = list(cls.raw(statement.sql, *statement.values(values)))
        return rows[0] if rows else None

    @classmethod
    def latest_id(cls, moment: Moment, **key: Any) -> ModelSelect[Self]:
        """Return the query of the id of that row, for a larger one; ``key`` may hold queries of one value.

        It reads the rows of this series alone, however the database chooses to, where ``standing`` may go
        through the table once a row before it is known how large that is (auditor.tablesizes).
        """
        row = cls.alias("stated")
        conditions = [getattr(row, name) == value for name, value in key.items()]
        counts = _counts(cls, row, moment.day, moment.instant)
        order = [row.valid_from.desc(), row.recorded_at.desc(), row.id.desc()]
        query: ModelSelect[Self] = row.select(row.id).where(*conditions, counts).order_by(*order).limit(1)
        return query

    @classmethod
    def write(
        cls,
        at: datetime,
        by: int | None,
        valid_from: date | None = None,
        replaces: Self | None = None,
        corrects: bool = False,
        beside: Any = None,
        **values: Any,
    ) -> Self:
        """Write a new statement and return it; inside ``activity.action()`` only. ``beside``: see ``add``.

        Raises Stale when another row already replaces ``replaces``.
        """
        row = dict(values, valid_from=valid_from or clock.day_of(at), recorded_at=at, recorded_by=by)
        try:
            with db.transaction():
                created = cls(replaces=replaces, corrects=corrects, **row)
                if beside is None:
                    created.save(force_insert=True)
                else:
                    created.add(beside)
                return created
        except IntegrityError as error:
            if replaces is None or not cls.select().where(cls.replaces == replaces).exists():
                raise
            newer = cls.get(cls.replaces == replaces)
            raise Stale({name: getattr(newer, name) for name in values}, values) from error


# Both kinds of reading are asked for many times a page, so their SQL is put together once a table. The aliases
# are named: those that peewee numbers would hide the ones of the query around.


@cache
def _ids_that_stand(model: type[DatedRow], _sqlite: bool, narrowed: bool) -> tuple[Statement, Statement]:
    """Return the query of the ids that stand, in parentheses, before and after the narrowing query."""

    def build(day: date, instant: datetime) -> Any:
        inner = model.alias("stated")
        keys = [getattr(inner, name) for name in model.series]
        order = [inner.valid_from.desc(), inner.recorded_at.desc(), inner.id.desc()]
        rank = fn.ROW_NUMBER().over(partition_by=keys, order_by=order).alias("place")
        ranked = inner.select(inner.id, rank).where(_counts(model, inner, day, instant))
        if narrowed:
            ranked = ranked.where(inner.id.in_(SQL(_NARROWED)))
        latest = ranked.alias("ranked")
        # "<= 1", not "== 1": PostgreSQL expects a third of the rows of the one and a 200th of the other, and
        # for so few it joins by nested loops.
        ids = model.alias("kept").select(latest.c.id).from_(latest).where(latest.c.place <= 1)
        return ids

    whole = put_together(build, {"day": date, "instant": datetime})
    return Statement(f"({whole.sql}){'' if narrowed else _NARROWED}", whole.bound).cut(_NARROWED)


@cache
def _row_that_stands(
    model: type[DatedRow], _sqlite: bool, key: tuple[tuple[str, type | None], ...]
) -> Statement:
    """Return the query of the one row of a series; ``key`` names its columns and the types of their values."""

    def build(**given: Any) -> Any:
        day, instant = given[_AS_OF_DAY], given[_AS_OF_INSTANT]
        conditions = [getattr(model, name) == given.get(name) for name, _kind in key]
        order = [model.valid_from.desc(), model.recorded_at.desc(), model.id.desc()]
        counts = _counts(model, model, day, instant)
        return model.select().where(*conditions, counts).order_by(*order).limit(1)

    kinds = {name: kind for name, kind in key if kind is not None}
    return put_together(build, {_AS_OF_DAY: date, _AS_OF_INSTANT: datetime, **kinds})


def _counts(model: type[DatedRow], row: Any, day: date, instant: datetime) -> Any:
    """Return the condition that ``row`` (the table or an alias of it) counts on ``day``, as known at ``instant``.

    The correction is looked up by its unique key, so that one series costs the same in a large table.
    """
    correction = model.alias("correction")
    corrected = correction.select(SQL("1")).where(
        (correction.replaces == row.id) & correction.corrects & (correction.recorded_at <= instant)
    )
    return (row.valid_from <= day) & (row.recorded_at <= instant) & ~fn.EXISTS(corrected)


class PersonalDatedRow(DatedRow, PersonalModel):
    """A dated row whose values can be erased."""


ABSTRACT.update({DatedRow, PersonalDatedRow})
