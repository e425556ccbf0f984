"""The report of a year as a workbook: the opinion and what was decided, then the sheets of the summary."""

from __future__ import annotations

from pathlib import Path

from auditor.audits.programme.words import CellState
from auditor.audits.results import Result
from auditor.company import queries as company
from auditor.language import _, _n, fiscal_year_name, format_instant, format_long_day, speaking
from auditor.reports import unit_results, yearly
from auditor.reports.audit_book import pair, spread
from auditor.reports.book import Book, Sheet
from auditor.reports.plan_done import PlanDone
from auditor.reports.saving import written
from auditor.reports.scope import Scope
from auditor.reports.sheets import actions, audits, findings, inspections, summary, training
from auditor.reports.year_report import YearShown, material_of, year_shown

_WIDTHS = (30, 22, 22, 22, 22, 22, 14, 14)


def write(scope: Scope, language: str, path: Path) -> int:
    """Write the workbook to ``path``; returns how many audits it names. Its figures are those of the summary."""
    with speaking(language):
        moment = scope.now.moment
        name, year = company.company_name(moment), fiscal_year_name(scope.now.year.label)
        material, tallies = material_of(scope)
        made = year_shown(scope, material, tallies)
        heading = _(
            "%(company)s · %(year)s · as of %(day)s", company=name, year=year, day=format_long_day(moment.day)
        )
        book = Book(language, str(heading), tallies)
        book.describe(_("Audit report of %(year)s", year=year))
        with written(book.raw, path):
            first = Sheet(book, _("Report of the year"), _WIDTHS)
            _first(first, book, made, str(_("Audit report of %(year)s", year=year)))
            summary.write(Sheet(book, _("Summary"), summary.WIDTHS, "B5"), book, material)
            audits.write(Sheet(book, _("Audits"), audits.WIDTHS), book, material)
            if material.inspected:
                inspections.write(Sheet(book, _("Self-inspections"), inspections.WIDTHS), book, material)
            findings.write(Sheet(book, _("Findings"), findings.WIDTHS), book, material)
            actions.write(Sheet(book, _("Corrective actions"), actions.WIDTHS), book, material)
            training.write(Sheet(book, _("Training"), training.WIDTHS), book, material)
        return len(made.audits)


def _first(sheet: Sheet, book: Book, made: YearShown, title: str) -> None:
    styles, now = book.styles, made.standing
    sheet.title_rows(title)
    pair(sheet, _("State"), str(now.state.label))
    pair(
        sheet,
        _("Overall opinion of the head of audit"),
        now.opinion.opinion if now.opinion else str(_("Not written yet.")),
    )
    pair(sheet, _("Asked of the representative"), now.opinion.requests if now.opinion else "")
    sheet.section(_("Plan and coverage"))
    titles = _("Subjects"), _("In all"), _("Were audited"), _("Not audited in the year")
    spread(sheet, [(styles.head, str(one)) for one in titles])
    for one in made.coverage:
        kinds = {
            "department": _("Departments (divisions and departments)"), "system": _("Systems"),
            "area": _("Handling areas"), "contractor": _("Contractors"), "company": _("The company"),
        }  # fmt: skip
        missing = str(_(", ")).join(one.missing)
        counts = (styles.number, one.total), (styles.number, one.audited)
        spread(sheet, [(styles.label, kinds[one.kind]), *counts, (styles.text, missing or "–")])
    if made.plan:
        _plan(sheet, book, made.plan)
    sheet.keep_together(60 + 40 * min(len(made.exempted), 5))
    sheet.section(_("Independence of the auditors"))
    for gone in made.exempted:
        said = _("Overridden by the head of audit") if gone.settled is None else gone.settled
        if gone.open:
            said = _("Not settled yet.")
        who = f"{gone.audit} {gone.person}"
        spread(sheet, [(styles.text, who), (styles.text, str(said)), (styles.text, gone.reason)])
    if not made.exempted:
        sheet.write([(styles.meta, _("Every auditor of the year was independent; nothing was overridden."))])
    for text in made.relaxed:
        sheet.write([(styles.meta, text)])
    sheet.section(_("Results by category"))
    sheet.head(_("Category"), *(result.label for result in Result))
    for name, this, last in made.categories:
        cells = [
            (styles.short, f"{this.get(result.value, 0)} ({last.get(result.value, 0)})") for result in Result
        ]
        sheet.write([(styles.label, name), *cells])
    sheet.write([(styles.meta, _("this year (last year)"))])
    _units(sheet, book, made)
    if now.steps:
        _steps(sheet, book, made)


def _steps(sheet: Sheet, book: Book, made: YearShown) -> None:
    styles, steps = book.styles, made.standing.steps
    sheet.keep_together(60 + 17 * min(len(steps), 5))
    sheet.section(_("Steps and approvals"))
    titles = _("State from then on"), _("Done by"), _("When"), _("Comment")
    spread(sheet, [(styles.head, str(one)) for one in titles])
    for step in steps:
        who = made.names.get(step.recorded_by or 0, "")
        state = str(yearly.State(step.state).label)
        said = state, who, format_instant(step.recorded_at), step.comment
        spread(sheet, [(styles.text, one) for one in said])


def _plan(sheet: Sheet, book: Book, plan: PlanDone) -> None:
    styles = book.styles
    sheet.section(_("Plan against done"))
    said = _(
        "Plan of the year, approved %(at)s by %(who)s.",
        at=format_instant(plan.approved_at),
        who=plan.approved_by,
    )
    changed = _n("%(num)s change since then.", "%(num)s changes since then.", plan.changed)
    sheet.write([(styles.meta, f"{said} {changed}")])
    sheet.head(
        _("Kind of check"), _("In the plan"), _("Done"), _("Begun"), _("Not started"), _("Overdue"), _("Left out"),
    )  # fmt: skip
    for line in plan.lines:
        numbers = (
            line.planned, *(line.states[one] for one in ("done", "running", "planned", "late")), line.skipped,
        )  # fmt: skip
        sheet.write([(styles.label, str(line.kind.label)), *((styles.number, number) for number in numbers)])
    sheet.head(_("Subjects by categories"), _("Cells"))
    for state in CellState:
        if plan.cells[state] and state is not CellState.NONE:
            sheet.write([(styles.label, str(state.label)), (styles.number, plan.cells[state])])


def _units(sheet: Sheet, book: Book, made: YearShown) -> None:
    styles = book.styles
    sheet.section(_("Results by department"))
    sheet.head(_("Department"), *unit_results.titles(made.inspected))
    for row in made.units:
        name = row.name or str(_("(no department)"))
        shown = unit_results.cells(row, made.inspected)
        sheet.write([(styles.label, name), *((styles.short, f"{this} ({last})") for this, last in shown)])
    sheet.write([(styles.meta, _("this year (last year)"))])
    sheet.section(_("Effectiveness of corrective actions"))
    effect, former = made.effect, made.effect_before
    sheet.write(
        [
            (
                styles.meta,
                _(
                    "Checked in the year: %(count)s (%(before)s), of these effective: %(effective)s (%(before_effective)s)",
                    count=len(effect.looks),
                    before=len(former.looks),
                    effective=effect.effective,
                    before_effective=former.effective,
                ),
            )
        ]
    )
    waiting = _(
        "To be checked: %(count)s, of these overdue: %(late)s", count=effect.waiting, late=effect.late
    )
    sheet.write([(styles.meta, waiting)])
