"""The machine's clock is put back or was far ahead: nothing hidden, nothing outranked, nobody signed out or locked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from auditor import activity, clock
from auditor.accounts import links, throttle
from auditor.accounts.models import PasswordToken, SignInAttempt
from auditor.audits.models import ItemResult
from auditor.config import Settings
from auditor.dated import Moment
from auditor.notifications import sending
from auditor.notifications.models import Mail
from auditor.people.models import PersonDetail
from auditor.scheduling import actions
from auditor.scheduling.jobs import TABLE, named
from auditor.scheduling.runner import Runner
from tests import cast as members
from tests.audits import making
from tests.bed.standing import StandingClock

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
Put = Callable[[datetime], None]


@pytest.fixture
def put(app: Any, standing_clock: StandingClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Put]:
    """Puts the machine's clock, which runs by itself in the application: nothing stands."""
    standing_clock.close()

    def to(instant: datetime) -> None:
        monkeypatch.setattr(clock, "machine", lambda: instant)

    to(NOON)
    yield to
    clock.not_before(None)


def _audit(cast: members.Cast) -> tuple[str, int]:
    audit = making.assigned(cast)
    item = making.items(audit)[0]
    return f"/audits/{audit.id}/items/{item.id}", item.id


def _save(client: Any, where: str, result: str, based_on: object) -> None:
    answer = client.post(
        where, data={"result": result, "note": "記録を見た。", "based_on": str(based_on or "")}
    )
    assert answer.status_code == 303, answer.status_code


def test_what_was_saved_in_the_hour_that_comes_twice_stays_and_is_followed_by_what_is_saved_later(
    cast: members.Cast, client: Any, put: Put
) -> None:
    where, item = _audit(cast)
    cast.sign_in(client, "auditor")
    _save(client, where, "minor", None)
    first = ItemResult.get()
    put(NOON - HOUR)
    assert 'value="minor"' in client.get(where).text
    _save(client, where, "conform", first.id)
    second = ItemResult.get(ItemResult.replaces == first)
    assert second.recorded_at >= first.recorded_at
    for later in (NOON, NOON + HOUR):
        standing = ItemResult.latest(Moment.at(later), item=item)
        assert standing is not None and standing.result == "conform"
    told = [row.at for row in activity.ActivityEvent.select().order_by(activity.ActivityEvent.seq)]
    assert told == sorted(told), "the log never goes back in time"


def test_the_clock_goes_on_once_the_machine_has_caught_up(cast: members.Cast, client: Any, put: Put) -> None:
    where, _item = _audit(cast)
    cast.sign_in(client, "auditor")
    _save(client, where, "minor", None)
    for machine, read in ((NOON - HOUR, NOON), (NOON + HOUR, NOON + HOUR)):
        put(machine)
        activity.keep_time()
        assert clock.now() == read


def test_a_clock_that_was_ahead_for_days_is_not_waited_for(cast: members.Cast, client: Any, put: Put) -> None:
    where, _item = _audit(cast)
    cast.sign_in(client, "auditor")
    _save(client, where, "minor", None)
    put(NOON - timedelta(days=2))
    activity.keep_time()
    assert clock.now() == NOON - timedelta(days=2)


def test_over_midnight_a_row_is_never_dated_before_the_one_that_it_replaces(
    cast: members.Cast, client: Any, put: Put
) -> None:
    midnight = datetime(2026, 11, 24, 15, 20, tzinfo=UTC)  # 0:20 in Tokyo, on the 25th
    put(midnight)
    where, item = _audit(cast)
    cast.sign_in(client, "auditor")
    _save(client, where, "minor", None)
    put(midnight - HOUR)
    _save(client, where, "conform", ItemResult.get().id)
    assert {row.valid_from for row in ItemResult.select()} == {date(2026, 11, 25)}
    standing = ItemResult.latest(Moment.at(midnight + HOUR), item=item)
    assert standing is not None and standing.result == "conform"


def test_nobody_is_signed_out_and_no_open_form_is_refused(
    cast: members.Cast, client: Any, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.sign_in(client, "auditor")
    assert client.get("/worklist/").status_code == 200
    put(NOON - HOUR)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 3600)
    assert client.get("/worklist/").status_code == 200


def test_failures_that_a_clock_far_ahead_wrote_stop_no_account(app: Any) -> None:
    ahead = NOON + timedelta(days=30)
    for _ in range(throttle.ACCOUNT_LIMIT):
        throttle.begin("000101", "192.0.2.1", b"key", ahead)
    with pytest.raises(throttle.Throttled):
        throttle.begin("000101", "192.0.2.1", b"key", ahead)
    throttle.begin("000101", "192.0.2.1", b"key", NOON)
    assert SignInAttempt.select().count() == 1


def test_a_clock_years_ahead_erases_nobody_at_once(cast: members.Cast, settings: Settings) -> None:
    leaver = PersonDetail.select().where(
        PersonDetail.person == cast.person["leaver"], PersonDetail.erased_at.is_null()
    )
    erase, ahead = named("erase"), NOON + timedelta(days=3653)
    assert erase is not None
    first = actions.run(erase, settings, ahead)
    assert (first.outcome, first.changed, leaver.count()) == ("done", 0, 1) and first.detail
    assert actions.run(erase, settings, ahead + timedelta(minutes=5)).changed == 0, "a restart is no day"
    assert actions.run(erase, settings, ahead + timedelta(days=1)).changed == 1
    assert leaver.count() == 0


def test_a_password_link_asked_for_by_a_clock_far_ahead_holds_up_no_other(cast: members.Cast) -> None:
    for at in (NOON + timedelta(days=30), NOON, NOON + timedelta(minutes=5)):
        links.forgot("000104", at)
    assert PasswordToken.select().where(PasswordToken.person == cast.person["auditor"]).count() == 2


@pytest.mark.parametrize(
    "values",
    [
        {"state": "waiting", "next_attempt_at": NOON + timedelta(days=30)},
        {"state": "sending", "next_attempt_at": NOON, "claimed_until": NOON + timedelta(days=30)},
        {"state": "sending", "next_attempt_at": NOON, "claimed_until": NOON - timedelta(seconds=1)},
    ],
)
def test_a_mail_that_a_clock_far_ahead_put_off_or_claimed_goes(
    cast: members.Cast, values: dict[str, Any]
) -> None:
    mail = Mail.create(person=cast.person["auditor"], day=NOON.date(), message_id="<1@auditor>", **values)
    assert sending._due_ids(NOON) == [mail.id]


@pytest.mark.parametrize(
    "values",
    [
        {"state": "waiting", "next_attempt_at": NOON + timedelta(hours=24)},
        {"state": "sending", "next_attempt_at": NOON, "claimed_until": NOON + timedelta(minutes=10)},
    ],
)
def test_a_mail_that_waits_for_its_next_attempt_or_is_being_sent_is_left_alone(
    cast: members.Cast, values: dict[str, Any]
) -> None:
    Mail.create(person=cast.person["auditor"], day=NOON.date(), message_id="<1@auditor>", **values)
    assert sending._due_ids(NOON) == []


@pytest.mark.parametrize("jump", [-3600, 3600])
def test_the_jobs_do_not_wait_until_the_clock_has_caught_up(app: Any, settings: Settings, jump: int) -> None:
    runner = Runner(app, settings)
    runner.scheduler = BackgroundScheduler(timezone="UTC")
    later = clock.machine() + timedelta(hours=1)  # as APScheduler sees it once the clock is put back
    for name in (*(job.name for job in TABLE), "asked"):
        runner.scheduler.add_job(lambda: None, "interval", hours=1, id=name, next_run_time=later)
    runner.scheduler.start(paused=True)
    try:
        quiet = runner.look_at_clock(clock.ahead() + 3)
        assert all(job.next_run_time == later for job in runner.scheduler.get_jobs()), "as a time server does"
        runner.look_at_clock(quiet - jump)
        soon = clock.machine() + timedelta(seconds=len(TABLE) + 3)
        assert all(job.next_run_time < soon for job in runner.scheduler.get_jobs())
    finally:
        runner.scheduler.shutdown()
