"""Reads of published texts and their links, as of any moment."""

from __future__ import annotations

from auditor import db
from auditor.access import Actor, Permission
from auditor.catalogue.queries import KeptPromise
from auditor.dated import Moment
from auditor.errors import Forbidden, NotFound
from auditor.language import pick
from auditor.promises.models import Policy, Promise, PromiseControl


def policy_at(moment: Moment) -> Policy | None:
    """Return the text that was published at ``moment``, as it had been entered by then: one query."""
    found: Policy | None = (
        Policy.select()
        .where(Policy.published_on <= moment.day, Policy.recorded_at <= moment.instant)
        .order_by(Policy.published_on.desc(), Policy.id.desc())
        .first()
    )
    return found


def promises_of(policy: Policy) -> list[Promise]:
    """Return the sentences of a text in its order: one query."""
    return list(Promise.select().where(Promise.policy == policy).order_by(Promise.position))


def links(policy: Policy, moment: Moment) -> dict[int, list[str]]:
    """Return the codes of the controls linked to each promise at ``moment``, sorted: one query."""
    promises = Promise.select(Promise.id).where(Promise.policy == policy)
    rows = PromiseControl.standing(moment, PromiseControl.promise.in_(promises)).where(PromiseControl.held)
    found: dict[int, list[str]] = {}
    for promise_id, code in sorted(db.tuples(rows.select(PromiseControl.promise, PromiseControl.code))):
        found.setdefault(promise_id, []).append(code)
    return found


def promise_for(actor: Actor, promise_id: int, permission: Permission) -> Promise:
    """Return a promise. Raises NotFound, or Forbidden for who may read but not do that."""
    promise: Promise | None = Promise.get_or_none(Promise.id == promise_id)
    if promise is None or not actor.may(Permission.PROMISE_READ):
        raise NotFound
    if not actor.may(permission):
        raise Forbidden
    return promise


def kept_by(code: str, moment: Moment) -> list[KeptPromise]:
    """Return the promises of the text published at ``moment`` that a control shows kept: two queries."""
    policy = policy_at(moment)
    if policy is None:
        return []
    ids = Promise.select(Promise.id).where(Promise.policy == policy)
    held = PromiseControl.standing(
        moment, PromiseControl.promise.in_(ids), PromiseControl.code == code
    ).where(PromiseControl.held)
    rows = Promise.select().where(Promise.id.in_(held.select(PromiseControl.promise)))
    return [KeptPromise(row.id, row.number, pick(row, "text")) for row in rows.order_by(Promise.position)]
