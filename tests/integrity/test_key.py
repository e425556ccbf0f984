"""The key of the log: a start with another one is refused before anything is written with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor import db, open_database
from auditor.activity import ActivityEvent
from auditor.errors import ConfigurationError
from auditor.integrity.verify import verify
from tests.bed import databases
from tests.bed.keeping import Place

OTHER = "another key of another installation"


def test_a_start_with_another_key_is_refused_and_writes_nothing(company: Place) -> None:
    key = company.folder / "keys" / "log.key"
    right = key.read_text()
    key.unlink()  # the start makes a new one, as in an empty folder
    with pytest.raises(ConfigurationError, match="not the one that the log of this company was written with"):
        open_database(company.settings)
    databases.let_go()
    done = company.run("jobs", "run", "tidy")
    assert (done.exit_code, done.output.count("\n")) == (1, 1), done.output
    key.write_text(right)
    open_database(company.settings)
    with company.opened():
        assert verify(company.settings.evidence_folder).clean


def test_one_changed_event_at_the_end_does_not_keep_the_company_from_working(company: Place) -> None:
    with company.opened():
        last = ActivityEvent.select().order_by(ActivityEvent.seq.desc()).get()
        db.database.execute_sql(f"UPDATE activity_event SET system = 'x' WHERE seq = {last.seq}")
    open_database(company.settings)
    with company.opened():
        assert [one.event for one in verify(company.settings.evidence_folder).problems] == [last.seq]


def test_a_company_whose_key_is_lost_for_good_goes_on_with_a_new_one(company: Place, tmp_path: Path) -> None:
    (company.folder / "keys" / "log.key").unlink()
    done = company.run("backup", tmp_path / "last.zip")
    assert done.exit_code == 1
    assert "The log was written with another key" in done.output
    new = Place(tmp_path / "new")
    done = new.run("restore", tmp_path / "last.zip", "--key-lost")
    assert "cannot be proven any more" in done.output
    open_database(new.settings)  # the next start takes the new key
    with new.opened():
        last = ActivityEvent.select().order_by(ActivityEvent.seq.desc()).get()
        assert (last.type, last.link() == last.hash) == ("backup.restored", True)
