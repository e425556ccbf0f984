"""What a file really is, and a file name that can do no harm."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

# Found from the first bytes only: the name and the sender's word for it are not believed.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)


def media_type_of(head: bytes) -> str:
    """Return the media type that the first bytes show; text is plain text, whatever it contains.

    HTML and SVG are text here on purpose: they are never served as what a browser would run.
    """
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in (b"heic", b"mif1", b"heix") else "video/mp4"
    if b"\x00" not in head:
        return "text/plain"
    return "application/octet-stream"


def safe_name(name: str) -> str:
    """Return the last part of ``name`` without control characters, at most 200 characters, never empty."""
    last = PureWindowsPath(PurePosixPath(name.replace("\x00", "")).name).name
    clean = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")).strip(
        " ."
    )
    stem, dot, ending = clean.rpartition(".")
    if len(clean) > 200 and dot and len(ending) <= 10:
        clean = f"{stem[: 199 - len(ending)]}.{ending}"
    return clean[:200] or "file"
