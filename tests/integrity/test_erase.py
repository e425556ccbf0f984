"""Erasure: the values go, the records, the counts and the log stay whole (design §3.11)."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor import activity, db, language
from auditor.access import application
from auditor.accounts import actions as accounts
from auditor.accounts.models import Credential, Session
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.evidence import actions as evidence
from auditor.integrity import erasure
from auditor.integrity.verify import verify
from auditor.people import queries as people
from auditor.people.models import PersonDetail
from tests import cast as members

NOW = members.NOW
JOB = application("scheduler")


def details(person_id: int) -> PersonDetail:
    return PersonDetail.get(PersonDetail.person == person_id)


def test_an_erased_person_reads_as_erased_and_the_log_stays_clean(
    app: Any, cast: members.Cast, tmp_path: Path
) -> None:
    leaver = cast.person["leaver"]
    with app.app_context():
        sealed = details(leaver).value_hash
        assert erasure.erase_person(JOB, leaver, NOW) == 1
        row = details(leaver)
        assert [getattr(row, name) for name in PersonDetail.personal] == [None] * len(PersonDetail.personal)
        assert row.salt is None
        assert row.value_hash == sealed, "the hash that the log witnesses stays"
        assert people.name(leaver, Moment.at(NOW)) in ("(erased)", "（消去済み）")
        assert verify(tmp_path).clean
        assert erasure.erase_person(JOB, leaver, NOW) == 0, "erasing again changes nothing"


def test_no_trace_of_the_name_is_left_anywhere_in_the_database(app: Any, cast: members.Cast) -> None:
    leaver = cast.person["leaver"]
    with app.app_context():
        accounts.start_session(leaver, NOW)
        erasure.erase_person(JOB, leaver, NOW)
        assert Session.select().where(Session.person == leaver).count() == 0
        assert Credential.select().where(Credential.person == leaver).count() == 0
        for table in db.database.get_tables():
            for row in db.database.execute_sql(f'SELECT * FROM "{table}"').fetchall():
                assert "ツジ" not in str(row), table
                assert "p000111@" not in str(row), table


def test_somebody_who_works_here_is_not_erased(app: Any, cast: members.Cast) -> None:
    with app.app_context(), pytest.raises(RuleBroken):
        erasure.erase_person(JOB, cast.person["auditor"], NOW)


def test_leavers_are_erased_when_the_years_are_over_and_not_before(app: Any, cast: members.Cast) -> None:
    with app.app_context():
        four_years = NOW + timedelta(days=4 * 365)
        assert erasure.erase_due(JOB, four_years) == 0
        after = NOW.replace(year=NOW.year + 5)
        assert erasure.erase_due(JOB, after) == 1
        assert erasure.erase_due(JOB, after) == 0
        assert details(cast.person["leaver"]).erased_at == after
        assert details(cast.person["auditor"]).erased_at is None


def test_values_emptied_behind_the_applications_back_are_named(
    app: Any, cast: members.Cast, tmp_path: Path
) -> None:
    row = details(cast.person["leaver"])
    with app.app_context():
        db.database.execute_sql(
            f"UPDATE person_detail SET family_name = NULL, salt = NULL, erased_at = '2026-11-20 00:00:00' WHERE id = {row.id}"
        )
        found = [(problem.code, problem.table, problem.row) for problem in verify(tmp_path).problems]
        assert found == [("erased_silently", "person_detail", row.id)]


def test_an_erased_file_is_gone_and_reads_as_erased_not_as_missing(
    app: Any, cast: members.Cast, tmp_path: Path
) -> None:
    with app.app_context():
        given = evidence.add_file(cast.actor("auditor"), NOW, tmp_path, io.BytesIO(b"a photo"), "photo.jpg")
        assert erasure.erase_file(JOB, given.file, tmp_path, "asked for", NOW)
        assert not evidence.path_of(tmp_path, given.file.sha256).exists()
        assert verify(tmp_path).clean
        assert not erasure.erase_file(JOB, given.file, tmp_path, "asked for", NOW)
        assert [event.type for event in activity.ActivityEvent.select().order_by(activity.ActivityEvent.seq)][
            -1
        ] == ("evidence.erased")


def test_an_erased_file_is_not_taken_in_again(app: Any, cast: members.Cast, tmp_path: Path) -> None:
    actor = cast.actor("auditor")
    given = evidence.add_file(actor, NOW, tmp_path, io.BytesIO(b"a photo"), "photo.jpg")
    erasure.erase_file(JOB, given.file, tmp_path, "asked for", NOW)
    before = activity.ActivityEvent.select().count()
    with pytest.raises(RuleBroken) as refused:
        evidence.add_file(actor, NOW, tmp_path, io.BytesIO(b"a photo"), "another name.jpg")
    assert refused.value.field == "file"
    assert not evidence.path_of(tmp_path, given.file.sha256).exists(), "the bytes do not come back"
    assert activity.ActivityEvent.select().count() == before
    with app.test_request_context():
        for lang, words in (("ja", "意図して消去された"), ("en", "erased on purpose")):
            with language.speaking(lang):
                assert words in str(refused.value)
