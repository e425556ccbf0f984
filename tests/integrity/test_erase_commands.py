"""auditor erase, and the language in which a command speaks."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner, Result

from auditor import clock, settings_of
from auditor.cli import main
from auditor.console import language_of
from auditor.findings import worries
from auditor.findings.models import Worry
from tests import cast as members

WORDS = "辻さんが名簿を持ち出したようです。"


@pytest.fixture
def run(app: Any, cast: members.Cast) -> Any:
    settings = settings_of(app)

    def invoke(*words: str, **env: str) -> Result:
        runner = CliRunner(env={"DATABASE_URL": settings.database_url, "AUDITOR_LANGUAGE": "en", **env})
        return runner.invoke(main, [*words, "--data", str(settings.data)])

    return invoke


def test_a_text_is_found_by_a_person_and_erased(app: Any, run: Any, cast: members.Cast) -> None:
    worry = worries.report(cast.actor("auditor"), clock.now(), WORDS)
    found = run("erase", "find", "--person", "000111")
    assert found.exit_code == 0, found.output
    name = found.output.split("\t")[0]
    assert name == f"worry:{worry.id}:text"
    done = run("erase", "text", name, "--reason", "asked for", "--yes")
    assert (done.exit_code, done.output) == (0, "1 text was erased.\n")
    assert Worry.get_by_id(worry.id).text != WORDS
    assert run("verify").exit_code == 0


def test_a_reason_is_needed_and_what_is_not_there_is_said_in_one_line(run: Any) -> None:
    assert run("erase", "text", "worry:1:text", "--yes").exit_code == 2
    for words in (["file", "99"], ["text", "worry:99:text"], ["text", "nonsense"]):
        refused = run("erase", *words, "--reason", "x", "--yes")
        assert refused.exit_code == 1
        assert len(refused.output.splitlines()) == 1
    assert run("erase", "find").exit_code == 2


def test_a_command_speaks_one_language(run: Any) -> None:
    assert run("verify").output.startswith("clean: ")
    assert run("verify", AUDITOR_LANGUAGE="ja").output.startswith("異常なし: ")
    assert run("verify", "--lang", "ja").output.startswith("異常なし: ")
    refused = run("erase", "person", "999999", "--yes", "--lang", "ja")
    assert refused.output == "auditor: 社員番号 999999 の人はいません。\n"


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "AUDITOR_LANGUAGE": "ja"}, "ja"),
        ({"LANG": "", "LC_ALL": "ja"}, "ja"),
    ],
)
def test_the_setting_comes_before_the_terminal(environ: dict[str, str], language: str) -> None:
    assert language_of(environ, "en") == language
