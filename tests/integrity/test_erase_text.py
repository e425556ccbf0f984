"""A text about a person is erased: it and its salt go, the row, the counts and the log stay whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor import activity, db
from auditor.access import Role, application
from auditor.activity import ActivityEvent, ActivityRows
from auditor.audits.models import Audit, AuditItem, ItemDraft, ItemResult
from auditor.db import CountedModel, ErasedText
from auditor.errors import NotFound, RuleBroken
from auditor.findings import worries
from auditor.findings.models import Finding, FindingComment, FindingDetail, FindingState, Worry
from auditor.integrity import texts, written
from auditor.integrity.models import Erasure
from auditor.integrity.verify import verify
from auditor.language import speaking
from tests import cast as members
from tests.bed.models import every_table

NOW = members.NOW
COMMAND = application("command")
MADE = activity.event_type("test.finding_made", "Finding made", "finding")
FACTS = "辻 徹さんの机に名簿が置かれていた。"


@pytest.fixture
def finding(app: Any, cast: members.Cast) -> Finding:
    """A finding whose facts name somebody, written twice: the second row changed only its grade."""
    with app.app_context(), activity.action(COMMAND, NOW):
        made: Finding = Finding.create(
            number="F26-001", fiscal_year=2026, source="other", subject=cast.subject["D210"],
            found_on=NOW.date(), recorded_at=NOW,
        )  # fmt: skip
        terms = {
            "finding": made, "title": "名簿の置き忘れ", "facts": FACTS,
            "department": cast.department["D210"], "due_on": NOW.date(),
        }  # fmt: skip
        FindingState.write(NOW, None, finding=made, state="recorded")
        first = FindingDetail.write(NOW, None, grade="major", **terms)
        FindingDetail.write(NOW, None, replaces=first, corrects=True, grade="minor", **terms)
        FindingComment.create(
            finding=made, author=cast.person["auditor"], text="ツジさんに確認しました。", written_at=NOW
        )
        activity.record(MADE, finding=made.id)
    return made


def facts(finding: Finding) -> list[str]:
    return [row.facts for row in FindingDetail.select().where(FindingDetail.finding == finding)]


def text_of(model: type[CountedModel], column: str) -> written.Text:
    row = model.select().order_by(model.id.desc()).get()
    return written.chosen(COMMAND, [f"{model._meta.table_name}:{row.id}:{column}"])[0]


def erase(*chosen: written.Text) -> int:
    return texts.erase_texts(COMMAND, chosen, "本人の求めによる", NOW)


def problems(folder: Path) -> list[tuple[str, str, int]]:
    return [(found.code, found.table, found.row) for found in verify(folder).problems]


def test_an_erased_text_reads_as_erased_in_both_languages_and_verify_is_clean(
    app: Any, finding: Finding, tmp_path: Path
) -> None:
    with app.app_context():
        salts = {row.text_salt for row in FindingDetail.select()}
        assert erase(text_of(FindingDetail, "facts")) == 2, "the row it was copied to goes with it"
        with speaking("ja"):
            assert facts(finding) == ["（消去済み）", "（消去済み）"]
        with speaking("en"):
            assert facts(finding) == ["(erased)", "(erased)"]
        assert not salts & {row.text_salt for row in FindingDetail.select()}, "the salt goes too"
        assert FindingDetail.select().where(FindingDetail.title == "名簿の置き忘れ").count() == 2
        assert problems(tmp_path) == []
        assert erase(*written.belonging_to(COMMAND, "finding", finding.id)) == 3, "two titles and a message"
        assert problems(tmp_path) == [], "also where two texts of one row went one after the other"


def test_nothing_of_the_text_is_left_in_the_database(app: Any, finding: Finding) -> None:
    with app.app_context():
        erase(text_of(FindingDetail, "facts"))
        for table in db.database.get_tables():
            for row in db.database.execute_sql(f'SELECT * FROM "{table}"').fetchall():
                assert "名簿が置かれ" not in str(row), table


def test_the_digest_that_stays_in_the_log_tells_nothing_of_the_text(app: Any, finding: Finding) -> None:
    with app.app_context():
        row = FindingDetail.select().order_by(FindingDetail.id).get()
        leaf = texts._witnessed(FindingDetail, row.id)[1]
        erase(text_of(FindingDetail, "facts"))
        columns = FindingDetail.digest_columns()
        fields = [FindingDetail._meta.columns[name] for name in columns]
        values = dict(
            zip(
                columns,
                db.tuples(FindingDetail.select(*fields).where(FindingDetail.id == row.id))[0],
                strict=True,
            )
        )
        guess = {**values, "facts": FACTS}
        assert db.row_digest("finding_detail", columns, guess.values()).hex() != leaf
        known = {**guess, "text_salt": row.text_salt}
        assert db.row_digest("finding_detail", columns, known.values()).hex() == leaf, "only with the salt"


def test_a_row_that_was_changed_behind_the_applications_back_is_not_erased_over(
    app: Any, finding: Finding, tmp_path: Path
) -> None:
    with app.app_context():
        target = text_of(FindingDetail, "facts")
        db.database.execute_sql(f"UPDATE finding_detail SET grade = 'observation' WHERE id = {target.row}")
        with pytest.raises(RuleBroken):
            erase(target)
        assert facts(finding) == [FACTS, FACTS]
        assert Erasure.select().count() == 0
        assert problems(tmp_path) == [("row_changed", "finding_detail", target.row)]


def test_a_changed_witness_does_not_help_to_erase_over_a_change(app: Any, finding: Finding) -> None:
    with app.app_context():
        target = text_of(FindingComment, "text")
        db.database.execute_sql(
            f"UPDATE finding_comment SET author_id = author_id + 1 WHERE id = {target.row}"
        )
        leaves = activity.leaves_of(FindingComment, FindingComment.digest_columns(), FindingComment.id > 0)
        ActivityRows.update(leaves=leaves).where(ActivityRows.table == "finding_comment").execute()
        with pytest.raises(RuleBroken):
            erase(target)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE finding_comment SET text = '␡' WHERE id = {row}",
        "UPDATE finding_comment SET text = '␡', text_salt = 'x' WHERE id = {row}",
        "UPDATE finding_comment SET text = '' WHERE id = {row}",
    ],
)
def test_an_erasure_with_a_database_client_is_named(
    app: Any, finding: Finding, tmp_path: Path, statement: str
) -> None:
    with app.app_context():
        row = text_of(FindingComment, "text").row
        db.database.execute_sql(statement.format(row=row))
        assert problems(tmp_path) == [("row_changed", "finding_comment", row)]


def test_a_slipped_in_event_of_erasure_is_named_and_excuses_nothing(
    app: Any, finding: Finding, tmp_path: Path
) -> None:
    with app.app_context():
        row = text_of(FindingComment, "text").row
        columns, was = texts._witnessed(FindingComment, row)
        db.database.execute_sql(f"UPDATE finding_comment SET text = '␡' WHERE id = {row}")
        seq, prev = activity.head()
        ActivityEvent.create(
            seq=seq + 1, at=NOW, type=texts.TEXT_ERASED.name, actor_id=None, system="command",
            data={"erasure": 1, "table": "finding_comment", "row": row, "column": "text", "columns": columns,
                  "was": was, "now": texts._digest(FindingComment, row, columns)},
            action="0" * 32, rows=[], prev=prev, hash="f" * 64,
        )  # fmt: skip
        found = {code for code, _table, _row in problems(tmp_path)}
        assert found == {"event_changed", "row_changed"}


@pytest.mark.parametrize(
    "change", ["grade = 'observation'", "facts = 'back again'", "title = 'x'", "text_salt = NULL"]
)
def test_any_change_after_an_erasure_is_named(
    app: Any, finding: Finding, tmp_path: Path, change: str
) -> None:
    with app.app_context():
        target = text_of(FindingDetail, "facts")
        erase(target)
        db.database.execute_sql(f"UPDATE finding_detail SET {change} WHERE id = {target.row}")
        assert problems(tmp_path) == [("row_changed", "finding_detail", target.row)]


def test_a_removed_event_of_erasure_is_named_with_the_row(app: Any, finding: Finding, tmp_path: Path) -> None:
    with app.app_context():
        target = text_of(FindingComment, "text")
        erase(target)
        db.database.execute_sql("DELETE FROM activity_event WHERE type = 'text.erased'")
        assert ("row_changed", "finding_comment", target.row) in problems(tmp_path)


def test_a_row_of_a_version_without_salts_is_erased_as_well(
    app: Any, cast: members.Cast, tmp_path: Path
) -> None:
    with app.app_context():
        old = [name for name in Worry.digest_columns() if name != "text_salt"]
        with pytest.MonkeyPatch.context() as earlier:
            earlier.setattr(Worry, "digest_columns", classmethod(lambda cls: old))
            with activity.action(COMMAND, NOW):
                worry_id = Worry.create(
                    number="R26-001", fiscal_year=2026, recipient="administrator", text=FACTS,
                    reported_at=NOW, text_salt=None,
                ).id  # fmt: skip
                activity.record(MADE, finding=0)
        assert problems(tmp_path) == []
        assert erase(text_of(Worry, "text")) == 1
        assert Worry.get_by_id(worry_id).text_salt is not None
        assert problems(tmp_path) == []


def test_a_reason_is_needed(app: Any, finding: Finding) -> None:
    with app.app_context():
        for reason in ("", "  ", "x" * 1001):
            with pytest.raises(RuleBroken):
                texts.erase_texts(COMMAND, [text_of(FindingDetail, "facts")], reason, NOW)
        assert facts(finding) == [FACTS, FACTS]


def test_the_event_holds_ids_and_digests_and_the_reason_stands_in_a_row(app: Any, finding: Finding) -> None:
    with app.app_context():
        erase(text_of(FindingComment, "text"))
        event = ActivityEvent.select().order_by(ActivityEvent.seq.desc()).get()
        assert event.type == "text.erased"
        assert "ツジ" not in json.dumps(event.data, ensure_ascii=False)
        assert Erasure.get_by_id(event.data["erasure"]).reason == "本人の求めによる"


def test_a_draft_of_the_same_item_goes_too(app: Any, cast: members.Cast, tmp_path: Path) -> None:
    with app.app_context():
        with activity.action(COMMAND, NOW):
            audit = Audit.create(
                number="A26-01", kind="operation", subject=cast.subject["D210"], version=cast.version,
                fiscal_year=2026, period_from=NOW.date(), period_to=NOW.date(), created_at=NOW,
            )  # fmt: skip
            item = AuditItem.create(audit=audit, control=cast.control["ORG-01"], position=1)
            ItemResult.write(NOW, None, item=item, result="conforming", note=FACTS)
            activity.record(MADE, finding=0)
        ItemDraft.create(item=item, person=cast.person["auditor"], note=FACTS, saved_at=NOW)
        erase(text_of(ItemResult, "note"))
        assert ItemDraft.select().count() == 0


def test_what_was_typed_never_reads_as_erased(app: Any, finding: Finding) -> None:
    with app.app_context(), activity.action(COMMAND, NOW):
        comment = FindingComment.create(finding=finding, author=1, text=db.ERASED_MARK, written_at=NOW)
        activity.record(MADE, finding=finding.id)
        assert not isinstance(FindingComment.get_by_id(comment.id).text, ErasedText)


def test_texts_are_found_by_every_name_reading_and_number_of_a_person(
    app: Any, cast: members.Cast, finding: Finding
) -> None:
    with app.app_context():
        words = written.words_of(cast.person["leaver"])
        assert {"000111", "辻", "徹", "ツジ", "トオル"} <= set(words)
        found, more = written.mentioning(COMMAND, words, 100)
        assert [(text.table, text.column, text.number) for text in found] == [
            ("finding_detail", "facts", "F26-001"),
            ("finding_detail", "facts", "F26-001"),
            ("finding_comment", "text", "F26-001"),
        ]
        assert not more
        assert written.mentioning(COMMAND, words, 1)[1]
        assert written.mentioning(COMMAND, ["000"], 9) == ([], False), "a number is found whole"
        assert written.mentioning(COMMAND, [], 9) == ([], False)


def test_a_report_to_the_head_of_audit_is_not_shown_to_the_administrator(
    app: Any, cast: members.Cast
) -> None:
    with app.app_context():
        worry = worries.report(cast.actor("auditor"), NOW, FACTS, recipient=Role.HEAD_OF_AUDIT)
        key = f"worry:{worry.id}:text"
        assert written.mentioning(cast.actor("administrator"), ["辻"], 9)[0] == []
        with pytest.raises(NotFound):
            written.chosen(cast.actor("administrator"), [key])
        assert [text.key for text in written.chosen(cast.actor("head_of_audit"), [key])] == [key]


@pytest.mark.parametrize(
    "key", ["", "person:1:employee_number", "worry:1:number", "worry:x:text", "worry:99:text", "worry:²:text"]
)
def test_what_does_not_exist_is_not_found(app: Any, cast: members.Cast, key: str) -> None:
    with app.app_context(), pytest.raises(NotFound):
        written.chosen(COMMAND, [key])


def test_every_table_in_which_people_write_has_a_salt_and_a_place() -> None:
    writing = {
        model for model in every_table() if issubclass(model, CountedModel) and model.written_columns()
    }
    assert writing == set(written.PLACES)
    assert all("text_salt" in model._meta.fields for model in writing)
