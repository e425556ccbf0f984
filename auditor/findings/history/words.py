"""The words of a history file: its three tables, their headings, and what may stand in their cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from auditor.audits.results import AuditKind, Result
from auditor.findings.states import Grade
from auditor.language import _l
from auditor.people.roster_columns import label_key

Choice = TypeVar("Choice")


def word_key(text: str) -> str:
    """Return a word without width, case and blanks; marks such as ○ and × stay."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _words(said: Mapping[Choice, str]) -> dict[str, Choice]:
    return {word_key(word): value for value, words in said.items() for word in words.split(",")}


KINDS = _words(
    {
        AuditKind.OPERATION: "運用状況の監査,運用監査,運用,運用状況,運用の監査,operation,operational,audit of operation",
        AuditKind.CONFORMITY: "適合状況の監査,適合性監査,適合性,適合,文書監査,規程監査,規程,conformity,documents,audit of conformity",
    }
)
RESULTS = _words(
    {
        Result.CONFORM: "適合,○,〇,◯,良,可,ok,conforming,conform,yes",
        Result.MINOR: "軽微な不適合,軽微,不適合（軽微）,△,minor,minor nonconformity",
        Result.MAJOR: "重大な不適合,重大,不適合（重大）,×,✕,✗,x,major,major nonconformity",
        Result.OBSERVATION: "観察事項,観察,observation",
        Result.IMPROVEMENT: "改善の機会,改善,推奨,推奨事項,opportunity for improvement,improvement,ofi",
        Result.NOT_APPLICABLE: "対象外,該当なし,非該当,-,－,ー,not applicable,n/a,na",
        Result.NOT_CHECKED: "未確認,not checked",
    }
)
GRADES: dict[str, Grade] = {
    word: Grade(result.value)
    for word, result in RESULTS.items()
    if result in (Result.MINOR, Result.MAJOR, Result.OBSERVATION, Result.IMPROVEMENT)
}
# What files that know one kind of nonconformity write.
AMBIGUOUS = _words({"nonconformity": "不適合,不可,指摘,指摘事項,ng,nonconformity,no"})
OPEN, CLOSED = "open", "closed"
STATES = _words(
    {
        OPEN: "未完了,対応中,未対応,継続,継続中,open,in progress,not closed",
        CLOSED: "完了,対応済,対応済み,是正済,是正済み,済,closed,done",
    }
)
EXAMPLES = ("例", "example")  # how the numbers of the template's own rows begin


@dataclass(frozen=True)
class Column:
    """A column of a table: its name in the program, its heading in the template, and others it is known by."""

    name: str
    title: Any
    also: str
    needed: bool = False  # in the row of headings

    @property
    def labels(self) -> set[str]:
        """The folded headings by which it is known."""
        return {label_key(one) for one in self.also.split(",")}


@dataclass(frozen=True)
class Sheet:
    """One of the tables."""

    key: str
    title: Any
    columns: tuple[Column, ...]

    @property
    def labels(self) -> dict[str, str]:
        """The names of the columns by folded heading."""
        return {label: column.name for column in self.columns for label in column.labels}

    @property
    def needed(self) -> list[str]:
        """The columns it cannot do without."""
        return [column.name for column in self.columns if column.needed]

    def title_of(self, name: str) -> str:
        """Return the heading of a column in the reader's language."""
        return str(next(column.title for column in self.columns if column.name == name))


_AUDIT = "監査番号,監査No,監査管理番号,Audit number,Audit no,Audit,Number of the audit"
_NOTE = "所見,備考,メモ,コメント,確認した内容,監査所見,Note,Notes,Comment,Remarks"
AUDIT_SHEET = Sheet(
    "audits",
    _l("Earlier audits"),
    (
        Column("number", _l("Audit number"), f"{_AUDIT},番号,管理番号,Number,No", needed=True),
        Column("subject", _l("Subject audited"), "監査対象,対象,被監査部署,被監査部門,部署,部門,対象部署,Subject audited,Subject,Department,Audited department", needed=True),
        Column("kind", _l("Kind of audit"), "監査の種類,監査の種別,種別,種類,区分,監査種別,監査区分,Kind of audit,Kind,Type"),
        Column("period_from", _l("Audited period from"), "監査対象期間（始）,監査対象期間の開始日,対象期間開始,対象期間自,期間開始,対象期間（自）,監査対象期間自,Audited period from,Period from"),
        Column("period_to", _l("Audited period to"), "監査対象期間（終）,監査対象期間の終了日,対象期間終了,対象期間至,期間終了,対象期間（至）,監査対象期間至,Audited period to,Period to"),
        Column("starts_on", _l("Carried out from"), "実施開始日,実施日,監査日,監査実施日,監査開始日,開始日,Carried out from,Carried out on,Audit date,Started on,Date", needed=True),
        Column("done_on", _l("Report approved on"), "報告書の承認日,承認日,完了日,報告日,監査報告日,終了日,実施終了日,Report approved on,Approved on,Reported on,Finished on"),
        Column("auditors", _l("Auditors"), "監査員,監査担当者,監査担当,監査人,担当監査員,Auditors,Auditor"),
        Column("summary", _l("Conclusion"), "総括,監査結果の概要,総評,結論,監査意見,概要,Conclusion,Summary,Opinion"),
    ),
)  # fmt: skip
RESULT_SHEET = Sheet(
    "results",
    _l("Earlier results"),
    (
        Column("number", _l("Audit number"), _AUDIT, needed=True),
        Column("control", _l("Control"), "管理策,管理策番号,管理策コード,点検項目,項目番号,項目,Control,Control code", needed=True),
        Column("result", _l("Result"), "結果,判定,監査結果,評価,Result,Rating", needed=True),
        Column("note", _l("Note"), _NOTE),
        Column("checked_on", _l("Day of the check"), "確認日,点検日,Day of the check,Checked on"),
    ),
)  # fmt: skip
FINDING_SHEET = Sheet(
    "findings",
    _l("Earlier findings"),
    (
        Column("number", _l("Finding number"), "指摘番号,指摘No,指摘事項番号,指摘管理番号,Finding number,Finding no,Finding", needed=True),
        Column("audit", _l("Audit number"), _AUDIT),
        Column("subject", _l("Subject audited"), "監査対象,対象,被監査部署,被監査部門,Subject audited,Subject,Audited department"),
        Column("control", _l("Control"), "管理策,管理策番号,管理策コード,点検項目,項目番号,Control,Control code"),
        Column("title", _l("Title"), "表題,件名,指摘件名,題名,タイトル,Title,Subject of the finding", needed=True),
        Column("facts", _l("Facts"), "概要,事実,指摘内容,内容,確認した事実,Facts,Description,Details"),
        Column("grade", _l("Grade"), "判定,区分,指摘区分,等級,重大度,不適合区分,Grade,Severity,Rating", needed=True),
        Column("department", _l("Department that answers"), "回答する部署,対応部署,責任部署,是正部署,担当部署,部署,Department that answers,Responsible department,Department"),
        Column("found_on", _l("Found on"), "指摘日,発見日,検出日,Found on,Date found,Date", needed=True),
        Column("due_on", _l("To be put right by"), "是正の期限,期限,是正期限,対応期限,To be put right by,Due,Due date,Due on"),
        Column("state", _l("State"), "状態,状況,対応状況,ステータス,State,Status"),
        Column("closed_on", _l("Closed on"), "完了日,是正完了日,対応完了日,Closed on,Date closed"),
        Column("progress", _l("Progress so far"), "これまでの経過,経過,対応内容,是正内容,進捗,Progress so far,Progress,Action taken"),
    ),
)  # fmt: skip
SHEETS = (AUDIT_SHEET, RESULT_SHEET, FINDING_SHEET)
