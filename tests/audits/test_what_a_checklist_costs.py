"""How many queries the checklist and its saves take; how long they take is measured by `make bench`."""

from __future__ import annotations

from typing import Any

from auditor.audits.models import Audit
from tests.audits.making import answer_all, assigned, items
from tests.cast import Cast

# Beside what is counted here, each request asks once until when the log tells; the clock of tests stands.
OPEN, SAVE, EXPORT = 11, 12, 13


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


def test_an_answer_is_saved_with_few_queries(cast: Cast, client: Any, query_count: Any) -> None:
    audit = assigned(cast)
    address = _opened(client, audit) + "/answer"
    cast.sign_in(client, "auditor")
    based_on = client.post(address, data={"result": "minor"}).json["fields"]["based_on"]
    with query_count() as statements:
        saved = client.post(address, data={"result": "conform", "based_on": based_on})
    assert saved.status_code == 200
    assert _asked(statements) <= SAVE, "\n".join(statements.sql)


def test_the_workbook_of_an_audit_takes_as_many_queries_for_many_items(
    cast: Cast, client: Any, query_count: Any
) -> None:
    few, many = assigned(cast, codes=("ORG-01",)), assigned(cast)
    counts = []
    cast.sign_in(client, "administrator")
    for audit in (few, few, many):
        with query_count() as statements:
            assert client.get(f"/reports/export/audits/{audit.id}.xlsx").status_code == 200
        counts.append(_asked(statements))
    assert counts[1] == counts[2] <= EXPORT


def _asked(statements: Any) -> int:
    """How many queries there were; on PostgreSQL the end of the log is taken with one more."""
    return sum("advisory" not in sql for sql in statements.sql)
