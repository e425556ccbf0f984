"""Recording what an item showed."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest

from auditor import events, settings_of
from auditor.access import application
from auditor.audits import actions, queries, workpage
from auditor.audits.actions import Answer
from auditor.audits.models import Audit, AuditItem, AuditState, ItemDraft, ItemEvidence, ItemResult
from auditor.audits.results import Result
from auditor.dated import Moment
from auditor.db import ErasedText
from auditor.errors import RuleBroken, Stale
from auditor.integrity import texts, written
from tests.audits.making import answer, answer_all, assigned, items
from tests.bed.pages import parsed, text_of
from tests.cast import NOW, Cast

LATER = NOW + timedelta(hours=1)


def _form(**more: Any) -> dict[str, Any]:
    return {"result": "conform", "note": "", "reason": "", "based_on": "", **more}


def test_a_result_is_a_dated_row_and_the_first_one_starts_the_audit(cast: Cast) -> None:
    audit = assigned(cast)
    row = answer(cast, items(audit)[0], Result.MINOR, note="記録がない")
    assert row is not None
    assert (row.result, row.note, row.recorded_by) == ("minor", "記録がない", cast.person["auditor"])
    assert AuditItem.get_by_id(row.item_id).current_result == "minor"
    assert [state.state for state in AuditState.select().order_by(AuditState.id)] == [
        "planned",
        "in_progress",
    ]


def test_another_result_is_a_new_row_that_names_the_one_it_replaces(cast: Cast) -> None:
    item = items(assigned(cast))[0]
    first = answer(cast, item, Result.MINOR, note="記録がない")
    second = answer(cast, item, Result.CONFORM, note="あった", at=LATER)
    assert first is not None
    assert second is not None
    assert second.replaces_id == first.id
    assert ItemResult.latest(Moment.at(NOW), item=item.id).result == "minor"  # type: ignore[union-attr]


def test_the_same_answer_again_writes_nothing(cast: Cast) -> None:
    item = items(assigned(cast))[0]
    first = answer(cast, item, Result.CONFORM)
    again = actions.record_result(cast.actor("auditor"), LATER, item, Answer(Result.CONFORM, based_on=None))
    assert first is not None
    assert again is not None
    assert again.id == first.id
    assert ItemResult.select().count() == 1


def test_of_two_who_answer_the_second_is_told_and_nothing_of_the_first_is_lost(cast: Cast) -> None:
    item = items(assigned(cast, auditors=("auditor", "second_auditor")))[0]
    answer(cast, item, Result.CONFORM, note="甲")
    with pytest.raises(Stale) as stale:
        actions.record_result(
            cast.actor("second_auditor"), LATER, item, Answer(Result.MAJOR, "乙", based_on=None)
        )
    assert (stale.value.theirs["note"], stale.value.mine["note"]) == ("甲", "乙")
    assert AuditItem.get_by_id(item.id).current_result == "conform"


def test_what_one_went_on_from_while_a_part_of_it_was_on_its_way_is_no_conflict(cast: Cast, app: Any) -> None:
    item = items(assigned(cast))[0]
    auditor = cast.actor("auditor")
    sent = actions.record_result(auditor, NOW, item, Answer(Result.OBSERVATION))
    whole = actions.record_result(
        auditor, LATER, item, Answer(Result.OBSERVATION, "掲示が古い", based_on=None)
    )
    assert sent is not None and whole is not None
    assert (whole.replaces_id, whole.note) == (sent.id, "掲示が古い")


@pytest.mark.parametrize(
    ("name", "stands", "told"),
    [
        (
            "second_auditor",
            Answer(Result.OBSERVATION),
            Answer(Result.OBSERVATION, "掲示が古い"),
        ),  # somebody else's
        ("auditor", Answer(Result.OBSERVATION, "甲"), Answer(Result.OBSERVATION, "乙")),  # of another tab
        ("auditor", Answer(Result.MINOR), Answer(Result.OBSERVATION, "乙")),
        ("auditor", Answer(Result.OBSERVATION, "甲"), Answer(Result.OBSERVATION)),
    ],
)
def test_what_is_no_part_of_it_stays_a_conflict(
    cast: Cast, app: Any, name: str, stands: Answer, told: Answer
) -> None:
    item = items(assigned(cast))[0]
    actions.record_result(cast.actor(name), NOW, item, stands)
    with pytest.raises(Stale):
        actions.record_result(cast.actor("auditor"), LATER, item, told)
    assert ItemResult.select().count() == 1


def test_not_applicable_needs_a_reason(cast: Cast) -> None:
    item = items(assigned(cast))[0]
    with pytest.raises(RuleBroken):
        answer(cast, item, Result.NOT_APPLICABLE, reason="  ")
    assert AuditItem.get_by_id(item.id).current_result == "not_checked"


def test_others_hear_of_a_result(cast: Cast) -> None:
    heard: list[events.ResultRecorded] = []
    events.subscribe(events.ResultRecorded, heard.append)
    try:
        item = items(assigned(cast))[0]
        answer(cast, item, Result.MAJOR, note="鍵がない")
    finally:
        events._listeners[events.ResultRecorded].remove(heard.append)
    assert [(one.item_id, one.result) for one in heard] == [(item.id, "major")]


def test_nothing_is_recorded_on_an_audit_that_was_submitted(cast: Cast) -> None:
    audit = assigned(cast)
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(audit.id))
    item = items(audit)[0]
    with pytest.raises(RuleBroken):
        answer(cast, item, Result.MINOR, note="後から")
    assert AuditItem.get_by_id(item.id).current_result == "conform"


def test_typing_counts_for_nothing_and_is_offered_again(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    item = items(audit)[0]
    cast.sign_in(client, "auditor")
    address = f"/audits/{audit.id}/items/{item.id}"
    kept = client.post(f"{address}/draft", data={"note": "書きかけ", "based_on": ""})
    assert kept.status_code == 200
    assert ItemResult.select().count() == 0
    assert ItemDraft.get().note == "書きかけ"
    assert "書きかけ" in text_of(client.get(address))
    assert client.page(f"{address}?draft=1").xpath("//textarea[@name='note']")[0].text.strip() == "書きかけ"
    assert client.post(f"{address}/draft/forget").status_code == 303
    assert ItemDraft.select().count() == 0


def test_the_page_answers_and_goes_on_to_the_next_item(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    first, second = items(audit)[:2]
    cast.sign_in(client, "auditor")
    sent = client.post(f"/audits/{audit.id}/items/{first.id}", data=_form(note="見た", onward="1"))
    assert (sent.status_code, sent.location) == (303, f"/audits/{audit.id}/items/{second.id}")


def test_saving_while_the_page_stays_open_gives_what_the_next_save_builds_on(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    item = items(audit)[0]
    cast.sign_in(client, "auditor")
    address = f"/audits/{audit.id}/items/{item.id}/answer"
    told = client.post(address, data=_form(result="minor")).get_json()
    assert told["fields"] == {"based_on": str(ItemResult.get().id)}
    assert told["saved_at"] == "09:00"
    more = client.post(address, data=_form(result="minor", note="見た", **told["fields"]))
    assert more.status_code == 200
    assert client.post(address, data=_form(result="major")).status_code == 409
    assert client.post(address, data=_form(result="not_applicable", based_on="1")).status_code == 422


def test_a_stale_form_shows_both_texts_and_saving_again_puts_mine_after_theirs(
    client: Any, cast: Cast
) -> None:
    audit = assigned(cast)
    item = items(audit)[0]
    answer(cast, item, Result.MINOR, note="相手の文")
    cast.sign_in(client, "auditor")
    address = f"/audits/{audit.id}/items/{item.id}"
    refused = client.post(address, data=_form(result="major", note="私の文"))
    assert refused.status_code == 409
    assert "相手の文" in text_of(refused)
    assert "私の文" in text_of(refused)
    seen = parsed(refused).xpath("//input[@name='based_on']/@value")[0]
    again = client.post(address, data=_form(result="major", note="私の文", based_on=seen))
    assert again.status_code == 303
    assert AuditItem.get_by_id(item.id).current_result == "major"


def test_a_refused_form_keeps_what_was_typed(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "auditor")
    address = f"/audits/{audit.id}/items/{items(audit)[0].id}"
    refused = client.post(address, data=_form(result="not_applicable", note="長い文章"))
    assert refused.status_code == 422
    assert "長い文章" in refused.get_data(as_text=True)


def test_an_item_of_another_audit_is_not_found_under_this_one(client: Any, cast: Cast) -> None:
    one, other = assigned(cast), assigned(cast)
    cast.sign_in(client, "auditor")
    assert client.get(f"/audits/{one.id}/items/{items(other)[0].id}").status_code == 404


def test_an_audit_of_others_is_not_found(client: Any, cast: Cast) -> None:
    mine, other = assigned(cast), assigned(cast, auditors=("second_auditor",))
    assert mine.id != other.id
    cast.sign_in(client, "auditor")
    address = f"/audits/{other.id}/items/{items(other)[0].id}"
    assert client.get(address).status_code == 404
    assert client.post(address, data=_form()).status_code == 404


def test_who_only_reads_may_not_answer(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    assigned(cast, subject="D220", auditors=("head_of_audit",))
    cast.sign_in(client, "head_of_audit")
    address = f"/audits/{audit.id}/items/{items(audit)[0].id}"
    assert client.get(address).status_code == 200
    assert client.post(address, data=_form()).status_code == 403


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    answer_ = client.post(f"/audits/{audit.id}/items/{items(audit)[0].id}", data=_form())
    assert answer_.status_code == 303
    assert "sign-in" in answer_.location


# ---- evidence ----


def test_evidence_is_attached_served_and_taken_off(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    item = items(audit)[0]
    cast.sign_in(client, "auditor")
    address = f"/audits/{audit.id}/items/{item.id}"
    file = (io.BytesIO(b"%PDF-1.4 record"), "施錠記録.pdf")
    sent = client.post(f"{address}/evidence", data={"file": file, "about_on": "2026-09-30"})
    assert sent.status_code == 303
    held = ItemEvidence.get()
    assert held.evidence.about_on.isoformat() == "2026-09-30"
    got = client.get(f"{address}/evidence/{held.evidence_id}")
    assert (got.data, got.mimetype) == (b"%PDF-1.4 record", "application/pdf")
    got.close()
    assert client.post(f"{address}/evidence/{held.evidence_id}/remove").status_code == 303
    assert client.get(f"{address}/evidence/{held.evidence_id}").status_code == 404
    assert [row.held for row in ItemEvidence.select().order_by(ItemEvidence.id)] == [True, False]


def test_evidence_of_an_audit_that_one_may_not_see_is_not_served(app: Any, client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    item = items(audit)[0]
    kept = actions.attach(
        cast.actor("auditor"), NOW, settings_of(app).evidence_folder, item, io.BytesIO(b"secret"), "a.txt"
    )
    cast.sign_in(client, "head_of_sales")  # sees the plan, not the results before they are submitted
    assert client.get(f"/audits/{audit.id}/items/{item.id}/evidence/{kept.id}").status_code == 404


def test_no_file_or_an_empty_one_is_refused(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "auditor")
    address = f"/audits/{audit.id}/items/{items(audit)[0].id}/evidence"
    assert client.post(address, data={}).status_code == 422
    assert client.post(address, data={"file": (io.BytesIO(b""), "a.txt")}).status_code == 422


# ---- what stands beside an item ----


def test_the_result_of_the_last_audit_stands_beside_the_item(app: Any, cast: Cast) -> None:
    before = assigned(cast)
    answer_all(cast, before)
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(before.id))
    actions.approve(cast.actor("head_of_audit"), NOW, Audit.get_by_id(before.id))
    audit = assigned(cast)
    with app.test_request_context():
        page = _page(cast, audit)
    found = [(one.number, one.result, one.inspected, one.url) for one in page.earlier]
    assert found == [(before.number, "conform", False, "")]


def _page(cast: Cast, audit: Audit) -> workpage.ItemPage:
    from auditor.access import Permission

    actor = cast.actor("auditor")
    item = queries.item_for(actor, items(audit)[0].id, Permission.AUDIT_READ, NOW)
    return workpage.item_page(actor, item, Moment.at(NOW))


def test_saving_an_item_costs_at_most_8_queries_of_audits(cast: Cast, query_count: Any) -> None:
    audit = assigned(cast)
    first, second = items(audit)[:2]
    answer(cast, first)
    actor = cast.actor("auditor")
    with query_count() as statements:
        actions.record_result(actor, NOW, second, Answer(Result.CONFORM))
    own = [sql for sql in statements.sql if "activity_" not in sql]
    assert len(own) <= 8, "\n".join(own)


def test_the_checklist_costs_the_same_for_10_items_and_for_1200(
    app: Any, cast: Cast, assert_same_queries: Any
) -> None:
    audit = assigned(cast)

    def grow() -> None:
        _add_items(cast, audit, 1200)

    with app.test_request_context():
        assert_same_queries(lambda: _page(cast, audit), grow, at_most=21)


def _add_items(cast: Cast, audit: Audit, count: int) -> None:
    from auditor import activity
    from auditor.access import application
    from auditor.catalogue.models import Control
    from tests.cast import CAST_MADE

    model = Control.get_by_id(cast.control["ORG-01"])
    with activity.action(application("test"), NOW):
        Control.add_many(
            {
                "version": model.version_id, "category": model.category_id, "code": f"X-{n}", "target": "department",
                "basis": "measure", "frequency": "annual", "title_ja": f"管理策{n}", "title_en": f"Control {n}",
                "question_ja": "守られているか。", "question_en": "Is it kept?", "details": {}, "position": 100 + n,
            }
            for n in range(count)
        )  # fmt: skip
        added = Control.select(Control.id).where(Control.position >= 100).order_by(Control.id)
        AuditItem.add_many(
            {"audit": audit.id, "control": row.id, "position": 10 + n} for n, row in enumerate(added)
        )
        activity.record(CAST_MADE, persons=0)


def test_of_two_who_answer_at_the_same_moment_one_is_taken_and_one_is_told(cast: Cast) -> None:
    """Two connections at once: on PostgreSQL the second waits at the row of the item."""
    from threading import Barrier, Thread

    from auditor import db

    item = items(assigned(cast, auditors=("auditor", "second_auditor")))[0]
    start, outcomes = Barrier(2), []

    def run(name: str, note: str) -> None:
        actor = cast.actor(name)
        start.wait(10)
        try:
            actions.record_result(actor, NOW, item, Answer(Result.OBSERVATION, note))
            outcomes.append("taken")
        except Stale:
            outcomes.append("told")

    def connected(name: str, note: str) -> None:
        with db.connected():
            run(name, note)

    threads = [Thread(target=connected, args=pair) for pair in (("auditor", "甲"), ("second_auditor", "乙"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["taken", "told"]
    assert ItemResult.select().count() == 1
    assert [row.state for row in AuditState.select().order_by(AuditState.id)] == ["planned", "in_progress"]


@pytest.mark.parametrize(("shown", "sent"), [("ja", "（消去済み）"), ("en", "(erased)")])
def test_an_erased_note_stays_erased_when_a_form_sends_back_the_words_in_its_place(
    app: Any, client: Any, cast: Cast, shown: str, sent: str
) -> None:
    item = items(assigned(cast))[0]
    first = answer(cast, item, Result.MINOR, note="辻さんの机に名簿が置かれていた。")
    assert first is not None
    with app.app_context():
        chosen = written.chosen(application("command"), [f"item_result:{first.id}:note"])
        texts.erase_texts(application("command"), chosen, "本人の求めによる", NOW)
    cast.sign_in(client, "auditor")
    client.set_cookie("language", shown)
    where = f"/audits/{item.audit_id}/items/{item.id}"
    assert sent in client.get(where).get_data(as_text=True)
    same = _form(result="minor", note=sent, based_on=str(first.id))
    assert client.post(where, data=same).status_code == 303
    assert ItemResult.select().count() == 1, "nothing was said anew"
    assert client.post(where, data={**same, "result": "major"}).status_code == 303
    latest = ItemResult.latest(Moment.at(NOW), item=item.id)
    assert latest is not None and latest.result == "major"
    assert isinstance(latest.note, ErasedText), "it is not the words that are kept"
    again = _form(result="major", note="次の確認では施錠されていた。", based_on=str(latest.id))
    assert client.post(where, data=again).status_code == 303
    assert ItemResult.latest(Moment.at(NOW), item=item.id).note == again["note"]
