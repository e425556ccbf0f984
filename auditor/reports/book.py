"""One workbook in the making: sheets that are written row by row, and the figures they show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.colors import ColorChoice
from openpyxl.drawing.fill import PatternFillProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.formatting.rule import Rule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableStyleInfo

from auditor.cells import add_sheet
from auditor.celltext import lines_of, plain_text
from auditor.language import _
from auditor.reports.figures import Figure, Tallies, value_of
from auditor.reports.styles import Style, Styles
from auditor.reports.tables import Table

# Of a landscape A4 page with our margins, in points; a character of a column's width is about 5.6 of them.
_PAGE_WIDTH, _PAGE_HEIGHT, _CHARACTER = 770, 480, 5.6
_REPEATED = 60.0  # room for the headings that each page repeats
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True)
class Shown:
    """A figure where it stands in the workbook."""

    sheet: str
    cell: str
    label: str
    figure: Figure
    value: int | float


class Sheet:
    """A sheet written from top to bottom. Widths and panes are set before its first row."""

    def __init__(self, book: Book, title: str, widths: Sequence[float], frozen: str | None = None) -> None:
        self.book = book
        self.title = title.translate(_FORBIDDEN)[:31]
        self.raw = add_sheet(book.raw, self.title)
        self.row = 0
        self.filled = 0.0  # points of the printed page
        self.widths: list[float] = []
        self.widen(widths)
        self.raw.sheet_view.showGridLines = False
        if frozen:
            self.raw.freeze_panes = frozen
        _prepare_print(self.raw, book.heading)

    def widen(self, widths: Sequence[float]) -> None:
        """Set the widths of the columns; before the first row, or they are lost."""
        self.widths = list(widths)
        for position, width in enumerate(widths, 1):
            self.raw.column_dimensions[get_column_letter(position)].width = width

    def write(self, cells: Iterable[Any] = (), height: float | None = None) -> int:
        """Append a row of cells, (style, value) pairs, or None; return its number."""
        row = list(cells)
        self.row += 1
        height = height or height_of(
            (one[0], one[1], width)
            for one, width in zip(row, self.widths, strict=False)
            if isinstance(one, tuple)
        )
        self.append([self._cell(one) for one in row], height)
        self.filled += height or 15
        return self.row

    def keep_together(self, points: float) -> None:
        """Begin a new printed page when what comes next, so many points high, would be cut by its end."""
        scale = min(1.0, _PAGE_WIDTH / (sum(self.widths) * _CHARACTER))
        if self.filled + points > _PAGE_HEIGHT / scale:
            self.break_before(self.row + 1)
            self.filled = _REPEATED

    def append(self, cells: Sequence[Any], height: float | None) -> None:
        """Append finished cells as the row that ``self.row`` counts."""
        self.raw.append(cells, height)

    def _cell(self, one: Any) -> Any:
        if isinstance(one, tuple):
            style, value = one
            return style.cell(self.raw, value)
        return one

    def title_rows(self, title: str, note: str = "") -> None:
        """Write the sheet's heading, and a sentence on what it shows."""
        styles = self.book.styles
        self.write([(styles.title, title)], height=27)
        self.write([(styles.meta, self.book.heading)])
        for part in [one for one in note.split("\n") if one]:
            self.write([(styles.meta, part)])

    def section(self, title: str, columns: int = 0) -> None:
        """Write the heading of a part."""
        self.write(height=10)
        style = self.book.styles.heading
        self.write([(style, title), *[(style, None)] * ((columns or len(self.widths)) - 1)], height=20)

    def head(self, *titles: Any) -> int:
        """Write the column headings of a small table."""
        return self.write([(self.book.styles.head, str(one)) for one in titles])

    def figure(self, wanted: Figure, label: str, style: Style, column: int) -> tuple[Style, Any]:
        """Return the cell of a figure that the next row shows in ``column``, and remember it for the reconciliation."""
        value = value_of(wanted, self.book.tallies)
        cell = f"{get_column_letter(column)}{self.row + 1}"
        self.book.shown.append(Shown(self.title, cell, label, wanted, value))
        return style, value

    def repeat(self, first: int, last: int) -> None:
        """Repeat these rows at the top of each printed page."""
        self.raw.print_title_rows = f"{first}:{last}"

    def break_before(self, row: int) -> None:
        """Begin a new printed page at ``row``."""
        self.raw.row_breaks.append(Break(id=row - 1))
        self.filled = _REPEATED

    def mark(self, cells: str, formula: str, look: Any) -> None:
        """Let cells stand out where ``formula`` is true."""
        self.raw.conditional_formatting.add(cells, Rule(type="expression", dxf=look, formula=[formula]))

    def filter_rows(self, first: int, last: int, columns: int) -> None:
        """Give a list on a management sheet its filter."""
        self.raw.auto_filter.ref = f"A{first}:{get_column_letter(columns)}{max(last, first)}"

    def bars(
        self, title: str, head: int, last: int, series: Sequence[int], anchor: str, width: float, height: float,
        looks: Sequence[tuple[str | None, str]],
    ) -> None:  # fmt: skip
        """Draw a stacked bar of the rows below ``head`` to ``last``; the labels stand in column A."""
        chart: Any = BarChart()
        chart.type = "bar"
        chart.grouping = "stacked"
        chart.overlap = 100
        chart.gapWidth = 40
        chart.title = title
        chart.style = 10
        chart.legend.position = "b"
        chart.y_axis.delete = chart.x_axis.delete = False
        chart.y_axis.majorGridlines = None
        chart.y_axis.number_format = "0"
        chart.x_axis.scaling.orientation = "maxMin"
        chart.x_axis.tickLblSkip = 1  # every label, however narrow the bars
        chart.y_axis.crosses = "max"
        chart.x_axis.txPr = chart.y_axis.txPr = _small_text()
        chart.width, chart.height = width, height
        for column in series:
            chart.add_data(
                Reference(self.raw, min_col=column, min_row=head, max_row=last), titles_from_data=True
            )
        chart.set_categories(Reference(self.raw, min_col=1, min_row=head + 1, max_row=last))
        for one, (pattern, colour) in zip(chart.series, looks, strict=True):
            one.graphicalProperties = _look(pattern, colour)
        self.raw.add_chart(chart, anchor)


_WHITE: Any = "FFFFFF"


def _small_text() -> RichText:
    """Return the look of axis labels: small enough that none is left out."""
    small: Any = CharacterProperties(sz=800)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=small), endParaRPr=small)])


def _look(pattern: Any, colour: Any) -> Any:
    look: Any = GraphicalProperties()
    if pattern is None:
        look.solidFill = colour
    else:
        look.pattFill = PatternFillProperties(
            prst=pattern, fgClr=ColorChoice(srgbClr=colour), bgClr=ColorChoice(srgbClr=_WHITE)
        )
    look.line.solidFill = colour
    return look


def _prepare_print(raw: Any, heading: str) -> None:
    raw.page_setup.orientation = "landscape"
    raw.page_setup.paperSize = "9"  # A4
    raw.page_setup.fitToWidth, raw.page_setup.fitToHeight = 1, 0
    raw.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    raw.print_options.horizontalCentered = True
    margins = raw.page_margins
    margins.left = margins.right = 0.5
    margins.top, margins.bottom, margins.header, margins.footer = 0.6, 0.7, 0.3, 0.3
    raw.oddFooter.left.text = plain_text(heading).replace("&", "&&")
    raw.oddFooter.center.text = "&A"
    raw.oddFooter.right.text = "&P / &N"
    for part in (raw.oddFooter.left, raw.oddFooter.center, raw.oddFooter.right):
        part.size = 8


def said(what: object, of: object) -> str:
    """Return what a figure is called on the reconciliation: the row, then the column."""
    return f"{what}: {of}"


def height_of(cells: Iterable[tuple[Style, Any, float]]) -> float | None:
    """Return the height in points that wrapped texts need; None where one line is enough.

    Written down because LibreOffice leaves a row as high as one line otherwise.
    """
    lines = max(
        (lines_of(value, width) for style, value, width in cells if style.wraps and isinstance(value, str)),
        default=1,
    )
    return min(14.0 * lines + 3, 409) if lines > 1 else None


class Book:
    """The workbook, its looks, its tallies and every figure shown so far."""

    def __init__(self, language: str, heading: str, tallies: Tallies | None = None) -> None:
        self.raw = Workbook(write_only=True)
        self.language = language
        self.heading = heading
        self.tallies: Tallies = tallies if tallies is not None else {}
        self.shown: list[Shown] = []
        self._names: set[str] = set()
        self._styles: Styles | None = None

    @property
    def styles(self) -> Styles:
        """The looks of the workbook's language."""
        if self._styles is None:
            self._styles = Styles(self.raw.worksheets[0], self.language)
        return self._styles

    def describe(self, title: str) -> None:
        """Set the document's properties: no person is named."""
        properties = self.raw.properties
        properties.title = plain_text(title)
        properties.creator = "auditor"
        properties.lastModifiedBy = "auditor"
        properties.language = self.language


class DetailSheet:
    """A sheet that is one table: heading, column headings, rows; its figures are counted as they pass."""

    HEAD = 4

    def __init__(self, book: Book, table: Table, note: str = "") -> None:
        self.book, self.table = book, table
        self.sheet = Sheet(book, str(table.sheet), [one.width for one in table.columns], f"A{self.HEAD + 1}")
        self.tally = book.tallies.setdefault(table.key, table.tally())
        styles = book.styles
        self.sheet.write([(styles.title, str(table.sheet))], height=27)
        self.sheet.write([(styles.meta, book.heading)])
        self.sheet.write([(styles.meta, note)])
        self.sheet.head(*(one.title for one in table.columns))
        self.sheet.repeat(self.HEAD, self.HEAD)
        self._keys = [one.key for one in table.columns]
        self._text = {one.key: one.width for one in table.columns if one.written}
        self.rows = 0

    def add(self, row: dict[str, Any]) -> None:
        """Write and count one row."""
        self.tally.add(row)
        styles = self.book.styles
        text, raw = styles.text, self.sheet.raw
        self.sheet.row += 1
        self.rows += 1
        cells = [
            text.cell(raw, row[key] or "") if key in self._text else _plain(styles, raw, key, row[key])
            for key in self._keys
        ]
        self.sheet.append(cells, height_of((text, row[key], width) for key, width in self._text.items()))

    def close(self) -> int:
        """Make the rows a named table. An empty one keeps a single empty row, as Excel asks for."""
        if not self.rows:
            self.sheet.write([(self.book.styles.meta, _("No rows."))])
        last = get_column_letter(len(self._keys))
        made: Any = ExcelTable(
            displayName=str(self.table.name), ref=f"A{self.HEAD}:{last}{self.HEAD + max(self.rows, 1)}"
        )
        made._initialise_columns()
        for column, one in zip(made.tableColumns, self.table.columns, strict=True):
            column.name = str(one.title)
        made.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
        self.sheet.raw.tables.add(made)  # add_table() warns in write-only mode, columns or no columns
        return self.rows


def _plain(styles: Styles, raw: Any, key: str, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, int):
        return styles.number.cell(raw, value)
    if isinstance(value, str):
        return styles.short.cell(raw, value) if value else None
    return (styles.month if key == "month" else styles.day).cell(raw, value)
