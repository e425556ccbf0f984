"""The list of controls: by category, searched in both languages, filtered."""

from __future__ import annotations

from flask import render_template, request

from auditor.access import Permission, requires
from auditor.catalogue import queries, words
from auditor.catalogue.models import CatalogueVersion
from auditor.catalogue.queries import Filter
from auditor.catalogue.views.blueprint import bp, moment
from auditor.dated import Moment
from auditor.language import current
from auditor.people import queries as people
from auditor.web import current_actor, paged


@bp.get("/")
@requires(Permission.CATALOGUE_READ)
def index() -> str:
    now = moment()
    in_use = queries.versions_in_use(now)
    version = _asked(in_use)
    if version is None:
        return render_template("catalogue/empty.html")
    wanted = Filter(**{name: request.args.get(name, "").strip() for name in Filter.__dataclass_fields__})
    page = paged(queries.controls(version, wanted, now))
    codes = [control.code for control in page.rows]
    owners = queries.owners(version.catalogue_id, now)
    categories = queries.category_counts(version, wanted, now)
    return render_template(
        "catalogue/index.html",
        version=version,
        used=version.id in {one.id for one in in_use},
        in_use=in_use,
        wanted=wanted,
        page=page,
        version_choices=[(one.id, queries.title(one)) for one in in_use],
        categories=categories,
        category_choices=[(category.key, queries.title(category)) for category, _count in categories],
        owners=owners,
        owner_words=queries.owner_words([owners[code] for code in codes if code in owners], now),
        departments=_departments({row.department_id for row in owners.values()}, now),
        exceptions=queries.exceptions(version.catalogue_id, codes, now),
        words=words,
    )


def _asked(in_use: list[CatalogueVersion]) -> CatalogueVersion | None:
    """Return the version of ``?version=``, else the first in use."""
    version_id = request.args.get("version", type=int)
    if version_id is not None:
        return queries.version_for(current_actor(), version_id, Permission.CATALOGUE_READ)
    return in_use[0] if in_use else None


def _departments(ids: set[int | None], now: Moment) -> list[tuple[int, str]]:
    """Return the departments that own controls, for the filter."""
    tree = people.tree(now)
    named = [(one, tree.path(one, current())) for one in ids if one is not None]
    return sorted(named, key=lambda pair: pair[1])
