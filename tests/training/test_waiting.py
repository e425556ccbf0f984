"""What waits in training, for whom, and who is reminded of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from auditor import activity
from auditor.access import application
from auditor.dated import Moment
from auditor.language import speaking
from auditor.notifications import kinds
from auditor.people.models import Employment, Membership, Person
from auditor.training import actions, waiting
from auditor.work import WorkItem
from tests.cast import CAST_MADE, NOW
from tests.training.conftest import Owed

LATE = datetime(2026, 12, 10, tzinfo=UTC)


def items(app: Any, owed: Owed, name: str, at: datetime = NOW) -> list[WorkItem]:
    with app.test_request_context():
        return waiting.waiting_for(owed.cast.actor(name, at), Moment.at(at))


def test_the_own_course_waits_until_it_is_completed(app: Any, owed: Owed) -> None:
    (item,) = items(app, owed, "auditor")
    assert (item.url, item.due_on) == (f"/training/{owed.of('auditor').id}", date(2026, 12, 1))
    assert item.state == ("training", "not_yet_due")
    owed.read("auditor")
    assert items(app, owed, "auditor")[0].state == ("training", "in_progress")
    owed.sign("auditor", owed.answer("auditor"))
    assert items(app, owed, "auditor") == []


def test_the_administrator_sees_a_round_that_is_due_and_a_head_the_own_team(app: Any, owed: Owed) -> None:
    path = f"/training/rounds/{owed.round.id}/people?state=owed"
    assert [item.url for item in items(app, owed, "administrator")][1:] == [path]
    assert [item.url for item in items(app, owed, "head_of_sales")][1:] == [path]
    late = items(app, owed, "administrator", LATE)[1]
    assert late.url.endswith("?state=overdue") and late.state == ("due", "overdue")
    assert len(items(app, owed, "head_of_audit")) == 1


def test_nothing_waits_for_a_head_whose_team_is_done(app: Any, owed: Owed) -> None:
    for name in ("head_of_sales", "staff_of_sales"):
        owed.complete(name)
    assert items(app, owed, "head_of_sales", LATE) == []


def test_a_gap_in_a_course_for_everyone_waits_for_the_administrator(app: Any, owed: Owed) -> None:
    standing = owed.round.rule.details.get()
    terms = actions.Terms(actions.EVERYONE, date(2026, 11, 1), 30, joiners=False)
    actions.change_rule(owed.cast.actor("administrator"), owed.round.rule_id, terms, NOW, standing.id)
    assert not [item for item in items(app, owed, "administrator") if "not_covered" in item.url]
    with activity.action(application("test"), NOW):
        person = Person.create(employee_number="900")
        Employment.write(NOW, None, person=person, kind="regular", status="active")
        activity.record(CAST_MADE, persons=1)
    found = [item for item in items(app, owed, "administrator") if "not_covered" in item.url]
    assert len(found) == 1


def test_the_worklist_costs_the_same_queries_for_any_number_of_persons(
    app: Any, owed: Owed, assert_same_queries: Any
) -> None:
    def grow() -> None:
        with activity.action(application("test"), NOW):
            for number in range(200):
                person = Person.create(employee_number=f"G{number}")
                Employment.write(NOW, None, person=person, kind="regular", status="active")
                Membership.write(NOW, None, person=person, department=owed.cast.department["D211"], held=True)
            activity.record(CAST_MADE, persons=200)
        actions.assign_due(application("test"), NOW)

    def read() -> None:
        for name in ("administrator", "head_of_sales", "staff_of_sales"):
            items(app, owed, name, LATE)
        waiting.due_things(Moment.at(LATE))

    assert_same_queries(read, grow, at_most=200)


def test_each_person_is_reminded_of_the_own_course_and_leaders_of_the_round(owed: Owed) -> None:
    owed.complete("staff_of_sales")
    things = waiting.due_things(Moment.at(LATE))
    reminded = {person for thing in things if thing.notice == "training_due" for person in thing.person_ids}
    cast = owed.cast.person
    assert reminded == set(cast.values()) - {cast["staff_of_sales"], cast["leaver"], cast["on_leave"]}
    by_notice = {thing.notice: thing.person_ids for thing in things if thing.notice != "training_due"}
    assert by_notice["training_round_due"] == (cast["administrator"],)
    assert set(by_notice["training_team_due"]) == {cast["head_of_sales"], cast["head_of_other"]}


def test_a_notice_says_nothing_once_the_course_is_completed(app: Any, owed: Owed) -> None:
    row = owed.of("auditor")
    with app.test_request_context(), speaking("ja"):
        assert kinds.words("training_assigned", {"assignment": row.id}, Moment.at(NOW)) is not None
        late = kinds.words("training_due", {"id": row.id, "due_on": "2026-12-01"}, Moment.at(LATE))
        assert late is not None and late.urgent and "期限が過ぎています" in late.headline
        assert kinds.words("training_round_due", {"id": owed.round.id}, Moment.at(LATE)) is not None
        owed.complete("auditor")
        assert kinds.words("training_assigned", {"assignment": row.id}, Moment.at(NOW)) is None
