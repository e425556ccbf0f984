"""auditor mail test ADDRESS: sends one mail now and says in plain words what failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from auditor.cli import main
from tests.bed import databases
from tests.bed import mail as bed
from tests.bed.ports import free_port


def ask(folder: Path, address: str = "you@example.jp", language: str = "en", **env: Any) -> Result:
    given = {name: str(value) for name, value in env.items()}
    arguments = ["mail", "test", address, "--data", str(folder), "--lang", language]
    databases.let_go()
    done = CliRunner().invoke(
        main, arguments, env={"DATABASE_URL": None, "AUDITOR_SMTP_TIMEOUT": "1", **given}
    )
    databases.let_go()
    return done


def host(port: int, **more: Any) -> dict[str, Any]:
    return {"AUDITOR_SMTP_HOST": "127.0.0.1", "AUDITOR_SMTP_PORT": port} | more


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mail")


def test_it_says_that_the_server_took_the_mail(folder: Path, smtp_server: Any) -> None:
    done = ask(folder, language="ja", **host(smtp_server.port))
    assert done.exit_code == 0, done.output
    assert "メールを受け付けました" in done.output
    (message,) = smtp_server.to("you@example.jp")
    assert "テストメール" in message["Subject"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "The mail server cannot be reached."), ("ja", "メールサーバーに接続できません。")],
)
def test_it_says_in_one_line_what_failed_and_what_to_do(folder: Path, language: str, words: str) -> None:
    done = ask(folder, language=language, **host(free_port()))
    assert done.exit_code == 1
    assert words in done.output
    assert "AUDITOR_SMTP_HOST" in done.output
    assert done.output.count("\n") == 1


def test_it_shows_the_answer_of_a_server_that_refuses_the_password(folder: Path) -> None:
    with bed.postbox(password="right") as box:
        done = ask(folder, **host(box.port, AUDITOR_SMTP_USER="audit", AUDITOR_SMTP_PASSWORD="wrong"))
    assert done.exit_code == 1
    assert "refuses user name or password" in done.output
    assert "535" in done.output


def test_it_refuses_what_is_no_address_and_says_when_no_server_is_set(folder: Path) -> None:
    assert "No mail server is set" in ask(folder).output
    done = ask(folder, "somebody", **host(25))
    assert done.exit_code == 1
    assert "is not an e-mail address" in done.output
