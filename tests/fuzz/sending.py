"""How a form travels: encoded as a browser does it, and in ways that no browser does."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tests.fuzz.forms import Value


def body(fields: list[tuple[str, Value]], envelope: int) -> dict[str, Any]:
    """Return the form as a request carries it, or nearly so."""
    plain = [(name, value if isinstance(value, str) else value[0]) for name, value in fields]
    if envelope == 1:
        return {"data": json.dumps(dict(plain)), "content_type": "application/json"}
    if envelope == 2:
        whole = _multipart(fields)
        return {"data": whole[: len(whole) * 2 // 3], "content_type": "multipart/form-data; boundary=odd"}
    if envelope == 3:
        return {"data": _multipart(fields), "content_type": "multipart/form-data; boundary=other"}
    if envelope == 4:
        return {"data": b"", "content_type": "application/x-www-form-urlencoded"}
    if envelope == 5:
        return {"data": _encoded(plain), "content_type": "text/plain"}
    if envelope == 6:
        return {
            "data": b"%ff%fe=%zz&&==&a" + _encoded(plain),
            "content_type": "application/x-www-form-urlencoded",
        }
    if envelope == 7:
        return {
            "data": _multipart(fields),
            "content_type": "multipart/form-data; boundary=odd",
            "headers": {"X-Requested-With": "fetch"},
        }
    if any(not isinstance(value, str) for _, value in fields):
        return {"data": _multipart(fields), "content_type": "multipart/form-data; boundary=odd"}
    return {"data": _encoded(plain), "content_type": "application/x-www-form-urlencoded"}


def _encoded(fields: list[tuple[str, str]]) -> bytes:
    return urlencode(fields, errors="surrogatepass").encode()


def _multipart(fields: list[tuple[str, Value]]) -> bytes:
    parts = []
    for name, value in fields:
        file = "" if isinstance(value, str) else f'; filename="{value[0]}"'
        head = f'--odd\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        content = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value[1]
        parts.append(head.encode("utf-8", "surrogatepass") + content + b"\r\n")
    return b"".join(parts) + b"--odd--\r\n"
