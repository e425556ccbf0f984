"""Every bad file of design §10 at every door that takes one: its own words in both languages, and nothing done."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from auditor import filekinds, sheets
from auditor.access import application
from auditor.activity import ActivityEvent
from auditor.audits.models import Audit, ItemResult
from auditor.audits.workingpaper.models import PaperUpload
from auditor.catalogue import yamlnodes
from auditor.evidence.models import Evidence
from auditor.findings.models import Finding
from auditor.integrity import erasure
from auditor.people.models import Department, Person, RosterImport
from tests.audits import making as audits
from tests.audits.inspections.making import inspection
from tests.bed.pages import parsed, text_of
from tests.cast import NOW, Cast
from tests.fuzz import badfiles as bad
from tests.people.roster_files import (
    PERSON_HEADINGS,
    STAFF,
    book,
    csv_of,
    person,
    repacked,
    with_cached,
)


@dataclass(frozen=True)
class Bad:
    """A file, and words that its reader must find: in Japanese and in English."""

    name: str
    content: Callable[[], bytes]
    ja: str
    en: str
    filename: str = "名簿.xlsx"

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


# --- The roster ------------------------------------------------------------------------------------

WRONG_KIND = (
    "ExcelブックでもCSVでもないファイルです（{}）",
    "This is not an Excel workbook or a CSV file but {}",
)
DAMAGED = ("ファイルが壊れていて開けません", "The file is damaged and cannot be opened")
BOMB = ("展開後の大きさが異常なため", "would unpack to an unusual size")
PASSWORD = ("パスワードで保護されています", "protected by a password")
MACROS = ("マクロを含むブックのため、開きませんでした", "contains macros and was not opened")
NO_HEADING = ("名簿の見出しの行が見付かりません", "No row with the headings of a roster")
TOO_MANY = ("シートの行数が50,000行を超えています", "The sheet has more than 50,000 rows")
UNSEEN = (
    "「{}」に改行または見えない文字が入っています",
    "{} contains a line break or an invisible character",
)


def kind(name: str) -> tuple[str, str]:
    return WRONG_KIND[0].format(name), WRONG_KIND[1].format(name)


def unseen(column: str) -> tuple[str, str]:
    return UNSEEN[0].format(column), UNSEEN[1].format(column)


def _macro_kind(name: str, part: bytes) -> bytes:
    return part.replace(b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml")


def _wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


REFUSED = (
    Bad("too large", lambda: b"PK\x03\x04" + b"\0" * 400_000, "20 MBを超えています", "larger than"),
    Bad("empty", lambda: b"", "ファイルが空です", "The file is empty"),
    Bad("blanks only", lambda: b"\r\n \r\n", "ファイルが空です", "The file is empty", "名簿.csv"),
    Bad("PDF", lambda: b"%PDF-1.7\n%\xe2\xe3", *kind("PDF")),
    Bad("photo", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, *kind("PNG")),
    Bad("program", lambda: b"MZ\x90\0" + b"\0" * 99, *kind("EXE")),
    Bad("web page called xlsx", lambda: b"<html><table><tr><td>1</td></tr></table></html>", *kind("HTML/XML")),
    Bad("Word", lambda: bad.package({"word/document.xml": b"<x/>"}), *kind("Word (.docx)")),
    Bad("OpenDocument", lambda: bad.package({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), *kind("OpenDocument (.ods)")),
    Bad("binary workbook", lambda: bad.package({"xl/workbook.bin": b"\0"}), *kind("Excel (.xlsb)")),
    Bad("ZIP of something", lambda: bad.package({"readme.txt": b"hello"}), *kind("ZIP")),
    Bad("old Word", lambda: bad.compound("WordDocument"), *kind("Office 97–2003")),
    Bad("old Excel", lambda: bad.compound("Workbook"), "古いExcel形式（.xls）", "the old Excel format (.xls)"),
    Bad("encrypted workbook", lambda: bad.compound("EncryptionInfo", "EncryptedPackage"), *PASSWORD),
    Bad("encrypted ZIP", bad.encrypted_entry, *PASSWORD),
    Bad("zip bomb", lambda: bad.part_added("xl/media/bomb.png", b"\0" * 60_000_000), *BOMB),
    Bad("thousands of parts", lambda: bad.package({f"xl/{n}": b"" for n in range(2_001)}), *BOMB),
    Bad("sizes that lie", bad.lying_sizes, *DAMAGED),
    Bad("macros", lambda: bad.part_added("xl/vbaProject.bin", b"macro"), *MACROS),
    Bad("macros under another name", lambda: repacked(book(), _macro_kind), *MACROS),
    Bad("billion laughs", lambda: bad.part_changed(bad.laughing), *DAMAGED),
    Bad("billion laughs behind a long comment", lambda: bad.part_changed(lambda part: bad.laughing(part, 70_000)), *DAMAGED),
    Bad("entities in the workbook part", lambda: bad.part_changed(bad.laughing, "xl/workbook.xml"), *DAMAGED),
    Bad("a file of the server", lambda: bad.part_changed(bad.reading_a_file), *DAMAGED),
    Bad("cut short", lambda: book()[:3_000], *DAMAGED),
    Bad("a sheet cut short", lambda: bad.part_changed(lambda part: part[: len(part) // 2]), *DAMAGED),
    Bad("a sheet that is missing", lambda: repacked(book(), lambda name, part: None if name == bad.SHEET else part), *NO_HEADING),
    Bad("formatted far below the roster", lambda: bad.formatted_to(2_100), *TOO_MANY),
    Bad("a row that says it is the billionth", lambda: bad.part_changed(lambda part: part.replace(b'r="8"', b'r="99999999999"')), *TOO_MANY),
    Bad("half a character", lambda: csv_of(STAFF, "cp932") + b"\x81\xff\xfe\x80\r\n", "7行目から読み取れません", "cannot be read from line 7 on", "名簿.csv"),
    Bad("a quotation mark that stays open", lambda: csv_of([*STAFF, person("000128", 姓='"髙')]), "引用符（\"）が閉じていません", "a quotation mark is not closed", "名簿.csv"),
    Bad("NUL bytes", lambda: csv_of(STAFF).replace("髙".encode(), b"\0"), *kind("binary"), "名簿.csv"),
    Bad("UTF-16 without its mark", lambda: "社員番号,氏名\r\n1,髙田".encode("utf-16-le"), *kind("binary"), "名簿.csv"),
    Bad("one column", lambda: "社員番号\r\n000123\r\n".encode(), *NO_HEADING, "名簿.csv"),
    Bad("no heading", lambda: b"a,b\r\n1,2\r\n", *NO_HEADING, "名簿.csv"),
    Bad("only a hidden sheet", lambda: bad.part_changed(lambda part: part.replace(b'state="visible"', b'state="hidden"'), "xl/workbook.xml", book(units=None)), *NO_HEADING),
    Bad("headings without rows", lambda: book([]), "見出しの下に行がありません", "There is no row below the headings"),
    Bad("a column is missing", lambda: book(headings=["番地" if h == "部署コード" else h for h in PERSON_HEADINGS]), "の列がありません", "is missing. Add it to the row of headings"),
    Bad("a heading twice", lambda: book(headings=[*PERSON_HEADINGS, "姓"]), "見出し「姓」が2つあります", "The heading 姓 appears twice"),
    Bad("merged headings", lambda: bad.spoilt(lambda sheet: sheet.merge_cells("B3:C3")), "見出しの行のセルが結合されています（B3:C3）", "Cells of the row of headings are merged (B3:C3)"),
    Bad("merged rows", lambda: bad.spoilt(lambda sheet: sheet.merge_cells("J4:J6")), "セルが結合されています（J4:J6）", "Cells are merged (J4:J6)"),
    Bad("a name that is too long", lambda: bad.cell("姓", "髙" * 81), "「姓」が81文字あります", "姓 has 81 characters"),
    Bad("a line break in a name", lambda: bad.cell("姓", "髙\n田"), *unseen("姓")),
    Bad("text that runs backwards", lambda: bad.cell("名", "\u202e子直"), *unseen("名")),
    Bad("a character of no width", lambda: bad.cell("姓", "髙\u200b田"), *unseen("姓")),
    Bad("a control character", lambda: csv_of([*STAFF, person("000128", 姓="髙\x07田")]), *unseen("姓"), "名簿.csv"),
    Bad("half a surrogate", lambda: bad.part_changed(lambda part: part.replace(b"<v>", b"<v>&#xD800;", 1)), *DAMAGED),
    Bad("a number in scientific notation", lambda: csv_of([*STAFF, person("1.23E+05")]), "「1.23E+05」に使えない文字があります", "“1.23E+05” may only have letters", "名簿.csv"),
    Bad("leading zeros lost", lambda: book([*STAFF, person(128)]), "先頭の0が落ちています（正しくは000128", "lost its leading zeros; it is likely 000128"),
    Bad("no date", lambda: bad.cell("入社日", "昨日"), "「昨日」は日付ではありません", "“昨日” is not a date"),
    Bad("30 February", lambda: bad.cell("入社日", "2026-02-30"), "「2026-02-30」は日付ではありません", "“2026-02-30” is not a date"),
    Bad("a day of another age", lambda: bad.cell("入社日", "0001-01-01"), "1930年から2100年までの日付ではありません", "is not between 1930 and 2100"),
    Bad("a day number below zero", lambda: bad.cell("入社日", -5), "「-5」は日付ではありません", "“-5” is not a date"),
    Bad("a number twice", lambda: book([*STAFF, person("000123")]), "社員番号000123はA4にもあります", "The employee number 000123 is also in A4"),
    Bad("a department code twice", lambda: bad.units(["D110", "営業第三部", "", "部", "D100", "", None]), "部署コードD110はA3にもあります", "The department code D110 is also in A3"),
    Bad("an unknown department", lambda: bad.cell("部署コード", "X9z"), "部署「X9z」はありません", "There is no department “X9z”"),
    Bad("an unknown superior", lambda: bad.units(["D130", "新設部", "", "部", "D999", "", None]), "上位部署D999が一覧にありません", "The superior department D999 is not in the list"),
    Bad("departments in a circle", lambda: bad.units(["D130", "甲部", "", "部", "D140", "", None], ["D140", "乙部", "", "部", "D130", "", None]), "部署の上下関係が循環しています", "form a circle"),
    Bad("a formula without a result", lambda: bad.cell("姓", "=B4"), "「姓」の数式に計算結果がありません", "姓 holds a formula without a result"),
    Bad("a link to another workbook", lambda: bad.cell("姓", "='[人事.xlsx]Sheet1'!B4"), "「姓」の数式に計算結果がありません", "姓 holds a formula without a result"),
    Bad("an Excel error", lambda: bad.cell("姓", "#REF!"), "「姓」がExcelのエラー（#REF!）", "姓 shows an Excel error (#REF!)"),
)  # fmt: skip

READ = (
    Bad("full-width digits", lambda: bad.cell("メールアドレス", _wide("a@example.jp")), "全角文字を半角として読み取りました", "full-width characters were read as half-width"),
    Bad("day numbers", lambda: bad.cell("入社日", 44_287), "Excelの連番を日付として読み取りました", "Excel day numbers were read as dates"),
    Bad("day numbers from 1904", lambda: bad.with_epoch_1904(bad.cell("入社日", 42_825)), "Excelの連番を日付として読み取りました", "Excel day numbers were read as dates"),
    Bad("dates as text", lambda: bad.cell("入社日", "令和3年4月1日"), "文字列を日付として読み取りました", "dates typed as text were read as dates"),
    Bad("Windows text", lambda: csv_of(STAFF, "cp932"), "（CP932）として読み取りました", "was read as Japanese Windows text (CP932)", "名簿.csv"),
    Bad("a formula with its result", lambda: with_cached(bad.cell("姓", "=B4"), {"B9": "髙田"}), "保存されていた計算結果を読み取りました", "the last results of formulas were read"),
    Bad("hidden rows", lambda: bad.spoilt(lambda sheet: setattr(sheet.row_dimensions[6], "hidden", True)), "非表示の行も読み取りました", "Hidden rows were read as well"),
    Bad("another sheet", lambda: book(spoil=lambda made: made.create_sheet("メモ")), "名簿ではないシートのため", "This sheet is not a roster"),
    Bad("zeros of the cell format", lambda: bad.spoilt(lambda sheet: (setattr(sheet["A8"], "value", 127), setattr(sheet["A8"], "number_format", "000000"))), "先頭の0をセルの書式から補いました", "leading zeros were taken from the cell format"),
    Bad("a sheet that says it has one cell", lambda: bad.lying_dimension("A1"), "5行", "5 rows"),
    Bad("a sheet that says it is full", lambda: bad.lying_dimension("A1:XFD1048576"), "5行", "5 rows"),
    Bad("path names in the package", lambda: bad.part_added("../../../../tmp/auditor-was-here.xml", b"<x/>"), "5行", "5 rows"),
    Bad("semicolons", lambda: csv_of(STAFF).replace(b",", b";"), "5行", "5 rows", "名簿.csv"),
    Bad("tabs in UTF-16", lambda: csv_of(STAFF, "utf-8").decode().replace(",", "\t").encode("utf-16"), "5行", "5 rows", "名簿.csv"),
    Bad("a byte order mark", lambda: csv_of(STAFF, "utf-8-sig"), "5行", "5 rows", "名簿.csv"),
    Bad("a character of the company's own", lambda: bad.cell("姓", "\ue000田"), "6行", "6 rows"),
    Bad("a number that Excel made of it", lambda: csv_of([person(f"{n}") for n in range(123_000, 123_005)]), "5行", "5 rows", "名簿.csv"),
    Bad("a path for a name", lambda: book(), "passwd.xlsx", "passwd.xlsx", "../../../etc/passwd.xlsx"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large here is a small part of what is too large in earnest."""
    monkeypatch.setattr(filekinds, "LARGEST_FILE", 400_000)
    monkeypatch.setattr(filekinds, "MEGABYTE", 20_000)
    monkeypatch.setattr(sheets, "FARTHEST_ROW", 2_000)
    monkeypatch.setattr(yamlnodes, "MAX_BYTES", 400_000)


def counted() -> tuple[int, ...]:
    """Return what no refused file may change: persons, departments, imports, evidence, events."""
    return tuple(
        model.select().count() for model in (Person, Department, RosterImport, Evidence, ActivityEvent)
    )


@pytest.fixture
def admin(client: Any, cast: Cast) -> Any:
    cast.sign_in(client, "administrator")
    return client


def speak(client: Any, language: str) -> None:
    client.set_cookie("language", language)


def previewed(client: Any, case: Bad) -> str:
    """Upload a roster and hold the words of its preview in both languages; return its address."""
    data = {"file": (io.BytesIO(case.content()), case.filename), "effective_from": "2026-12-01"}
    sent = client.post("/people/imports", data=data)
    assert sent.status_code == 303, text_of(sent)
    for language, words in (("ja", case.ja), ("en", case.en)):
        speak(client, language)
        shown = text_of(client.get(sent.location))
        assert words in shown, f"{language}: {shown[:1500]}"
    return str(sent.location)


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_bad_roster_is_told_in_both_languages_and_cannot_be_applied(admin: Any, case: Bad) -> None:
    before = counted()
    address = previewed(admin, case)
    page = parsed(admin.get(address))
    assert not page.xpath(f"//form[@action='{address}/apply']"), "no button applies it"
    (digest,) = page.xpath("//input[@name='digest']/@value") or [""]
    assert admin.post(f"{address}/apply", data={"digest": digest}).status_code in (409, 422)
    assert counted() == before


@pytest.mark.parametrize("case", READ, ids=str)
def test_a_roster_that_is_read_all_the_same_says_how_in_both_languages(admin: Any, case: Bad) -> None:
    before = counted()
    page = text_of(admin.get(previewed(admin, case)))
    assert "cannot be applied" not in page
    assert counted() == before, "looking at it changes nothing"


# --- Files in YAML: a catalogue, a published text --------------------------------------------------

NO_YAML = ("YAMLファイルではありません（{}）", "This is not a YAML file but {}")


def no_yaml(name: str) -> tuple[str, str]:
    return NO_YAML[0].format(name), NO_YAML[1].format(name)


def _bomb() -> bytes:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(["l0: &l0 [a, a]", *levels]).encode()


YAML = (
    Bad("too large", lambda: b"#" * 400_001, "MBを超えています", "larger than"),
    Bad("empty", lambda: b"", "「list.yaml」に", "“list.yaml” should be"),
    Bad("workbook", book, *no_yaml("Excel / ZIP")),
    Bad("zip bomb", lambda: bad.package({"a.yaml": b"\0" * 60_000_000}), *no_yaml("Excel / ZIP")),
    Bad("macros", lambda: bad.part_added("xl/vbaProject.bin", b"macro"), *no_yaml("Excel / ZIP")),
    Bad("encrypted workbook", lambda: bad.compound("EncryptedPackage"), *no_yaml("Office 97–2003")),
    Bad("PDF", lambda: b"%PDF-1.7\n", *no_yaml("PDF")),
    Bad("photo", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 9, *no_yaml("JPEG")),
    Bad("Windows text", lambda: "title: 個人情報".encode("cp932"), "UTF-8ではないファイルです", "The file is not UTF-8"),
    Bad("UTF-16", lambda: "title: 個人情報".encode("utf-16"), "UTF-8ではないファイルです", "The file is not UTF-8"),
    Bad("NUL bytes", lambda: b"format: a\0b\n", "YAMLとして読み取れません", "This is not YAML from here on"),
    Bad("a control character", lambda: b"format: a\x07b\n", "YAMLとして読み取れません", "This is not YAML from here on"),
    Bad("an open bracket", lambda: b"a: [1, 2\nb: 3\n", "YAMLとして読み取れません", "This is not YAML from here on"),
    Bad("billion laughs", _bomb, "アンカーとエイリアス", "Anchors and aliases"),
    Bad("nested without end", lambda: b"[" * 100_000, "30段を超えています", "more than 30 levels deep"),
    Bad("a list", lambda: b"- a\n- b\n", "「list.yaml」に", "“list.yaml” should be"),
    Bad("a field twice", lambda: b"format: a\nformat: b\n", "「format」が二重に指定されています", "“format” is given twice"),
    Bad("a field too few", lambda: b"format: a\n", "「title」がありません", "“title” is missing"),
    Bad("another format", lambda: b"format: auditor-nothing/9\n", "使えない値です", "is not a known format"),
    Bad("a command", lambda: b"format: !!python/object/apply:os.getcwd []\n", "「format」には文字列を入力してください", "“format” should be a text"),
)  # fmt: skip


@pytest.mark.parametrize("door", ["/catalogue/import", "/promises/new/file"])
def test_a_bad_yaml_file_is_told_in_both_languages_and_nothing_is_kept(admin: Any, door: str) -> None:
    before = counted()
    for case in YAML:
        for language, words in (("ja", case.ja), ("en", case.en)):
            speak(admin, language)
            answer = admin.post(door, data={"file": (io.BytesIO(case.content()), "list.yaml")})
            assert answer.status_code == 422, f"{case}: {answer.status_code}"
            assert words in text_of(answer), f"{case} {language}: {text_of(answer)[:900]}"
    assert counted() == before


def test_a_form_without_its_file_says_so_in_both_languages(admin: Any, cast: Cast) -> None:
    before = counted()
    for door in ("/people/imports", "/catalogue/import", "/promises/new/file"):
        for language, words in (("ja", "ファイルを選"), ("en", "Choose")):
            speak(admin, language)
            for data in ({}, {"file": (io.BytesIO(b""), "")}, {"file": "text and no file"}):
                answer = admin.post(door, data={**data, "effective_from": "2026-12-01"})
                assert answer.status_code == 422 and words in text_of(answer), f"{door} {language} {data}"
    assert counted() == before


# --- A working paper that comes back ----------------------------------------------------------------

NO_WORKBOOK = ("Excelブックではないファイルです（{}）", "This is not an Excel workbook but {}")
NO_PAPER = ("このブックは調書ではありません", "This workbook is not a working paper")
PAPER = (
    *(
        replace(case, ja=words[0].format(name), en=words[1].format(name))
        for case in REFUSED
        for words, name in (
            (NO_WORKBOOK, case.en.rpartition(" but ")[2] if " but " in case.en else ""),
        )
        if case.filename.endswith(".xlsx") and " but " in case.en
    ),
    *(
        case
        for case in REFUSED
        if (case.ja, case.en) in (DAMAGED, BOMB) and case.filename.endswith(".xlsx")
    ),
    *(replace(case, ja="パスワードで保護されているため") for case in REFUSED if (case.ja, case.en) == PASSWORD),
    *(
        replace(case, ja="マクロを含むブックのため、開いていません", en="contains macros and was not opened")
        for case in REFUSED
        if (case.ja, case.en) == MACROS
    ),
    *(
        replace(case, ja="シートの行数が50,000行を超えています", en="A sheet has more than 50,000 rows")
        for case in REFUSED
        if (case.ja, case.en) == TOO_MANY
    ),
    Bad("too large", lambda: b"PK\x03\x04" + b"\0" * 400_000, "20 MBを超えているため", "larger than 20 MB, so"),
    Bad("empty", lambda: b" \r\n", "ファイルが空です。何も変更していません", "The file is empty. Nothing was changed"),
    Bad("old Excel", lambda: bad.compound("Workbook"), "古いExcel形式（.xls）のブックです", "the old Excel format (.xls)"),
    Bad("a roster", book, *NO_PAPER),
    Bad("a table as text", lambda: csv_of(STAFF), *(words.format("CSV / text") for words in NO_WORKBOOK)),
)  # fmt: skip


@pytest.mark.parametrize(("whose", "person"), [("audits", "auditor"), ("inspections", "head_of_sales")])
def test_a_bad_file_is_no_working_paper_and_says_so_in_both_languages(
    client: Any, cast: Cast, whose: str, person: str
) -> None:
    audit = audits.assigned(cast) if whose == "audits" else inspection(cast)
    cast.sign_in(client, person)
    before = (*counted(), ItemResult.select().count(), PaperUpload.select().count())
    assert len(PAPER) > 25
    for case in PAPER:
        for language, words in (("ja", case.ja), ("en", case.en)):
            speak(client, language)
            data = {"file": (io.BytesIO(case.content()), "調書.xlsx")}
            answer = client.post(f"/{whose}/{audit.id}/papers", data=data)
            assert answer.status_code == 422, f"{case}: {answer.status_code}"
            assert words in text_of(answer), f"{case} {language}: {text_of(answer)[:900]}"
    assert before == (*counted(), ItemResult.select().count(), PaperUpload.select().count())


# --- The audits and findings of earlier years -------------------------------------------------------

NO_LIST = ("見出し行が見付かりません", "No row of headings of audits, results or findings was found")
HISTORY = (
    *(case for case in REFUSED if (case.ja, case.en) in (DAMAGED, PASSWORD, MACROS)),
    *(replace(case, ja=f"ExcelブックでもCSVファイルでもありません（{case.en.rpartition(' but ')[2]}）") for case in REFUSED if " but " in case.en),
    *(replace(case, ja="展開すると異常な大きさになるため", en=BOMB[1]) for case in REFUSED if (case.ja, case.en) == BOMB),
    *(replace(case, ja="シートが50,000行を超えています", en=TOO_MANY[1]) for case in REFUSED if (case.ja, case.en) == TOO_MANY),
    Bad("too large", lambda: b"PK\x03\x04" + b"\0" * 400_000, "20 MBを超えています。何も読んでいません", "larger than 20 MB. Nothing was read"),
    Bad("empty", lambda: b"", "ファイルが空です", "The file is empty"),
    Bad("a roster", book, *NO_LIST),
    Bad("no heading", lambda: b"a,b\r\n1,2\r\n", *NO_LIST, "監査一覧.csv"),
)  # fmt: skip


def test_a_bad_file_of_earlier_years_is_told_in_both_languages_and_cannot_be_imported(admin: Any) -> None:
    before = (*counted(), Audit.select().count(), Finding.select().count())
    assert len(HISTORY) > 25
    for case in HISTORY:
        sent = admin.post("/findings/history", data={"file": (io.BytesIO(case.content()), case.filename)})
        assert sent.status_code == 303, f"{case}: {text_of(sent)[:900]}"
        for language, words in (("ja", case.ja), ("en", case.en)):
            speak(admin, language)
            page = admin.get(sent.location)
            assert words in text_of(page), f"{case} {language}: {text_of(page)[:900]}"
        assert not parsed(page).xpath(f"//form[@action='{sent.location}/import']"), "no button imports it"
        assert admin.post(f"{sent.location}/import", data={"digest": ""}).status_code in (409, 422), case
    assert before == (*counted(), Audit.select().count(), Finding.select().count())


# --- Evidence: any file is taken as it is, and never opened ----------------------------------------

ANY_FILE = (
    Bad("workbook with macros", lambda: bad.part_added("xl/vbaProject.bin", b"m"), "application/zip", "記録.xlsm"),
    Bad("encrypted workbook", lambda: bad.compound("EncryptedPackage"), "application/x-ole-storage", "記録.xlsx"),
    Bad("zip bomb", lambda: bad.package({"bomb": b"\0" * 30_000_000}), "application/zip", "記録.zip"),
    Bad("web page", lambda: b"<html><script>alert(1)</script></html>", "text/plain", "page.html"),
    Bad("drawing with a script", lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "text/plain", "map.svg"),
    Bad("web page that says it is a photo", lambda: b"<script>alert(1)</script>", "text/plain", "photo.png"),
    Bad("photo and web page at once", lambda: b"GIF89a/*<script>alert(1)</script>*/", "image/gif", "x.html"),
    Bad("Windows text", lambda: "確認しました".encode("cp932"), "text/plain", "memo.txt"),
    Bad("program", lambda: b"MZ\0\0", "application/octet-stream", "setup.exe"),
)  # fmt: skip


@pytest.fixture
def item(client: Any, cast: Cast) -> str:
    """The address of an item of an audit, whose auditor has signed in."""
    audit = audits.assigned(cast)
    cast.sign_in(client, "auditor")
    return f"/audits/{audit.id}/items/{audits.items(audit)[0].id}"


def test_any_file_is_evidence_as_it_is_and_is_given_back_to_be_saved_only(client: Any, item: str) -> None:
    for case in ANY_FILE:
        content, media_type, name = case.content(), case.ja, case.en
        sent = client.post(f"{item}/evidence", data={"file": (io.BytesIO(content), name)})
        assert sent.status_code == 303, str(case)
        kept = Evidence.select().order_by(Evidence.id.desc()).get()
        given = client.get(f"{item}/evidence/{kept.id}")
        assert given.get_data() == content, str(case)
        assert given.mimetype == media_type, str(case)
        assert given.headers["Content-Disposition"].startswith("attachment")
        assert given.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in given.headers["Content-Security-Policy"]
        given.close()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../../etc/passwd", "passwd"),
        ("C:\\Users\\taro\\記録.pdf", "記録.pdf"),
        ("記\n録\r\x00.pdf", "記録.pdf"),
        ("\u202egnp.exe", "gnp.exe"),
        ("..", "file"),
        ("あ" * 400 + ".pdf", "あ" * 196 + ".pdf"),
        (" .", "file"),
    ],
)
def test_the_name_of_evidence_can_do_no_harm(sent: str, kept: str) -> None:
    from auditor.evidence.media import safe_name

    assert safe_name(sent) == kept


def test_evidence_that_is_refused_says_why_in_both_languages(
    client: Any, item: str, app: Any, settings: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(f"{item}/evidence", data={"file": (io.BytesIO(b"a face"), "face.jpg")})
    stored = Evidence.get().file
    erasure.erase_file(application("test"), stored, settings.evidence_folder, "asked for", NOW)
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 400_000)
    before = counted()
    for content, status, ja, en in (
        (b"", 422, "ファイルが空です。保存していません", "The file is empty. Nothing was stored"),
        (b"a face", 422, "意図して消去されたもの", "erased on purpose"),
        (b"0" * 400_000, 413, "受け取れるのは、ファイルは合計", "Files are accepted up to"),
    ):
        for language, words in (("ja", ja), ("en", en)):
            speak(client, language)
            answer = client.post(f"{item}/evidence", data={"file": (io.BytesIO(content), "a.jpg")})
            assert answer.status_code == status
            assert words in text_of(answer), f"{language}: {text_of(answer)[:600]}"
    assert counted() == before
    folder = settings.evidence_folder
    assert not [file for file in folder.rglob("*") if file.is_file()], "no byte of them stays on the disk"


# --- Days as a list --------------------------------------------------------------------------------

LINES = (
    ("2026-02-30 休業", "次の行を読み取れません：1行目", "These lines cannot be read: 1"),
    ("2026-12-29 年末\n\nあさって", "次の行を読み取れません：3行目", "These lines cannot be read: 3"),
    ("2026-12-29～2026-12-01 逆", "次の行を読み取れません：1行目", "These lines cannot be read: 1"),
    ("2026-01-01～2036-01-01 十年", "次の行を読み取れません：1行目", "These lines cannot be read: 1"),
    (
        "0000-01-01 なし\n9999-12-31～9999-12-31 終わり",
        "次の行を読み取れません：1, 2行目",
        "These lines cannot be read: 1, 2",
    ),
    ("9999-12-31 世の終わり", "次の行を読み取れません：1行目", "These lines cannot be read: 1"),
    ("2026-12-29 " + "あ" * 101, "次の行を読み取れません：1行目", "These lines cannot be read: 1"),
    ("2026-01-01～2026-12-31 甲\n2027-01-01～2027-01-31 乙", "1日以上366日以内", "between 1 and 366 days"),
    ("\u202e92-21-6202 逆さ", "次の行を読み取れません：1行目", "These lines cannot be read: 1"),
    (" ", "1日以上366日以内", "between 1 and 366 days"),
)


def test_a_closed_day_of_another_age_is_refused_in_both_languages(admin: Any) -> None:
    before = counted()
    for day in ("0001-01-01", "9999-12-31"):
        for language, words in (("ja", "1950年から2100年まで"), ("en", "from 1950 to 2100")):
            speak(admin, language)
            answer = admin.post("/company/closed-days", data={"day": day, "name": "休業"})
            assert answer.status_code == 422 and words in text_of(answer)
        assert admin.post(f"/company/closed-days/{day}/open").status_code == 404
    assert counted() == before


def test_a_list_of_days_that_cannot_be_read_is_told_in_both_languages(admin: Any) -> None:
    before = counted()
    for lines, ja, en in LINES:
        for language, words in (("ja", ja), ("en", en)):
            speak(admin, language)
            answer = admin.post("/company/closed-days/list", data={"days": lines})
            assert answer.status_code == 422, f"{lines[:40]}: {answer.status_code}"
            assert words in text_of(answer), f"{language} {lines[:40]}: {text_of(answer)[:900]}"
            assert "年末" not in lines or "年末" in answer.get_data(as_text=True), (
                "what was typed is still there"
            )
    assert counted() == before
