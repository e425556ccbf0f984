"""How a working paper looks: named styles, made once, whose cells are then written without looking them up again."""

from __future__ import annotations

from copy import copy
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from auditor.cells import LookedCell
from auditor.celltext import FONTS, is_quoted, plain_text
from auditor.language import _p

INK, FAINT, LINE, ACCENT, HEAD, FILL = (
    "FF1A222D", "FF4B5666", "FFB8C0CC", "FF1F4B8E", "FFE9EFF8", "FFFFF9DB",
)  # fmt: skip
_THIN, _STRONG = Side(style="thin", color=LINE), Side(style="medium", color=FAINT)
_TEXT = "@"
_PAPER_A4 = 9
MISSING = DifferentialStyle(  # seen on a black-and-white print as well
    font=Font(bold=True), fill=PatternFill("lightUp", fgColor="FFB8860B", bgColor="FFFFFFFF")
)


def fitted(points: float) -> dict[str, str]:
    """Return the height of a row that grows when its texts do: openpyxl would fix the height it begins with."""
    return {"ht": f"{points:g}"}


def lines(text: str, width: float) -> int:
    """Return about how many lines a text takes; quicker than ``celltext.lines_of``, for thousands of cells."""
    if not text:
        return 0
    # Of three bytes a Japanese character takes the room of two, of one byte a Latin one that of one.
    return sum(
        -(-(len(part) + len(part.encode("utf-8", "replace"))) // int(2 * width)) or 1
        for part in text.split("\n")
    )


class Looks:
    """The styles of a workbook by name, and cells that wear them."""

    def __init__(self, book: Workbook, language: str) -> None:
        self._font = FONTS[language]
        self._book = book
        self._worn: dict[str, int] = {}
        self._quoted: dict[str, int] = {}
        wrap: dict[str, Any] = {"vertical": "top", "wrap_text": True}
        box = Border(top=_THIN, bottom=_THIN, left=_THIN, right=_THIN)
        first = Border(top=_STRONG, bottom=_THIN, left=_THIN, right=_THIN)
        centred = Alignment(horizontal="center", vertical="center", wrap_text=True)
        self._make(
            "paper title", Font(size=15, bold=True, color=ACCENT), alignment=Alignment(vertical="center")
        )
        self._make("paper meta", Font(size=9, color=FAINT), alignment=Alignment(vertical="center"))
        self._make("paper label", Font(bold=True), border=Border(bottom=_THIN), alignment=Alignment(**wrap))
        self._make("paper fact", Font(), border=Border(bottom=_THIN), alignment=Alignment(**wrap))
        self._make("paper step", Font(), alignment=Alignment(**wrap))
        self._make(
            "paper number",
            Font(bold=True, color=ACCENT),
            alignment=Alignment(horizontal="right", vertical="top"),
        )
        self._make("paper section", Font(size=12, bold=True, color=ACCENT), border=Border(bottom=_STRONG))
        self._make(
            "paper sign", Font(size=9, color=FAINT), border=Border(bottom=Side(style="thin", color=INK))
        )
        self._make(
            "paper head",
            Font(bold=True),
            fill=PatternFill("solid", fgColor=HEAD),
            border=box,
            alignment=centred,
        )
        for suffix, border in (("", box), (" first", first)):
            self._make(f"paper text{suffix}", Font(), border=border, alignment=Alignment(**wrap))
            self._make(
                f"paper small{suffix}", Font(size=9, color=FAINT), border=border, alignment=Alignment(**wrap)
            )
            self._make(
                f"paper code{suffix}", Font(bold=True), border=border, alignment=Alignment(vertical="top")
            )
            self._make(
                f"paper answer{suffix}", Font(), border=border, alignment=Alignment(**wrap), number_format=_TEXT,
                fill=PatternFill("solid", fgColor=FILL), protection=Protection(locked=False),
            )  # fmt: skip

    def _make(self, name: str, font: Font, **parts: Any) -> None:
        size = font.size or 10
        font = Font(name=self._font, size=size, bold=font.bold, color=font.color or INK)
        style = NamedStyle(name=name, font=font, **parts)
        self._book.add_named_style(style)
        scratch: Any = Cell(self._book.worksheets[0], row=1, column=1)
        scratch.style = name
        looks: Any = self._book
        self._worn[name] = looks._cell_styles.add(copy(scratch._style))
        scratch.quotePrefix = True
        self._quoted[name] = looks._cell_styles.add(scratch._style)

    def put(self, sheet: Any, row: int, column: int, value: str | int | None, name: str) -> None:
        """Write a cell; text stays text whatever it begins with."""
        if isinstance(value, int):
            cell = LookedCell(sheet, self._worn[name], value, "n")
        elif value:
            text = plain_text(value)
            cell = LookedCell(sheet, (self._quoted if is_quoted(text) else self._worn)[name], text, "s")
        else:
            cell = LookedCell(sheet, self._worn[name], None, "n")
        cell.coordinate = f"{get_column_letter(column)}{row}"
        sheet._cells[row, column] = cell


def setup_page(sheet: Any, title: str) -> None:
    """Print a sheet on landscape A4, as wide as the page, with the paper's name and the page number below."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _PAPER_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.5, 0.6, 0.3, 0.3
    sheet.oddFooter.left.text = plain_text(title).replace("&", "&&")
    sheet.oddFooter.right.text = _p("printed page", "&P / &N")
    sheet.print_options.horizontalCentered = True
