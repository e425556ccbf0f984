"""The report of one audit as a workbook: the report, the findings, every item."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from auditor.audits.results import Result
from auditor.company import queries as company
from auditor.findings.states import ActionState
from auditor.language import _, _l, _n, format_instant, format_long_day, pick, speaking
from auditor.reports.audit_report import AuditReport
from auditor.reports.book import Book, DetailSheet, Sheet, height_of
from auditor.reports.saving import written
from auditor.reports.styles import Style
from auditor.reports.tables import Column, Table

ITEMS = Table("report_items", _l("Items"), _l("ItemRows"), (
    Column("code", _l("Control"), 12),
    Column("category", _l("Category"), 22, written=True),
    Column("control", _l("Title of the control"), 34, written=True),
    Column("result", _l("Result"), 18),
    Column("last", _l("Last time"), 18),
    Column("result_on", _l("Recorded on"), 12.5),
    Column("note", _l("Note"), 50, written=True),
    Column("evidence", _l("Evidence"), 9),
))  # fmt: skip
FINDINGS = Table("report_findings", _l("Findings"), _l("FindingRows"), (
    Column("number", _l("Number"), 10),
    Column("title", _l("Title"), 32, written=True),
    Column("facts", _l("Facts"), 44, written=True),
    Column("grade", _l("Grade"), 18),
    Column("control", _l("Control"), 10),
    Column("department", _l("Department"), 20, written=True),
    Column("responsible", _l("Department head"), 14, written=True),
    Column("actions", _l("Corrective actions"), 40, written=True),
    Column("due_on", _l("Due"), 12.5),
    Column("state", _l("State"), 18),
))  # fmt: skip
CHANGES = {"better": _l("better"), "worse": _l("worse"), "repeated": _l("again")}


def write(report: AuditReport, language: str, path: Path) -> int:
    """Write the workbook to ``path``; returns the number of its items."""
    with speaking(language):
        name = company.company_name(report.moment)
        day = format_long_day(report.moment.day)
        book = Book(language, _("%(company)s · as of %(day)s", company=name, day=day))
        book.describe(_("Audit report %(number)s", number=report.audit.number))
        with written(book.raw, path):
            sheet = Sheet(book, _("Audit report"), (26, 24, 24, 24, 24, 24))
            findings, items = DetailSheet(book, FINDINGS), DetailSheet(book, ITEMS)
            _first(sheet, book, report)
            for one in report.findings:
                findings.add(_finding(one))
            findings.close()
            for line in report.items:
                items.add(_item(line))
            return items.close()


def _first(sheet: Sheet, book: Book, report: AuditReport) -> None:
    styles, audit = book.styles, report.audit
    sheet.title_rows(_("Audit report %(number)s: %(subject)s", number=audit.number, subject=report.subject))
    names = [f"{one.name}{_('(lead)')}" if one.lead else one.name for one in report.auditors]
    pair(sheet, _("Kind of audit"), str(report.kind.label))
    pair(sheet, _("Imported (former number)"), report.former_number)
    pair(sheet, _("State"), str(report.state.label))
    pair(sheet, _("Audited period"), f"{audit.period_from} – {audit.period_to}")
    pair(sheet, _("Time of the audit"), f"{report.starts_on} – {report.due_on}")
    pair(sheet, _("Audit criteria"), f"{pick(report.version, 'title')} {report.version.version}")
    pair(sheet, _("Department head"), report.head)
    pair(sheet, _("Auditors"), "、".join([*names, *filter(None, [report.strangers])]))
    texts = report.conclusion
    pair(sheet, _("Conclusion"), texts.opinion if texts else report.summary)
    pair(sheet, _("Good practice"), texts.good_practice if texts else "")
    pair(sheet, _("Method"), texts.method if texts else "")
    pair(sheet, _("Persons spoken to"), texts.spoken_to if texts else "")
    pair(sheet, _("Independence of the auditors"), "\n".join(_independence(report)))
    _results(sheet, book, report)
    _comparison(sheet, book, report)
    _facts(sheet, book, report)
    sheet.keep_together(60 + 17 * min(len(report.steps), 5))
    sheet.section(_("Steps and approvals"))
    titles = _("State from then on"), _("Done by"), _("When"), _("Comment")
    spread(sheet, [(styles.head, str(one)) for one in titles])
    for step in report.steps:
        who = _("%(person)s, from outside", person=step.outside) if step.outside else step.who
        said = str(step.state.label), str(who), format_instant(step.at), step.comment
        spread(sheet, [(styles.text, one) for one in said])


def pair(sheet: Sheet, label: str, value: str) -> None:
    """Write a label and a text that runs over the other columns."""
    if value:
        spread(sheet, [(sheet.book.styles.label, label), (sheet.book.styles.text, value)])


def spread(sheet: Sheet, cells: Sequence[tuple[Style, Any]]) -> None:
    """Write a row whose last text runs over the columns that are left."""
    row, first = sheet.row + 1, len(cells)
    style, text = cells[-1]
    wide = sum(sheet.widths[first - 1 :])
    height = height_of(
        [
            (style, text, wide),
            *((one, value, width) for (one, value), width in zip(cells[:-1], sheet.widths, strict=False)),
        ]
    )
    filling = [(style, None)] * (len(sheet.widths) - first)
    sheet.write([*cells, *filling], height=height or 16.0)
    sheet.raw.merged_cells.add(f"{get_column_letter(first)}{row}:{get_column_letter(len(sheet.widths))}{row}")


def _independence(report: AuditReport) -> list[str]:
    if report.independent:
        said = [_("Every auditor was independent over the whole audited period.")] if report.auditors else []
    else:
        said = [
            _(
                "%(person)s was not independent. The head of audit allowed it for this reason:",
                person=one.name,
            )
            + one.override
            for one in report.auditors
            if one.override
        ]
        for one in report.broken:
            end = f"{_('Settled:')} {one.outcome} {one.reason}" if one.outcome else _("Not settled yet.")
            said.append(f"{one.name}: {' '.join(one.reasons)} {end}")
    return [str(one) for one in [*said, *report.relaxed]]


def _results(sheet: Sheet, book: Book, report: AuditReport) -> None:
    styles = book.styles
    shown = [result for result in Result if report.results.get(result.value)]
    sheet.section(_("Results by category"))
    sheet.head(_("Category"), *(result.label for result in shown), _("Total"))
    rows: list[tuple[str, dict[str, int]]] = [*report.categories.items(), (str(_("Total")), report.results)]
    for place, (name, counts) in enumerate(rows, 1):
        label, number = (
            (styles.label, styles.number) if place < len(rows) else (styles.total_label, styles.total)
        )
        cells: list[Any] = [(label, name)]
        cells += [(number, counts.get(result.value, 0)) for result in shown]
        sheet.write([*cells, (number, sum(counts.values()))])


def _comparison(sheet: Sheet, book: Book, report: AuditReport) -> None:
    styles = book.styles
    if report.last is None:
        return
    sheet.section(_("Compared with last time"))
    sheet.write([(styles.meta, report.last.number), (styles.meta, str(report.last.done_on or ""))])
    sheet.head(_("Result"), _("Last time"), _("This time"))
    for result in Result:
        before, now = report.last.results.get(result.value, 0), report.results.get(result.value, 0)
        if before or now:
            sheet.write([(styles.label, str(result.label)), (styles.number, before), (styles.number, now)])
    for line in report.changed:
        sheet.write(
            [(styles.text, f"{line.code} {line.title}"), (styles.text, str(line.last.label) if line.last else ""),
             (styles.text, str(line.result.label)), (styles.text, str(CHANGES[line.change]))]
        )  # fmt: skip


def _facts(sheet: Sheet, book: Book, report: AuditReport) -> None:
    if not report.facts:
        return
    styles, told = book.styles, report.facts
    sheet.keep_together(60 + 30 * min(len(told.asked) + len(told.facts), 5))
    sheet.section(_("Confirmation of the facts"))
    for asked in told.asked:
        said = _n(
            "Asked on %(at)s by %(who)s: %(num)d fact",
            "Asked on %(at)s by %(who)s: %(num)d facts",
            asked.count,
            at=format_instant(asked.at),
            who=asked.who,
        )
        spread(sheet, [(styles.text, "\n".join(filter(None, (str(said), asked.comment))))])
    pair(sheet, _("Submitted without, for this reason"), told.skipped)
    sheet.head(_("Control"), _("Result"), _("Answer"), _("Answered by"), _("When"), _("Comment"))
    for one in told.facts:
        sheet.write(
            [(styles.text, f"{one.code} {one.title}"), (styles.text, str(one.result.label)),
             (styles.text, str(one.label)), (styles.text, one.who), (styles.text, format_instant(one.at)),
             (styles.text, one.comment)]
        )  # fmt: skip


def _finding(one: Any) -> dict[str, Any]:
    found = one.found
    actions = [
        f"{action.text}（{action.owner}、{action.due_on}{'、' + str(_('Done')) if action.state == ActionState.DONE else ''}）"
        for action in found.actions
    ]
    return {
        "number": found.number, "title": found.title, "facts": found.facts, "grade": str(found.grade.label),
        "control": one.control, "department": one.department, "responsible": one.responsible,
        "actions": "\n".join(actions), "due_on": found.due_on, "state": str(found.state.label),
    }  # fmt: skip


def _item(line: Any) -> dict[str, Any]:
    return {
        "code": line.code, "category": line.category, "control": line.title, "result": str(line.result.label),
        "last": str(line.last.label) if line.last else "", "result_on": line.result_on, "note": line.note,
        "evidence": line.evidence or None,
    }  # fmt: skip
