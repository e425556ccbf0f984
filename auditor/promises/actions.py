"""Keeping a published text, and saying which controls show each sentence kept."""

from __future__ import annotations

from datetime import date, datetime

from auditor import activity, db
from auditor.access import Actor
from auditor.catalogue.models import CatalogueVersion, Control
from auditor.catalogue.using import UNSEEN, next_row
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _l
from auditor.promises.entries import PolicyText, Sentence
from auditor.promises.models import Policy, Promise, PromiseControl
from auditor.promises.queries import links, policy_at, promises_of

PUBLISHED = activity.event_type(
    "promises.published", _l("Published text entered"), "policy", "published_on", "sentences", "links"
)
LINKED = activity.event_type(
    "promises.linked", _l("Control linked to a promise or unlinked"), "promise", "code", "held", "valid_from"
)


def publish(actor: Actor, text: PolicyText, at: datetime, carry_links: bool = True) -> Policy:
    """Keep a published text with the controls it names, and return it.

    With ``carry_links`` a sentence without controls takes those of the sentence of the same number in the text
    that stood until then; without an earlier text, those whose catalogue entry names that number.
    The text that was entered last, sent once more, is kept once. Raises RuleBroken for a text without sentences
    or with a number used twice.
    """
    numbers = [sentence.number for sentence in text.sentences]
    if not numbers or len(set(numbers)) < len(numbers):
        raise RuleBroken(_l("The text needs at least one sentence, and each number only once."))
    with activity.action(actor, at):
        db.one_at_a_time("published text")
        twin = _the_same(text, Moment.at(at))
        if twin is not None:
            return twin
        proposed = _proposed(Moment.at(at)) if carry_links else {}
        policy = Policy.create(
            published_on=text.published_on, title_ja=text.title.ja, title_en=text.title.en, recorded_at=at
        )
        Promise.add_many(_row(policy, sentence, place) for place, sentence in enumerate(text.sentences))
        ids = dict(db.tuples(Promise.select(Promise.number, Promise.id).where(Promise.policy == policy)))
        rows = [
            {
                "promise": ids[sentence.number], "code": code, "held": True, "valid_from": text.published_on,
                "recorded_at": at, "recorded_by": actor.person_id, "replaces": None, "corrects": False,
            }
            for sentence in text.sentences
            for code in dict.fromkeys(sentence.controls or proposed.get(sentence.number, ()))
        ]  # fmt: skip
        linked = PromiseControl.add_many(rows)
        activity.record(
            PUBLISHED, policy=policy.id, published_on=text.published_on.isoformat(), sentences=len(numbers), links=linked
        )  # fmt: skip
    return policy


def _the_same(text: PolicyText, moment: Moment) -> Policy | None:
    """Return the text that was entered last if it says the same from the same day on, with these controls."""
    last: Policy | None = Policy.select().order_by(Policy.id.desc()).first()
    if last is None or last.published_on != text.published_on:
        return None
    if (last.title_ja, last.title_en) != (text.title.ja, text.title.en):
        return None
    rows, linked = promises_of(last), links(last, moment)
    if [(row.number, row.text_ja, row.text_en) for row in rows] != [
        (one.number, one.text.ja, one.text.en) for one in text.sentences
    ]:
        return None
    named = zip(rows, text.sentences, strict=True)
    return last if all(set(one.controls) <= set(linked.get(row.id, ())) for row, one in named) else None


def link(
    actor: Actor, promise: Promise, code: str, at: datetime, valid_from: date | None = None, held: bool = True
) -> None:
    """Say from ``valid_from`` on that a control shows the promise kept (``held`` False: no longer).

    Doing it again changes nothing. Raises RuleBroken for a code that no catalogue has, Stale when somebody else
    says so in the same moment.
    """
    if not Control.select().where(Control.code == code).exists():
        raise RuleBroken(_l("There is no control %(code)s.", code=code), "code")
    standing = PromiseControl.latest(Moment.at(at), promise=promise.id, code=code)
    if (standing is not None and standing.held) == held:
        return
    with activity.action(actor, at):
        series = {"promise": promise.id, "code": code}
        row = next_row(PromiseControl, actor, at, valid_from, series, {"held": held}, UNSEEN)
        activity.record(LINKED, **series, held=held, valid_from=row.valid_from.isoformat())


def _row(policy: Policy, sentence: Sentence, position: int) -> dict[str, object]:
    return {
        "policy": policy.id,
        "number": sentence.number,
        "heading_ja": sentence.heading.ja,
        "heading_en": sentence.heading.en,
        "text_ja": sentence.text.ja,
        "text_en": sentence.text.en,
        "position": position,
    }


def _proposed(moment: Moment) -> dict[str, list[str]]:
    """Return codes by the number of the sentence."""
    earlier = policy_at(moment)
    found: dict[str, list[str]] = {}
    if earlier is not None:
        kept = links(earlier, moment)
        for promise in Promise.select().where(Promise.policy == earlier):
            found[promise.number] = kept.get(promise.id, [])
        return found
    newest = CatalogueVersion.select(CatalogueVersion.id).where(CatalogueVersion.kind == "controls")
    for control in Control.select(Control.code, Control.details).where(Control.version.in_(newest)):
        for number in control.details.get("seed", []):
            found.setdefault(number, []).append(control.code)
    return found
