"""The database fails while somebody sends a form: the page says so, gives the text back, and takes it afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from auditor import db
from auditor.config import Settings
from auditor.integrity.verify import verify
from tests.bed import databases
from tests.bed.pages import parsed, text_of
from tests.cast import Cast
from tests.faults.disk.conftest import WORKS
from tests.faults.disk.faults import HERE

# Each fault with a form of texts, each form with one fault.
CASES = [(fault, "finding") for fault in HERE] + [("locked", work) for work in WORKS if work != "finding"]


@pytest.mark.parametrize("fault, work", CASES)
def test_what_was_typed_comes_back_and_is_taken_when_the_fault_is_gone(
    fault: str, work: str, bed_database: Any, cast: Cast, client: Any, settings: Settings, alone: None
) -> None:
    broken, status, words = HERE[fault]
    with db.connected():
        form = WORKS[work](cast)
        cast.sign_in(client, form.who)
    databases.let_go()
    form.open(client)
    before = form.count()
    databases.let_go()
    with broken(bed_database):
        page = form.send(client)
        assert (page.status_code, words in text_of(page)) == (status, True), text_of(page)
        assert page.headers["Retry-After"]
        held = [one.strip() for one in parsed(page).xpath("//main//textarea/text() | //main//input/@value")]
        assert [typed[:40] for typed in form.typed if typed.strip() not in held] == []
    assert form.count() == before, "nothing is half-written"
    taken = form.send_again(client, page)
    assert taken.status_code in (200, 303), text_of(taken)
    assert form.count() == before + 1
    with db.connected():
        assert verify(settings.evidence_folder).problems == []
