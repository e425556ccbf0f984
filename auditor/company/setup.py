"""The one-time code that opens the first steps while no administrator exists."""

from __future__ import annotations
