"""Earlier years on the screen and on the command line: template, preview by cell, import once."""

from __future__ import annotations

import io
import json

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from auditor import db
from auditor.audits.models import Audit, HistoryImport
from auditor.cli import main
from auditor.findings.history import staging
from auditor.findings.models import Finding, HistoryUpload
from tests.bed.pages import parsed, text_of
from tests.cast import NOW
from tests.findings.histories import AUDIT, FINDING, workbook

PAGE = "/findings/history"


@pytest.fixture
def admin(client, cast):
    cast.sign_in(client, "administrator")
    return client


def upload(client, content=None, name="過年度.xlsx"):
    return client.post(PAGE, data={"file": (io.BytesIO(workbook() if content is None else content), name)})


def digest(page):
    return parsed(page).xpath("//input[@name='digest']/@value")[0]


def test_a_file_is_shown_and_then_imported_and_marked_everywhere(admin):
    address = upload(admin).location
    shown = admin.get(address)
    assert "監2025-01" in text_of(shown) and "名簿にありません" in text_of(shown)
    assert not Audit.select().exists()
    done = admin.post(f"{address}/import", data={"digest": digest(shown)})
    assert done.status_code == 303 and HistoryImport.select().count() == 1
    assert HistoryUpload.get().content == b"", "what the file held does not stay"
    audit, finding = Audit.get(), Finding.get()
    for place in ("/audits/?tab=all", f"/audits/{audit.id}", "/findings/", f"/findings/{finding.id}", PAGE):
        assert "取込み" in text_of(admin.get(place)), place
    assert "外部 太郎" in text_of(admin.get(f"/audits/{audit.id}"))
    assert "指2025-01" in text_of(admin.get(f"/findings/{finding.id}"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_problems_are_listed_by_cell_and_nothing_can_be_imported(admin, language):
    admin.set_cookie("language", language)
    address = upload(admin, workbook([{**AUDIT, "監査対象": "月面基地"}], [], [])).location
    page = admin.get(address)
    assert "監査!B2" in text_of(page)
    assert not parsed(page).xpath("//form[contains(@action, '/import')]")
    refused = admin.post(f"{address}/import", data={"digest": digest_of(address)})
    assert refused.status_code == 422 and not Audit.select().exists()


def digest_of(address):
    return staging.plan(HistoryUpload.get_by_id(int(address.rpartition("/")[2])), NOW).digest


def test_a_second_click_imports_nothing_more(admin):
    address = upload(admin).location
    data = {"digest": digest(admin.get(address))}
    assert admin.post(f"{address}/import", data=data).status_code == 303
    second = admin.post(f"{address}/import", data=data)
    assert "二重には取り込んでいません" in text_of(admin.get(second.location))
    assert admin.get(address).status_code == 303, "there is nothing left to decide"
    again = upload(admin).location
    assert "変わるものはありません" in text_of(admin.get(again))
    done = admin.post(f"{again}/import", data={"digest": digest_of(again)})
    assert "二重には取り込んでいません" in text_of(admin.get(done.location))
    assert Audit.select().count() == 1


def test_what_changed_meanwhile_is_shown_again(admin):
    address = upload(admin).location
    old = digest(admin.get(address))
    other = upload(admin, workbook(findings=[{**FINDING, "指摘番号": "別"}])).location
    admin.post(f"{other}/import", data={"digest": digest_of(other)})
    assert admin.post(f"{address}/import", data={"digest": old}).status_code == 409
    assert Finding.select().count() == 1


def test_no_file_is_refused_with_the_reason(admin):
    refused = admin.post(PAGE, data={})
    assert refused.status_code == 422 and "選んでください" in text_of(refused)


def test_an_upload_is_discarded_and_those_of_yesterday_are_cleared_away(admin):
    address = upload(admin).location
    assert admin.post(f"{address}/discard").status_code == 303
    assert admin.get(address).status_code == 404
    upload(admin)
    assert staging.tidy(NOW) == 0 and staging.tidy(NOW + staging.KEPT) == 1


def test_an_upload_is_seen_by_its_author_alone(admin, cast):
    address = upload(admin).location
    HistoryUpload.update(person=cast.person["operator"]).execute()
    assert admin.get(address).status_code == 404


@pytest.mark.parametrize("name", ["head_of_audit", "auditor", "head_of_sales", "staff_of_sales"])
def test_who_may_not_import_finds_no_such_page(client, cast, name):
    cast.sign_in(client, name)
    assert client.get(PAGE).status_code == 404
    assert upload(client).status_code == 404


def test_who_is_not_signed_in_is_led_to_the_door(client, cast):
    assert "/sign-in" in client.get(PAGE).location


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_template_speaks_the_language_asked_for(admin, language):
    sent = admin.get(f"{PAGE}/template.xlsx?language={language}")
    book = load_workbook(io.BytesIO(sent.data))
    assert len(book.sheetnames) == 4
    assert (book.worksheets[1]["A1"].value == "監査番号＊") == (language == "ja")
    assert book.worksheets[1].data_validations.dataValidation


@pytest.fixture
def run(app, cast, settings, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("AUDITOR_SCHEDULER", "no")

    def call(*arguments):
        let_go()
        done = CliRunner(env={"AUDITOR_LANGUAGE": "en"}).invoke(
            main, [*map(str, arguments), "--data", str(settings.data)]
        )
        let_go()
        db.database.connect(reuse_if_open=True)
        return done

    return call


def let_go():
    if not db.database.is_closed():
        db.database.close()
    if hasattr(db.database.obj, "close_all"):
        db.database.close_all()


def test_the_command_line_shows_imports_and_imports_once(run, tmp_path):
    file = tmp_path / "history.xlsx"
    file.write_bytes(workbook())
    dry = run("history", "import", file, "--dry-run", "--json")
    assert dry.exit_code == 0, dry.output
    assert json.loads(dry.stdout)["audits"] == 1 and not Audit.select().exists()
    assert run("history", "import", file).exit_code == 0 and Audit.select().count() == 1
    again = run("history", "import", file)
    assert again.exit_code == 0 and "Nothing was done" in again.output and Audit.select().count() == 1


def test_the_command_line_names_each_problem_and_ends_with_1(run, tmp_path):
    file = tmp_path / "history.xlsx"
    file.write_bytes(workbook([{**AUDIT, "実施日": "10月頃"}]))
    done = run("history", "import", file)
    assert done.exit_code == 1 and "監査!F2: Must be corrected" in done.output


def test_the_command_line_writes_the_template(run, tmp_path):
    assert run("history", "template", "--lang", "en", "-o", tmp_path / "t.xlsx").exit_code == 0
    assert load_workbook(tmp_path / "t.xlsx").sheetnames[1] == "Earlier audits"
    assert run("history", "template", "-o", tmp_path / "none" / "t.xlsx").exit_code == 1
