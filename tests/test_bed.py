"""The test bed itself: a check that cannot fail proves nothing."""

from __future__ import annotations

import contextlib
import gc
import re
import smtplib
import socket
import sys
import threading
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import lxml.html
import peewee
import pytest
from babel.messages.catalog import Message
from openpyxl import Workbook, load_workbook

from auditor import activity, db
from auditor.access import application
from auditor.accounts.models import RoleGrant
from auditor.catalogue.models import Control
from auditor.integrity.verify import verify
from auditor.people.models import Person
from tests.bed import counting, pages, serving, texts
from tests.bed.browser import assert_accessible, follow
from tests.bed.mail import Mood, Postbox
from tests.bed.network import NetworkBlocked
from tests.bed.ports import free_port
from tests.cast import CAST_MADE, NOW

GOOD = """<!doctype html><html lang="ja"><head><title>監査</title></head><body><main><h1>監査</h1>
<form method="post"><input type="hidden" name="csrf_token" value="x">
<label for="note">所見</label><input id="note" name="note"><button>保存</button></form>
</main></body></html>"""

FAULTS = {
    "two headings": ("<h1>監査</h1>", "<h1>監査</h1><h1>監査</h1>", "2 h1"),
    "no title": ("<title>監査</title>", "", "no title"),
    "no language": ('<html lang="ja">', "<html>", "no language"),
    "an id twice": ("<button>", '<p id="note"></p><button>', "stands 2 times"),
    "a label of nothing": ("<button>", '<label for="gone">所見</label><button>', "points at nothing"),
    "no token": ('<input type="hidden" name="csrf_token" value="x">', "", "without its token"),
    "a form to elsewhere": (
        '<form method="post">',
        '<form method="post" action="https://example.com/">',
        "leaves",
    ),
    "no label": ('<label for="note">所見</label>', "", "without a label"),
    "a mute button": ("保存", "", "without words"),
    "a style": ("<main>", '<main style="color: red">', "style attribute"),
    "a handler": ("<main>", '<main onclick="go()">', "on… attribute"),
    "an inline script": ("<main>", "<script>go()</script><main>", "inline script"),
    "a foreign asset": ("<main>", '<img alt="" src="https://cdn.example.com/a.png"><main>', "another host"),
    "a bare table": ("<main>", "<main><table><tr><th>部署</th></tr></table>", "without a caption"),
    "an empty value": ("<main>", "<main><p>None</p>", "leftover"),
    "a placeholder": ("<main>", "<main><p>%(name)s さん</p>", "leftover"),
}


@pytest.fixture
def one_english_text(monkeypatch: pytest.MonkeyPatch) -> None:
    japanese = {
        ("Save the result",): "結果を保存",
        ("%(count)s finding", "%(count)s findings"): ("指摘事項%(count)s件",),
    }
    known = {text[0]: [(Path("ja.po"), Message(text, string=string))] for text, string in japanese.items()}
    monkeypatch.setattr(texts, "translations", lambda language="ja": known)
    texts.english_only.cache_clear()
    yield
    texts.english_only.cache_clear()


def test_a_good_page_passes() -> None:
    pages.check(GOOD)


@pytest.mark.parametrize(("before", "after", "named"), FAULTS.values(), ids=FAULTS.keys())
def test_a_page_with_a_fault_is_refused(before: str, after: str, named: str) -> None:
    assert before in GOOD
    with pytest.raises(pages.PageFault, match=named):
        pages.check(GOOD.replace(before, after))


@pytest.mark.usefixtures("one_english_text")
@pytest.mark.parametrize("english", ["Save the result", "3 findings", " Save\n the result "])
def test_an_english_text_of_the_product_on_a_japanese_page_is_refused(english: str) -> None:
    with pytest.raises(pages.PageFault, match="English on a Japanese page"):
        pages.check(GOOD.replace("保存", english))


@pytest.mark.usefixtures("one_english_text")
def test_english_may_stand_where_it_is_marked_or_typed_by_a_person() -> None:
    marked = '<p><span lang="en">Save the result</span> と Our own words</p><textarea aria-label="所見">3 findings</textarea>'
    pages.check(GOOD.replace("<button>", f"{marked}<button>"))


def test_a_form_without_its_token_is_refused_in_tests_too(client: pages.CheckedClient, cast: Any) -> None:
    typed = {"login": "000104", "password": "a wrong password"}
    assert client.post("/accounts/sign-in", data=typed, csrf=False).status_code == 400
    assert client.post("/accounts/sign-in", data=typed).status_code == 422


def test_the_network_beyond_loopback_is_blocked() -> None:
    with pytest.raises(NetworkBlocked), socket.socket() as probe:
        probe.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkBlocked):
        socket.getaddrinfo("example.com", 80)
    with socket.socket() as listener, socket.socket() as probe:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        probe.connect(listener.getsockname())


def test_the_cast_that_is_put_back_is_the_one_that_was_written(
    cast: Any, bed_database: Any, settings: Any
) -> None:
    written = [model.select().order_by(model.id).dicts() for model in (Person, RoleGrant, Control)]
    before = [list(rows) for rows in written]
    db.database.close()
    bed_database.empty()
    assert bed_database.is_empty()
    bed_database.put_back("cast")
    db.database.connect()
    assert [list(rows.clone()) for rows in written] == before
    assert verify(settings.evidence_folder).clean
    with activity.action(application("test"), NOW):
        assert Person.create(employee_number="999999").id == len(cast.person) + 1
        activity.record(CAST_MADE, persons=1)


def test_a_query_per_row_is_found(tmp_path: Path) -> None:
    own = peewee.SqliteDatabase(tmp_path / "rows.sqlite3")

    class Row(peewee.Model):
        class Meta:
            database = own

    own.create_tables([Row])
    with own.connection_context():
        constant = lambda: list(Row.select())  # noqa: E731
        growing = lambda: [Row.get_by_id(row.id) for row in Row.select()]  # noqa: E731
        counting.assert_same_queries(constant, lambda: [Row.create() for _ in range(5)])
        with pytest.raises(AssertionError, match="6 statements became 11"):
            counting.assert_same_queries(growing, lambda: [Row.create() for _ in range(5)])


def _send(postbox: Postbox, *recipients: str, patience: int = 60) -> dict[str, tuple[int, bytes]]:
    message = EmailMessage()
    message["Subject"] = "監査のお知らせ"
    message.set_content("本文")
    with smtplib.SMTP(postbox.host, postbox.port, timeout=patience) as client:
        return client.send_message(message, "from@example.jp", list(recipients))


def test_the_mail_server_takes_a_message(smtp_server: Postbox) -> None:
    _send(smtp_server, "one@example.jp")
    assert [message["Subject"] for message in smtp_server.to("one@example.jp")] == ["監査のお知らせ"]


def test_the_mail_server_answers_in_its_mood(smtp_server: Postbox) -> None:
    smtp_server.mood = Mood.REFUSE
    with pytest.raises(smtplib.SMTPDataError):
        _send(smtp_server, "one@example.jp")
    smtp_server.mood, smtp_server.rejected = Mood.REJECT_SOME, {"gone@example.jp"}
    assert set(_send(smtp_server, "one@example.jp", "gone@example.jp")) == {"gone@example.jp"}
    smtp_server.mood = Mood.GREYLIST
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _send(smtp_server, "two@example.jp")
    assert not _send(smtp_server, "two@example.jp")
    smtp_server.mood = Mood.HANG
    with pytest.raises(OSError, match=r"timed out|closed"):
        _send(smtp_server, "one@example.jp", patience=1)
    assert len(smtp_server.messages) == 2


def test_a_server_that_is_stopped_while_it_is_asked_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it leaves behind shows in whichever test runs next."""
    broken: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: broken.append(repr(told.exc_value)))
    monkeypatch.setattr(sys, "unraisablehook", lambda told: broken.append(repr(told.exc_value)))

    def slow(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        time.sleep(0.01)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * 2000]

    def ask(port: int) -> None:
        for number in range(8):
            with (
                contextlib.suppress(OSError),  # the server may have gone
                socket.create_connection(("127.0.0.1", port), timeout=5) as asking,
            ):
                asking.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                if number % 3:
                    asking.recv(100)

    for _ in range(6):
        port = free_port()
        people = [threading.Thread(target=ask, args=(port,)) for _ in range(4)]
        with serving.served(slow, f"http://127.0.0.1:{port}"):
            for person in people:
                person.start()
            time.sleep(0.02)
        assert not [thread.name for thread in threading.enumerate() if thread.name == f"waitress-{port}"]
        for person in people:
            person.join()
        gc.collect()
    assert not broken


@pytest.mark.libreoffice
@pytest.mark.slow
def test_the_office_recalculates_and_prints(libreoffice, tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.append([2, 3, "=A1+B1", "監査"])
    workbook.save(tmp_path / "sum.xlsx")
    again = load_workbook(libreoffice.recalculated(tmp_path / "sum.xlsx"), data_only=True)
    assert again.active["C1"].value == 5
    printed = libreoffice.printed(tmp_path / "sum.xlsx")
    assert "監査" in libreoffice.text(printed)
    assert [picture.suffix for picture in libreoffice.pictures(printed)] == [".png"]


@pytest.mark.browser
def test_axe_finds_what_is_wrong(chromium, tmp_path: Path) -> None:
    page = chromium.new_page()
    page.set_content(GOOD)
    assert_accessible(page)
    page.set_content(GOOD.replace('<label for="note">所見</label>', ""))
    with pytest.raises(AssertionError, match="label"):
        assert_accessible(page)
    assert lxml.html.document_fromstring(page.content()).get("lang") == "ja"
    page.close()


@pytest.mark.browser
def test_a_click_that_leads_to_a_page_waits_for_it_however_slow_it_is(chromium) -> None:
    def slowly(route: Any) -> None:
        time.sleep(0.3)
        route.fulfill(content_type="text/html; charset=utf-8", body=GOOD.replace("監査", "監査の結果"))

    page = chromium.new_page()
    page.route("http://127.0.0.1/**", slowly)
    page.set_content(GOOD.replace('<form method="post">', '<form method="post" action="http://127.0.0.1/">'))
    follow(page.get_by_role("button"))
    assert page.inner_text("h1") == "監査の結果"
    page.close()


def test_every_click_of_a_test_goes_through_the_bed() -> None:
    """A click past tests/bed/browser.py looks at the page that is left: sooner or later on a busy machine."""
    unsteady = re.compile(
        r"\.(click|dblclick|tap)\(|\.press\(.*Enter|wait_for_timeout|networkidle|page\.content\(\)"
    )
    folder = Path(__file__).parent
    faults = [
        f"{path.relative_to(folder)}:{number}: {line.strip()}"
        for path in folder.rglob("*.py")
        if path != Path(__file__) and path.parent.name not in ("bed", "benchmarks")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if unsteady.search(line)
    ]
    assert not faults, "use follow, enter, touch, pick, fetched (tests/bed/browser.py):\n" + "\n".join(faults)
