"""The summary workbook: detail sheets first, then the sheets that count them, then the reconciliation."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from auditor.company import queries as company
from auditor.language import _, fiscal_year_name, format_long_day, speaking
from auditor.reports import imported, tables
from auditor.reports.book import Book, DetailSheet, Sheet
from auditor.reports.material import Material
from auditor.reports.saving import written
from auditor.reports.scope import Scope
from auditor.reports.sheets import (
    actions,
    audits,
    controls,
    cover,
    findings,
    inspections,
    promises,
    reconciliation,
    summary,
    training,
)
from auditor.reports.sheets.cover import Production


def write_summary(scope: Scope, language: str, production: Production, path: Path) -> dict[str, int]:
    """Write the summary workbook of ``scope`` to ``path``; returns how many rows each detail sheet has.

    The same data, moment and language give the same cells, the block on production apart.
    """
    with speaking(language):
        name = company.company_name(scope.now.moment)
        book = Book(language, _heading(name, scope))
        book.describe(_("Summary report: %(company)s, %(day)s", company=name, day=scope.now.moment.day))
        with written(book.raw, path):
            return _fill(book, Material(scope), scope, name, production)


def _fill(book: Book, material: Material, scope: Scope, name: str, production: Production) -> dict[str, int]:
    """Write every sheet; returns how many rows each detail sheet has."""
    sheets = _sheets(book, imported.marked(material.scope), material.inspected)
    rows = _write_details(book, material, [one for one in sheets.values() if isinstance(one, DetailSheet)])
    cover.write(_plain(sheets["cover"]), book, scope, name, production)
    summary.write(_plain(sheets["summary"]), book, material)
    promises.write(_plain(sheets["promises_board"]), book, material)
    controls.prepare(_plain(sheets["controls_grid"]), len(material.categories))
    controls.write(_plain(sheets["controls_grid"]), book, material)
    audits.write(_plain(sheets["audits_list"]), book, material)
    if material.inspected:
        inspections.write(_plain(sheets["inspections_list"]), book, material)
    findings.write(_plain(sheets["findings_list"]), book, material)
    actions.write(_plain(sheets["actions_list"]), book, material)
    training.write(_plain(sheets["training_list"]), book, material)
    reconciliation.write(_plain(sheets["reconciliation"]), book)
    return rows


def _heading(name: str, scope: Scope) -> str:
    return str(
        _(
            "%(company)s · %(year)s · as of %(day)s",
            company=name,
            year=fiscal_year_name(scope.now.year.label),
            day=format_long_day(scope.now.moment.day),
        )
    )


def _sheets(book: Book, marked: Collection[str], inspected: bool) -> dict[str, Sheet | DetailSheet]:
    """Make every sheet in the order in which it is read; they are written in another."""
    made: dict[str, Sheet | DetailSheet] = {
        "cover": Sheet(book, _("Cover"), (4, 34, 84)),
        "summary": Sheet(book, _("Summary"), summary.WIDTHS, "B5"),
        "promises_board": Sheet(book, _("Promises"), promises.WIDTHS),
        "controls_grid": Sheet(book, _("Controls"), (34,)),
        "audits_list": Sheet(book, _("Audits"), audits.WIDTHS),
        **({"inspections_list": Sheet(book, _("Self-inspections"), inspections.WIDTHS)} if inspected else {}),
        "findings_list": Sheet(book, _("Findings"), findings.WIDTHS),
        "actions_list": Sheet(book, _("Corrective actions"), actions.WIDTHS),
        "training_list": Sheet(book, _("Training"), training.WIDTHS),
    }
    for table in tables.TABLES.values():
        if table is tables.INSPECTIONS and not inspected:
            continue
        made[table.key] = DetailSheet(book, table.marked() if table.key in marked else table)
    made["reconciliation"] = Sheet(book, _("Reconciliation"), reconciliation.WIDTHS)
    return made


def _plain(sheet: Sheet | DetailSheet) -> Sheet:
    if not isinstance(sheet, Sheet):
        raise TypeError("a detail sheet is written row by row")
    return sheet


def _write_details(book: Book, material: Material, sheets: list[DetailSheet]) -> dict[str, int]:
    by_key = {sheet.table.key: sheet for sheet in sheets}
    found = {}
    for table, rows in material.sources():
        detail = by_key[table.key]
        for row in rows:
            detail.add(row)
        found[table.key] = detail.close()
    return found
