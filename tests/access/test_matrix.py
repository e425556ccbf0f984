"""Every route answers every person as tests/access/matrix.txt says (design §3.8)."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.access import company, matrix
from tests.test_access import PUBLIC

KNOW_HOW = (
    "If this is meant, `make access-matrix` writes tests/access/matrix.txt anew: read each line that changed against "
    "design §3.8 and the table in auditor/access.py, then keep it."
)


def test_the_matrix_names_every_route_and_no_other(app: Flask, asked: company.Company) -> None:
    there = {(line.section, line.name) for line in matrix.lines(app, asked)}
    held = set(matrix.read())
    new = [f"{section}: {name}" for section, name in sorted(there - held)]
    gone = [f"{section}: {name}" for section, name in sorted(held - there)]
    assert not new and not gone, f"new: {new}; gone: {gone}. {KNOW_HOW}"


ALWAYS = {"out", "hd"}  # each other person is for `make test-all` and CI


@pytest.mark.parametrize(
    "short",
    [pytest.param(short, marks=[] if short in ALWAYS else pytest.mark.thorough) for short in company.PERSONS],
)
def test_every_route_answers_as_the_matrix_says(app: Flask, asked: company.Company, short: str) -> None:
    held, visitor = matrix.read(), matrix.Visitor(app, asked, short)
    wrong = []
    for line in matrix.lines(app, asked):
        expected = held.get((line.section, line.name), {}).get(short)
        got = visitor.ask(line)
        if expected is not None and got != expected:
            wrong.append(f"{line.name} (section {line.section}): {expected} in the matrix, {got} now")
    assert not wrong, "\n".join([f"{company.PERSONS[short]}:", *wrong, KNOW_HOW])


def test_who_is_not_signed_in_reaches_only_what_is_public(app: Flask) -> None:
    for (section, name), cells in matrix.read().items():
        for short in ("out", "lea"):
            if cells[short] not in ("door", "404"):
                here = name.split()[1]
                views = {rule.endpoint for rule in app.url_map.iter_rules() if matrix.shown(rule) == here}
                assert views & set(PUBLIC), f"{short} reaches {name} ({section})"


def test_a_deputy_does_what_the_principal_may_inside_the_period_only() -> None:
    for (section, name), cells in matrix.read().items():
        assert cells["d-h"] == cells["hd"] or (section, name) in OWN, f"{name}: {cells['d-h']}"
        assert cells["d-x"] == cells["col"] or cells["d-x"] == "404", f"{name}: {cells['d-x']}"


def test_who_has_a_first_password_reaches_what_no_role_is_needed_for_only() -> None:
    for (section, name), cells in matrix.read().items():
        if cells["new"] == "yes":
            assert cells["out"] in ("yes", "door"), name
            assert cells["out"] == "yes" or name.split()[1].startswith(
                ("/accounts/password", "/accounts/sign-out")
            ), f"{name} ({section})"


# What belongs to the principal as a person and not to the post.
PAPER = (
    "/inspections/<inspection_id>/papers/<upload_id>"  # a paper that somebody sent is looked through by them
)
OWN: set[tuple[str, str]] = {
    ("all", f"GET  {PAPER}"),
    ("all", f"POST {PAPER}/apply"),
    ("all", f"POST {PAPER}/discard"),
}
