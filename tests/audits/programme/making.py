"""Programmes of the cast, made through the actions."""

from __future__ import annotations

from datetime import datetime, timedelta

from auditor.audits.programme import approval, planning
from auditor.audits.programme.board import Board, board
from auditor.audits.programme.models import Programme, ProgrammeEntry, ProgrammeEntryDetail
from auditor.calendars import FiscalYear, fiscal_year
from auditor.catalogue.models import Control
from auditor.dated import Moment
from auditor.db import database
from tests.cast import NOW, Cast

NEXT = fiscal_year(2027, 4)
THIS = fiscal_year(2026, 4)


def often(cast: Cast, code: str = "ORG-01", frequency: str = "monthly") -> None:
    """Have a control of the cast be due more often (a catalogue of such frequencies would say so)."""
    database.execute_sql(f"UPDATE control SET frequency = '{frequency}' WHERE id = {cast.control[code]}")
    assert Control.get_by_id(cast.control[code]).frequency == frequency


def begun(cast: Cast, year: FiscalYear = NEXT, at: datetime = NOW) -> Programme:
    """Return a programme with the usual rules and nothing planned."""
    return planning.begin(cast.actor("head_of_audit"), at, year)


def planned(cast: Cast, year: FiscalYear = NEXT, at: datetime = NOW) -> Programme:
    """Return a programme with everything that its rules propose."""
    programme = begun(cast, year, at)
    planning.apply_rules(cast.actor("head_of_audit"), at, programme, year)
    return programme


def approved(cast: Cast, year: FiscalYear = NEXT, at: datetime = NOW) -> Programme:
    """Return a programme that the representative approved."""
    programme = planned(cast, year, at)
    approval.submit(cast.actor("head_of_audit"), at, programme, year, "よろしくお願いします。")
    approval.approve(cast.actor("representative"), at + timedelta(minutes=1), programme)
    return programme


def seen(programme: Programme | None, year: FiscalYear = NEXT, at: datetime = NOW) -> Board:
    return board(year, programme, Moment.at(at), "ja")


def entries(programme: Programme, kind: str = "operation") -> list[ProgrammeEntry]:
    return list(
        ProgrammeEntry.select()
        .where(ProgrammeEntry.programme == programme.id, ProgrammeEntry.kind == kind)
        .order_by(ProgrammeEntry.id)
    )


def detail(entry: ProgrammeEntry, at: datetime = NOW + timedelta(days=1000)) -> ProgrammeEntryDetail:
    row = ProgrammeEntryDetail.latest(Moment.at(at), entry=entry.id)
    assert row is not None
    return row
