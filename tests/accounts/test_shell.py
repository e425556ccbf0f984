"""The bar of every page, also of the page that says that the database does not answer."""

from __future__ import annotations

from typing import Any

import peewee
import pytest

from auditor import db
from auditor.accounts import queries
from tests.bed.pages import text_of
from tests.cast import Cast


@pytest.mark.parametrize("error", [peewee.OperationalError, peewee.InterfaceError])
@pytest.mark.parametrize("known", [False, True], ids=["before_the_person_is_known", "after"])
def test_a_signed_in_person_is_told_that_the_database_does_not_answer(
    app: Any, cast: Cast, client: Any, monkeypatch: pytest.MonkeyPatch, error: type[Exception], known: bool
) -> None:
    cast.sign_in(client, "auditor")
    assert "髙橋 みのり" in client.get("/worklist/").text
    actor_of = queries.actor_of

    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise error("the server closed the connection")

    with monkeypatch.context() as broken:

        def lose() -> None:
            broken.setattr(db.database.obj, "execute_sql", refuse)

        def recognise_and_lose(*who: Any) -> Any:
            actor = actor_of(*who)
            lose()
            return actor

        if known:
            broken.setattr(queries, "actor_of", recognise_and_lose)
        else:
            lose()
        answer = client.get("/worklist/")
    assert answer.status_code == 503
    assert "データベースから時間内に応答がありませんでした" in text_of(answer)
    assert "髙橋" not in answer.text


def test_a_signed_in_person_is_told_that_a_file_is_too_large(app: Any, cast: Cast, client: Any) -> None:
    cast.sign_in(client, "auditor")
    # A server calls with no connection of its own; the size is found before one is opened.
    db.database.close()
    try:
        answer = client.post("/accounts/preferences", data=b"0" * (app.config["MAX_CONTENT_LENGTH"] + 1))
    finally:
        db.database.connect(reuse_if_open=True)
    assert answer.status_code == 413
    assert "ファイルが大きすぎます" in text_of(answer)
