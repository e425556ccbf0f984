"""What a paper goes through in the field: whatever a person or a program does to it, every answer arrives."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from openpyxl import Workbook, load_workbook

from auditor.audits.models import Audit
from auditor.audits.workingpaper.comparing import Plan
from auditor.audits.workingpaper.words import MARK
from tests.audits.making import assigned
from tests.audits.workingpaper.filling import (
    CHECKLIST,
    HEAD_ROW,
    applied,
    changed,
    column,
    filled,
    plan,
    row_of,
    standing,
    taken,
)
from tests.bed.office import Office
from tests.cast import Cast
from tests.people.roster_files import repacked

ANSWERS = {
    "ORG-01": {"result": "適合", "note": "台帳を見た。\n2行目"},
    "PHY-02": {"result": "対象外", "reason": "部屋がない"},
    "TEC-01": {"result": "重大な不適合", "note": '1+1=2 ではない　<&> "引用" 🍀'},
}


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return assigned(cast)


def unlocked(book: Workbook) -> Any:
    book.security = None  # type: ignore[assignment]
    book.worksheets[CHECKLIST].protection.disable()
    return book.worksheets[CHECKLIST]


def reversed_rows(book: Workbook) -> None:
    sheet = unlocked(book)
    rows = [[one.value for one in sheet[number]] for number in range(HEAD_ROW + 1, sheet.max_row + 1)]
    for number, values in enumerate(reversed(rows), HEAD_ROW + 1):
        for place, value in enumerate(values, 1):
            sheet.cell(number, place).value = value


def filtered(book: Workbook) -> None:
    sheet = unlocked(book)
    for number in range(HEAD_ROW + 1, sheet.max_row + 1, 2):
        sheet.row_dimensions[number].hidden = True


def renamed(book: Workbook) -> None:
    unlocked(book).title = "営業一課 11月20日"
    book.worksheets[0].title = "読んでから"


def sheets_moved_and_added(book: Workbook) -> None:
    unlocked(book)
    book.move_sheet(book.worksheets[CHECKLIST], -1)
    book.create_sheet("メモ", 0)["A1"] = "判定は夕方に入れる"


def columns_added(book: Workbook) -> None:
    sheet = unlocked(book)
    sheet.insert_cols(3, 2)
    sheet.cell(HEAD_ROW, 3).value = "自分用"
    sheet.cell(HEAD_ROW + 1, 3).value = "午後に行く"
    sheet.insert_cols(1)


def columns_turned_round(book: Workbook) -> None:
    sheet = unlocked(book)
    last = sheet.max_column
    for number in range(1, sheet.max_row + 1):
        values = [sheet.cell(number, place).value for place in range(1, last + 1)]
        for place, value in enumerate(reversed(values), 1):
            sheet.cell(number, place).value = value


def rows_put_in(book: Workbook) -> None:
    sheet = unlocked(book)
    sheet.insert_rows(HEAD_ROW + 2, 3)
    sheet.cell(HEAD_ROW + 2, 4).value = "（ここから2階）"


def rows_of_others_deleted(book: Workbook) -> None:
    sheet = unlocked(book)
    sheet.delete_rows(row_of(sheet, "ORG-02"))


def hidden_names_deleted(book: Workbook) -> None:
    unlocked(book).delete_rows(1)


def hidden_sheet_deleted(book: Workbook) -> None:
    unlocked(book)
    del book["auditor"]


def headings_in_other_words(book: Workbook) -> None:
    sheet = unlocked(book)
    for one in sheet[HEAD_ROW]:
        one.value = f"列{one.column}"


def split_over_two_sheets(book: Workbook) -> None:
    sheet = unlocked(book)
    other = book.create_sheet("2枚目")
    for target, number in enumerate((1, HEAD_ROW, row_of(sheet, "TEC-01")), 1):
        for one in sheet[number]:
            other.cell(target, one.column).value = one.value
    sheet.delete_rows(row_of(sheet, "TEC-01"))


CHANGES = [
    reversed_rows, filtered, renamed, sheets_moved_and_added, columns_added, columns_turned_round, rows_put_in,
    rows_of_others_deleted, hidden_names_deleted, hidden_sheet_deleted, split_over_two_sheets,
]  # fmt: skip


def arrived(found: Plan) -> dict[str, dict[str, str]]:
    """Return what the plan would write, in the words of ANSWERS."""
    return {
        line.item.code: {
            name: value
            for name, value in (
                ("result", str(line.mine.result.label)), ("note", line.mine.note), ("reason", line.mine.reason),
            )
            if value
        }
        for line in found.lines
    }  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: str(change.__name__))
def test_every_answer_arrives(cast: Cast, audit: Audit, change: Any) -> None:
    found = plan(cast, audit, changed(filled(taken(cast, audit), ANSWERS), change))
    assert (arrived(found), found.problems, found.conflicts) == (ANSWERS, [], [])


def test_headings_in_other_words_do_not_matter_and_are_told(cast: Cast, audit: Audit) -> None:
    found = plan(cast, audit, changed(filled(taken(cast, audit), ANSWERS), headings_in_other_words))
    assert arrived(found) == ANSWERS
    assert [one.code for one in found.problems] == ["stray"], "the row of headings is none of the items"


def test_rows_without_their_key_are_known_by_their_code_and_that_is_told(cast: Cast, audit: Audit) -> None:
    def lose(book: Workbook) -> None:
        sheet = unlocked(book)
        for number in range(HEAD_ROW + 1, sheet.max_row + 1):
            sheet.cell(number, column(sheet, "key")).value = None

    found = plan(cast, audit, changed(filled(taken(cast, audit), ANSWERS), lose))
    assert arrived(found) == ANSWERS
    assert [(one.code, one.params["count"]) for one in found.problems] == [("key_lost", "5")]


def test_a_missing_column_is_told_and_the_others_are_read(cast: Cast, audit: Audit) -> None:
    def cut(book: Workbook) -> None:
        sheet = unlocked(book)
        sheet.delete_cols(column(sheet, "reason"))

    found = plan(cast, audit, changed(filled(taken(cast, audit), {"ORG-01": {"result": "適合"}}), cut))
    assert [one.code for one in found.problems] == ["column_missing"]
    assert len(found.changes) == 1 and not found.errors


@pytest.mark.parametrize(
    ("value", "text"),
    [(5, "5"), (2.5, "2.5"), (True, "TRUE"), ("  前後の空白  ", "前後の空白"), ("a\r\nb\tc", "a\nb c")],
)
def test_whatever_stands_in_a_note_is_read_as_it_is_seen(
    cast: Cast, audit: Audit, value: Any, text: str
) -> None:
    (line,) = plan(cast, audit, filled(taken(cast, audit), {"ORG-01": {"note": value}})).lines
    assert line.mine.note == text


# --- As Excel saves it ------------------------------------------------------------------------------

_SHEET = "xl/worksheets/sheet2.xml"


def excel_cell(content: bytes, code: str, name: str, cell: str) -> bytes:
    """Return the file with one cell written in the XML that Excel uses; ``cell`` fills in %(r)s and the style."""
    sheet = load_workbook(io.BytesIO(content)).worksheets[CHECKLIST]
    where = sheet.cell(row_of(sheet, code), column(sheet, name)).coordinate

    def write(part_name: str, part: bytes) -> bytes:
        if part_name != _SHEET:
            return part
        text = part.decode()
        pattern = rf'<c r="{where}"( s="\d+")?[^>]*?(/>|>.*?</c>)'
        assert re.search(pattern, text)
        return re.sub(pattern, lambda found: cell % {"r": where, "s": found[1] or ""}, text, count=1).encode()

    return repacked(content, write)


INLINE = '<c r="%(r)s"%(s)s t="inlineStr"><is><t>適合</t></is></c>'
RICH = (
    '<c r="%(r)s"%(s)s t="inlineStr"><is><r><rPr><b/></rPr><t>印が</t></r><r><t xml:space="preserve"> ない</t></r>'
    '<rPh sb="0" eb="1"><t>イン</t></rPh><phoneticPr fontId="1"/></is></c>'
)


def test_rich_text_inline_strings_and_readings_are_read_as_what_is_seen(cast: Cast, audit: Audit) -> None:
    content = excel_cell(taken(cast, audit), "ORG-01", "result", INLINE)
    content = excel_cell(content, "ORG-01", "note", RICH)
    (line,) = plan(cast, audit, content).lines
    assert (line.mine.result.value, line.mine.note) == ("conform", "印が ない")


_INLINE = re.compile(
    r'<c r="(\w+)"( s="\d+")?[^>]*t="inlineStr"[^>]*><is><t[^>]*>(.*?)</t></is></c>', re.DOTALL
)
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
_READING = '<rPh sb="0" eb="1"><t>ヨミ</t></rPh><phoneticPr fontId="1" type="noConversion"/>'


def with_shared_strings(content: bytes, more: dict[str, str] | None = None) -> bytes:
    """Return the file with its texts where Excel keeps them, each with a reading; ``more`` writes a text's runs."""
    texts: list[str] = []

    def share(found: re.Match[str]) -> str:
        texts.append(found[3])
        return f'<c r="{found[1]}"{found[2] or ""} t="s"><v>{len(texts) - 1}</v></c>'

    def write(name: str, part: bytes) -> bytes:
        if name.startswith("xl/worksheets/sheet"):
            return _INLINE.sub(share, part.decode()).encode()
        if name == "[Content_Types].xml":
            entry = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}"/></Types>'
            return part.replace(b"</Types>", entry.encode())
        if name == "xl/_rels/workbook.xml.rels":
            entry = (
                f'<Relationship Id="rId99" Type="{_RELATION}" Target="sharedStrings.xml"/></Relationships>'
            )
            return part.replace(b"</Relationships>", entry.encode())
        return part

    out = repacked(content, write)
    runs = [(more or {}).get(text, f'<t xml:space="preserve">{text}</t>') for text in texts]
    strings = "".join(f"<si>{run}{_READING}</si>" for run in runs)
    packed = io.BytesIO(out)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as made:
        name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        made.writestr("xl/sharedStrings.xml", f'<sst xmlns="{name}" count="{len(runs)}">{strings}</sst>')
    return packed.getvalue()


def test_shared_strings_with_readings_and_the_escapes_of_excel(cast: Cast, audit: Audit) -> None:
    content = filled(taken(cast, audit), {"ORG-01": {"note": "SHARED"}, "PHY-01": {"result": "適合"}})
    runs = '<r><t>東京_x000D_\n</t></r><r><rPr><sz val="9"/></rPr><t>_x005F_x0041_</t></r>'
    found = plan(cast, audit, with_shared_strings(content, {"SHARED": runs}))
    assert arrived(found) == {
        "ORG-01": {"result": "未確認", "note": "東京\n_x0041_"},
        "PHY-01": {"result": "適合"},
    }


def test_numbers_dates_and_shares_are_read_as_they_are_shown(cast: Cast, audit: Audit) -> None:
    def format_cells(book: Workbook) -> None:
        sheet = unlocked(book)
        for code, value, look in (("ORG-01", 0.25, "0%"), ("ORG-02", 46_346, "yyyy/m/d")):
            one = sheet.cell(row_of(sheet, code), column(sheet, "note"))
            one.value, one.number_format = value, look

    found = plan(cast, audit, changed(taken(cast, audit), format_cells))
    assert [line.mine.note for line in found.lines] == ["25%", "2026-11-20"]


def as_excel(content: bytes) -> bytes:
    """Return a paper with the parts that Excel adds when it saves one."""
    chain = b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="L5" i="2"/></calcChain>'
    names = (
        '<definedName name="_xlnm._FilterDatabase" localSheetId="1" hidden="1">チェックリスト!$B$4:$J$9</definedName>'
        '<definedName name="前回">チェックリスト!$F$5</definedName>'
    )
    sheet_extension = (
        '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
        'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
        '<x14:dataValidations count="0"/></ext></extLst>'
    )

    def write(name: str, part: bytes) -> bytes:
        if name == "[Content_Types].xml":
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
            return part.replace(
                b"</Types>", f'<Override PartName="/xl/calcChain.xml" ContentType="{kind}"/></Types>'.encode()
            )
        if name == "xl/workbook.xml":
            text = part.decode()
            return text.replace("</definedNames>", f"{names}</definedNames>").encode()
        if name == _SHEET:
            text = part.decode()
            # Excel writes where it was scrolled to, spans, heights in its own namespace, and an extension.
            text = text.replace("<row ", '<row spans="1:10" x14ac:dyDescent="0.4" ')
            text = text.replace(
                "<worksheet ",
                '<worksheet xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" ',
                1,
            )
            return text.replace("</worksheet>", f"{sheet_extension}</worksheet>").encode()
        return part

    out = repacked(content, write)
    packed = io.BytesIO(out)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/calcChain.xml", chain)
        made.writestr("xl/printerSettings/printerSettings1.bin", b"\0" * 64)
        made.writestr("docMetadata/LabelInfo.xml", f"<x>{escape('ラベル')}</x>")
    return packed.getvalue()


def test_what_excel_adds_to_a_file_is_no_hindrance(cast: Cast, audit: Audit) -> None:
    def compute(book: Workbook) -> None:
        sheet = unlocked(book)
        sheet.cell(
            5, 12
        ).value = '=COUNTIF(H5:H9,"適合")'  # beside the checklist a formula is nobody's answer

    content = with_shared_strings(as_excel(changed(filled(taken(cast, audit), ANSWERS), compute)))
    found = plan(cast, audit, content)
    assert (arrived(found), found.problems) == (ANSWERS, [])


def test_libreoffice_saves_it_and_every_answer_arrives(
    cast: Cast, audit: Audit, libreoffice: Office, tmp_path: Path
) -> None:
    answers = {**ANSWERS, "ORG-02": {"result": "Observation", "note": "  "}}
    path = tmp_path / "調書.xlsx"
    path.write_bytes(filled(taken(cast, audit), answers))
    saved = libreoffice.recalculated(path).read_bytes()
    found = plan(cast, audit, saved)
    assert (arrived(found), found.problems) == ({**ANSWERS, "ORG-02": {"result": "観察事項"}}, [])
    sheet = load_workbook(io.BytesIO(saved)).worksheets[CHECKLIST]
    assert sheet.protection.sheet and sheet.data_validations.dataValidation
    assert sheet.cell(1, 1).value == f"{MARK}key" and sheet.column_dimensions["A"].hidden
    applied(cast, audit, saved)
    assert standing(audit, "TEC-01") == ("major", ANSWERS["TEC-01"]["note"], "")
