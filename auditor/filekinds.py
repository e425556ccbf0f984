"""Whether an uploaded table may be opened at all: its size, its kind, and what it would unpack to."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

MEGABYTE = 1024 * 1024
LARGEST_FILE = 20 * MEGABYTE
LARGEST_UNPACKED = 150 * MEGABYTE
LARGEST_RATIO = 200
RATIO_COUNTS_FROM = 10 * MEGABYTE  # a small repetitive sheet packs well and harms nobody
MOST_ENTRIES = 2_000

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_MAGIC = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"{\\rtf": "RTF",
    b"MZ": "EXE",
}
_OTHER_OFFICE = {"word/": "Word (.docx)", "ppt/": "PowerPoint (.pptx)", "xl/workbook.bin": "Excel (.xlsb)"}
_ASIDE = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ELEMENT = re.compile(rb"<[^!?\s]")  # where it begins, a document type can come no more
_OPEN_DOCUMENT = {"spreadsheet": "OpenDocument (.ods)", "text": "OpenDocument (.odt)"}


class Refused(Exception):
    """The file cannot be read at all. The feature that asked for it has the words for ``code`` and ``params``."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def kind_of(content: bytes) -> str:
    """Return "xlsx" or "csv" by what the file holds, whatever its name says; ``Refused`` says why not."""
    if len(content) > LARGEST_FILE:
        raise Refused("too_large", limit=str(LARGEST_FILE // MEGABYTE))
    if not content.strip():
        raise Refused("empty_file")
    if content.startswith(_OLE):
        raise Refused(*_inside_ole(content))
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _check_package(content)
        return "xlsx"
    _check_text(content)
    return "csv"


def _inside_ole(content: bytes) -> tuple[str]:
    # An encrypted .xlsx is an OLE file with this stream, so it shares its first bytes with .xls.
    if "EncryptedPackage".encode("utf-16-le") in content:
        return ("encrypted",)
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return ("old_excel",)
    raise Refused("wrong_kind", kind="Office 97–2003")


def _check_package(content: bytes) -> None:
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Refused("damaged") from error
    with package:
        _check_entries(entries)
        names = {entry.filename for entry in entries}
        if any(name.endswith("vbaProject.bin") for name in names):
            raise Refused("macros")
        if "xl/workbook.xml" not in names:
            raise Refused("wrong_kind", kind=_package_kind(package, names))
        _check_parts(package, entries)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("encrypted")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    swollen = unpacked > RATIO_COUNTS_FROM and unpacked / packed > LARGEST_RATIO
    if len(entries) > MOST_ENTRIES or unpacked > LARGEST_UNPACKED or swollen:
        raise Refused("zip_bomb")


def _package_kind(package: zipfile.ZipFile, names: set[str]) -> str:
    for start, kind in _OTHER_OFFICE.items():
        if any(name.startswith(start) for name in names):
            return kind
    if "mimetype" in names:
        declared = package.read("mimetype")[:200].decode("ascii", "replace")
        for word, kind in _OPEN_DOCUMENT.items():
            if word in declared:
                return kind
    return "ZIP"


def _check_parts(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Read every XML part's beginning: no Office program writes a document type, whose entities can swell.

    A part whose first element comes only behind 64 KiB of something else could hide one there.
    """
    try:
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")):
                with package.open(entry) as part:
                    head = part.read(65_536).replace(b"\0", b"")
                if b"<!DOCTYPE" in head or b"<!ENTITY" in head or not _ELEMENT.search(_ASIDE.sub(b"", head)):
                    raise Refused("damaged")
                if entry.filename == "[Content_Types].xml" and b"macroEnabled" in head:
                    raise Refused("macros")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise Refused("damaged") from error


def _check_text(content: bytes) -> None:
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            raise Refused("wrong_kind", kind=kind)
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        raise Refused("wrong_kind", kind="HTML/XML")
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("wrong_kind", kind="binary")
