"""Each problem of a roster has words of its own, in both languages, that a person can act on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from auditor import language
from auditor.people.roster_problems import (
    ERRORS,
    FILE_ERRORS,
    NOTICES,
    WARNINGS,
    Problems,
    RosterProblem,
    message,
    severity,
)

CODES = [*FILE_ERRORS, *ERRORS, *WARNINGS, *NOTICES]


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder: Path = language.compile_catalogues(tmp_path_factory.mktemp("locale"))
    app = Flask(__name__)
    Babel(app, default_translation_directories=str(folder), default_locale="en")
    with app.app_context():
        yield app


@pytest.mark.parametrize("code", CODES)
def test_a_problem_is_told_in_both_languages(code: str, speaker: Flask) -> None:
    problem = RosterProblem(code, severity(code), "社員名簿", "C4", defaultdict(lambda: "000123"))
    told = {}
    for spoken in ("ja", "en"):
        with language.speaking(spoken):
            told[spoken] = message(RosterProblem(code, problem.severity, params=_every_param()))
    assert told["ja"] != told["en"]
    assert re.search("[ぁ-ん]", told["ja"])
    assert "%(" not in told["ja"] + told["en"]


def _every_param() -> dict[str, str]:
    names = "limit kind line column first range length value likely codes path choices other count".split()  # noqa: SIM905
    return dict.fromkeys(names, "000123")


def test_every_problem_that_reading_records_has_words() -> None:
    package = Path(language.__file__).parent
    rooms = [package / "filekinds.py", package / "sheets.py", *(package / "people").glob("roster_*.py")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in rooms)
    recorded = set(re.findall(r'(?:\.add|\.error|\.warn|\.notice|Refused)\(\s*"([a-z_0-9]+)"', source))
    assert recorded <= set(CODES)
    assert len(recorded) > 40


def test_no_code_stands_in_two_tables() -> None:
    assert len(CODES) == len(set(CODES))


def test_errors_come_first_and_notices_are_counted_by_column() -> None:
    problems = Problems()
    problems.notice("text_date", "社員名簿", "入社日", "P5")
    problems.notice("text_date", "社員名簿", "入社日", "P9")
    problems.add("same_email", "社員名簿", "G9", value="a@example.jp", first="G4")
    problems.add("missing", "社員名簿", "B4", column="姓")
    missing, same, typed = problems.all()
    assert (missing.code, same.code, typed.code) == ("missing", "same_email", "text_date")
    assert (typed.cell, typed.params["count"]) == ("P5", "2")


def test_a_quoted_value_is_short_and_shows_what_is_invisible() -> None:
    problems = Problems()
    problems.add("control_character", "社員名簿", "B4", column="姓", value="髙\n田" + "あ" * 90)
    (problem,) = problems.all()
    assert problem.params["value"].startswith("髙␣田")
    assert len(problem.params["value"]) == 40
