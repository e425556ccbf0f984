"""Every form of the product as its pages show it, filled in as a person would, and what nobody should type."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from lxml.html import HtmlElement, document_fromstring
from werkzeug.exceptions import HTTPException

from tests.access.company import Company
from tests.access.matrix import lines, read
from tests.bed.absence import all_is_asked_for
from tests.fuzz.watching import Watch
from tests.people import rosters

LEFT_OUT = {"accounts.sign_out"}
SENDERS = ("adm", "aud", "hd", "emp", "own", "hoa", "out")
SECTIONS = ("all", "submitted")
FILES = {"reports.workbook", "reports.download", "static"}
ASKERS = ("adm", "hoa", "aud", "hd", "emp", "own", "opr", "rep", "out")
Value = str | tuple[str, bytes]


@dataclass(frozen=True)
class Form:
    """One form of one page: who may send it, where to, and its fields with what a person would enter."""

    short: str
    action: str
    endpoint: str
    fields: tuple[tuple[str, Value], ...]

    def data(self, fields: list[tuple[str, Value]] | None = None) -> dict[str, Any]:
        """Return what the test client sends: of a name that stands twice, both values."""
        sent: dict[str, Any] = {}
        for name, value in self.fields if fields is None else fields:
            one: Any = (io.BytesIO(value[1]), value[0]) if isinstance(value, tuple) else value
            sent.setdefault(name, []).append(one)
        return sent


def of_the_company(watch: Watch) -> list[Form]:
    """Return one form of each kind, from the pages of those who reach them by the access matrix."""
    found: dict[str, Form] = {}
    held = read()
    for line in lines(watch.app, watch.company):
        if line.method != "GET" or line.section not in SECTIONS or line.endpoint in FILES:
            continue
        address = address_of(watch.company, line)
        for short in SENDERS:
            if held.get((line.section, line.name), {}).get(short) != "yes":
                continue
            with watch.one():
                answer = watch.send(short, "GET", address)
            if answer is None or answer.status_code != 200 or answer.mimetype != "text/html":
                break
            page = document_fromstring(answer.get_data(as_text=True))
            for form in _posts(watch.app, short, address, page):
                found.setdefault(f"{form.endpoint} {' '.join(name for name, _ in form.fields)}", form)
            if not all_is_asked_for():
                break  # others who reach the page see fewer forms, seldom another one
    return list(found.values())


def address_of(company: Company, line: Any) -> str:
    """Return the address of a line of the matrix, with the ids of the company."""
    feature, _, view = line.endpoint.partition(".")
    path, mark, question = line.rule.partition("?")
    filled = re.sub(r"<(\w+)>", lambda it: str(company.of(line.section, feature, it[1], view)), path)
    return (
        filled
        + mark
        + re.sub(r"{(\w+)}", lambda it: str(company.of(line.section, feature, it[1], view)), question)
    )


def _posts(app: Flask, short: str, address: str, page: HtmlElement) -> Iterator[Form]:
    adapter = app.url_map.bind("localhost")
    for form in page.xpath("//form[translate(@method, 'POST', 'post') = 'post']"):
        action = form.get("action") or address
        try:
            endpoint = str(adapter.match(action.partition("?")[0], method="POST")[0])
        except HTTPException:
            continue
        if endpoint in LEFT_OUT:
            continue
        buttons = form.xpath(".//button[@name]") or [None]
        for button in buttons[:3]:
            yield Form(short, action, endpoint, tuple(_filled(form, button)))


def _filled(form: HtmlElement, button: HtmlElement | None) -> Iterator[tuple[str, Value]]:
    chosen: set[str] = set()
    for field in form.xpath(".//input[@name] | .//textarea[@name] | .//select[@name]"):
        name = field.get("name")
        kind = (field.get("type") or "text") if field.tag == "input" else field.tag
        if name == "csrf_token" or (kind == "radio" and name in chosen):
            continue
        chosen.add(name)
        yield name, _value(field, kind)
    if button is not None:
        yield button.get("name"), button.get("value") or ""


def _value(field: HtmlElement, kind: str) -> Value:
    value = field.get("value") or ""
    if kind == "select":
        options = [option.get("value") or "" for option in field.xpath(".//option")]
        return next((option for option in options if option), "")
    if kind == "file":
        return "名簿.xlsx", ROSTER
    if kind == "textarea":
        return (field.text or "").lstrip("\n") or "施錠を確かめた。"
    typed = {
        "date": "2026-12-01",
        "number": "5",
        "email": "a@example.jp",
        "checkbox": "y",
        "password": "correct horse 1",
    }
    return value or typed.get(kind, "" if kind == "hidden" else "鍵")


ROSTER = rosters.workbook([rosters.person("000107", "西村", "葵", "D220")])

# What nobody should type, and somebody does.
NASTY = (
    "", " ", "\u3000", "0", "-1", "1", "2147483647", "2147483648", "9223372036854775808", "9" * 30, "1e9", "1.5", "NaN",
    "0x10", "٣", "５", "true", "null", "None", "[]", "{}", "on", "0001-01-01", "9999-12-31", "2026-02-30", "2026-13-01",
    "10000-01-01", "2026/12/01", "2026-12-01T00:00", "1969-12-31", "昨日", "a\0b", "\0", "a\nb", "\r\n", "\u202eabc",
    "\u200b", "\ufeff", "\ud800", "a\udfffb", "\ufffe", "\ue000", "👩‍👩‍👧", "e\u0301", "ﷺ" * 20, "長" * 101, "長" * 256,
    "長" * 2_001, "長" * 20_000, "x" * 100_000, "=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "%s%n%x", "%(name)s", "{{7*7}}",
    "<script>alert(1)</script>", "'; DROP TABLE person; --", "../../etc/passwd", "..\\..", "//example.com", "javascript:1",
    "https://example.com", "a@b", "a@b.jp\nBcc: c@d.jp", "FREQ=SECONDLY", "FREQ=YEARLY;COUNT=999999999", "FREQ=",
    "minor", "conform", "department_head", "administrator", "ja", "xx", "D210", "000101", "14, 3, 0, -3", "99999999999, 1",
    "2026-12-29～2027-01-03 年末年始", "1 一\n1 二", "# 見出し", "|", "\\", "/", "?", "&", "=", ";", ",",
)  # fmt: skip

# Fields that no form has: what a column is called, and what a person must not set.
EXTRA = (
    "id", "action", "recorded_by", "recorded_at", "valid_from", "state", "current_state", "result", "grade", "role",
    "person", "person_id", "department", "owner", "held", "approved_by", "is_admin", "actor", "at", "replaces", "seen",
    "based_on", "once", "csrf_token", "next", "_method", "erased_at", "number", "language", "page", "must_change",
)  # fmt: skip
