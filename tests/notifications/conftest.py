"""What the tests of the mail share: a cast that can be told things, two kinds of notices, a patient server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from auditor.config import Mail as MailSettings
from auditor.config import Settings
from auditor.notifications import actions as outbox
from auditor.notifications import kinds
from tests import cast as members
from tests.bed.pictures import Pictures

NOW = members.NOW
Tell = Callable[..., bool]


@pytest.fixture(autouse=True)
def spoken_kinds() -> Iterator[None]:
    """Two notice kinds of the tests: one that always says something, one that has become idle."""
    kinds.kind("test")(lambda params, moment: kinds.Words(f"用件 {params['id']}", "詳しくはページで。"))
    kinds.kind("test_idle")(lambda params, moment: None)
    yield
    # Those alone: what a feature registered meanwhile stays, since it registers once a process.
    for name in [name for name in kinds._kinds if name.startswith("test")]:
        del kinds._kinds[name]


@pytest.fixture
def cast(app: Any, settings: Settings, pictures: Pictures) -> Iterator[members.Cast]:
    with app.app_context():
        yield pictures.begin("cast", settings, members.make)


@pytest.fixture
def server(smtp_server: Any) -> MailSettings:
    return at_port(smtp_server.port)


def at_port(port: int, **more: Any) -> MailSettings:
    """The settings for a server on loopback that is waited for one second."""
    given = {"host": "127.0.0.1", "port": port, "sender": "auditor@example.jp", "timeout": 1, **more}
    return MailSettings(**given)


@pytest.fixture
def tell(cast: members.Cast) -> Tell:
    """tell("auditor", 1): puts a notice to somebody of the cast into the outbox."""

    def tell(name: str, number: int, kind: str = "test", **more: Any) -> bool:
        return outbox.notify(
            cast.person[name], kind, {"id": number}, f"/audits/{number}", f"{kind}:{number}", NOW, **more
        )

    return tell
