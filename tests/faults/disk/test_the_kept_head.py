"""The end of the log beside the database: no save is refused because it cannot be read or written, and verify tells."""

from __future__ import annotations

import io
import logging
import os
from typing import Any

import pytest

from auditor import activity
from auditor.config import Settings
from auditor.evidence import actions as evidence
from auditor.evidence import tidying
from auditor.integrity.verify import verify
from tests.audits import making
from tests.cast import NOW, Cast
from tests.faults.disk.faults import fill, remount, small_disk

BROKEN = ['{"seq": 3, "ha', "", "[]", '{"seq": null, "hash": 1}', "\x00" * 60]


@pytest.mark.parametrize("content", BROKEN)
def test_a_head_that_was_cut_short_is_set_aside_and_told_of(
    cast: Cast, settings: Settings, content: str
) -> None:
    settings.head_file.write_text(content)
    making.assigned(cast)
    assert activity.kept_head() == activity.head(), "the next save wrote it anew"
    report = verify(settings.evidence_folder)
    assert [problem.code for problem in report.problems] == ["head_unreadable"]
    aside = settings.head_file.with_name("log-head.json.unreadable")
    assert aside.read_text() == content and aside.name in str(report.problems[0])
    aside.unlink()
    assert verify(settings.evidence_folder).clean


def test_what_is_saved_stays_saved_where_the_head_cannot_be_written(
    cast: Cast, client: Any, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    audit = making.assigned(cast)
    before = activity.kept_head()
    kept = settings.head_file.read_text()
    settings.head_file.unlink()
    settings.head_file.mkdir()  # not even root writes a file over a folder
    cast.sign_in(client, "auditor")
    with caplog.at_level(logging.ERROR, "auditor.outages"):
        path = f"/audits/{audit.id}/items/{making.items(audit)[0].id}"
        assert (
            client.post(path, data={"result": "minor", "note": "見えた。", "based_on": ""}).status_code == 303
        )
    assert "the end of the log could not be kept" in caplog.text
    assert [problem.code for problem in verify(settings.evidence_folder).problems] == ["head_unreadable"]
    assert not list(settings.data.glob(".head*")), "nothing half-written is left"
    settings.head_file.rmdir()
    settings.head_file.write_text(kept)
    report = verify(settings.evidence_folder)
    assert report.clean and before is not None and report.behind == before[0], "older, and still a witness"
    making.answer(cast, making.items(audit)[1])
    assert verify(settings.evidence_folder).behind == 0


def test_a_full_and_a_read_only_disk_keep_the_older_head(cast: Cast, settings: Settings) -> None:
    before = settings.head_file.read_text()
    with small_disk(settings.data, 256):
        activity.configure(settings.log_key, settings.head_file)
        settings.head_file.write_text(before)
        filler = fill(settings.data)
        audit = making.assigned(cast)
        assert settings.head_file.read_text() == before and not list(settings.data.glob(".head*"))
        filler.unlink()
        remount(settings.data, "ro")
        making.answer(cast, making.items(audit)[0])
        assert settings.head_file.read_text() == before
        remount(settings.data, "rw")
        making.answer(cast, making.items(audit)[1])
        assert activity.kept_head() == activity.head()


def test_no_evidence_goes_while_an_older_copy_of_the_database_is_in_place(
    cast: Cast, settings: Settings
) -> None:
    stray = evidence.path_of(settings.evidence_folder, "ab" * 32)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"of the newer database")
    os.utime(stray, (0, 0))
    evidence.add_file(cast.actor("auditor"), NOW, settings.evidence_folder, io.BytesIO(b"x"), "x.txt")
    seq, link = activity.head()
    settings.head_file.write_text(f'{{"seq": {seq + 5}, "hash": "{link}"}}')
    assert tidying.tidy(settings.evidence_folder, NOW) == 0 and stray.exists()
    settings.head_file.write_text(f'{{"seq": {seq}, "hash": "{link}"}}')
    assert tidying.tidy(settings.evidence_folder, NOW) == 1 and not stray.exists()
