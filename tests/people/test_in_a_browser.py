"""A select of many departments finds while one types: nobody searches three hundred by eye."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from auditor import activity
from auditor.access import application
from auditor.people.models import Department, DepartmentDetail
from auditor.people.units import DEPARTMENT_ADDED
from tests.bed import browser
from tests.cast import OPENED, START, Cast


def test_a_department_is_found_in_a_filter_while_one_types(
    app: Any, cast: Cast, client: Any, browser_page: Any, axe: Any
) -> None:
    with activity.action(application("test"), OPENED):
        for number in range(30):
            unit = Department.create(code=f"S{number:02}")
            DepartmentDetail.write(
                OPENED,
                None,
                START,
                department=unit,
                name=f"第{number:02}支店",
                level="department",
                kind="支店",
            )
            activity.record(DEPARTMENT_ADDED, department=unit.id, valid_from=START)
    cast.sign_in(client, "administrator")
    page = browser_page("ja")
    page.context.add_cookies(
        [{"name": "auditor", "value": client.get_cookie("auditor").value, "domain": "127.0.0.1", "path": "/"}]
    )
    page.goto("/people/")
    browser.listening(page)
    field = page.locator("#department-find")
    browser.touch(field)
    expect(page.locator("#department-find-list [role=option]")).to_have_count(
        1 + DepartmentDetail.select().count()
    )
    axe(page)
    field.fill("２３支店")  # full-width digits, as a Japanese keyboard gives them
    with page.expect_navigation():
        browser.touch(page.locator("#department-find-list [role=option]", has_text="第23支店"))
    assert f"department={Department.get(Department.code == 'S23').id}" in page.url
    browser.listening(page)
    expect(field).to_have_value("第23支店")
