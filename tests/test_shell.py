"""The shell of every page: its icons are drawn, its blocks are described, its error pages say what was kept."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import render_template, render_template_string
from lxml import etree
from wtforms import Form, RadioField, SelectMultipleField, StringField, TextAreaField, widgets
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from auditor import places
from auditor.audits.results import Result
from auditor.findings.states import State
from tests.bed.pages import check

TEMPLATES = places.templates()
SPRITE = TEMPLATES.parent / "auditor" / "static" / "icons.svg"
ERRORS = (400, 403, 404, 405, 409, 413, 415, 418, 422, 429, 500, 502, 503)


class Survey(Form):
    """One field of each kind that has its own markup."""

    title = StringField("題名", [InputRequired("題名を入力してください。")], description="一覧に出る名前")
    note = TextAreaField("覚書")
    result = RadioField(
        "判定", [InputRequired("一つ選んでください。")], choices=[SelectChoice(r, r.label) for r in Result]
    )
    units = SelectMultipleField(
        "対象の部署",
        [InputRequired("一つ選んでください。")],
        choices=[SelectChoice("1", "一課"), SelectChoice("2", "二課")],
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )


def shown(app: Any, source: str, language: str = "ja", **values: Any) -> str:
    """The HTML of a piece of a template, as a request would give it."""
    with app.test_request_context("/", headers={"Accept-Language": language}):
        return render_template_string(source, **values)


def test_every_icon_that_a_template_names_is_drawn() -> None:
    drawn = {
        symbol.get("id", "").removeprefix("i-")
        for symbol in etree.parse(SPRITE).getroot()
        if symbol.tag is not etree.Comment
    }
    named = {
        (name, path.name)
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"\bicon(?:_name=|\()\"([a-z-]+)\"", path.read_text(encoding="utf-8"))
    }
    shell = (TEMPLATES / "_macros.html").read_text(encoding="utf-8")
    named |= {(name, "a state") for name in re.findall(r"\(\"[a-z]+\", \"([a-z-]+)\", N_", shell)}
    missing = sorted(f"{place}: {name}" for name, place in named if name not in drawn)
    assert not missing, "icons that are not in icons.svg:\n" + "\n".join(missing)


def test_every_building_block_is_described_where_a_page_author_looks() -> None:
    source = (TEMPLATES / "_macros.html").read_text(encoding="utf-8")
    head, body = source.split("#}", 1)
    macros = [name for name in re.findall(r"{% macro (\w+)\(", body) if not name.startswith(("_", "N_"))]
    assert [name for name in macros if f"  {name}(" not in head] == []


@pytest.mark.parametrize("kind, states", [("result", Result), ("finding", State)])
def test_a_state_is_shown_with_its_word(app: Any, kind: str, states: Any) -> None:
    source = '{% from "_macros.html" import status %}{{ status(kind, state) }}'
    with app.test_request_context("/", headers={"Accept-Language": "ja"}):
        for state in states:
            chip = render_template_string(source, kind=kind, state=state)
            assert str(state.label) in chip and 'class="chip is-' in chip


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_refused_form_links_each_problem_to_its_field_and_keeps_what_was_typed(
    app: Any, language: str
) -> None:
    form = Survey(data={"note": "<b>typed</b>"})
    form.validate()
    source = """{% extends "layout_plain.html" %}{% from "_macros.html" import form_for, field, result_pick %}
    {% block title %}x{% endblock %}{% block content %}<h1>x</h1>{% call form_for(form, "OK") %}
    {{ field(form.title) }}{{ field(form.note) }}{{ result_pick(form.result) }}{{ field(form.units) }}
    {% endcall %}{% endblock %}"""
    html = shown(app, source, language, form=form)
    check(html)
    assert {"#title", "#result-0", "#units-0"} <= set(re.findall(r'href="(#[^"]+)"', html))
    assert "&lt;b&gt;typed&lt;/b&gt;" in html


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("status", ERRORS)
def test_an_error_page_says_what_was_kept_and_what_to_do(app: Any, status: int, language: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": language}):
        html = render_template("errors/error.html", status=status)
    check(html, f"{status} {language}")
    assert html.count("<dt>") == 2


def test_a_rule_that_refuses_is_quoted_on_its_page(app: Any) -> None:
    with app.test_request_context("/"):
        assert "Not on a Sunday." in render_template(
            "errors/error.html", status=422, reason="Not on a Sunday."
        )


def test_a_link_to_another_page_of_a_list_keeps_the_filter(app: Any) -> None:
    with app.test_request_context("/?q=a%26b&state=x&state=y&page=3"):
        html = render_template_string('{% from "_macros.html" import query %}{{ query(page=4, q=none) }}')
    assert html == "?state=x&amp;state=y&amp;page=4"


def test_a_conflict_shows_both_texts(app: Any, client: Any) -> None:
    source = """{% from "_macros.html" import conflict %}
    {{ conflict("A", "14:31", [{"label": "L", "mine": "mine <1>", "theirs": "theirs"}]) }}"""
    html = shown(app, source)
    assert "mine &lt;1&gt;" in html and "theirs" in html


def test_a_chart_carries_its_numbers_as_a_table_too(app: Any) -> None:
    source = """{% extends "layout_plain.html" %}{% from "_charts.html" import bars, stacked, lines %}
    {% block title %}x{% endblock %}{% block content %}<h1>x</h1>
    {{ bars("B", [{"label": "a", "value": 3}, {"label": "b", "value": 0}]) }}
    {{ stacked("S", [{"key": "done", "label": "D"}, {"key": "late", "label": "L"}], [{"label": "a", "values": [2, 1]}]) }}
    {{ lines("N", ["4", "5", "6"], [{"label": "this year", "values": [1, none, 3]}]) }}{% endblock %}"""
    html = shown(app, source)
    check(html)
    assert html.count("<table") == 3
