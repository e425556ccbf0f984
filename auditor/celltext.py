"""What a cell of a workbook may hold of a text, and how much room it takes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from openpyxl.cell.cell import ERROR_CODES

FONTS = {"ja": "Yu Gothic", "en": "Calibri"}
LONGEST = 32_767  # characters that a cell holds
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "'")


def plain_text(value: object) -> str:
    """Return what a cell may hold of a text: no control characters, no escapes of Excel's own, not too long."""
    text = str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = _ESCAPED.sub("_x005F_", _CONTROL.sub("", text))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def is_quoted(text: str) -> bool:
    """Tell whether a cell needs the mark that it holds text: a program would take it for something else."""
    return text.startswith(_DANGEROUS) or text in ERROR_CODES


def lines_of(text: str, width: float) -> int:
    """Return how many lines a wrapped text takes in a column of ``width``; a Japanese character is two wide."""
    room = max(width - 1, 2)
    return sum(max(1, -(-_wide(part) // int(room))) for part in text.split("\n"))


def _wide(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_width, text))


@lru_cache(maxsize=20_000)
def _width(one: str) -> int:
    return 2 if unicodedata.east_asian_width(one) in "WFA" else 1
