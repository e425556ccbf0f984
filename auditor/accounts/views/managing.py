"""Accounts and roles: the list, one account, first passwords, deputies."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from auditor import settings_of
from auditor.access import GRANTABLE, Permission, Role, requires
from auditor.accounts import first_passwords, links, listing, queries, roles
from auditor.accounts.forms import DeputyForm, refuse
from auditor.accounts.models import Credential, Deputy
from auditor.accounts.views.blueprint import bp
from auditor.accounts.words import ROLE_LABELS
from auditor.clock import day_of
from auditor.dated import Moment
from auditor.errors import Forbidden, NotFound, RuleBroken, Stale
from auditor.language import _, _n, current
from auditor.people import histories, searching
from auditor.people import queries as people
from auditor.people.models import PersonDetail
from auditor.web import current_actor, paged, request_time

Answer = str | Response | tuple[str, int]
FILTERED = (*GRANTABLE, Role.DEPARTMENT_HEAD)


def _moment() -> Moment:
    return Moment.at(request_time())


def _chosen() -> Any:
    """Return the people that the filters of the address (or of a form that repeats them) choose."""
    values = request.values
    department = values.get("department", type=int)
    departments = people.tree(_moment()).with_below([department]) if department else None
    return listing.accounts(
        _moment(), values.get("q", ""), departments, values.get("role", ""), values.get("state", "")
    )


@bp.get("/")
@requires(Permission.ACCOUNT_MANAGE)
def index() -> str:
    """Who can sign in, how and in which roles."""
    page = paged(_chosen())
    units = people.tree(_moment())
    return render_template(
        "accounts/index.html",
        page=page,
        rows=listing.rows_of(page.rows, _moment(), current()),
        units=[
            (unit, units.name(unit, current()), len(units.ancestors(unit)))
            for unit in searching.ordered(units)
        ],
        roles=FILTERED,
        labels=ROLE_LABELS,
        filters={
            name: request.args[name]
            for name in ("q", "department", "role", "state")
            if request.args.get(name)
        },
        most=first_passwords.MOST_AT_ONCE,
    )


@bp.get("/<int:person_id>")
@requires(Permission.ACCOUNT_MANAGE)
def account(person_id: int) -> str:
    """One account: how the person signs in, which roles they hold, who stands in for them."""
    person = _person(person_id)
    moment = _moment()
    credential = Credential.get_or_none(Credential.person == person_id)
    standing = [row for row in listing.deputies(moment) if person_id in (row.principal_id, row.deputy_id)]
    names = people.names([one for row in standing for one in (row.principal_id, row.deputy_id)], moment)
    return render_template(
        "accounts/account.html",
        person=person,
        state=listing.state_of(credential, moment.instant),
        credential=credential,
        held=queries.granted(person_id, moment),
        grantable=GRANTABLE,
        labels=ROLE_LABELS,
        deputies=standing,
        names=names,
        may_issue=_may_issue([person_id]),
    )


def _person(person_id: int) -> histories.PersonRecord:
    return listing.account_for(current_actor(), person_id, _moment())


@bp.post("/<int:person_id>/roles")
@requires(Permission.ROLE_GRANT)
def change_role(person_id: int) -> Response:
    """Grant or withdraw one role from today on."""
    person = _person(person_id)
    try:
        role = Role(request.form.get("role", ""))
        act = roles.withdraw_role if request.form.get("withdraw") else roles.grant_role
        act(current_actor(), person_id, role, request_time())
        flash(_("The roles of %(name)s were changed.", name=person.name), "success")
    except RuleBroken as broken:
        flash(str(broken), "error")
    except (ValueError, Stale):
        flash(_("Somebody else changed the roles meanwhile. Look at them again."), "warning")
    return redirect(url_for("accounts.account", person_id=person_id), 303)


def _may_issue(person_ids: list[int]) -> bool:
    """Tell whether the actor may give these people a password: whoever hands it out could use it once.

    For holders of a role that takes the right to grant roles; else an operator could become administrator.
    """
    if current_actor().everywhere(Permission.ROLE_GRANT):
        return True
    return not queries.with_roles(person_ids, _moment())


@bp.post("/<int:person_id>/first-password")
@requires(Permission.ACCOUNT_MANAGE)
def issue(person_id: int) -> Answer:
    """Make one first password and show it once."""
    _person(person_id)
    return _sheet([person_id])


@bp.post("/first-passwords/confirm")
@requires(Permission.ACCOUNT_MANAGE)
def confirm_issue() -> Answer:
    """Say whom first passwords would be made for, before any is."""
    ids = _ids()
    if not 0 < len(ids) <= first_passwords.MOST_AT_ONCE:
        flash(_("At most %(count)s at once. Narrow the choice.", count=first_passwords.MOST_AT_ONCE), "error")
        return redirect(url_for("accounts.index", **_filters()), 303)
    known = Credential.select().where(Credential.person.in_(ids)).count()
    return render_template("accounts/confirm_issue.html", count=len(ids), known=known, filters=_filters())


@bp.post("/first-passwords")
@requires(Permission.ACCOUNT_MANAGE)
def issue_many() -> Answer:
    """Make first passwords for the people the filters choose and show them once, to be printed."""
    return _sheet(_ids())


def _filters() -> dict[str, Any]:
    return {
        name: request.form[name] for name in ("q", "department", "role", "state") if request.form.get(name)
    }


def _ids() -> list[int]:
    return [row.person_id for row in _chosen().limit(first_passwords.MOST_AT_ONCE + 1)]


def _sheet(person_ids: list[int]) -> Answer:
    if not _may_issue(person_ids):
        raise Forbidden
    issued = first_passwords.issue_first_passwords(current_actor(), person_ids, request_time())
    details = listing.accounts(_moment()).where(PersonDetail.person.in_(person_ids))
    rows = {row.person_id: row for row in searching.rows_of(list(details), _moment(), current())}
    return render_template(
        "accounts/first_passwords.html",
        slips=[
            (rows[one.person_id], one)
            for one in sorted(issued, key=lambda one: person_ids.index(one.person_id))
        ],
        address=settings_of(current_app).base_url + url_for("accounts.sign_in"),
    )


@bp.post("/links")
@requires(Permission.ACCOUNT_MANAGE)
def send_links() -> Response:
    """Mail a password link to the people the filters choose, or to one."""
    one = request.form.get("person", type=int)
    ids = [one] if one else [row.person_id for row in _chosen()]
    if not _may_issue(ids):
        raise Forbidden
    try:
        count = links.send_links(current_actor(), ids, request_time())
        flash(
            _n("A link is on its way to %(num)s person.", "A link is on its way to %(num)s people.", count),
            "success",
        )
    except RuleBroken as broken:
        flash(str(broken), "error")
    target = url_for("accounts.account", person_id=one) if one else url_for("accounts.index", **_filters())
    return redirect(target, 303)


@bp.get("/deputies")
@requires(Permission.DEPUTY_NAME)
def deputies() -> str:
    """Who stands in for whom, now and to come."""
    return _deputies_page(DeputyForm(data={"starts_on": day_of(request_time())}), {})


def _deputies_page(form: DeputyForm, pickers: dict[str, Any]) -> str:
    rows = listing.deputies(_moment())
    names = people.names([one for row in rows for one in (row.principal_id, row.deputy_id)], _moment())
    return render_template(
        "accounts/deputies.html", form=form, rows=rows, names=names, labels=ROLE_LABELS, pickers=pickers
    )


@bp.post("/deputies")
@requires(Permission.DEPUTY_NAME)
def name_deputy() -> Answer:
    form = DeputyForm()
    pickers = {name: _picked(name) for name in ("principal", "deputy")}
    valid = form.validate_on_submit()
    for picker in pickers.values():
        if not picker["value"] and not picker["matches"]:
            picker["error"] = _("Choose a person.")
    if not valid or not all(picker["value"] for picker in pickers.values()):
        return _deputies_page(form, pickers), 422
    try:
        roles.name_deputy(
            current_actor(), int(pickers["principal"]["value"]), int(pickers["deputy"]["value"]),
            Role(form.role.data), form.first_day, form.last_day, request_time(),
        )  # fmt: skip
    except RuleBroken as broken:
        if broken.field in pickers:
            pickers[broken.field]["error"] = str(broken)
        refuse(form, broken)
        return _deputies_page(form, pickers), 422
    flash(_("The deputy was named."), "success")
    return redirect(url_for("accounts.deputies"), 303)


def _picked(name: str) -> dict[str, Any]:
    typed = request.form.get(f"{name}_search", "").strip()
    value = request.form.get(name, type=int)
    if value:
        return {"value": value, "text": typed, "matches": []}
    matches = searching.persons_matching(current_actor(), typed, _moment(), current())
    if len(matches) == 1:
        return {"value": matches[0]["id"], "text": matches[0]["label"], "matches": []}
    return {"value": "", "text": typed, "matches": matches}


@bp.post("/deputies/<int:row_id>/end")
@requires(Permission.DEPUTY_NAME)
def end_deputy(row_id: int) -> Response:
    row = Deputy.get_or_none(Deputy.id == row_id)
    if row is None:
        raise NotFound
    try:
        roles.end_deputy(current_actor(), row, request_time())
        flash(_("The deputyship has ended."), "success")
    except Stale:
        flash(_("This deputyship had ended already."), "info")
    return redirect(url_for("accounts.deputies"), 303)
