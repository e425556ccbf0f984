"""The findings of the demo years, from record to close, as ``data/findings_*.yaml`` tells them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from auditor.accounts.queries import actor_for
from auditor.audits.attaching import Link
from auditor.audits.models import Audit, AuditItem
from auditor.dated import Moment
from auditor.demo import papers
from auditor.demo.company import ADMINISTRATOR
from auditor.demo.stage import Stage, told
from auditor.evidence.actions import About
from auditor.findings import actions, answering, conversation, doing, duedates, verifying
from auditor.findings.flow import detail_of
from auditor.findings.models import CorrectiveAction, DueRequest, Finding
from auditor.findings.states import Grade, State
from auditor.findings.telling import responsible

Case = dict[str, Any]


class Findings:
    """Every case, put into the chronicle when its audit comes upon it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.cases: list[Case] = [*told("findings_last_year"), *told("findings_this_year")]
        self._at = {case["at"]: case for case in self.cases if "at" in case}

    def wrong(self) -> dict[str, tuple[str, str]]:
        """Return what the audits find: at AUDIT:CONTROL the grade, which is the item's result too, and a note."""
        return {at: (case["grade"], case["facts"]) for at, case in self._at.items()}

    def enter(self) -> None:
        """Put into the chronicle what was found without an audit."""
        for case in self.cases:
            if "other" in case:
                self.stage.on(case["found"], partial(self._record_other, case), 14)

    def found(self, audit: Audit, item: AuditItem, at_key: str, at: datetime) -> None:
        """Record the finding of an audit item; the rest of its story follows."""
        case = self._at[at_key]
        auditor = self.stage.actor(_AUDITORS[case["at"].partition(":")[0]], at)
        self._recorded(case, self._record(case, at, auditor, item=item), at)

    def _record_other(self, case: Case, at: datetime) -> None:
        actor = self.stage.actor(case["by"], at)
        subject = self.stage.subject(case["other"]).id
        self._recorded(case, self._record(case, at, actor, subject_id=subject), at)

    def _record(self, case: Case, at: datetime, actor: Any, **about: Any) -> Finding:
        return actions.record(
            actor, at, title=case["title"], facts=self.stage.fill(case["facts"]), grade=Grade(case["grade"]),
            department_id=self.stage.department(case["dept"]), due_on=self.stage.calendar.workday(case["due"]), **about,
        )  # fmt: skip

    def _recorded(self, case: Case, finding: Finding, at: datetime) -> None:
        self.stage.numbers[case["key"]] = finding.number
        case["id"], case["looks"] = finding.id, list(case.get("verified", []))
        case["last"] = at
        for name, step, hour in (
            ("answered", self._answer, 15),
            ("returned", self._return, 11),
            ("again", self._submit, 13),
            ("approved", self._approve, 10),
        ):
            told_of = case.get("returned", {}).get(name) if name == "again" else case.get(name, {}).get("day")
            if told_of is not None:
                self._next(case, told_of, partial(step, case), hour)
        for request in case.get("requests", []):
            self.stage.on(request["day"], partial(self._ask, case, request), 9, 40)
        for day, by, text in case.get("talk", []):
            self.stage.on(day, partial(self._say, case, by, text), 17, 20)
        if "withdrawn" in case:
            self._next(case, case["withdrawn"]["day"], partial(self._withdraw, case), 10)

    def _next(self, case: Case, story: date, step: Callable[[datetime], None], hour: int) -> None:
        """Have a step happen on its day, but after the step before it, which business days may have neared."""
        when = max(self.stage.calendar.at(story, hour, 20), case["last"] + timedelta(minutes=35))
        case["last"] = when
        self.stage.chronicle.add(when, step)

    def _finding(self, case: Case) -> Finding:
        found: Finding = Finding.get_by_id(case["id"])
        return found

    def _looker(self, case: Case, at: datetime) -> Any:
        """Return who verifies: whoever recorded it."""
        number = _AUDITORS[case["at"].partition(":")[0]] if "at" in case else case["by"]
        return self.stage.actor(number, at)

    def _head(self, case: Case, at: datetime) -> Any:
        person = responsible(self.stage.department(case["dept"]), Moment.at(at))
        return actor_for(person or self.stage.person(ADMINISTRATOR), at)

    def _answer(self, case: Case, at: datetime) -> None:
        said, finding = case["answered"], self._finding(case)
        fixed = self.stage.calendar.day(said["fixed"]) if "fixed" in said else None
        actor = self.stage.actor(said["by"], at)
        answering.answer(
            actor, at, finding, cause=self.stage.fill(said["cause"]), correction=said["fix"],
            corrected_on=min(fixed, self.stage.calendar.workday(said["day"])) if fixed else None,
        )  # fmt: skip
        planned = case.get("actions") or (_FALLBACK if Grade(case["grade"]).nonconformity else [])
        case["planned"] = [self._plan(finding, one, said["by"], actor, at) for one in planned]
        self._submit(case, at + timedelta(minutes=12))

    def _plan(self, finding: Finding, one: Case, by: str, actor: Any, at: datetime) -> int:
        due = self.stage.calendar.workday(one["due"]) if "due" in one else finding_due(finding, at)
        planned = answering.plan_action(
            actor, at, finding, text=one["do"], owner_id=self.stage.person(one.get("owner", by)), due_on=due
        )
        return int(planned.id)

    def _submit(self, case: Case, at: datetime) -> None:
        answering.submit(self._head(case, at), at, self._finding(case))

    def _return(self, case: Case, at: datetime) -> None:
        answering.return_plan(self._looker(case, at), at, self._finding(case), case["returned"]["comment"])

    def _approve(self, case: Case, at: datetime) -> None:
        comment = case["approved"].get("comment", "計画を確認し、承認します。")
        answering.approve_plan(self._looker(case, at), at, self._finding(case), comment)
        self._enter_doing(case, case.get("actions", []), case.get("planned", []))

    def _enter_doing(self, case: Case, told_of: list[Case], planned: list[int]) -> None:
        for one, action_id in zip(told_of, planned, strict=False):
            if "proof" in one:
                self._next(case, one["proof"]["day"], partial(self._prove, one, action_id), 13)
            if "done" in one:
                self._next(case, one["done"], partial(self._do, case, one, action_id), 14)

    def _prove(self, one: Case, action_id: int, at: datetime) -> None:
        """Attach a link to an action that is still being carried out, and that soon expires."""
        proof = one["proof"]
        about = About(
            Moment.at(at).day, self.stage.calendar.today + timedelta(days=proof["days"]), note=proof["shows"]
        )
        planned = CorrectiveAction.get_by_id(action_id)
        doing.give_link(
            self.stage.actor(one["owner"], at), at, planned, Link(proof["url"], proof["title"]), about
        )

    def _do(self, case: Case, one: Case, action_id: int, at: datetime) -> None:
        planned = CorrectiveAction.get_by_id(action_id)
        name, content = papers.paper(f"{case['key']} {one['do'][:6]}", action_id)
        files = [(io.BytesIO(content), name)] if one.get("file") else []
        doing.mark_done(
            self.stage.actor(one["owner"], at), at, planned, one["said"], files, self.stage.evidence
        )
        if self._finding(case).current_state == State.VERIFYING and case["looks"]:
            look = case["looks"].pop(0)
            self._next(case, look["day"], partial(self._verify, case, look), 16)

    def _ask(self, case: Case, request: Case, at: datetime) -> None:
        due = self.stage.calendar.workday(request["due"])
        asked = duedates.ask(
            self.stage.actor(request["by"], at), at, self._finding(case), due, request["reason"]
        )
        if "decided" in request:
            self.stage.on(request["decided"], partial(self._decide, request, asked.id), 11, 5)

    def _decide(self, request: Case, request_id: int, at: datetime) -> None:
        actor = self.stage.actor(ADMINISTRATOR, at)
        asked = DueRequest.get_by_id(request_id)
        duedates.decide(actor, at, asked, request["granted"], request["comment"])

    def _say(self, case: Case, by: str, text: str, at: datetime) -> None:
        conversation.comment(self.stage.actor(by, at), at, self._finding(case), text)

    def _verify(self, case: Case, look: Case, at: datetime) -> None:
        finding = self._finding(case)
        actor = self._looker(case, at)
        if look["accepted"]:
            verifying.verify(actor, at, finding, accepted=True, comment=look["comment"])
            self._enter_check(case, finding)
            return
        last = case["planned"][-1]
        verifying.verify(actor, at, finding, accepted=False, comment=look["comment"], sent_back=[last])
        if "again" in look:
            again = {**case["actions"][-1], "said": "指摘された期間を加えて、もう一度行った。"}
            self._next(case, look["again"], partial(self._do, case, again, last), 15)

    def _enter_check(self, case: Case, finding: Finding) -> None:
        """Have the effectiveness check happen soon after it falls due, where the story tells its result."""
        check = verifying.open_check(finding)
        if check is not None and "result" in case.get("effective", {}):
            when = self.stage.calendar.instant(check.due_on + timedelta(days=1), 15)
            self.stage.chronicle.add(when, partial(self._check, case))

    def _check(self, case: Case, at: datetime) -> None:
        result = case["effective"]
        finding = self._finding(case)
        verifying.check_effectiveness(
            self._looker(case, at), at, finding, effective=result["result"], comment=result["comment"]
        )
        if case.get("confirmed"):
            later = at + timedelta(days=1)
            self.stage.chronicle.add(later, partial(self._confirm, case))
        if not result["result"]:
            self.stage.chronicle.add(at + timedelta(days=7), partial(self._again, case))

    def _confirm(self, case: Case, at: datetime) -> None:
        actor = self.stage.actor(ADMINISTRATOR, at)
        verifying.confirm_closing(actor, at, self._finding(case), "記録を確認し、完了とします。")

    def _again(self, case: Case, at: datetime) -> None:
        """Plan anew what had no effect."""
        head, later = self._head(case, at), case["second_due"]
        due = self.stage.calendar.workday(later["day"])
        duedates.change(self.stage.actor(ADMINISTRATOR, at), at, self._finding(case), due, later["reason"])
        planned = [self._plan(self._finding(case), one, one["owner"], head, at) for one in case["second"]]
        self._enter_doing(case, case["second"], planned)

    def _withdraw(self, case: Case, at: datetime) -> None:
        reason = self.stage.fill(case["withdrawn"]["reason"])
        actions.withdraw(self.stage.actor(ADMINISTRATOR, at), at, self._finding(case), reason)


_FALLBACK: list[Case] = [{"do": "同じことが起きないよう、確認の手順を改め、関係者に説明する"}]


def finding_due(finding: Finding, at: datetime) -> date:
    """Return the finding's own due date, for an action that is planned without one."""
    return detail_of(finding, Moment.at(at)).due_on


def _leads() -> dict[str, str]:
    about = told("audits")
    return {one["key"]: about["people"][one["auditors"][0]] for one in about["audits"]}


_AUDITORS = _leads()
