"""How many queries the checklist and its saves take; how long they take is measured by `make bench`.

A query is every statement that the request sends, the lock of the log on PostgreSQL included; only where a
transaction or a part of one begins and ends is left out (tests/bed/counting.py). Once in some minutes a request
sends one more, by which the session lasts longer.
"""

from __future__ import annotations

from typing import Any

import pytest

from auditor.audits.models import Audit, ItemDraft
from tests.audits.making import answer_all, assigned, items
from tests.cast import Cast

OPEN, SAVE, EXPORT = 12, 8, 13
READERS = ("auditor", "administrator", "head_of_audit", "representative", "head_of_sales")


def _opened(client: Any, audit: Audit) -> str:
    return f"/audits/{audit.id}/items/{items(audit)[0].id}"


def test_an_item_opens_with_few_queries_and_as_many_beside_many_audits(
    cast: Cast, client: Any, assert_same_queries: Any
) -> None:
    audit = assigned(cast)
    answer_all(cast, audit)
    address = _opened(client, audit)
    cast.sign_in(client, "auditor")

    def more() -> None:
        for _ in range(3):
            answer_all(cast, assigned(cast))

    assert_same_queries(lambda: client.get(address), more, at_most=OPEN)


@pytest.mark.parametrize("reader", READERS)
def test_an_item_opens_with_few_queries_for_everybody_who_may_read_it(
    cast: Cast, client: Any, query_count: Any, reader: str
) -> None:
    audit = assigned(cast)
    answer_all(cast, audit)
    Audit.update(current_state="submitted").execute()  # its results are shown to the department
    cast.sign_in(client, reader)
    with query_count() as statements:
        assert client.get(_opened(client, audit)).status_code == 200
    assert statements.count <= OPEN, "\n".join(statements.sql)


def test_an_answer_is_saved_with_few_queries(cast: Cast, client: Any, query_count: Any) -> None:
    audit = assigned(cast)
    address = _opened(client, audit)
    cast.sign_in(client, "auditor")
    based_on = client.post(f"{address}/answer", data={"result": "minor"}).json["fields"]["based_on"]
    # What is typed is kept as a draft before the field is left.
    assert client.post(f"{address}/draft", data={"note": "記録", "based_on": based_on}).status_code == 200
    answer = {"result": "conform", "note": "記録を見た", "based_on": based_on}
    with query_count() as statements:
        saved = client.post(f"{address}/answer", data=answer)
    assert saved.status_code == 200
    assert not ItemDraft.select().exists()
    assert statements.count <= SAVE, "\n".join(statements.sql)


def test_the_workbook_of_an_audit_takes_as_many_queries_for_many_items(
    cast: Cast, client: Any, query_count: Any
) -> None:
    few, many = assigned(cast, codes=("ORG-01",)), assigned(cast)
    counts = []
    cast.sign_in(client, "administrator")
    for audit in (few, few, many):
        with query_count() as statements:
            assert client.get(f"/reports/export/audits/{audit.id}.xlsx").status_code == 200
        counts.append(statements.count)
    assert counts[1] == counts[2] <= EXPORT
