"""Odd input without end: forms, questions, workbooks, YAML, uploads, lists of days.

    make fuzz                 100,000 inputs, others each time; prints their number and the seed
    make fuzz FUZZ=5000       fewer; FUZZ_SEED=… the same ones again

The suite sends some hundred (a quarter of them in the daily run), the same ones each time. What breaks is told once a place, with the input.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import hypothesis
import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from lxml.html import document_fromstring

from auditor import activity
from auditor.catalogue import uploads
from auditor.company.daylist import read_days
from auditor.errors import RuleBroken
from auditor.integrity.verify import verify
from auditor.people.roster_file import message, read_roster
from auditor.promises import reading as promises
from tests.access.company import Company
from tests.access.matrix import lines, read
from tests.bed.absence import examples
from tests.catalogue.test_reading import CONTROLS
from tests.fuzz import forms, spoiling
from tests.fuzz.forms import ASKERS, EXTRA, NASTY, Form, Value
from tests.fuzz.sending import body
from tests.fuzz.watching import Watch
from tests.promises.test_entering import FILE as POLICY

LONG_RUN = "FUZZ" in os.environ
INPUTS = int(os.environ.get("FUZZ") or examples(80, 300))
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID")  # the workers of one run draw the same seed
SEED = int(os.environ.get("FUZZ_SEED", random.Random(_RUN).randrange(2**32) if LONG_RUN else 0))
SHARES = {"forms": 0.3, "questions": 0.15, "workbooks": 0.25, "texts": 0.17, "uploads": 0.03, "days": 0.1}

# A form that breaks off in the middle of a file leaves its temporary file to be collected.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

VALUES = st.one_of(
    st.sampled_from(NASTY),
    st.sampled_from(NASTY),
    st.text(max_size=60),
    st.integers(-(2**70), 2**70).map(str),
    st.dates().map(str),
    st.integers(1, 60).map(str),
)
IDS = ("0", "1", "2", "3", "7", "99", "2147483647", "2147483648", "9" * 20, "-1", "abc", "%00", "1%2F2", "٣")
CHANGES = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 40), VALUES, st.sampled_from(EXTRA)), max_size=4
)


@pytest.fixture
def watch(
    app: Flask, asked: Company, settings: Any, request: pytest.FixtureRequest, record_property: Any
) -> Iterator[Watch]:
    """The company with its watch; whatever was sent, its log is clean at the end."""
    activity.configure(
        settings.log_key, None
    )  # every input is undone, and the kept end of the log would not be
    made = Watch(app, asked)
    # What an input that is undone did to a file (an erasure takes its bytes) is undone at the end.
    files = settings.data / "files-before"
    shutil.copytree(settings.evidence_folder, files)
    began = time.monotonic()
    yield made
    shutil.copytree(files, settings.evidence_folder, dirs_exist_ok=True)
    activity.configure(settings.log_key, settings.head_file)
    answers = ", ".join(f"{count:,} × {status}" for status, count in sorted(made.answers.items()))
    record_property("inputs", made.inputs)
    record_property("kind", request.node.name.removeprefix("test_no_").split("_breaks_")[0].replace("_", " "))
    record_property("seconds", time.monotonic() - began)
    record_property("answers", answers or "none")
    record_property("seed", SEED)
    assert verify(settings.evidence_folder).clean


def given(kind: str, strategy: st.SearchStrategy[Any], act: Callable[[Any], None]) -> None:
    """Call ``act`` with as many values as the kind's share of the inputs is."""

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=max(INPUTS // 15, round(INPUTS * SHARES[kind])),
        derandomize=False,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def one(value: Any) -> None:
        act(value)

    one()


# --- Forms -----------------------------------------------------------------------------------------


def changed(form: Form, changes: list[tuple[int, int, str, str]]) -> list[tuple[str, Value]]:
    """Return the fields of a form with some replaced, left out, doubled, added, or under another name."""
    fields = list(form.fields)
    for how, slot, value, extra in changes:
        at = slot % len(fields) if fields else 0
        if how == 7 or not fields:
            fields.append((extra, value))
        elif how <= 3:
            fields[at] = fields[at][0], value
        elif how == 4:
            del fields[at]
        elif how == 5:
            fields.append((fields[at][0], value))
        else:
            fields[at] = (fields[at][0] + value[:9], fields[at][1])
    return fields


def test_no_form_breaks_the_application_or_changes_anything_unseen(
    watch: Watch, known_forms: list[Form]
) -> None:
    known = known_forms
    assert len({form.endpoint for form in known}) > 60

    def send(value: tuple[Form, Any, int, int, str]) -> None:
        form, changes, envelope, other, asker = value
        action = form.action
        if other < len(IDS):
            path, mark, question = action.partition("?")
            action = re.sub(r"/\d+", "/" + IDS[other], path, count=1) + mark + question
        with watch.one():
            watch.send(asker or form.short, "POST", action, **body(changed(form, changes), envelope))

    strategy = st.tuples(
        st.sampled_from(known), CHANGES, st.sampled_from([0] * 24 + [*range(1, 8)]), st.integers(0, 140),
        st.sampled_from([""] * 20 + list(ASKERS)),
    )  # fmt: skip
    given("forms", strategy, send)
    watch.nothing()


# --- Questions of lists and pages ------------------------------------------------------------------


@cache
def asked_names() -> list[str]:
    """Return every name that the product reads from an address."""
    import auditor

    sources = [path.read_text(encoding="utf-8") for path in Path(auditor.__file__).parent.rglob("*.py")]
    found = {name for source in sources for name in re.findall(r'args\.get(?:list)?\(\s*"(\w+)"', source)}
    return sorted(found | {"page", "size", "sort", "q"})


def test_no_question_breaks_a_page_and_none_changes_anything(watch: Watch) -> None:
    held = read()
    pages = [
        (forms.address_of(watch.company, line), short)
        for line in lines(watch.app, watch.company)
        if line.method == "GET"
        for short, answer in held.get((line.section, line.name), {}).items()
        if answer == "yes" and short in ASKERS
    ]
    names = asked_names()
    assert len(names) > 15

    def ask(value: tuple[tuple[str, str], list[tuple[str, str]], int]) -> None:
        (page, asker), question, other = value
        path = page.partition("?")[0]
        if other < len(IDS):
            path = re.sub(r"/\d+", "/" + quote(IDS[other], safe="%"), path, count=1)
        pairs = [(name, odd[:2_000]) for name, odd in question]
        with watch.one():
            watch.send(asker, "GET", f"{path}?{urlencode(pairs, errors='surrogatepass')}")

    strategy = st.tuples(
        st.sampled_from(pages),
        st.lists(st.tuples(st.sampled_from(names), VALUES), max_size=5),
        st.integers(0, 140),
    )
    given("questions", strategy, ask)
    watch.nothing()


# --- Files -----------------------------------------------------------------------------------------


def test_no_spoilt_workbook_breaks_the_import(watch: Watch) -> None:
    def spoil(seed: int) -> None:
        chance = random.Random(seed)
        content = spoiling.workbook(chance) if chance.random() < 0.75 else spoiling.table(chance)
        with watch.one(), watch.app.test_request_context():
            roster = watch.call("read_roster", lambda: read_roster(content, "名簿.xlsx"), f"seed {seed}")
            if roster is not None:
                watch.call(
                    "message", lambda: [message(problem) for problem in roster.problems], f"seed {seed}"
                )
        if seed % 10 == 0:
            with watch.one():
                through_the_pages(watch, seed, content, spoiling.any_name(chance))
            watch.inputs -= 1

    given("workbooks", st.integers(0, 2**48), spoil)
    watch.nothing()


def through_the_pages(watch: Watch, seed: int, content: bytes, name: str) -> None:
    """Upload the file, look at it, apply it where that is offered."""
    fields: list[tuple[str, Value]] = [
        ("effective_from", "2026-12-01"),
        ("file", (name.replace('"', ""), content)),
    ]
    if seed % 3 == 0:
        fields.append(("whole", "y"))
    sent = watch.send("adm", "POST", "/people/imports", **body(fields, 0))
    if sent is None or sent.status_code != 303:
        return
    address = sent.headers["Location"]
    page = watch.send("adm", "GET", address)
    if page is None or page.status_code != 200:
        return
    digest = document_fromstring(page.get_data(as_text=True)).xpath("//input[@name='digest']/@value")
    data = [("digest", digest[0] if digest else "x"), ("confirmed", "y")]
    watch.send("adm", "POST", f"{address}/apply", **body(data, 0))


def test_no_spoilt_text_breaks_the_catalogue_or_the_promises(watch: Watch, tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"

    def spoil(seed: int) -> None:
        chance = random.Random(seed)
        catalogue = chance.random() < 0.6
        content = spoiling.text(chance, CONTROLS if catalogue else POLICY)
        with watch.one(), watch.app.test_request_context():
            if catalogue:
                watch.call(
                    "catalogue", lambda: uploads.read_text(content, "x.yaml"), f"seed {seed}", RuleBroken
                )
            else:
                path.write_bytes(content)
                watch.call("policy", lambda: promises.read(path, "x.yaml"), f"seed {seed}", RuleBroken)
        if seed % 5 == 0:
            door = "/catalogue/import" if catalogue else "/promises/new/file"
            with watch.one():
                sent = watch.send(
                    "adm", "POST", door, **body([("file", ("x.yaml", content)), ("carry", "y")], 0)
                )
                if sent is not None and sent.status_code == 303:
                    watch.send("adm", "GET", sent.headers["Location"])
                if catalogue and sent is not None and sent.status_code == 303:
                    use = [("use", "yes"), ("valid_from", "2026-12-01")]
                    watch.send("adm", "POST", sent.headers["Location"], **body(use, 0))
            watch.inputs -= 1

    given("texts", st.integers(0, 2**48), spoil)
    watch.nothing()


def test_no_upload_breaks_the_evidence_and_each_comes_back_as_it_was(watch: Watch) -> None:
    things = watch.company.things
    item = f"/audits/{things['audit_id']}/items/{things['item_id']}/evidence"
    action = f"/findings/{things['finding_id']}/actions/1/evidence"

    def give(seed: int) -> None:
        chance = random.Random(seed)
        content, name = spoiling.any_file(chance), spoiling.any_name(chance).replace('"', "")
        door, who, field = (item, "aud", "file") if chance.random() < 0.6 else (action, "own", "files")
        with watch.one():
            sent = watch.send(
                who,
                "POST",
                door,
                **body([(field, (name, content)), ("about_on", chance.choice(NASTY)[:99])], 0),
            )
            if sent is None or sent.status_code != 303 or door == action:
                return
            page = watch.send(who, "GET", item.removesuffix("/evidence"))
            links = document_fromstring(page.get_data(as_text=True)).xpath(
                f"//a[starts-with(@href, '{item}/')]/@href"
            )
            newest = max(int(one) for link in links if (one := link.rpartition("/")[2]).isdigit())
            given = watch.send(who, "GET", f"{item}/{newest}")
            if given is None or given.get_data() not in (content, b"%PDF-1.4 of the item"):
                watch.note("other bytes came back", f"seed {seed}")

    given("uploads", st.integers(0, 2**48), give)
    watch.nothing()


def test_no_list_of_days_breaks_the_calendar(watch: Watch) -> None:
    day = st.one_of(st.dates().map(str), st.sampled_from(NASTY), st.text(max_size=12))
    line = st.tuples(day, st.sampled_from(("", "～", "~", "-", " ", "\t", "、")), day, VALUES).map("".join)

    def paste(pasted: list[str]) -> None:
        text = "\n".join(pasted)
        with watch.one(), watch.app.test_request_context():
            watch.call("days", lambda: read_days(text), repr(text)[:400], RuleBroken)
            if len(text) % 7 == 0:
                watch.send("adm", "POST", "/company/closed-days/list", **body([("days", text)], 0))

    given("days", st.lists(line, max_size=5), paste)
    watch.nothing()
