"""Tells who plans that a plan which was whole has got a hole: a new department, a cancelled audit, a new control."""

from __future__ import annotations

from datetime import datetime

from auditor.access import Role
from auditor.accounts import queries as accounts
from auditor.audits.programme import notices, queries
from auditor.audits.programme.board import board
from auditor.audits.programme.models import Programme
from auditor.audits.programme.words import State
from auditor.calendars import FiscalYear
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import current


def grown(programme: Programme, year: FiscalYear, moment: Moment) -> int:
    """Return how many cells more are not covered than when the plan was approved, once somebody was told of any.

    Two queries; the whole plan is looked at only after such a notice, since reading it is dear.
    """
    row = queries.state_of(programme, moment)
    if row is None or not notices.told_of_gaps(programme, row.recorded_at):
        return 0
    return max(0, board(year, programme, moment, current()).gaps - row.gaps)


def tell_gaps(at: datetime) -> int:
    """Have the head of audit and the administrator told of more gaps than the plan was approved with.

    Looked at is the running year; each number of gaps is told once. Returns how many notices are new.
    """
    moment = Moment.at(at)
    year = company.fiscal_year_at(moment.day, moment)
    programme = queries.programme_of(year.label, moment)
    row = queries.state_of(programme, moment)
    if programme is None or row is None or row.state != State.APPROVED:
        return 0
    gaps = board(year, programme, moment, current()).gaps
    if gaps <= row.gaps:
        return 0
    told = {
        one for role in (Role.HEAD_OF_AUDIT, Role.ADMINISTRATOR) for one in accounts.holders(role, moment)
    }
    return notices.tell_gaps(programme, gaps, told, at)
