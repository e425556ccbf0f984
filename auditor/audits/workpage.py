"""What the checklist shows: the list of items, one item with its answer, and its background."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from auditor.access import Actor
from auditor.audits import attached, queries
from auditor.audits.inspections import queries as inspections
from auditor.audits.inspections.notices import page_of
from auditor.audits.models import Audit, AuditItem, AuditPlan, AuditState, ItemDraft, ItemResult
from auditor.audits.results import DONE, AuditKind, Result
from auditor.catalogue.models import CatalogueVersion, Category, Control
from auditor.dated import Moment
from auditor.errors import NotFound
from auditor.language import current
from auditor.people import queries as people
from auditor.prepared import Prepared

_EARLIER_SHOWN = 5


class Entry(NamedTuple):
    """A line of the list of items: there may be more than a thousand."""

    id: int
    code: str
    title: str
    result: str

    @property
    def checked(self) -> bool:
        return self.result != Result.NOT_CHECKED


@dataclass(frozen=True)
class Group:
    """The items of one category."""

    title: str
    entries: list[Entry] = field(default_factory=list)

    @cached_property
    def checked(self) -> int:
        return sum(entry.checked for entry in self.entries)


@dataclass(frozen=True)
class Earlier:
    """What an earlier audit or self-inspection of the same subject found at the same control.

    ``url``: of a self-inspection, where the reader may see it.
    """

    number: str
    fiscal_year: int
    result: str
    note: str
    on: date
    by: str
    inspected: bool = False
    url: str = ""


@dataclass(frozen=True)
class ItemPage:
    """Everything that the page of one item shows."""

    item: AuditItem
    audit: Audit
    name: str
    groups: list[Group]
    plan: AuditPlan
    latest: ItemResult | None
    latest_by: str
    draft: ItemDraft | None
    evidence: list[attached.Attached]
    earlier: list[Earlier]
    findings: list[queries.OpenFinding]

    @cached_property
    def entries(self) -> list[Entry]:
        return [entry for group in self.groups for entry in group.entries]

    @cached_property
    def counts(self) -> Counter[str]:
        """How many items stand at which result."""
        return Counter(entry.result for entry in self.entries)

    @property
    def checked(self) -> int:
        return len(self.entries) - self.counts[Result.NOT_CHECKED]

    @cached_property
    def place(self) -> int:
        """Where this item stands among all."""
        return next(place for place, entry in enumerate(self.entries) if entry.id == self.item.id)

    @cached_property
    def group(self) -> Group:
        """The category this item stands in."""
        own = self.entries[self.place]
        return next(group for group in self.groups if own in group.entries)

    @property
    def own_findings(self) -> list[queries.OpenFinding]:
        return [one for one in self.findings if one.item_id == self.item.id]

    @property
    def open_findings(self) -> list[queries.OpenFinding]:
        return [one for one in self.findings if one.item_id != self.item.id]

    def beside(self, step: int) -> Entry | None:
        """Return the entry ``step`` places after this one, None past the ends."""
        place = self.place + step
        return self.entries[place] if 0 <= place < len(self.entries) else None

    def next_unchecked(self) -> Entry | None:
        """Return the next entry without a result, from the top again past the end."""
        round_ = [*self.entries[self.place + 1 :], *self.entries[: self.place]]
        return next((entry for entry in round_ if not entry.checked), None)


def item_page(actor: Actor, item: AuditItem, moment: Moment) -> ItemPage:
    """Return the page of an item that was authorised (``queries.item_for``): six queries and the findings' own.

    At most two more where somebody who does not see all self-inspections finds one among the earlier results.
    """
    audit = item.audit
    latest, before = _results(item, moment)
    held = attached.on_item(item, moment)
    names = people.names(
        [
            *(row.evidence.given_by_id for row in held),
            *(row.recorded_by for row in before),
            latest.recorded_by if latest else None,
        ],
        moment,
    )
    return ItemPage(
        item=item,
        audit=audit,
        name=queries.subject_name(audit.subject, moment, current()),
        groups=groups(audit.id, current()),
        plan=queries.plan_of(audit.id, moment),
        latest=latest,
        latest_by=names.get(latest.recorded_by or 0, "") if latest else "",
        draft=_draft(item, latest),
        evidence=attached.shown(held, names),
        earlier=_earlier(actor, item, before, names, moment),
        findings=[one for ask in queries.findings_beside for one in ask(item, moment)],
    )


def groups(audit_id: int, language: str) -> list[Group]:
    """Return the items of an audit by category, in their order: one query."""
    found: dict[int, Group] = {}
    for item_id, code, words, result, category, named in _ENTRIES[language].rows(audit_id=audit_id):
        found.setdefault(category, Group(named)).entries.append(Entry(item_id, code, words, result))
    return list(found.values())


def _entries_in(title: Any, heading: Any) -> Prepared:
    def build(audit_id: int) -> Any:
        return (
            AuditItem.select(
                AuditItem.id, Control.code, title, AuditItem.current_result, Category.id, heading
            )
            .join(Control)
            .join(Category)
            .where(AuditItem.audit == audit_id)
            .order_by(AuditItem.position, AuditItem.id)
        )

    return Prepared(build, audit_id=int)


_ENTRIES = {
    "ja": _entries_in(Control.title_ja, Category.title_ja),
    "en": _entries_in(Control.title_en, Category.title_en),
}


def first_open(audit_id: int) -> int:
    """Return the item to begin with: the first not checked, else the first. Raises NotFound without items."""
    query = AuditItem.select(AuditItem.id).where(AuditItem.audit == audit_id)
    unchecked = query.where(AuditItem.current_result == Result.NOT_CHECKED.value)
    row = unchecked.order_by(AuditItem.position).first() or query.order_by(AuditItem.position).first()
    if row is None:
        raise NotFound
    return int(row.id)


def _draft(item: AuditItem, latest: ItemResult | None) -> ItemDraft | None:
    """Return what the person typed and did not save, unless it says what stands anyway."""
    row = item.draft
    return None if row is None or row.note == (latest.note if latest else "") else row


def _results(item: AuditItem, moment: Moment) -> tuple[ItemResult | None, list[ItemResult]]:
    """Return what stands of the item, and what earlier audits found at this control code and subject: one query.

    The latest of the earlier ones is the first.
    """
    rows = _own_and_earlier.found(
        item_id=item.id,
        audit_id=item.audit_id,
        subject_id=item.audit.subject_id,
        version_id=item.audit.version_id,
        code=item.control.code,
        day=moment.day,
        instant=moment.instant,
    )
    latest = rows.pop(0) if rows and rows[0].item_id == item.id else None
    return latest, rows[:_EARLIER_SHOWN]


def _results_with(
    item_id: int, audit_id: int, subject_id: int, version_id: int, code: str, day: date, instant: datetime
) -> Any:
    moment = Moment(day, instant)
    used = CatalogueVersion.select(CatalogueVersion.catalogue).where(CatalogueVersion.id == version_id)
    same = (
        AuditItem.select(AuditItem.id)
        .join(Audit)
        .switch(AuditItem)
        .join(Control)
        .join(CatalogueVersion)
        .where(
            Audit.subject == subject_id,
            Audit.id < audit_id,
            Control.code == code,
            CatalogueVersion.catalogue == used,
        )
    )
    approved = AuditState.standing(
        moment, AuditState.audit.in_(Audit.select(Audit.id).where(Audit.subject == subject_id))
    ).where(AuditState.state.in_([state.value for state in DONE]))
    own = ItemResult.item == item_id
    # One list of items and not "or": PostgreSQL would read every result there is.
    itself = AuditItem.select(AuditItem.id).where(AuditItem.id == item_id)
    counts = Audit.id.in_(approved.select(AuditState.audit)) & (ItemResult.result != Result.NOT_CHECKED.value)
    return (
        ItemResult.standing(moment, ItemResult.item.in_(same.union_all(itself)))
        .select(ItemResult, AuditItem, Audit)
        .join(AuditItem)
        .join(Audit)
        .where(own | counts)
        .order_by(own.desc(), ItemResult.valid_from.desc(), ItemResult.id.desc())
        .limit(1 + _EARLIER_SHOWN)
    )


_own_and_earlier = Prepared(
    _results_with,
    item_id=int,
    audit_id=int,
    subject_id=int,
    version_id=int,
    code=str,
    day=date,
    instant=datetime,
)


def _earlier(
    actor: Actor, item: AuditItem, rows: list[ItemResult], names: dict[int, str], moment: Moment
) -> list[Earlier]:
    inspected = {row.item.audit_id for row in rows if row.item.audit.kind == AuditKind.SELF_INSPECTION}
    seen = inspections.those_seen(actor, inspected, item.audit.subject, moment.instant)
    return [
        Earlier(
            number=row.item.audit.number,
            fiscal_year=row.item.audit.fiscal_year,
            result=row.result,
            note=row.note,
            on=row.valid_from,
            by=names.get(row.recorded_by or 0, ""),
            inspected=row.item.audit_id in inspected,
            url=page_of(row.item.audit_id) if row.item.audit_id in seen else "",
        )
        for row in rows
    ]
