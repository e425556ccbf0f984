"""The same rungs for every address: who is turned away, and how."""

from __future__ import annotations

from typing import Any

from tests.cast import Cast


def signed_in(client: Any, cast: Cast, name: str, language: str = "ja") -> Any:
    """The client as a person of the cast."""
    cast.sign_in(client, name)
    client.set_cookie("language", language)
    return client


def answers(client: Any, cast: Cast, address: str, expected: dict[str, int], method: str = "GET") -> None:
    """Holds what each person gets at ``address``; nobody gets the sign-in page."""
    response = client.application.test_client().open(address, method=method)
    assert response.status_code == 303 and "/sign-in" in response.headers["Location"]
    for name, status in expected.items():
        visitor = client.application.test_client()
        cast.sign_in(visitor, name)
        found = visitor.open(address, method=method)
        found.close()  # a served file stays open until its response is closed
        assert found.status_code == status, f"{name}: {found.status_code}, not {status}"
