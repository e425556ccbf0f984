"""The first sheet of a working paper: what it is about, how it is filled in, and what happens with it then."""

from __future__ import annotations

from typing import Any

from auditor.audits.results import AuditKind, Result
from auditor.audits.workingpaper.content import Content
from auditor.audits.workingpaper.looks import Looks, setup_page
from auditor.audits.workingpaper.models import IssuedPaper
from auditor.audits.workingpaper.words import REMOVE, paper_name, results
from auditor.celltext import lines_of
from auditor.clock import day_of
from auditor.dated import Moment
from auditor.language import _, _l, format_instant, format_long_day
from auditor.people import queries as people

_WIDTHS = {"A": 4, "B": 24, "C": 92}
_LINE = 16.0  # points that a line of ten-point text takes
_MEANINGS = {
    Result.CONFORM: _l("Kept as the question asks."),
    Result.MINOR: _l("Not kept in part. Write what was seen. A finding is recorded in the tracker afterwards."),
    Result.MAJOR: _l("Not kept at all, or with serious effect. Write what was seen. A finding is recorded in the tracker afterwards."),
    Result.OBSERVATION: _l("Kept, but it may fail. Write why."),
    Result.IMPROVEMENT: _l("Kept, and could be done better. Write how."),
    Result.NOT_APPLICABLE: _l("There is nothing here to which the question applies. The reason is needed."),
    Result.NOT_CHECKED: _l("No result. Choose it to take back a result that was given before."),
}  # fmt: skip
_INSPECTED = {
    Result.CONFORM: _l("Over the whole period it was as the question asks."),
    Result.MINOR: _l("In part, or for a time, it was not. Write what and where; the administrator records it."),
    Result.MAJOR: _l("It was not as the question asks. Write what and where; the administrator records it."),
    Result.OBSERVATION: _l("It was as the question asks, but it may fail. Write why."),
    Result.NOT_APPLICABLE: _l("There is nothing here to which the question applies. The reason is needed."),
    Result.NOT_CHECKED: _l("No answer. Choose it to take back an answer that was given before."),
}  # fmt: skip
_STEPS = (
    _l("Fill in the yellow cells of the checklist: choose the result from the list, write the note as you would on the screen."),
    _l("An empty cell changes nothing. To take away a text that stands in the tracker, type %(word)s into its cell.", word=REMOVE),
    _l("You may filter, sort, widen and hide, rename the sheets, and add columns and sheets of your own. The sheet is protected without a password; remove the protection to sort or to add. Leave the hidden column A as it is: by it the tracker knows each row."),
    _l("Type values, not formulas: a formula in a yellow cell is refused. Save as an Excel workbook (.xlsx) without macros."),
    _l("Bring the file back where you took it, under “Working paper”. You see every change before anything is saved. Where somebody else entered something meanwhile, both are shown and you choose. The same file sent twice changes nothing."),
    _l("Several people can each take a paper of their own. Keep the file as carefully as what is written in it, and delete it once it has been taken over."),
)  # fmt: skip
_INSPECTION_STEPS = (
    _l("Look at how your department really works, and answer each item for the whole period."),
    _l("Fill in the yellow cells of the checklist: choose the answer from the list, and write in the memo what is not kept, and where."),
    *_STEPS[1:],
    _l("Taking the file over saves the answers and submits nothing. When every item is answered, submit the self-inspection on its page."),
)  # fmt: skip


def write(sheet: Any, looks: Looks, content: Content, paper: IssuedPaper) -> None:
    """Write the sheet, in the language that is spoken."""
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    name = str(paper_name(content.audit.kind))
    _line(sheet, looks, 1, (name, "paper title"), height=28)
    _line(sheet, looks, 2, (f"{content.audit.number}  {content.subject}", "paper title"), height=24)
    row = 4
    for label, value in _facts(content, paper):
        row = _pair(sheet, looks, row, label, value)
    row = _section(sheet, looks, row + 1, str(_("How to fill it in")))
    inspected = content.audit.kind == AuditKind.SELF_INSPECTION
    for number, step in enumerate(_INSPECTION_STEPS if inspected else _STEPS, 1):
        text = str(step)
        looks.put(sheet, row, 1, number, "paper number")
        looks.put(sheet, row, 2, text, "paper step")
        sheet.merged_cells.add(f"B{row}:C{row}")
        sheet.row_dimensions[row].height = _LINE * lines_of(text, _WIDTHS["B"] + _WIDTHS["C"]) + 4
        row += 1
    row = _section(
        sheet, looks, row + 1, str(_("What the answers mean") if inspected else _("What the results mean"))
    )
    for result, label in results(content.audit.kind).items():
        meaning = (_INSPECTED if inspected else _MEANINGS)[result]
        row = _pair(sheet, looks, row, str(label), str(meaning))
    row = _section(sheet, looks, row + 1, str(_("For a print that is filled in by hand")))
    for label in (_("Date"), _("Answered by") if inspected else _("Checked by"), _("Present")):
        looks.put(sheet, row, 2, str(label), "paper sign")
        looks.put(sheet, row, 3, "", "paper sign")
        sheet.row_dimensions[row].height = 26
        row += 1
    setup_page(sheet, f"{name}  {content.audit.number}  {content.subject}")
    sheet.page_setup.fitToHeight = 1
    sheet.protection.enable()


def _facts(content: Content, paper: IssuedPaper) -> list[tuple[str, str]]:
    audit = content.audit
    inspected = audit.kind == AuditKind.SELF_INSPECTION
    moment = Moment.at(paper.issued_at)
    issued = _(
        "%(when)s by %(person)s",
        when=format_instant(paper.issued_at),
        person=people.name(paper.issued_to_id, moment),
    )
    until = _("until %(day)s; take a new one after that", day=format_long_day(day_of(paper.expires_at)))
    facts = [
        (str(_("Kind")), str(content.kind.label)),
        (
            str(_("Inspected period") if inspected else _("Audited period")),
            str(_("%(first)s to %(last)s", first=audit.period_from, last=audit.period_to)),
        ),
        (str(_("Starts on")), format_long_day(content.starts_on)),
        (str(_("Due on")), format_long_day(content.due_on)),
        (str(_("Answered by") if inspected else _("Auditors")), str(_(", ")).join(content.persons)),
        (str(_("Catalogue")), content.version),
        (str(_("Items")), f"{len(content.rows):,}"),
        (str(_("Paper taken")), str(issued)),
        (str(_("Can be brought back")), str(until)),
    ]
    return [
        (label, value) for label, value in facts if value
    ]  # who audits or answers, where somebody is named


def _section(sheet: Any, looks: Looks, row: int, title: str) -> int:
    looks.put(sheet, row, 2, title, "paper section")
    looks.put(sheet, row, 3, "", "paper section")
    sheet.row_dimensions[row].height = 22
    return row + 1


def _pair(sheet: Any, looks: Looks, row: int, label: str, value: str) -> int:
    looks.put(sheet, row, 2, label, "paper label")
    looks.put(sheet, row, 3, value, "paper fact")
    sheet.row_dimensions[row].height = _LINE * lines_of(value, _WIDTHS["C"]) + 4
    return row + 1


def _line(sheet: Any, looks: Looks, row: int, cell: tuple[str, str], height: float) -> None:
    looks.put(sheet, row, 2, *cell)
    sheet.row_dimensions[row].height = height
