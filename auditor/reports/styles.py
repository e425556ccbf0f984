"""How cells look: few styles, made once, and text that never becomes a formula."""

from __future__ import annotations

from copy import copy
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle

from auditor.cells import LookedCell, kind_of
from auditor.celltext import FONTS, is_quoted, plain_text

INK, SOFT, LINE, ACCENT = "FF1A222D", "FFE9EFF8", "FFB8C0CC", "FF1F4B8E"
_THIN = Side(style="thin", color=LINE)
_STRONG = Side(style="medium", color=INK)
_BELOW, _BELOW_STRONG = Border(bottom=_THIN), Border(bottom=_STRONG)
_BOXED = Border(top=_THIN, bottom=_THIN, left=_THIN, right=_THIN)
_SUM = Border(top=_THIN, bottom=_STRONG)
_TOP = Alignment(vertical="top")
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_RIGHT = Alignment(vertical="top", horizontal="right", indent=1)  # a text may stand in the next column
_CENTRED = Alignment(vertical="center", horizontal="center")
_CENTRED_WRAPPED = Alignment(vertical="center", horizontal="center", wrap_text=True)
_BOLD: dict[str, Any] = {"bold": True}


def quoted(text: str) -> str:
    """Return a text as it stands in a formula."""
    return '"' + text.replace('"', '""') + '"'


class Style:
    """One look: its number in the workbook, with and without the mark that a cell holds text."""

    def __init__(self, sheet: Any, **parts: Any) -> None:
        self.wraps = bool(parts.get("alignment") and parts["alignment"].wrap_text)
        model: Any = WriteOnlyCell(sheet)
        for name, value in parts.items():
            setattr(model, name, value)
        looks = sheet.parent._cell_styles
        self._plain = looks.add(copy(model._style))
        model.quotePrefix = True
        self._quoted = looks.add(copy(model._style))

    def cell(self, sheet: Any, value: Any) -> LookedCell:
        """Return a cell of this look; text stays text whatever it begins with."""
        if not isinstance(value, str):
            return LookedCell(sheet, self._plain, value, kind_of(value))
        text = plain_text(value)
        if not text:
            return LookedCell(sheet, self._plain, None, "n")
        return LookedCell(sheet, self._quoted if is_quoted(text) else self._plain, text, "s")

    def formula(self, sheet: Any, value: str) -> LookedCell:
        """Return a cell with a formula of ours."""
        return LookedCell(sheet, self._plain, value, "f")


class Styles:
    """Every look of a workbook in one language."""

    def __init__(self, sheet: Any, language: str) -> None:
        self._sheet = sheet
        self._font = FONTS[language]
        self._headings()
        self._texts()
        self._numbers()
        self._days()
        self._grid()

    def _headings(self) -> None:
        soft = {"color": "FF4B5666"}
        self.title = self._make(font={"size": 18, "bold": True, "color": ACCENT})
        self.heading = self._make(font={"size": 13, "bold": True, "color": ACCENT}, border=_BELOW_STRONG)
        self.meta = self._make(font={"size": 9, **soft})
        self.note = self._make(font=soft, alignment=_WRAPPED)
        self.head = self._make(
            font=_BOLD, fill=PatternFill("solid", fgColor=SOFT), border=_BOXED, alignment=_CENTRED_WRAPPED
        )

    def _texts(self) -> None:
        self.label = self.text = self._make(border=_BELOW, alignment=_WRAPPED)
        self.strong = self._make(font=_BOLD, border=_BELOW, alignment=_WRAPPED)
        self.short = self._make(border=_BELOW, alignment=_TOP)
        self.strong_short = self._make(font=_BOLD, border=_BELOW, alignment=_TOP)
        self.total_label = self._make(font=_BOLD, border=_SUM, alignment=_TOP)
        self.reading = self._make(border=_BELOW, alignment=Alignment(vertical="top", indent=1))
        self.code = self._make(font={"name": "Consolas", "size": 9}, border=_BELOW, alignment=_WRAPPED)

    def _numbers(self) -> None:
        self.number = self._make(border=_BELOW, alignment=_RIGHT, number_format="#,##0")
        self.total = self._make(font=_BOLD, border=_SUM, alignment=_RIGHT, number_format="#,##0")
        self.signed = self._make(border=_BELOW, alignment=_RIGHT, number_format='+#,##0;"−"#,##0;"±"0')
        self.share = self._make(border=_BELOW, alignment=_RIGHT, number_format="0.0%")
        self.total_share = self._make(font=_BOLD, border=_SUM, alignment=_RIGHT, number_format="0.0%")
        self.signed_share = self._make(border=_BELOW, alignment=_RIGHT, number_format='+0.0%;"−"0.0%;"±"0.0%')
        self.dash = self._make(border=_BELOW, alignment=_RIGHT)

    def _days(self) -> None:
        indented = Alignment(vertical="top", horizontal="left", indent=1)
        left = Alignment(vertical="top", horizontal="left")
        self.month = self._make(border=_BELOW, alignment=indented, number_format="yyyy-mm")
        self.day = self._make(border=_BELOW, alignment=indented, number_format="yyyy-mm-dd")
        self.instant = self._make(border=_BELOW, alignment=left, number_format="yyyy-mm-dd hh:mm")

    def _grid(self) -> None:
        """Cells of the grid: a mark and a number; told apart by the mark and the pattern, not by colour alone."""
        self.grid_ok = self._make(border=_BOXED, alignment=_CENTRED, number_format='"○ "0;;"○"')
        self.grid_minor = self._make(
            font=_BOLD, border=_BOXED, alignment=_CENTRED, number_format='"▲ "0',
            fill=PatternFill("lightUp", fgColor="FFB8860B", bgColor="FFFFFFFF"),
        )  # fmt: skip
        self.grid_major = self._make(
            font={**_BOLD, "color": "FFFFFFFF"}, border=_BOXED, alignment=_CENTRED, number_format='"● "0',
            fill=PatternFill("solid", fgColor="FF8C1A15"),
        )  # fmt: skip
        self.grid_none = self._make(font={"size": 9, "color": "FF4B5666"}, border=_BOXED, alignment=_CENTRED)
        self.grid_sum = self._make(font=_BOLD, border=_BOXED, alignment=_CENTRED)
        self.plan_ok = self._make(border=_BOXED, alignment=_CENTRED_WRAPPED)
        self.plan_gap = self._make(
            font=_BOLD, border=_BOXED, alignment=_CENTRED_WRAPPED,
            fill=PatternFill("lightUp", fgColor="FFB8860B", bgColor="FFFFFFFF"),
        )  # fmt: skip
        self.plan_late = self._make(
            font={**_BOLD, "color": "FFFFFFFF"}, border=_BOXED, alignment=_CENTRED_WRAPPED,
            fill=PatternFill("solid", fgColor="FF8C1A15"),
        )  # fmt: skip

    def _make(self, font: dict[str, Any] | None = None, **parts: Any) -> Style:
        font = {"name": self._font, "size": 10, "color": INK, **(font or {})}
        return Style(self._sheet, font=Font(**font), **parts)


# What stands out on a black-and-white print: bold and a pattern, never colour alone.
LATE = DifferentialStyle(
    font=Font(bold=True, color="FF8C1A15"),
    fill=PatternFill("lightUp", fgColor="FFD99A96", bgColor="FFFFFFFF"),
)
WRONG = DifferentialStyle(
    font=Font(bold=True, color="FFFFFFFF"), fill=PatternFill("solid", fgColor="FF8C1A15", bgColor="FF8C1A15")
)
