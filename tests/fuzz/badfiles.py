"""Files as they come on a bad day, made on the spot: each one a whole file of its kind, spoilt in one way."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.people.roster_files import STAFF, UNITS, book, person, repacked

SHEET = "xl/worksheets/sheet1.xml"
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR = 512


def compound(*streams: str) -> bytes:
    """Return a compound file (MS-CFB) with these streams: what Office puts an encrypted or an old workbook into."""
    size = 4096  # each stream is as long as the shortest one that has sectors of its own
    each = size // _SECTOR
    entries = [_entry("Root Entry", 5, child=1 if streams else _FREE)]
    for place, name in enumerate(streams):
        right = place + 2 if place + 1 < len(streams) else _FREE
        entries.append(_entry(name, 2, right=right, start=2 + place * each, size=size))
    entries += [b"\0" * 128] * (-len(entries) % 4)
    fat = [_FAT, _END]  # sector 0 is this table, sector 1 the directory
    for place in range(len(streams)):
        first = 2 + place * each
        fat += [*range(first + 1, first + each), _END]
    fat += [_FREE] * (_SECTOR // 4 - len(fat))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<109I", 0, *[_FREE] * 108)
    return head + struct.pack("<128I", *fat) + b"".join(entries[:4]) + b"\x5a" * (size * len(streams))


def _entry(
    name: str, kind: int, right: int = _FREE, child: int = _FREE, start: int = 0, size: int = 0
) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    return head + struct.pack("<III36xIQ", _FREE, right, child, start, size)


def package(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return out.getvalue()


def part_changed(change: Callable[[bytes], bytes], name: str = SHEET, content: bytes | None = None) -> bytes:
    """Return a good roster with one of its parts changed."""
    return repacked(content or book(), lambda part, held: change(held) if part == name else held)


def part_added(name: str, part: bytes) -> bytes:
    content = book()
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, part)
    return out.getvalue()


def cell(heading: str, value: Any) -> bytes:
    """Return a roster whose last person has ``value`` under ``heading``."""
    return book([*STAFF, person("000128", **{heading: value})])


def units(*more: list[Any]) -> bytes:
    return book(units=[*UNITS, *more])


def spoilt(change: Callable[[Worksheet], object]) -> bytes:
    """Return a roster whose first sheet has gone through ``change``."""

    def on_sheet(made: Workbook) -> None:
        assert made.active is not None
        change(made.active)  # type: ignore[arg-type]

    return book(spoil=on_sheet)


def encrypted_entry() -> bytes:
    """Return a workbook whose first part is marked as encrypted, as ZIP programs do."""
    content = bytearray(book())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        struct.pack_into("<H", content, content.find(mark) + offset, 1)
    return bytes(content)


def lying_sizes() -> bytes:
    """Return a workbook whose list of parts says that a sheet of 60 MB is ten bytes long."""
    content = bytearray(repacked(book(), lambda name, part: b" " * 60_000_000 if name == SHEET else part))
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(SHEET.encode()))
    struct.pack_into("<I", content, at + 24, 10)
    return bytes(content)


def laughing(part: bytes, padding: int = 0) -> bytes:
    """Return an XML part with a billion laughs before its first element, behind a comment of some length."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!--{"x" * padding}--><!DOCTYPE lolz [<!ENTITY l0 "lol">{levels}]>'
    declaration, mark, rest = part.partition(b"?>")
    if not mark:
        declaration, rest = b"", part
    return declaration + mark + bomb.encode() + rest.replace(b"<sheetData>", b"<sheetData>&l9;", 1)


def reading_a_file(part: bytes) -> bytes:
    """Return an XML part that asks the parser for a file of the server."""
    return b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + part.partition(b"?>")[2]


def formatted_to(last: int) -> bytes:
    """Return a roster whose empty rows are formatted down to row ``last``, as a careless fill leaves it."""
    rows = "".join(f'<row r="{n}" s="1" customFormat="1"/>' for n in range(100, last + 1)).encode()
    return part_changed(lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>"))


def lying_dimension(said: str) -> bytes:
    """Return a roster whose sheet says another extent than it has."""
    import re

    return part_changed(
        lambda part: re.sub(rb'<dimension ref="[^"]*"\s*/>', f'<dimension ref="{said}"/>'.encode(), part)
    )


def with_epoch_1904(content: bytes) -> bytes:
    return part_changed(
        lambda part: part.replace(b"<workbookPr/>", b'<workbookPr date1904="1"/>'), "xl/workbook.xml", content
    )
