"""Jobs: run late, twice or by hand with the same result; a broken one holds up no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from auditor.scheduling import actions, queries
from auditor.scheduling.jobs import TABLE, Job, Outcome, named
from auditor.scheduling.models import JobRun
from auditor.scheduling.runner import Runner
from tests import cast as members

NOW = members.NOW


@pytest.fixture
def cast(app: Any) -> Iterator[members.Cast]:
    with app.app_context():
        yield members.make()


def job(work: Any, name: str = "test") -> Job:
    return Job(name, "Test", timedelta(minutes=1), work)


def test_a_run_is_recorded_with_what_it_changed(cast: members.Cast, settings: Any) -> None:
    run = actions.run(job(lambda actor, s, at: Outcome(changed=3)), settings, NOW)
    assert (run.outcome, run.changed, run.started_at) == ("done", 3, NOW)


def test_a_failing_job_is_recorded_and_not_raised(cast: members.Cast, settings: Any) -> None:
    def broken(actor: Any, s: Any, at: Any) -> Outcome:
        raise ValueError("no")

    run = actions.run(job(broken), settings, NOW)
    assert run.outcome == "failed"
    assert "ValueError: no" in run.detail


def test_rows_set_aside_show_in_the_outcome(cast: members.Cast, settings: Any) -> None:
    run = actions.run(job(lambda actor, s, at: Outcome(changed=1, failed=2)), settings, NOW)
    assert (run.outcome, run.failed_rows) == ("partly", 2)


def test_of_idle_runs_only_the_latest_is_kept(cast: members.Cast, settings: Any) -> None:
    for minute in range(5):
        actions.run(job(lambda actor, s, at: Outcome()), settings, NOW + timedelta(minutes=minute))
    assert JobRun.select().count() == 1


def test_every_job_of_the_table_runs_on_a_small_company_and_twice_changes_nothing_more(
    cast: members.Cast, settings: Any
) -> None:
    first = actions.run_all(settings, NOW)
    assert [run.outcome for run in first] == ["done"] * len(TABLE), [run.detail for run in first]
    again = actions.run_all(settings, NOW)
    assert [run.changed for run in again] == [0] * len(TABLE)


def test_the_jobs_page_shows_each_job_and_asks_for_a_run(cast: members.Cast, client: Any) -> None:
    cast.sign_in(client, "operator")
    page = client.page("/jobs/")
    assert page.text_content().count("今すぐ実行") == len(TABLE)
    assert client.post("/jobs/send_mail/run").status_code == 303
    assert client.post("/jobs/send_mail/run").status_code == 303
    assert queries.asked() == ["send_mail"], "a second click asks for nothing more"
    assert client.get("/jobs/nothing").status_code == 404
    client.page("/jobs/send_mail")


def test_only_who_runs_the_tracker_sees_the_jobs(cast: members.Cast, client: Any) -> None:
    assert client.get("/jobs/").status_code == 303
    cast.sign_in(client, "staff_of_sales")
    assert client.get("/jobs/").status_code == 404
    assert client.post("/jobs/send_mail/run").status_code == 404


def test_the_names_of_jobs_are_no_words_of_the_page(cast: members.Cast, client: Any) -> None:
    cast.sign_in(client, "operator")
    client.set_cookie("language", "en")
    names = client.page("/jobs/").xpath("//tbody//th//*[contains(@class, 'code')]")
    assert {name.text for name in names} == {one.name for one in TABLE}
    assert all(name.get("translate") == "no" for name in names)


def test_an_asked_run_is_the_one_that_is_done(cast: members.Cast, settings: Any) -> None:
    send = named("send_mail")
    assert send is not None
    actions.ask(send, NOW)
    actions.run(send, settings, NOW)
    assert queries.asked() == []


def test_of_two_schedulers_one_is_elected(cast: members.Cast, app: Any, settings: Any) -> None:
    first, second = Runner(app, settings), Runner(app, settings)
    assert first._take_lock()
    assert not second._take_lock()
    first.stop()
    third = Runner(app, settings)
    assert third._take_lock()
    third.stop()


def test_the_command_runs_a_job_as_if_it_were_another_time(cast: members.Cast, app: Any) -> None:
    from click.testing import CliRunner

    from auditor.cli import main

    result = CliRunner(env={"AUDITOR_LANGUAGE": "en"}).invoke(main, ["jobs", "run", "nothing"])
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("every", "silent", "late"),
    [
        (timedelta(minutes=1), timedelta(minutes=15), False),
        (timedelta(minutes=1), timedelta(minutes=16), True),
        (timedelta(minutes=15), timedelta(minutes=45), False),
        (timedelta(minutes=15), timedelta(minutes=46), True),
        (timedelta(hours=1), timedelta(hours=3), False),
        (timedelta(hours=1), timedelta(hours=3, minutes=1), True),
        (timedelta(days=1), timedelta(hours=27), False),
        (timedelta(days=1), timedelta(hours=28), True),
        (timedelta(days=1), timedelta(days=-30), False),  # its clock was ahead
    ],
)
def test_a_job_is_late_once_it_has_missed_some_runs(every: timedelta, silent: timedelta, late: bool) -> None:
    run = JobRun(job="test", started_at=NOW - silent)
    line = queries.Line(Job("test", "Test", every, lambda actor, s, at: Outcome()), run)
    assert line.overdue(NOW) == (silent if late else None)


def test_a_job_that_never_ran_is_not_late() -> None:
    assert queries.Line(TABLE[0], None).overdue(NOW) is None


def test_the_page_says_which_job_has_not_run_for_how_long(
    cast: members.Cast, client: Any, settings: Any
) -> None:
    actions.run_all(settings, NOW - timedelta(minutes=5))
    cast.sign_in(client, "operator")
    client.set_cookie("language", "en")
    assert "has not run" not in client.page("/jobs/").text_content()
    JobRun.update(started_at=NOW - timedelta(hours=4)).where(JobRun.job == "remind").execute()
    page = client.page("/jobs/").text_content()
    assert "has not run for 4 hours" in page and "A job is late" in page
    assert page.count("has not run") == 1


def test_the_page_says_that_the_scheduler_does_not_run(
    cast: members.Cast, client: Any, settings: Any
) -> None:
    actions.run_all(settings, NOW - timedelta(days=3))
    cast.sign_in(client, "operator")
    assert "定期処理が動いていません" in client.page("/jobs/").text_content()
    client.set_cookie("language", "en")
    page = client.page("/jobs/").text_content()
    assert "The scheduler does not run" in page and page.count("has not run for 3 days") == len(TABLE)


def test_who_asks_for_a_run_is_told_where_no_scheduler_would_start_it(
    cast: members.Cast, client: Any, settings: Any
) -> None:
    cast.sign_in(client, "operator")
    client.set_cookie("language", "en")
    for silent, said in (
        (timedelta(minutes=5), "within a few seconds"),
        (timedelta(hours=5), "does not run"),
    ):
        JobRun.delete().execute()
        actions.run_all(settings, NOW - silent)
        client.post("/jobs/send_mail/run")
        assert said in client.page("/jobs/").text_content()


def test_the_last_success_stays_beside_a_run_that_failed(cast: members.Cast, settings: Any) -> None:
    send = named("send_mail")
    assert send is not None
    actions.run(send, settings, NOW - timedelta(hours=1))

    def broken(actor: Any, s: Any, at: Any) -> Outcome:
        raise ValueError("no")

    actions.run(job(broken, "send_mail"), settings, NOW)
    (line,) = [line for line in queries.timetable() if line.job.name == "send_mail"]
    assert line.state == "failed" and line.success is not None
    assert line.success.started_at == NOW - timedelta(hours=1)


def test_the_page_and_the_list_of_runs_say_what_a_run_caught_up(
    cast: members.Cast, client: Any, settings: Any
) -> None:
    missed = (date(2026, 10, 23), date(2026, 11, 1))
    actions.run(job(lambda a, s, at: Outcome(changed=2, missed=missed), "open_audits"), settings, NOW)
    cast.sign_in(client, "operator")
    client.set_cookie("language", "en")
    for address in ("/jobs/", "/jobs/open_audits"):
        text = client.page(address).text_content()
        assert "caught up 2 periods missed since Fri 23 Oct 2026" in text


class TestWorklist:
    """Who looks after the tracker is told on the first page that nothing runs."""

    @staticmethod
    def told(cast: members.Cast, name: str) -> list[str]:
        from auditor.dated import Moment
        from auditor.worklist.queries import waiting_for

        return [item.title for item in waiting_for(cast.actor(name), Moment.at(NOW)) if item.kind == "system"]

    def test_a_scheduler_that_has_not_run_for_a_day_waits_for_administrator_and_operator(
        self, cast: members.Cast, settings: Any
    ) -> None:
        actions.run_all(settings, NOW - timedelta(hours=25))
        for name in ("administrator", "operator"):
            assert self.told(cast, name) == ["定期処理が25時間動いていません"]
        assert self.told(cast, "head_of_sales") == self.told(cast, "staff_of_sales") == []

    def test_one_that_ran_within_the_day_does_not(self, cast: members.Cast, settings: Any) -> None:
        actions.run_all(settings, NOW - timedelta(hours=23))
        assert self.told(cast, "operator") == []

    def test_one_that_never_ran_does_once_the_company_is_a_day_old(self, cast: members.Cast) -> None:
        from auditor.activity import ActivityEvent

        assert (NOW - ActivityEvent.get(ActivityEvent.seq == 1).at) > timedelta(days=1)
        assert len(self.told(cast, "operator")) == 1


def test_a_demo_is_served_without_jobs_where_the_environment_says_so() -> None:
    from auditor.demo.commands import _own

    environ = {"AUDITOR_SCHEDULER": "no", "AUDITOR_DATA": "/srv", "DATABASE_URL": "x", "PATH": "/bin"}
    assert _own(environ) == {"AUDITOR_SCHEDULER": "no", "PATH": "/bin"}


@pytest.mark.parametrize(("spoken", "said"), [("en", "lies before what is on record"), ("ja", "より前です")])
def test_a_job_is_not_run_as_if_it_were_before_what_is_on_record(
    cast: members.Cast, settings: Any, monkeypatch: pytest.MonkeyPatch, spoken: str, said: str
) -> None:
    from click.testing import CliRunner

    from auditor.cli import main

    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    words = ["jobs", "run", "remind", "--at", "2020-01-01T09:00", "--lang", spoken]
    result = CliRunner().invoke(main, [*words, "--data", str(settings.data)])
    assert result.exit_code == 1 and said in result.output
    assert JobRun.select().count() == 0
