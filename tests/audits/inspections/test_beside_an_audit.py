"""What a self-inspection found last, beside the item of an audit: said to be one, and linked for who may see it."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.audits.models import Audit
from tests.audits.inspections.making import confirmed, submitted
from tests.audits.making import assigned, items
from tests.audits.test_what_a_checklist_costs import OPEN
from tests.cast import Cast


@pytest.mark.parametrize(
    "reader, linked",
    [
        ("auditor", False),
        ("administrator", True),
        ("head_of_audit", True),
        ("representative", True),
        ("head_of_sales", True),
    ],
)
def test_it_is_marked_and_leads_to_the_self_inspection_where_the_reader_may_see_it(
    client: Any, cast: Cast, query_count: Any, reader: str, linked: bool
) -> None:
    before = confirmed(cast, submitted(cast))
    audit = assigned(cast)
    Audit.update(current_state="submitted").where(Audit.id == audit.id).execute()  # shown to the department
    cast.sign_in(client, reader)
    with query_count() as statements:
        page = client.page(f"/audits/{audit.id}/items/{items(audit)[0].id}")
    assert statements.count <= OPEN, "\n".join(statements.sql)
    (beside,) = page.xpath("//details[summary='これまでの判定']")
    said = " ".join(beside.text_content().split())
    assert f"自己点検 {before.number}" in said
    address = f"/inspections/{before.id}"
    assert beside.xpath(".//a/@href") == ([address] if linked else [])
    assert client.get(address).status_code == (200 if linked else 404)


def test_who_is_named_to_answer_it_is_led_there_too(client: Any, cast: Cast) -> None:
    before = confirmed(cast, submitted(cast, named=("auditor",)))
    audit = assigned(cast)
    cast.sign_in(client, "auditor")
    page = client.page(f"/audits/{audit.id}/items/{items(audit)[0].id}")
    assert page.xpath(f"//details//a[@href='/inspections/{before.id}']")
