"""A person's own calendar feed: its secret address, and what is fetched there."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from auditor import activity, db, icalendar
from auditor.access import Actor
from auditor.accounts import queries as accounts
from auditor.audits.calendar import entries as audits
from auditor.clock import day_of
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import AuditorError, NotFound
from auditor.findings.calendar import entries as findings
from auditor.language import LANGUAGES, _, _l
from auditor.people import queries as people
from auditor.people.models import PersonDetail
from auditor.training.calendar import entries as training
from auditor.work import CalendarEntry
from auditor.worklist.models import CalendarFeed

LASTS = timedelta(days=366)
MOST_AN_HOUR = 30  # a calendar program asks a few times a day, some once a quarter of an hour
PATH = "/calendar/"
_HOUR = timedelta(hours=1)
_KEPT = timedelta(days=366)  # so long an address that is over is told from one that never was
FEED_MADE = activity.event_type("worklist.feed_made", _l("Calendar address made"), "person", "replaced")
FEED_ENDED = activity.event_type("worklist.feed_ended", _l("Calendar address revoked"), "person")


class FeedOver(AuditorError):
    """The address opened a feed once: it was revoked or replaced, has expired, or its person has left."""

    def __init__(self, person_id: int) -> None:
        super().__init__("feed over")
        self.person_id = person_id


class FetchedTooOften(AuditorError):
    """The feed was fetched so often that it is not put together again before ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__("fetched too often")
        self.until = until


def make(actor: Actor, at: datetime) -> str:
    """Return the secret of a new address of the actor's own feed; the one before it opens nothing any more."""
    secret = secrets.token_urlsafe(32)
    with activity.action(actor, at):
        db.one_at_a_time(f"calendar feed {actor.person_id}")
        replaced = _end(actor, at)
        CalendarFeed.create(
            person=actor.person_id,
            token_hash=accounts.token_hash(secret),
            made_at=at,
            expires_at=at + LASTS,
        )
        activity.record(FEED_MADE, person=actor.person_id, replaced=replaced)
    return secret


def revoke(actor: Actor, at: datetime) -> bool:
    """End the address of the actor's own feed; returns whether there was one."""
    with activity.action(actor, at):
        ended = _end(actor, at)
        if ended:
            activity.record(FEED_ENDED, person=actor.person_id)
    return ended


def _end(actor: Actor, at: datetime) -> bool:
    mine = (CalendarFeed.person == actor.person_id, CalendarFeed.ended_at.is_null())
    return bool(CalendarFeed.update(ended_at=at).where(*mine).execute())


def own(person_id: int) -> CalendarFeed | None:
    """Return the person's address that was not revoked, which may have expired."""
    mine = (CalendarFeed.person == person_id, CalendarFeed.ended_at.is_null())
    found: CalendarFeed | None = CalendarFeed.select().where(*mine).order_by(CalendarFeed.id.desc()).first()
    return found


def opened(secret: str, at: datetime) -> CalendarFeed:
    """Return the feed that an address opens.

    Raises NotFound for an address that never was, FeedOver for one that is over, FetchedTooOften when it rests.
    """
    feed: CalendarFeed | None = CalendarFeed.get_or_none(
        CalendarFeed.token_hash == accounts.token_hash(secret)
    )
    if feed is None:
        raise NotFound
    over = feed.ended_at is not None or feed.expires_at <= at
    if over or not people.is_working(feed.person_id, Moment.at(at)):
        raise FeedOver(feed.person_id)
    if _same_hour(feed, at) and feed.fetches >= MOST_AN_HOUR:
        raise FetchedTooOften(feed.counted_from + _HOUR)
    return feed


def _same_hour(feed: CalendarFeed, at: datetime) -> bool:
    # What lies ahead was counted while the clock was wrong.
    return feed.counted_from is not None and feed.counted_from <= at < feed.counted_from + _HOUR


def language_of(person_id: int, moment: Moment) -> str:
    """Return the language the person reads in: the chosen one, else that of the roster."""
    chosen = accounts.language_of(person_id)
    if not chosen:
        detail = PersonDetail.latest(moment, person=person_id)
        chosen = detail.language if detail is not None else ""
    return chosen if chosen in LANGUAGES else "ja"


@dataclass(frozen=True)
class Fetched:
    """What a calendar program gets; ``changed_at`` is since when it is like that."""

    content: bytes
    mark: str
    changed_at: datetime


def fetch(feed: CalendarFeed, base_url: str, at: datetime) -> Fetched:
    """Return the person's dates as a file, in the language spoken, and count the fetch.

    The file is the same as long as its dates are: calendar programs are told that nothing has changed.
    """
    content = _file(feed, base_url, at)
    mark = hashlib.sha256(content).hexdigest()
    same = mark == feed.content_hash and feed.changed_at is not None
    changed_at = feed.changed_at if same else at.replace(microsecond=0)
    begun = feed.counted_from if _same_hour(feed, at) else at
    fetches = CalendarFeed.fetches + 1 if _same_hour(feed, at) else 1
    CalendarFeed.update(
        fetched_at=at, counted_from=begun, fetches=fetches, content_hash=mark, changed_at=changed_at
    ).where(CalendarFeed.id == feed.id).execute()
    return Fetched(content, mark, changed_at)


def _file(feed: CalendarFeed, base_url: str, at: datetime) -> bytes:
    moment = Moment.at(at)
    found = {entry.key: entry for entry in _entries(accounts.actor_for(feed.person_id, at), moment)}
    host = urlsplit(base_url).hostname or "auditor"
    events = [
        icalendar.Event(
            uid=f"{entry.key}@{host}",
            summary=entry.title,
            starts_on=entry.starts_on,
            ends_on=entry.ends_on,
            changed_at=entry.changed_at,
            sequence=entry.sequence,
            description="\n".join(part for part in (entry.detail, base_url + entry.path) if part),
            url=base_url + entry.path,
        )
        for entry in [*found.values(), _last_day(feed)]
    ]
    name = " ".join(
        part for part in (str(_("Privacy audit and training")), company.company_name(moment)) if part
    )
    return icalendar.written(
        name, "calendar feed", sorted(events, key=lambda event: (event.starts_on, event.uid))
    )


def _entries(actor: Actor, moment: Moment) -> list[CalendarEntry]:
    return [*audits(actor, moment), *findings(actor, moment), *training(actor, moment)]


def _last_day(feed: CalendarFeed) -> CalendarEntry:
    """Return the entry that tells when the address ends: a feed that ended in silence would look like no dates."""
    day = day_of(feed.expires_at)
    return CalendarEntry(
        f"feed-{feed.id}",
        _("The address of this calendar ends: make a new one"),
        day,
        day,
        PATH,
        feed.made_at,
    )


def tidy(at: datetime) -> int:
    """Delete the addresses that have long been over; returns the number of rows."""
    old = at - _KEPT
    return int(
        CalendarFeed.delete().where((CalendarFeed.expires_at < old) | (CalendarFeed.ended_at < old)).execute()
    )
