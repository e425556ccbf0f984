"""Whatever is typed into an address or a form is answered, never broken by: no request gives 500 (design §10).

Runs on the demo company, which has something in every state: its forms are filled in as a page shows them,
with what no database takes in place of what a person would write.
"""

from __future__ import annotations

import traceback
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, got_request_exception
from flask.testing import FlaskClient
from lxml.html import HtmlElement, document_fromstring
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from auditor import clock, create_app, db
from auditor.accounts import actions as accounts
from auditor.accounts.models import RoleGrant
from auditor.dated import Moment
from auditor.findings.models import FindingDetail
from auditor.people.models import DepartmentHead, Person
from tests.cast import NOW

HUGE = "9" * 20  # more than any database's integer
LONG = "長" * 20_000
QUERIES = (
    "page=-1&size=abc&sort=%00&order=x&q=%00&text=%ED%A0%80&person=x&department=-1&subject=0&year=0&as_of=x",
    f"page={HUGE}&size={HUGE}&text={LONG[:900]}&q={'+'.join(map(str, range(900)))}&state=%F0&person={HUGE}&department={HUGE}&subject={HUGE}"
    f"&version={HUGE}&item={HUGE}&worry={HUGE}&promise={HUGE}&year={HUGE}&fiscal_year={HUGE}&as_of=9999-12-31"
    f"&from=0001-01-01&until=9999-12-31&date=0001-01-01&kind=%27&tab=x&show=x&verdict=x&below=1&grade=x",
    "page=1e9&page=2&size=%EF%BC%95&q=a%00b&as_of=0001-01-01&year=99999&fiscal_year=10000&next=%5C%5Cx&person=%00"
    "&from=9999-12-31&until=0001-01-01&date=9999-12-31&department=%D9%A3&version=0&language=xx&type=%00",
)
LEFT_OUT = {"accounts.sign_out", "static", "bootstrap.static"}


@pytest.fixture(scope="module")
def demo(demo_template: Any, tmp_path_factory: Any) -> Iterator[Flask]:
    with demo_template.copy(tmp_path_factory.mktemp("bad-input")) as settings:
        made = create_app(settings)
        with clock.standing_at(NOW), made.app_context(), db.connected():
            yield made
        if hasattr(db.database.obj, "close_all"):
            db.database.close_all()


class Broken:
    """What broke the application: one line a place, with the first request that came there."""

    def __init__(self, app: Flask) -> None:
        self.found: dict[str, str] = {}
        self.error: BaseException | None = None
        got_request_exception.connect(self._note, app)

    def _note(self, _sender: object, exception: BaseException, **_rest: object) -> None:
        self.error = exception

    def look(self, response: Any, what: str) -> None:
        if response.status_code >= 500:
            error, self.error = self.error, None
            self.found.setdefault(f"{_origin(error)}"[:300], f"{what}: {response.status_code}"[:160])
        response.close()

    def nothing(self) -> None:
        assert not self.found, "\n".join(f"{what} ({error})" for error, what in self.found.items())


def _origin(error: BaseException | None) -> str:
    """The error and the innermost line of the product that led to it."""
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__ if error else None)
        if "/auditor/" in frame.filename
    ]
    place = f"{own[-1].filename.rpartition('/auditor/')[2]}:{own[-1].lineno}" if own else "?"
    return f"{place} {type(error).__name__}: {error}"


def visitor(app: Flask, person_id: int) -> FlaskClient:
    client = FlaskClient(app)
    token = accounts.start_session(person_id, NOW)
    with client.session_transaction() as session:
        session["_user_id"] = token
    return client


def people() -> dict[str, int]:
    """One person of each role, a head of a department that has a finding, and somebody without a role."""
    moment = Moment.at(NOW)
    chosen = {}
    for grant in RoleGrant.standing(moment).where(RoleGrant.held):
        chosen.setdefault(grant.role, grant.person_id)
    departments = {detail.department_id for detail in FindingDetail.standing(moment)}
    heads = DepartmentHead.standing(moment).where(DepartmentHead.person.is_null(False))
    chosen["head"] = next(head.person_id for head in heads if head.department_id in departments)
    chosen["employee"] = Person.select(Person.id).where(Person.id.not_in(list(chosen.values()))).first().id
    return chosen


def gets(app: Flask) -> list[Rule]:
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return [rule for rule in rules if rule.endpoint not in LEFT_OUT]


def address(app: Flask, rule: Rule, value: object) -> str:
    kinds = {name: type(rule._converters[name]).__name__ for name in rule.arguments}
    text = {name: value if kind == "_Number" else "%" for name, kind in kinds.items()}
    with app.test_request_context():
        return app.url_for(rule.endpoint, **text)


def reached(app: Flask, client: FlaskClient, broken: Broken) -> dict[str, tuple[str, HtmlElement]]:
    """One page of each kind that the person comes to by links, parsed."""
    adapter = app.url_map.bind("localhost")
    waiting, known = ["/worklist/"], {"/worklist/"}
    pages: dict[str, tuple[str, HtmlElement]] = {}
    while waiting:
        here = waiting.pop(0)
        response = client.get(here)
        broken.look(response, f"GET {here}")
        if response.status_code != 200 or response.mimetype != "text/html":
            continue
        page = document_fromstring(response.get_data(as_text=True))
        pages[_endpoint(adapter, here)] = here, page
        for link in page.xpath("//main//a/@href | //nav//a/@href"):
            path = link.partition("#")[0].partition("?")[0]
            kind = _endpoint(adapter, path) if path.startswith("/") else ""
            if kind and kind not in known and kind not in LEFT_OUT and not kind.startswith("reports.export"):
                known.add(kind)
                waiting.append(link.partition("#")[0])
    return pages


def _endpoint(adapter: Any, path: str, method: str = "GET") -> str:
    try:
        return str(adapter.match(path.partition("?")[0], method=method)[0])
    except HTTPException:  # an address of nothing is the business of test_every_page
        return ""


def filled(form: HtmlElement, text: str, number: str, button: Any = None) -> MultiDict[str, Any]:
    """What the form would send with ``text`` in each field to type in and ``number`` in each hidden number."""
    values: MultiDict[str, Any] = MultiDict()
    for field in form.xpath(".//input[@name] | .//textarea[@name] | .//select[@name]"):
        kind = field.get("type", "text") if field.tag == "input" else field.tag
        name, value = field.get("name"), field.get("value") or ""
        if kind == "select":
            options = field.xpath(".//option/@value")
            values.add(name, number if number == HUGE else (options[-1:] or [""])[0])
        elif kind == "file":
            values.add(name, (BytesIO(text.encode()), "名\x00前.xlsx"))
        elif kind in ("checkbox", "radio"):
            values.add(name, value or "on")
        elif kind == "hidden" and name != "csrf_token" and value.isdigit():
            values.add(name, number or value)
        elif kind in ("hidden", "submit"):
            values.add(name, value)
        else:
            values.add(name, text)
    if button is not None and button.get("name"):
        values.add(button.get("name"), button.get("value") or "")
    return values


def test_no_address_breaks_the_application(demo: Flask) -> None:
    broken = Broken(demo)
    for turn, (name, person) in enumerate(people().items()):
        client = visitor(demo, person)
        for place, rule in enumerate(gets(demo)):
            where = address(demo, rule, (0, int(HUGE))[(turn + place) % 2])
            broken.look(client.get(f"{where}?{QUERIES[0]}"), f"{name}: GET {where}")
    broken.nothing()


def test_no_question_and_no_form_breaks_the_application(demo: Flask) -> None:
    """Each kind of page is asked each of the odd questions, each kind of form is sent filled in each odd way."""
    broken = Broken(demo)
    adapter = demo.url_map.bind("localhost")
    asked: dict[str, int] = defaultdict(int)
    sent: set[str] = set()
    for name, person in people().items():
        client = visitor(demo, person)
        for kind, (where, page) in reached(demo, client, broken).items():
            path = where.partition("?")[0]
            if asked[kind] < len(QUERIES):
                broken.look(client.get(f"{path}?{QUERIES[asked[kind]]}"), f"{name}: GET {path} {asked[kind]}")
                asked[kind] += 1
            for form in page.xpath("//form[translate(@method, 'POST', 'post') = 'post']"):
                action = form.get("action") or where
                receiver = _endpoint(adapter, action, "POST")
                if receiver and receiver not in sent | LEFT_OUT:
                    sent.add(receiver)
                    _send_all(client, broken, f"{name}: POST {action}", action, form)
    assert len(sent) > 40, f"only {len(sent)} kinds of forms were found"
    broken.nothing()


def _send_all(client: FlaskClient, broken: Broken, what: str, action: str, form: HtmlElement) -> None:
    token = form.xpath("string(.//input[@name='csrf_token']/@value)")
    button = next(iter(form.xpath(".//button[@name]")), None)
    for text, number in (("", "0"), (LONG, HUGE), ("a\x00b\ud800c", ""), (HUGE, "-1"), ("=1+1", "٣")):
        values = filled(form, text.encode("utf-8", "replace").decode(), number, button)
        broken.look(client.post(action, data=values), what + f" {text[:5]!r} {number}")
    broken.look(client.post(action, data={"csrf_token": token}), what + " with nothing")
