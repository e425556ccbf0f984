"""The tabs above a list: the same list by state, with how many rows each has; what is filtered stays filtered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for


def tabs_of(
    endpoint: str, labels: Mapping[str, str], counts: Mapping[str, int], chosen: str
) -> list[dict[str, Any]]:
    """Return the tabs in the order of ``labels``, for the macro of that name."""
    kept: dict[str, Any] = {
        name: value for name, value in request.args.items() if name not in ("tab", "page")
    }
    return [
        {
            "label": label,
            "url": url_for(endpoint, **{**kept, "tab": tab}),
            "count": counts[tab],
            "current": tab == chosen,
        }
        for tab, label in labels.items()
    ]
