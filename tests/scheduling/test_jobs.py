"""Jobs: run late, twice or by hand with the same result; a broken one holds up no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
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
