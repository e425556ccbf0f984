"""What the selects of the catalogue's forms offer."""

from __future__ import annotations

from auditor.catalogue import finding
from auditor.dated import Moment
from auditor.language import current
from auditor.people import queries as people


def departments(moment: Moment) -> list[tuple[int, str]]:
    """Return the departments of the roster by their whole path, in its order."""
    tree = people.tree(moment)
    named = [(one, tree.path(one, current())) for one, row in tree.details.items() if row.active]
    return sorted(named, key=lambda pair: pair[1])


def subjects_of_kind(kind: str, moment: Moment) -> list[tuple[int, str]]:
    """Return the subjects that a control of this target is checked on, by name."""
    found = [
        (one.id, finding.shown(names)) for one, names in finding.active_subjects(moment) if one.kind == kind
    ]
    return sorted(found, key=lambda pair: pair[1])
