"""Papers speak a language, which an application gives them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def speaking_application(app: Any) -> Iterator[None]:
    with app.app_context():
        yield
