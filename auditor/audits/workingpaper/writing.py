"""Writes a working paper: instructions, the checklist, and a hidden sheet that says whose paper it is."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation

from auditor.audits.conducting import LONGEST_TEXT
from auditor.audits.results import NONCONFORMITIES, Result
from auditor.audits.workingpaper import instructions
from auditor.audits.workingpaper.content import Content, Row
from auditor.audits.workingpaper.looks import MISSING, Looks, fitted, lines, setup_page
from auditor.audits.workingpaper.models import IssuedPaper
from auditor.audits.workingpaper.words import (
    ANSWERS,
    BEFORE,
    CATEGORY,
    CODE,
    FINDINGS,
    FORMAT,
    GUIDANCE,
    KEY,
    MARK,
    NOTE,
    QUESTION,
    REASON,
    RESULT,
    RowKey,
    headings,
    paper_name,
    results,
)  # fmt: skip
from auditor.celltext import plain_text
from auditor.language import _

WIDTHS = {
    KEY: 4, CATEGORY: 11, CODE: 9, QUESTION: 36, GUIDANCE: 26, BEFORE: 19, FINDINGS: 15, RESULT: 13, NOTE: 36,
    REASON: 18,
}  # fmt: skip
COLUMNS = {name: place for place, name in enumerate(WIDTHS, 1)}
MARKS_ROW, TITLE_ROW, HINT_ROW, HEAD_ROW = 1, 2, 3, 4
FIRST_ROW = HEAD_ROW + 1
_LINE, _LEAST_LINES, _TALLEST = 13.2, 3, 409.0  # points; room for a word by hand; more Excel does not show


def write_paper(content: Content, paper: IssuedPaper) -> bytes:
    """Return the file, in the language that is spoken."""
    book = Workbook()
    guide: Any = book.active
    looks = Looks(book, paper.language)
    guide.title = str(_("Instructions"))
    instructions.write(guide, looks, content, paper)
    sheet: Any = book.create_sheet(str(_("Checklist")))
    _checklist(sheet, looks, content, paper)
    _identity(book.create_sheet("auditor"), content, paper)
    book.active = 1
    guide.sheet_view.tabSelected = False
    book.security = WorkbookProtection(lockStructure=True)
    title = f"{paper_name(content.audit.kind)} {content.audit.number} {content.subject}"
    book.properties.title = plain_text(title)
    book.properties.creator = "auditor"
    book.properties.created = book.properties.modified = _naive(paper.issued_at)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _naive(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None, microsecond=0)


def _checklist(sheet: Any, looks: Looks, content: Content, paper: IssuedPaper) -> None:
    labels, choices = headings(content.audit.kind), results(content.audit.kind)
    for name, place in COLUMNS.items():
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS[name]
        looks.put(sheet, MARKS_ROW, place, f"{MARK}{name}", "paper meta")
        looks.put(sheet, HEAD_ROW, place, str(labels[name]), "paper head")
    sheet.column_dimensions[get_column_letter(COLUMNS[KEY])].hidden = True
    sheet.row_dimensions[MARKS_ROW].hidden = True
    sheet.row_dimensions[TITLE_ROW].height = 24
    sheet.row_dimensions[HEAD_ROW].height = 32
    title = f"{paper_name(content.audit.kind)}  {content.audit.number}  {content.subject}"
    looks.put(sheet, TITLE_ROW, COLUMNS[CATEGORY], title, "paper title")
    hint = _(
        "Fill in the yellow cells. An empty cell changes nothing. See the sheet “%(sheet)s”.",
        sheet=_("Instructions"),
    )
    looks.put(sheet, HINT_ROW, COLUMNS[CATEGORY], str(hint), "paper meta")
    words = {result: str(choices.get(result, result.label)) for result in Result}
    category = None
    for number, row in enumerate(content.rows, FIRST_ROW):
        first = " first" if row.item.category != category else ""
        category = row.item.category
        _item(sheet, looks, number, row, paper.token, words, first)
    last = max(FIRST_ROW, HEAD_ROW + len(content.rows))
    _choices(sheet, last, str(labels[RESULT]), [words[result] for result in choices])
    _highlights(sheet, last, words)
    _protect(sheet, last)
    _print(sheet, last, title)


def _item(
    sheet: Any, looks: Looks, number: int, row: Row, token: str, words: dict[Result, str], first: str
) -> None:
    small, answer = f"paper small{first}", f"paper answer{first}"
    tallest = _LEAST_LINES
    for name, value, style in (
        (KEY, str(RowKey(token, row.item.id, row.based_on)), small),
        (CATEGORY, row.item.category, small),
        (CODE, row.item.code, f"paper code{first}"),
        (QUESTION, f"{row.item.title}\n{row.item.question}", f"paper text{first}"),
        (GUIDANCE, row.item.guidance, small),
        (BEFORE, _before(row, words), small),
        (FINDINGS, "\n".join(f"{one.number} {one.title}" for one in row.findings), small),
        (RESULT, words[row.result] if row.result is not Result.NOT_CHECKED else "", answer),
        (NOTE, row.note, answer),
        (REASON, row.reason, answer),
    ):
        looks.put(sheet, number, COLUMNS[name], value, style)
        if name != KEY:
            tallest = max(tallest, lines(value, WIDTHS[name] * (1.2 if style is small else 1.0)))
    sheet.row_dimensions[number] = fitted(min(_LINE * tallest + 4, _TALLEST))


def _before(row: Row, words: dict[Result, str]) -> str:
    if row.before is None:
        return ""
    told = [words[row.before.result], f"{row.before.number} {row.before.on}", row.before.note]
    return "\n".join(part for part in told if part)


def _range(name: str, last: int) -> str:
    letter = get_column_letter(COLUMNS[name])
    return f"{letter}{FIRST_ROW}:{letter}{last}"


def _choices(sheet: Any, last: int, heading: str, words: list[str]) -> None:
    """Let the program offer the results, and say when a text is longer than the tracker takes."""
    listed = DataValidation(
        type="list", formula1='"' + ",".join(words) + '"', allow_blank=True, showDropDown=False
    )
    listed.errorTitle = listed.promptTitle = heading
    listed.error = str(_("Choose one of the results in the list."))
    listed.add(_range(RESULT, last))
    texts = DataValidation(
        type="textLength", operator="lessThanOrEqual", formula1=str(LONGEST_TEXT), allow_blank=True
    )
    texts.error = str(_("At most %(count)s characters fit.", count=f"{LONGEST_TEXT:,}"))
    texts.add(_range(NOTE, last))
    texts.add(_range(REASON, last))
    for validation in (listed, texts):
        validation.showErrorMessage = True
        sheet.add_data_validation(validation)


def _highlights(sheet: Any, last: int, words: dict[Result, str]) -> None:
    """Mark the cell that still lacks its text: the reason of "not applicable", the note of a nonconformity."""
    result = f"${get_column_letter(COLUMNS[RESULT])}{FIRST_ROW}"
    wrong = ",".join(f'{result}="{words[one]}"' for one in Result if one in NONCONFORMITIES)
    for name, asks in ((REASON, f'{result}="{words[Result.NOT_APPLICABLE]}"'), (NOTE, f"OR({wrong})")):
        cell = f"${get_column_letter(COLUMNS[name])}{FIRST_ROW}"
        rule = Rule(type="expression", dxf=MISSING, formula=[f'AND({asks},TRIM({cell})="")'])
        sheet.conditional_formatting.add(_range(name, last), rule)


def _protect(sheet: Any, last: int) -> None:
    """Lock what is not an answer, without a password; filtering, hiding and widening stay free."""
    letters = [get_column_letter(place) for place in (COLUMNS[CATEGORY], max(COLUMNS.values()))]
    sheet.auto_filter.ref = f"{letters[0]}{HEAD_ROW}:{letters[1]}{last}"
    sheet.freeze_panes = f"{get_column_letter(COLUMNS[QUESTION])}{FIRST_ROW}"
    for name in ("formatCells", "formatColumns", "formatRows", "sort", "autoFilter"):
        setattr(sheet.protection, name, False)
    sheet.protection.enable()


def _print(sheet: Any, last: int, title: str) -> None:
    setup_page(sheet, title)
    letters = [get_column_letter(place) for place in (COLUMNS[CATEGORY], max(COLUMNS.values()))]
    sheet.print_area = f"{letters[0]}{TITLE_ROW}:{letters[1]}{last}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"


def _identity(sheet: Any, content: Content, paper: IssuedPaper) -> None:
    """Say what file this is, where nobody looks."""
    sheet.sheet_state = "veryHidden"
    for name, value in (
        ("format", FORMAT),
        ("paper", paper.token),
        ("audit", content.audit.number),
        ("language", paper.language),
        ("issued", paper.issued_at.isoformat(timespec="seconds")),
        ("answers", " ".join(ANSWERS)),
    ):
        sheet.append([name, value])
    sheet.protection.enable()
