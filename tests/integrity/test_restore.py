"""`auditor restore`: the same company in an empty place, on the same database or the other kind."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor import clock, create_app, db, open_database
from auditor.access import application
from auditor.accounts import actions as accounts
from auditor.accounts.models import PasswordToken, Session
from auditor.activity import ActivityEvent
from auditor.config import Settings
from auditor.demo.signins import PASSWORD
from auditor.evidence import actions as evidence
from auditor.integrity import erasure, tables, texts, verify, written
from auditor.integrity.backup import back_up
from auditor.language import speaking
from auditor.notifications.models import Mail
from auditor.people.models import PersonDetail
from auditor.reports import actions as reports
from auditor.reports.scope import scope_of
from auditor.worklist import feeds
from tests.bed import catalogue, databases, pages, releases, workbooks
from tests.bed.keeping import Place
from tests.bed.newrelease import AS_OF
from tests.cast import NOW, Cast

# ---- a company, there and back ----


@pytest.fixture(params=["small", pytest.param("demo", marks=pytest.mark.thorough)])
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The backup of a small company, or of the demo company with its years, and what it says of itself."""
    folder = tmp_path / "whole"
    folder.mkdir()
    if request.param == "small":
        place: Place = request.getfixturevalue("company")
        with place.opened():
            cast: Cast = request.getfixturevalue("cast")
            accounts.set_password(cast.actor("auditor"), cast.person["auditor"], PASSWORD, NOW)
        yield _backed_up(place.settings, folder, "000104")
    else:
        with request.getfixturevalue("demo_template").copy(folder / "data") as settings:
            open_database(settings)
            yield _backed_up(settings, folder, "002215")


def _backed_up(settings: Settings, folder: Path, login: str) -> dict[str, Any]:
    app = create_app(settings)
    with clock.standing_at(NOW), app.app_context(), db.connected():
        back_up(application("command"), settings, folder / "whole.zip", NOW, {})
        said = {"file": folder / "whole.zip", "data": settings.data, "login": login, **_said(folder)}
    databases.let_go()
    return said


def _said(folder: Path) -> dict[str, Any]:
    """The rows by table and the workbooks of the open company, the clock standing."""
    books = {}
    for language, day in (("ja", None), ("en", AS_OF)):
        with speaking(language):
            path = folder / f"{language}.xlsx"
            reports.export_summary(application("command"), scope_of(NOW, day, None), language, NOW, path)
        books[language] = workbooks.without_production(workbooks.cells(path))
    left_out = {"activity_event", "staged_roster"}  # what restoring itself writes, and throws away
    counts = {name: _count(name) for name in tables.names() if name not in left_out}
    return {"books": books, "counts": counts, "schema": {db.is_sqlite(): catalogue.schema()}}


def _count(table: str) -> int:
    return int(db.database.execute_sql(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0])


def test_a_company_comes_back_whole_on_either_database(
    whole: dict[str, Any], empty: Place, tmp_path: Path
) -> None:
    done = empty.run("restore", whole["file"], "--outside", whole["data"])
    assert done.exit_code == 0, done.output
    assert "Verified: clean" in done.output
    assert sorted(one.name for one in empty.folder.iterdir()) == (
        (["auditor.sqlite3"] if not empty.url else [])
        + ["erasures.jsonl", "evidence", "keys", "log-head.json"]
    )
    open_database(empty.settings)  # as the first start does
    with clock.standing_at(NOW), empty.opened() as app:
        assert verify.verify(empty.settings.evidence_folder).clean
        found = _said(tmp_path)
        assert found["counts"] == whole["counts"]
        assert found["books"] == whole["books"]
        assert {**whole["schema"], **found["schema"]} == {**found["schema"], **whole["schema"]}
        _writes_go_on(app, whole["login"])


def _writes_go_on(app: Any, login: str) -> None:
    """People sign in, new rows get numbers of their own, and what comes next verifies too."""
    settings = app.extensions["auditor"]
    app.test_client_class = pages.CheckedClient
    client = app.test_client()
    signed_in = client.post("/accounts/sign-in", data={"login": login, "password": PASSWORD})
    assert (signed_in.status_code, client.get("/", follow_redirects=True).status_code) == (303, 200)
    evidence.add_file(application("test"), NOW, settings.evidence_folder, io.BytesIO(b"new"), "new.txt")
    assert verify.verify(settings.evidence_folder).clean


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(empty: Place, tmp_path: Path) -> None:
    with releases.unpacked(releases.kept()[0], tmp_path / "old") as settings:
        app = create_app(settings)
        with app.app_context(), db.connected():
            back_up(application("command"), settings, tmp_path / "old.zip", NOW, {})
        databases.let_go()
        done = empty.run("restore", tmp_path / "old.zip", AUDITOR_LOG_KEY=settings.log_key.decode())
    assert done.exit_code == 0, done.output
    assert "Brought up to date: 0002" in done.output and "Verified: clean" in done.output


# ---- the cast's company ----


def test_what_only_the_old_installation_could_go_on_with_has_ended(
    company: Place, cast: Cast, app: Any, tmp_path: Path, new: Place
) -> None:
    with company.opened():
        cast.sign_in(app.test_client(), "auditor")
        person = cast.person["auditor"]
        soon = clock.now().replace(year=2099)
        PasswordToken.create(person=person, nonce="n", created_at=NOW, expires_at=soon)
        Mail.create(person=person, day=NOW.date(), message_id="<1@x>", state="sending", next_attempt_at=NOW, claimed_until=soon)  # fmt: skip
        feeds.make(cast.actor("auditor"), NOW)
        assert Session.select().count() == 1
    assert company.run("backup", tmp_path / "b.zip").exit_code == 0
    done = new.run("restore", tmp_path / "b.zip", "--outside", company.folder)
    assert "1 mail waits" in done.output, done.output
    with new.opened():
        assert Session.select().count() == 0
        mail = Mail.get()
        assert (mail.state, mail.claimed_until, mail.message_id) == ("waiting", None, "<1@x>")
        assert PasswordToken.get().expires_at <= clock.now()
        assert feeds.own(cast.person["auditor"]) is None, "it may have been revoked after the backup"


def test_the_log_tells_of_the_restore_and_of_what_is_lost(
    company: Place, good: Path, apart: Path, new: Place
) -> None:
    assert company.run("backup", good, "--force", "--outside", apart).exit_code == 0
    for _more in range(2):
        assert (
            company.run("backup", good.with_name("later.zip"), "--force", "--outside", apart).exit_code == 0
        )
    done = new.run("restore", good, "--outside", apart)
    assert "3 events of the log came after it" in done.output, done.output
    with new.opened():
        last = ActivityEvent.select().order_by(ActivityEvent.seq.desc()).get()
        assert (last.type, last.data["lost"]) == ("backup.restored", 3)
        assert json.loads((new.folder / "log-head.json").read_text())["seq"] == last.seq


def test_what_was_erased_since_is_erased_again(
    company: Place, cast: Cast, good: Path, apart: Path, new: Place, app: Any
) -> None:
    with company.opened():
        person, folder = cast.person["leaver"], company.settings.evidence_folder
        _erase_everything(person, folder)
    shutil.copyfile(company.folder / "erasures.jsonl", apart / "erasures.jsonl")
    done = new.run("restore", good, "--outside", apart)
    assert done.exit_code == 0, done.output
    assert "3 erasures made since then were done again" in done.output
    with new.opened():
        assert PersonDetail.select().where(PersonDetail.person == person, PersonDetail.erased_at.is_null()).count() == 0  # fmt: skip
        assert [one.read_bytes() for one in new.settings.evidence_folder.glob("*/*")] == [b"list"]
        assert not written.mentioning(application("test"), ["a.jpg", "Tsuji"], 10)[0]
        told = (new.folder / "erasures.jsonl").read_text().splitlines()
        assert sorted(json.loads(line)["type"] for line in told) == [
            "evidence.erased", "person.erased", "text.erased", "text.erased",
        ]  # fmt: skip


def _erase_everything(person: int, folder: Path) -> None:
    actor = application("test")
    assert erasure.erase_person(actor, person, NOW)
    texts.erase_texts(actor, written.mentioning(actor, ["Tsuji"], 10)[0], "asked for", NOW)
    erasure.erase_file(actor, evidence.StoredFile.get(), folder, "asked for", NOW)


def test_a_database_put_back_by_hand_is_found_to_have_forgotten_an_erasure(
    company: Place, cast: Cast, good: Path, apart: Path, new: Place
) -> None:
    with company.opened():
        _erase_everything(cast.person["leaver"], company.settings.evidence_folder)
    assert new.run("restore", good, "--outside", apart).exit_code == 0
    shutil.copyfile(company.folder / "erasures.jsonl", new.folder / "erasures.jsonl")
    with new.opened():
        found = [problem.code for problem in verify.verify(new.settings.evidence_folder).problems]
        assert found == ["erasure_forgotten"] * 4
        (new.folder / "erasures.jsonl").write_text("no list")
        found = [problem.code for problem in verify.verify(new.settings.evidence_folder).problems]
        assert found == ["erasures_unreadable"]


def test_without_the_list_of_erasures_it_says_that_they_are_back(good: Path, apart: Path, new: Place) -> None:
    (apart / "erasures.jsonl").unlink()
    (apart / "log-head.json").unlink()
    done = new.run("restore", good, "--outside", apart)
    assert done.exit_code == 0, done.output
    assert "No list of erasures was given" in done.output
    assert "How much came after the backup is not known" in done.output


@pytest.mark.parametrize("what", ["log-head.json", "erasures.jsonl"])
def test_what_was_kept_of_another_log_is_refused(
    company: Place, cast: Cast, good: Path, apart: Path, new: Place, what: str
) -> None:
    if what == "log-head.json":
        (apart / what).write_text('{"seq": 1, "hash": "%s"}' % ("f" * 64))
        said = "is of another log"
    else:
        with company.opened():
            _erase_everything(cast.person["leaver"], company.settings.evidence_folder)
        line = (company.folder / what).read_text().splitlines()[0]
        (apart / what).write_text(line.replace(f'"person":{cast.person["leaver"]}', '"person":1') + "\n")
        said = "line 1, is not an erasure of this log"
    done = new.run("restore", good, "--outside", apart)
    assert (done.exit_code, said in done.output) == (1, True), done.output
    assert new.is_untouched()


# ---- places and keys ----


def test_a_place_that_is_not_empty_is_refused(company: Place, good: Path, apart: Path) -> None:
    before = sorted(company.folder.rglob("*"))
    done = company.run("restore", good, "--outside", apart)
    assert done.exit_code == 1
    assert "There is a company in" in done.output and done.output.count("\n") == 1
    assert sorted(company.folder.rglob("*")) == before
    with company.opened():
        assert verify.verify(company.settings.evidence_folder).clean


def test_the_journal_of_a_lost_database_is_not_read_into_the_restored_one(
    good: Path, apart: Path, new: Place
) -> None:
    new.folder.mkdir()
    (new.folder / "auditor.sqlite3-wal").write_bytes(b"of a file that is gone")
    done = new.run("restore", good, "--outside", apart)
    assert (done.exit_code, "There is a company in" in done.output) == (1, True), done.output
    assert [one.name for one in new.folder.iterdir()] == ["auditor.sqlite3-wal"]


def test_without_the_key_it_asks_for_it_and_with_another_one_it_says_so(
    company: Place, good: Path, apart: Path, new: Place
) -> None:
    done = new.run("restore", good)
    assert (done.exit_code, "--key-lost" in done.output) == (1, True), done.output
    assert new.is_untouched()
    (apart / "log.key").write_text("k" * 64)
    done = new.run("restore", good, "--outside", apart)
    assert (done.exit_code, "is not the one this backup was made with" in done.output) == (1, True)
    assert new.is_untouched()
    done = new.run("restore", good, AUDITOR_LOG_KEY=company.settings.log_key.decode())
    assert done.exit_code == 0, done.output


def test_a_company_whose_key_is_lost_comes_back_and_its_log_proves_nothing(good: Path, new: Place) -> None:
    done = new.run("restore", good, "--key-lost")
    assert done.exit_code == 1
    assert "cannot be proven any more" in done.output and "was changed" in done.output
    with new.opened():
        assert PersonDetail.select().count() > 5


def test_a_trial_keeps_nothing(company: Place, good: Path) -> None:
    before = sorted(company.folder.rglob("*"))
    done = company.run("restore", good, "--check")
    assert (done.exit_code, "Verified: clean" in done.output) == (0, True), done.output
    assert sorted(company.folder.rglob("*")) == before


def test_it_speaks_japanese(good: Path, apart: Path, new: Place) -> None:
    assert "検証結果：異常なし" in new.run("restore", good, "--outside", apart, "--lang", "ja").output
    done = new.run("restore", good, "--outside", apart, "--lang", "ja")
    assert "復元には空のフォルダーと空のデータベースが必要です" in done.output
