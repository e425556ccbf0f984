"""Names of leavers that are erased soon stand on the worklist of who erases, while their texts can be found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from auditor.dated import Moment
from auditor.integrity import retention
from auditor.integrity.waiting import AHEAD, waiting_for
from auditor.people.models import Employment
from tests.cast import NOW, Cast


@pytest.fixture
def goes(app: Any, cast: Cast) -> Any:
    """The instant at which the leaver's name has 30 days to go."""
    left = Employment.get(Employment.person == cast.person["leaver"], Employment.status == "left").valid_from
    return NOW + (left + relativedelta(years=retention.years(Moment.at(NOW))) - AHEAD - NOW.date())


def test_a_name_that_goes_within_thirty_days_waits_for_the_administrator(cast: Cast, goes: Any) -> None:
    (item,) = waiting_for(cast.actor("administrator"), Moment.at(goes))
    assert item.due_on == Moment.at(goes).day + AHEAD
    assert item.url == "/activity/erasure/"
    assert not waiting_for(cast.actor("administrator"), Moment.at(goes - timedelta(days=1)))


def test_it_waits_for_nobody_who_may_not_erase(cast: Cast, goes: Any) -> None:
    assert not waiting_for(cast.actor("auditor"), Moment.at(goes))
    assert not waiting_for(cast.actor("operator"), Moment.at(goes))
