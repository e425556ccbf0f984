"""The access matrix: what every route answers to every person, asked of the application and kept as a table.

`make access-matrix` writes tests/access/matrix.txt anew; whoever does it reads each line that changed against
design §3.8 and the table of auditor/access.py before it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.routing import Rule

from auditor import db
from auditor.accounts import actions as accounts
from tests.access.company import PERSONS, SECTIONS, Company
from tests.cast import NOW

FILE = Path(__file__).with_name("matrix.txt")
ASSETS = {"static", "bootstrap.static"}
FIRST = "all"  # the section with every route
QUESTIONS = {  # what an address asks after its "?", where the answer depends on it
    "findings.record": ("", "item={item_id}"),
    "integrity.find_texts": ("", "finding={finding_id}", "audit={audit_id}", "worry={worry_id}"),
}
FORMS = {  # what a form holds at least, where an empty one says nothing of who sent it
    "training.sign": {"statement_language": "ja"},
}
HEAD = f"""\
What every route answers to every person. Written by `make access-matrix`, held by tests/access/test_matrix.py.

  yes   reached: the page, the file, or the form's own answer (an empty form with a valid token was sent)
  403   may see it and may not do this
  404   may not see it: there is nothing there
  door  the way to the sign-in page
  pass  the way to the page where the first password is changed

{{persons}}

Below `## {FIRST}` everything belongs to department D210 or to the person that its kind names. Each other section
holds the routes whose address names what its title says.
"""
WORDS = {"yes", "403", "404", "door", "pass"}
_CELL = 5
_ROUTE = 70


@dataclass(frozen=True)
class Line:
    """One route, one method, about the things of one section."""

    section: str
    method: str
    rule: str  # with the question, its ids by name
    endpoint: str

    @property
    def name(self) -> str:
        return f"{self.method:<5}{self.rule}"


Table = dict[tuple[str, str], dict[str, str]]  # section and name of the line: what each person gets


def lines(app: Flask, company: Company) -> list[Line]:
    """Return every line of the matrix, by section, each in the order of addresses."""
    found = [line for rule in _rules(app) for line in _of(FIRST, rule)]
    for section in SECTIONS:
        about = company.sections[section]
        found += [line for rule in _rules(app) if _names(rule, about) for line in _of(section, rule)]
    return found


def _rules(app: Flask) -> list[Rule]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in ASSETS]
    return sorted(rules, key=lambda rule: rule.rule)


def _of(section: str, rule: Rule) -> Iterator[Line]:
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        for question in QUESTIONS.get(rule.endpoint, ("",)):
            yield Line(section, method, shown(rule) + (f"?{question}" if question else ""), rule.endpoint)


def shown(rule: Rule) -> str:
    """Return the address as the matrix writes it: the ids by their names."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule.rule)


def _names(rule: Rule, about: dict[str, Any]) -> bool:
    """Tell whether the address names one of the things a section is about."""
    feature, _, view = rule.endpoint.partition(".")
    named = {
        key for name in rule.arguments for key in (name, f"{feature}.{name}", f"{feature}.{view}.{name}")
    }
    return bool(named & about.keys())


class Visitor:
    """Asks as one person, always with the same cookie; nothing that is asked changes the database."""

    def __init__(self, app: Flask, company: Company, short: str) -> None:
        self.app, self.company = app, company
        self.client = FlaskClient(app, use_cookies=False)
        kept = {"csrf_token": "of the matrix"}
        if short in company.person:
            kept["_user_id"] = accounts.start_session(company.person[short], NOW)
        session = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        token = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps("of the matrix")
        self.headers = {
            "Cookie": f"{app.config['SESSION_COOKIE_NAME']}={session.dumps(kept)}",
            "X-CSRFToken": str(token),
        }

    def ask(self, line: Line) -> str:
        """Return what the matrix says of the answer; more than one word where it is none of these."""
        data = FORMS.get(line.endpoint) if line.method == "POST" else None
        with _undone(), _reaching(self.app) as reached:
            try:
                answer = self.client.open(
                    self._address(line), method=line.method, headers=self.headers, data=data, buffered=True
                )
            except Exception as error:
                return f"broken:{type(error).__name__}"
            answer.close()
        if answer.status_code in (403, 404):
            return str(answer.status_code)
        if reached:
            return "yes" if answer.status_code < 500 else f"broken:{answer.status_code}"
        where = answer.headers.get("Location", "")
        for page, word in (("/accounts/sign-in", "door"), ("/accounts/password", "pass")):
            if answer.status_code == 303 and where.partition("?")[0] == page:
                return word
        return f"{answer.status_code}:{where}"

    def _address(self, line: Line) -> str:
        feature, _, name = line.endpoint.partition(".")

        def value(found: re.Match[str]) -> str:
            return str(self.company.of(line.section, feature, found[1], name))

        path, mark, question = line.rule.partition("?")
        return re.sub(r"<(\w+)>", value, path) + mark + re.sub(r"{(\w+)}", value, question)


@contextmanager
def _undone() -> Iterator[None]:
    """Take back what is written inside: every cell is asked of the same company."""
    with db.transaction() as transaction:
        yield
        transaction.rollback()


@contextmanager
def _reaching(app: Flask) -> Iterator[list[bool]]:
    """Note whether a view was reached: whoever is refused before is answered without it."""
    reached: list[bool] = []
    view = app.dispatch_request

    def noted() -> Any:
        reached.append(True)
        return view()

    app.dispatch_request = noted  # type: ignore[method-assign]
    try:
        yield reached
    finally:
        del app.dispatch_request


def written(table: Table) -> str:
    """Return the file that ``table`` is kept as."""
    persons = "\n".join(f"  {short:<5} {words}" for short, words in PERSONS.items())
    out = [HEAD.format(persons=persons)]
    titles = {FIRST: "the routes", **SECTIONS}
    for section, title in titles.items():
        out.append(f"## {section}: {title}\n\n{'':<{_ROUTE}}{_row(list(PERSONS))}")
        out += [
            f"{name:<{_ROUTE}}{_row([cells[short] for short in PERSONS])}"
            for (inside, name), cells in table.items()
            if inside == section
        ]
        out.append("")
    return "\n".join(line.rstrip() for line in out).rstrip() + "\n"


def _row(cells: list[str]) -> str:
    return "".join(f"{cell:<{_CELL}}" for cell in cells)


def read() -> Table:
    """Return the kept table."""
    table: Table = {}
    section = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"## (\w+):", line):
            section = found[1]
        elif section and (found := re.match(r"((?:GET|POST) +\S+) +(.+)$", line)):
            table[section, found[1]] = dict(zip(PERSONS, found[2].split(), strict=True))
    return table
