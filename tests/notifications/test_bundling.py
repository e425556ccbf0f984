"""Bundling: every notice is in exactly one mail, in as many statements for many people as for few."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from auditor import activity, db
from auditor.access import application
from auditor.notifications import actions as outbox
from auditor.notifications.models import Mail, Notice
from auditor.people.models import Person
from tests import cast as members
from tests.notifications.conftest import NOW, Tell


def grow(persons: int) -> None:
    """So many more people with three notices each, laid down one round after the other."""
    have = Person.select().count()
    with activity.action(application("test"), NOW):
        Person.add_many({"employee_number": f"9{have + n:05}"} for n in range(persons))
        activity.record(members.CAST_MADE, persons=persons)
    ids = [row.id for row in Person.select().order_by(Person.id.desc()).limit(persons)]
    outbox.notify_many(
        [
            {"person_id": one, "kind": "test", "params": {"id": 1}, "path": "/", "key": f"{one}:{round_}"}
            for round_ in range(3)
            for one in ids
        ],
        NOW,
    )


def test_all_notices_of_a_person_go_in_one_mail_however_far_apart_they_were_written(
    cast: members.Cast,
) -> None:
    grow(1200)
    assert outbox.bundle(NOW) == 1200
    assert Notice.select().where(Notice.mail.is_null()).count() == 0
    assert Mail.select().where(Mail.number == 1).count() == 1200
    mails = {(row.person_id, row.mail_id) for row in Notice.select(Notice.person, Notice.mail)}
    assert len(mails) == 1200


def test_bundling_costs_as_many_statements_for_many_people_as_for_few(
    cast: members.Cast, query_count: Any
) -> None:
    grow(10)
    with query_count() as few:
        outbox.bundle(NOW)
    grow(150)
    with query_count() as many:
        outbox.bundle(NOW)
    assert many.count == few.count


def test_urgent_notices_go_apart_each_in_a_mail_of_its_own(cast: members.Cast, tell: Tell) -> None:
    for number in range(3):
        tell("auditor", number, immediate=True)
    tell("auditor", 3)
    tell("auditor", 4)
    assert outbox.bundle(NOW) == 4
    assert sorted(mail.number for mail in Mail.select()) == [1, 2, 3, 4]
    assert Notice.select().where(Notice.mail == Mail.get(Mail.number == 1)).count() == 2


def test_two_that_bundle_at_once_make_each_mail_once(cast: members.Cast, app: Any) -> None:
    grow(700)
    made: list[int] = []
    broken: list[BaseException] = []

    def work() -> None:
        try:
            with app.app_context(), db.connected():
                made.append(outbox.bundle(NOW + timedelta(minutes=1)))
        except BaseException as error:
            broken.append(error)

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert broken == []
    assert sum(made) == 700
    assert Mail.select().count() == 700
