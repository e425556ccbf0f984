"""Whatever is typed into an address or a form is answered, never broken by: no request gives 500 (design §10).

Every form that a page shows is sent filled in, then in each of the ways that nobody should; each route that takes
a form is tried, whether a page shows one or not. See tests/fuzz/watching.py for what is held of every answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from auditor import activity, db
from tests.access.company import Company
from tests.access.matrix import lines, read
from tests.fuzz import forms
from tests.fuzz.forms import EXTRA, Form, Value
from tests.fuzz.sending import body
from tests.fuzz.watching import Watch

HUGE = "9" * 20  # more than any database's integer
LONG = "長" * 20_000
FILLED = (LONG, "a\0b\ud800c\u202ed", HUGE, "-1", "٣", "0001-01-01", "9999-12-31", "2026-02-30", "=1+1", "")
QUERIES = (
    "page=-1&size=abc&sort=%00&order=x&q=%00&text=%ED%A0%80&person=x&department=-1&subject=0&year=0&as_of=x",
    f"page={HUGE}&size={HUGE}&text={quote(LONG[:900])}&q={'+'.join(map(str, range(900)))}&state=%F0&person={HUGE}"
    f"&department={HUGE}&subject={HUGE}&version={HUGE}&item={HUGE}&worry={HUGE}&promise={HUGE}&year={HUGE}"
    f"&fiscal_year={HUGE}&as_of=9999-12-31&from=0001-01-01&until=9999-12-31&date=0001-01-01&kind=%27&tab=x&show=x",
    "page=1e9&page=2&size=%EF%BC%95&q=a%00b&as_of=0001-01-01&year=99999&fiscal_year=10000&next=%5C%5Cx&person=%00"
    "&from=9999-12-31&until=0001-01-01&date=9999-12-31&department=%D9%A3&version=0&language=xx&type=%00",
)
# What differs between two rows that say the same.
VOLATILE = {"action", "text_salt", "salt", "value_hash", "token", "secret", "receipt", "password_hash"}

# A quiz is drawn by chance; a roster that was applied takes its file with it.
NEVER_TWICE_ALIKE = {"training.start_quiz", "people.apply"}

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def watch(app: Flask, asked: Company, settings: Any) -> Iterator[Watch]:
    activity.configure(settings.log_key, None)
    yield Watch(app, asked)
    activity.configure(settings.log_key, settings.head_file)


def filled(form: Form, turn: int) -> list[tuple[str, Value]]:
    """Return the fields, each with another value that nobody should send; each turn gives them others."""
    sent: list[tuple[str, Value]] = []
    for place, (name, held) in enumerate(form.fields):
        value = FILLED[(place + turn) % len(FILLED)]
        sent.append((name, value if isinstance(held, str) else (value, value.encode("utf-8", "replace"))))
    return sent


def spoilt(form: Form, place: int) -> Iterator[tuple[str, list[tuple[str, Value]], int]]:
    """Give each way in which the form is sent: its name, the fields and the envelope."""
    good = list(form.fields)
    for turn in range(0, len(FILLED), 2):
        yield f"turn {turn}", filled(form, turn), 0
    yield "each field twice", good + filled(form, 0), 0
    yield "without its fields", [], 0
    yield "envelope", good, 1 + place % 7


@pytest.mark.thorough
def test_no_form_sent_in_any_way_breaks_the_application(watch: Watch, known_forms: list[Form]) -> None:
    for place, form in enumerate(known_forms):
        for name, fields, envelope in spoilt(form, place):
            with watch.one():
                watch.send(form.short, "POST", form.action, label=name, **body(fields, envelope))
    watch.nothing()


def test_every_route_that_takes_a_form_answers_what_belongs_to_no_form(watch: Watch) -> None:
    junk = [(name, value) for name in EXTRA for value in ("2147483648", "\0x")]
    for line in lines(watch.app, watch.company):
        who = next(iter(reaching(line)), None) if line.method == "POST" else None
        if who is None or line.section != "all":
            continue
        address = forms.address_of(watch.company, line)
        with watch.one():
            watch.send(who, "POST", address, **body(list(junk), 0))
        other = "/".join(HUGE if part.isdigit() else part for part in address.split("/"))
        if other != address:
            with watch.one():
                answer = watch.send(who, "POST", other, **body([], 0))
                assert answer is not None and answer.status_code in (303, 404), other
    watch.nothing()


def test_a_part_of_a_form_without_a_name_is_passed_over(watch: Watch) -> None:
    part = b"--odd\r\nContent-Disposition: form-data\r\n\r\nx\r\n--odd--\r\n"
    for short, address in (("out", "/accounts/sign-in"), ("adm", "/findings/record")):
        with watch.one():
            watch.send(short, "POST", address, data=part, content_type="multipart/form-data; boundary=odd")
    watch.nothing()


@pytest.mark.parametrize(
    ("short", "address", "fields"),
    [
        ("adm", "/people/departments/0/head", {"vacant": "y", "valid_from": "2026-11-20"}),
        ("adm", "/people/departments/7/head", {"vacant": "y", "valid_from": "2026-11-20", "tip": "xx"}),
        ("aud", "/audits/1/items/1/evidence", {"file": "ja"}),
        ("aud", "/audits/1/items/1/evidence/1/newer", {"file": "32", "about_on": "2026-11-20"}),
        ("hoa", "/reports/year/0/opinion", {"seen": "0", "opinion": "x"}),
        ("adm", "/training/rules/1", {"audience": "everyone", "first_opens_on": "9999-12-31", "due_days": "5", "seen": "1", "recurrence": "FREQ=YEARLY"}),
    ],
)  # fmt: skip
def test_what_once_broke_a_form_is_answered(
    watch: Watch, short: str, address: str, fields: dict[str, str]
) -> None:
    with watch.one():
        watch.send(short, "POST", address, **body(list(fields.items()), 0))
    watch.nothing()


def test_ten_thousand_fields_are_too_many(watch: Watch) -> None:
    fields = [(f"field{number}", "x") for number in range(10_000)]
    with watch.one():
        whole = body([*fields, ("file", ("a.txt", b"x"))], 0)
        answer = watch.send("adm", "POST", "/findings/record", **whole)
        assert answer.status_code == 413
        assert "受け取れるのは" in answer.get_data(as_text=True)
    watch.nothing()


@pytest.mark.skipif(
    "AUDITOR_TEST_DATABASE_URL" in __import__("os").environ, reason="ids differ from run to run"
)
@pytest.mark.thorough
def test_fields_that_a_form_does_not_have_change_nothing(watch: Watch, known_forms: list[Form]) -> None:
    """Mass assignment: what a form writes is the same with every column named beside its own fields."""
    compared = 0
    for form in known_forms:
        if form.endpoint in NEVER_TWICE_ALIKE:
            continue
        own = {name for name, _ in form.fields}
        extra = [
            (name, value)
            for name in EXTRA
            if name not in own | {"csrf_token", "once", "next"}
            for value in ("1",)
        ]
        rows = []
        for fields in (list(form.fields), [*form.fields, *extra]):
            with watch.one():
                answer = watch.send(form.short, "POST", form.action, **body(fields, 0))
                rows.append((answer.status_code if answer else 0, written(watch)))
        alike = rows[0][0] != 303 or rows[0] == rows[1]
        if not alike:
            watch.note(f"{form.endpoint} takes fields that it does not have", f"{rows[0]}\n{rows[1]}")
        compared += rows[0][0] == 303
    assert compared > 40
    watch.nothing()


def written(watch: Watch) -> dict[str, list[dict[str, Any]]]:
    """Return what the input changed in the tables that reports count, without what differs each time."""
    changed = {}
    for table in watch.changed():
        columns = [column.name for column in db.database.get_columns(table)]
        before = set(map(tuple, watch.before(table)))
        rows = [row for row in watch.rows(table) if tuple(row) not in before]
        changed[table] = [
            {name: value for name, value in zip(columns, row, strict=True) if name not in VOLATILE}
            for row in rows
        ]
    return changed


def reaching(line: Any) -> list[str]:
    """Return who reaches a line of the access matrix."""
    held = read().get((line.section, line.name), {})
    return [short for short in forms.SENDERS if held.get(short) == "yes"]


@pytest.mark.thorough
def test_no_address_and_no_question_breaks_the_application(watch: Watch) -> None:
    for place, line in enumerate(line for line in lines(watch.app, watch.company) if line.method == "GET"):
        address = forms.address_of(watch.company, line).partition("?")[0]
        for who in reaching(line)[:1]:
            with watch.one():
                watch.send(who, "GET", f"{address}?{QUERIES[place % len(QUERIES)]}")
            other = "/".join(
                ("0", HUGE)[place % 2] if part.isdigit() else part for part in address.split("/")
            )
            if other != address:
                with watch.one():
                    watch.send(who, "GET", other)
    assert watch.answers[200] > 50
    watch.nothing()
