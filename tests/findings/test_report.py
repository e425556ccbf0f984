"""The report of corrective action (是正処置報告書): one page to print, for those who may see the finding."""

from __future__ import annotations

from typing import Any

from auditor import clock
from tests.bed.pages import text_of
from tests.cast import NOW
from tests.findings.ladder import answers, signed_in
from tests.findings.making import TITLE


def test_the_report_tells_a_finding_from_facts_to_effectiveness(client: Any, cast: Any, making: Any) -> None:
    finding = making.confirming()
    with clock.standing_at(making.at):
        page = text_of(signed_in(client, cast, "head_of_sales").get(f"/findings/{finding.id}/report"))
    for said in (TITLE, "是正処置報告書", "原因", "是正処置", "検証", "実施を確認", "有効", "承認と経過"):
        assert said in page


def test_the_report_of_a_new_finding_says_what_is_still_to_come(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    page = text_of(signed_in(client, cast, "head_of_sales", "en").get(f"/findings/{finding.id}/report"))
    assert "Not written yet." in page and "Not verified yet." in page and "Not checked yet." in page


def test_only_those_who_see_the_finding_see_its_report(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    with clock.standing_at(NOW):
        answers(
            client,
            cast,
            f"/findings/{finding.id}/report",
            {"administrator": 200, "head_of_sales": 200, "head_of_other": 404, "staff_of_sales": 404},
        )
