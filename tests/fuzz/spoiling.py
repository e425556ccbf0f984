"""Spoils good files: workbooks by their cells, parts, packages and bytes; texts by their lines and characters."""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
from functools import cache

from tests.fuzz.forms import NASTY
from tests.people.roster_files import STAFF, book, csv_of

_VALUES = re.compile(rb">([^<>]+)<")
_ATTRIBUTES = re.compile(rb'="([^"]*)"')
_MAGIC = (b"PK\x03\x04", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff", bytes.fromhex("d0cf11e0a1b11ae1"), b"<svg>", b"<html>", b"RIFF\0\0\0\0WEBP", b"MZ", b"\0\0\0\x18ftypheic", b"")  # fmt: skip


@cache
def _parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book())) as good:
        return {name: good.read(name) for name in good.namelist()}


def workbook(chance: random.Random) -> bytes:
    """Return a roster workbook spoilt in one to four ways."""
    parts = list(_parts().items())
    for _ in range(chance.randint(1, 4)):
        chance.choice((_cell, _cell, _cell, _attribute, _flip_part, _part))(chance, parts)
    content = _packed(chance, parts)
    return content if chance.random() < 0.85 else flipped(chance, content)


def table(chance: random.Random) -> bytes:
    """Return a roster in CSV spoilt in one to four ways."""
    content = csv_of(STAFF, chance.choice(("utf-8-sig", "utf-8", "cp932", "utf-16")))
    for _ in range(chance.randint(1, 4)):
        if chance.random() < 0.5:
            content = flipped(chance, content)
        else:
            at = chance.randrange(len(content) + 1)
            piece = chance.choice((*NASTY, '"', ",", "\r\n", ";", "\t")).encode("utf-8", "surrogatepass")[
                :5_000
            ]
            content = content[:at] + piece + content[at + chance.choice((0, 0, 1, 6)) :]
    return content


def text(chance: random.Random, good: str) -> bytes:
    """Return a text with some of its lines moved, doubled, dropped, cut, or filled with something else."""
    rows = good.splitlines()
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(rows) or 1)
        how = chance.randrange(7)
        if not rows:
            break
        if how == 0:
            del rows[at]
        elif how == 1:
            rows.insert(at, chance.choice(rows))
        elif how == 2:
            rows[at] = rows[at].partition(":")[0] + ": " + chance.choice(NASTY)[:5_000]
        elif how == 3:
            rows[at] = " " * chance.randint(0, 9) + rows[at].lstrip()
        elif how == 4:
            rows[at] = rows[at][: chance.randrange(len(rows[at]) + 1)]
        elif how == 5:
            cut = chance.randrange(len(rows[at]) + 1)
            rows[at] = rows[at][:cut] + chance.choice("[]{}:&*!|>'\"%@`,#-?\t\0\x07\u2028") + rows[at][cut:]
        else:
            other = chance.randrange(len(rows))
            rows[at], rows[other] = rows[other], rows[at]
    content = "\n".join(rows).encode(chance.choice(("utf-8",) * 8 + ("utf-8-sig", "utf-16")), "surrogatepass")
    return flipped(chance, content) if chance.random() < 0.1 else content


def any_file(chance: random.Random) -> bytes:
    """Return bytes that begin like something and go on like something else."""
    return chance.choice(_MAGIC) + chance.randbytes(chance.choice((0, 1, 40, 5_000))) + chance.choice(_MAGIC)


def any_name(chance: random.Random) -> str:
    start = chance.choice((*NASTY, "記録", "../../x", "C:\\x\\y", "a" * 300, "CON", ".htaccess"))[:5_000]
    return start + chance.choice(("", ".pdf", ".html", ".svg", ".exe", ".xlsx", "." + "x" * 300, "\r\nX: y"))


def flipped(chance: random.Random, content: bytes) -> bytes:
    """Return the bytes with a few changed, cut off, or repeated."""
    spoilt = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 40))):
        if spoilt:
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    how = chance.random()
    if how < 0.1:
        return bytes(spoilt[: chance.randrange(len(spoilt) + 1)])
    return bytes(spoilt + spoilt[-chance.randrange(1, 200) :]) if how < 0.2 else bytes(spoilt)


def _pick(chance: random.Random, parts: list[tuple[str, bytes]]) -> int:
    likely = [at for at, (name, _) in enumerate(parts) if "sheet" in name or "sharedStrings" in name]
    return chance.choice(likely) if likely and chance.random() < 0.7 else chance.randrange(len(parts))


def _cell(chance: random.Random, parts: list[tuple[str, bytes]]) -> None:
    _put(chance, parts, _VALUES)


def _attribute(chance: random.Random, parts: list[tuple[str, bytes]]) -> None:
    _put(chance, parts, _ATTRIBUTES)


def _put(chance: random.Random, parts: list[tuple[str, bytes]], pattern: re.Pattern[bytes]) -> None:
    if not parts:
        return
    at = _pick(chance, parts)
    name, part = parts[at]
    places = list(pattern.finditer(part))
    if not places:
        return
    place, value = (
        chance.choice(places),
        chance.choice((*NASTY, "1E+400", "44287", "-1E+9", "#REF!", "A1:XFD1048576")),
    )
    if chance.random() < 0.8:
        value = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    put = value.encode("utf-8", "surrogatepass")[:20_000]
    parts[at] = name, part[: place.start(1)] + put + part[place.end(1) :]


def _flip_part(chance: random.Random, parts: list[tuple[str, bytes]]) -> None:
    if parts:
        at = _pick(chance, parts)
        parts[at] = parts[at][0], flipped(chance, parts[at][1])


def _part(chance: random.Random, parts: list[tuple[str, bytes]]) -> None:
    """Drop a part, put it in twice, give it another name, or the content of another."""
    if not parts:
        return
    at, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    how = chance.randrange(5)
    if how == 0:
        del parts[at]
    elif how == 1:
        parts.append(parts[at])
    elif how == 2:
        parts[at] = any_name(chance)[:200].replace("\0", "") or "x", parts[at][1]
    elif how == 3:
        parts[at] = parts[at][0], parts[other][1]
    else:
        parts.append(
            (
                chance.choice(
                    (
                        "xl/vbaProject.bin",
                        "../../x.xml",
                        "xl/externalLinks/externalLink1.xml",
                        "xl/embeddings/a.bin",
                    )
                ),
                b"<x/>",
            )
        )


def _packed(chance: random.Random, parts: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    how = zipfile.ZIP_DEFLATED if chance.random() < 0.8 else zipfile.ZIP_STORED
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", how) as made:
        warnings.simplefilter("ignore")  # of a part that stands twice
        for name, part in parts:
            made.writestr(name.encode("utf-8", "replace").decode(), part)
    return out.getvalue()
