"""How long names of leavers are kept, whose turn it is, and what was decided to be erased."""

from __future__ import annotations

from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from peewee import ModelSelect

from auditor.company import queries as company
from auditor.dated import Moment
from auditor.integrity.models import Erasure
from auditor.people.models import Employment, PersonDetail


def years(moment: Moment) -> int:
    """Return for how many years the company keeps the names of those who left."""
    return int(company.setting("leaver_kept_years", moment))


def leavers(moment: Moment) -> ModelSelect[Any]:
    """Return the standing employment of everybody who left and still has a name, the first to go first."""
    kept = PersonDetail.select(PersonDetail.person).where(PersonDetail.erased_at.is_null())
    return (
        Employment.standing(moment)
        .where(Employment.status == "left", Employment.person.in_(kept))
        .order_by(Employment.valid_from, Employment.id)
    )


def goes_on(left_on: date, moment: Moment) -> date:
    """Return the day on which the name of somebody who left on ``left_on`` is erased by itself."""
    return left_on + relativedelta(years=years(moment))


def decisions(most: int) -> list[Erasure]:
    """Return the last decisions to erase a text or a file, the latest first."""
    return list(Erasure.select().order_by(Erasure.id.desc()).limit(most))
