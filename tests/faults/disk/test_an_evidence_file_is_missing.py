"""An evidence file that is away, cut short or changed: pages and worklist say so, and putting it back is enough."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor.access import application
from auditor.audits import actions as audits
from auditor.config import Settings
from auditor.evidence import actions, looking
from auditor.evidence.models import Evidence, StoredFile
from auditor.integrity import erasure
from auditor.integrity.verify import verify
from auditor.scheduling import actions as scheduling
from auditor.scheduling.jobs import named
from tests.audits import making
from tests.bed.pages import text_of
from tests.cast import NOW, Cast

CONTENT = b"%PDF-1.7\n" + b"0" * 5000


@pytest.fixture
def given(cast: Cast, settings: Settings) -> tuple[str, Path]:
    """The address of an evidence file and where it lies."""
    audit = making.assigned(cast)
    item = making.items(audit)[0]
    file = io.BytesIO(CONTENT)
    audits.attach(cast.actor("auditor"), NOW, settings.evidence_folder, item, file, "log.pdf")
    kept = Evidence.get()
    path = actions.path_of(settings.evidence_folder, kept.file.sha256)
    return f"/audits/{audit.id}/items/{item.id}/evidence/{kept.id}", path


def fetched(client: Any, address: str) -> bytes:
    with client.get(address) as answer:
        return bytes(answer.data)


def away(path: Path) -> None:
    path.unlink()


def cut_short(path: Path) -> None:
    path.write_bytes(CONTENT[:100])


def unreadable(path: Path) -> None:
    path.unlink()
    path.mkdir()  # not even root reads a folder as a file


def changed(path: Path) -> None:
    path.write_bytes(CONTENT[:-1] + b"1")


FAULTS = [
    (away, "ファイルが見付かりません", "file_missing"),
    (unreadable, "ファイルが見付かりません", "file_unreadable"),
    (cut_short, "ファイルがディスク上で変わっています", "file_changed"),
    (changed, "ファイルがディスク上で変わっています", "file_changed"),
]


@pytest.mark.parametrize("fault, words, code", FAULTS)
def test_the_page_says_so_and_verify_names_it(
    given: tuple[str, Path], cast: Cast, client: Any, settings: Settings,
    fault: Callable[[Path], None], words: str, code: str,
) -> None:  # fmt: skip
    address, path = given
    cast.sign_in(client, "auditor")
    assert fetched(client, address) == CONTENT
    fault(path)
    answer = client.get(address)
    assert answer.status_code == 503 and words in text_of(answer) and "log.pdf" in text_of(answer)
    assert [problem.code for problem in verify(settings.evidence_folder).problems] == [code]
    if path.is_dir():
        path.rmdir()
    path.write_bytes(CONTENT)  # as an operator copies it from a backup
    assert fetched(client, address) == CONTENT and verify(settings.evidence_folder).clean


def test_who_runs_the_system_is_told_where_it_belongs_and_that_it_is_back(
    given: tuple[str, Path], cast: Cast, client: Any, settings: Settings
) -> None:
    job = named("look_for_evidence")
    assert job is not None
    _address, path = given
    path.unlink()
    run = scheduling.run(job, settings, NOW)
    assert (run.outcome, run.changed, run.failed_rows) == ("partly", 1, 1)
    again = scheduling.run(job, settings, NOW + timedelta(hours=1))
    assert (again.changed, StoredFile.get().missing_since) == (0, NOW), "marked once, with the first time"
    cast.sign_in(client, "operator")
    assert "証跡ファイルが1件見付かりません" in text_of(client.get("/worklist/"))
    listed = text_of(client.get("/evidence/missing"))
    assert str(path.relative_to(settings.data)) in listed and "log.pdf" not in listed
    path.write_bytes(CONTENT)
    assert "復旧済み" in text_of(client.get("/evidence/missing"))
    assert scheduling.run(job, settings, NOW + timedelta(hours=2)).changed == 1
    assert "見付かりません" not in text_of(client.get("/worklist/"))
    assert "すべて保存場所にあります" in text_of(client.get("/evidence/missing"))
    assert verify(settings.evidence_folder).clean, "the mark is no change of the record"


def test_giving_the_same_file_again_puts_it_back_everywhere(
    given: tuple[str, Path], cast: Cast, client: Any, settings: Settings
) -> None:
    address, path = given
    cut_short(path)
    assert looking.look(settings.evidence_folder, NOW).away == 1
    cast.sign_in(client, "auditor")
    data = {"file": (io.BytesIO(CONTENT), "again.pdf"), "about_on": "2026-11-20"}
    other = address.rsplit("/evidence/", 1)[0]
    assert client.post(f"{other}/evidence", data=data).status_code in (303, 422)
    assert fetched(client, address) == CONTENT
    looking.look(settings.evidence_folder, NOW)
    assert StoredFile.get().missing_since is None


def test_an_erased_file_reads_as_erased_and_not_as_missing(
    given: tuple[str, Path], cast: Cast, client: Any, settings: Settings
) -> None:
    address, _path = given
    erasure.erase_file(application("test"), StoredFile.get(), settings.evidence_folder, "asked for", NOW)
    assert looking.look(settings.evidence_folder, NOW).away == 0
    cast.sign_in(client, "auditor")
    answer = client.get(address)
    assert answer.status_code == 410 and "ファイルは消去されました" in text_of(answer)


@pytest.mark.parametrize("name", ["auditor", "head_of_sales", "staff_of_sales", "head_of_audit"])
def test_the_list_is_for_who_runs_the_system(cast: Cast, client: Any, name: str) -> None:
    cast.sign_in(client, name)
    assert client.get("/evidence/missing").status_code == 404


def test_the_list_asks_who_is_not_signed_in_to_do_so(cast: Cast, client: Any) -> None:
    assert client.get("/evidence/missing").status_code == 303


def test_a_look_costs_the_same_whatever_there_is(cast: Cast, settings: Settings, query_count: Any) -> None:
    for number in range(30):
        content = io.BytesIO(b"%d" % number)
        actions.add_file(cast.actor("auditor"), NOW, settings.evidence_folder, content, "x.txt")
    with query_count() as statements:
        assert looking.look(settings.evidence_folder, NOW).away == 0
    assert statements.count == 1
