"""Those who lead training: courses, rules, rounds, late persons; each sees as far as the own reach."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from auditor.activity import ActivityEvent
from auditor.dated import Moment
from auditor.notifications.models import Notice
from auditor.people.models import Employment, Membership, Person, PersonDetail
from auditor.training import actions, following, states
from auditor.training.models import (
    AssignmentDue,
    Course,
    CourseState,
    Exemption,
    TrainingRound,
    TrainingRule,
    TrainingRuleDetail,
)
from tests.bed.pages import parsed, text_of
from tests.cast import NOW, Cast
from tests.training.conftest import Owed

RULE = {
    "audience": "everyone",
    "first_opens_on": "2026-11-20",
    "due_days": "30",
    "recurrence": "FREQ=YEARLY",
    "joiners": "y",
}
LATE = datetime(2026, 12, 10, tzinfo=UTC)


def rule_address(version: Any) -> str:
    return f"/training/courses/{version.course_id}/rules/new"


class TestCourses:
    def test_the_first_step_is_to_add_the_basic_course(self, client: Any, cast: Cast) -> None:
        cast.sign_in(client, "administrator")
        assert "基礎研修を追加する" in text_of(client.get("/training/"))
        response = client.post("/training/courses/builtin")
        course = Course.get()
        assert response.headers["Location"] == f"/training/courses/{course.id}"
        page = parsed(client.get(response.headers["Location"]))
        opening = page.xpath("//form[contains(@action, '/open')]/@action")[0]
        assert client.post(opening).status_code == 303
        assert CourseState.get().state == "open"
        assert client.post(opening).status_code == 303
        assert CourseState.select().count() == 1

    def test_a_course_is_no_longer_offered_after_a_confirmation(self, client: Any, owed: Owed) -> None:
        owed.cast.sign_in(client, "administrator")
        address = f"/training/courses/{owed.version.course_id}"
        page = parsed(client.get(f"{address}/retire"))
        seen = page.xpath("//input[@name='seen']/@value")[0]
        client.post(f"{address}/retire", data={"seen": seen})
        assert CourseState.latest(Moment.at(NOW), course=owed.version.course_id).state == "retired"  # type: ignore[union-attr]
        assert "公開していません" in text_of(client.get(address))

    def test_a_stale_retirement_changes_nothing(self, client: Any, owed: Owed) -> None:
        owed.cast.sign_in(client, "administrator")
        address = f"/training/courses/{owed.version.course_id}"
        client.post(f"{address}/retire", data={"seen": "999"})
        assert CourseState.select().count() == 1
        assert "他の利用者が" in text_of(client.get(address))

    def test_right_answers_are_shown_to_the_administrator_alone(self, client: Any, owed: Owed) -> None:
        address = f"/training/versions/{owed.version.id}"
        owed.cast.sign_in(client, "administrator")
        assert "設問の一覧" in text_of(client.get(address))
        owed.cast.sign_in(client, "head_of_sales")
        assert "設問の一覧" not in text_of(client.get(address))

    @pytest.mark.parametrize(
        "path",
        ["/training/versions/{v}/open", "/training/courses/{c}/retire", "/training/courses/{c}/rules/new"],
    )
    @pytest.mark.parametrize(("name", "status"), [("head_of_sales", 403), ("auditor", 404), (None, 303)])
    def test_only_those_who_manage_training_change_a_course(
        self, client: Any, owed: Owed, path: str, name: str | None, status: int
    ) -> None:
        if name:
            owed.cast.sign_in(client, name)
        address = path.format(v=owed.version.id, c=owed.version.course_id)
        assert client.post(address, data=RULE).status_code == status
        assert (CourseState.select().count(), TrainingRule.select().count()) == (1, 1)


class TestRules:
    def test_a_rule_is_checked_then_saved_and_assigns_at_once(
        self, client: Any, version: Any, cast: Cast
    ) -> None:
        cast.sign_in(client, "administrator")
        page = text_of(client.post(rule_address(version), data={**RULE, "step": "check"}))
        assert "11名（7部署）" in page and "休職中1名" in page
        assert TrainingRule.select().count() == 0
        client.post(rule_address(version), data={**RULE, "step": "save"})
        counts = states.of_rounds([TrainingRound.get().id], Moment.at(NOW))
        assert counts[TrainingRound.get().id].total == 11
        assert Notice.select().where(Notice.kind == "training_assigned").count() == 11

    def test_a_second_rule_for_the_same_people_is_warned_about(self, client: Any, owed: Owed) -> None:
        owed.cast.sign_in(client, "administrator")
        page = text_of(client.post(rule_address(owed.version), data={**RULE, "step": "check"}))
        assert "対象者が重なっています" in page and "全員：11名が重複" in page
        address = f"/training/rules/{TrainingRule.get().id}"
        values = {**RULE, "active": "y", "seen": str(TrainingRuleDetail.get().id), "step": "check"}
        assert "重なっています" not in text_of(client.post(address, data=values))

    def test_departments_are_found_added_and_include_what_is_below(
        self, client: Any, version: Any, cast: Cast
    ) -> None:
        cast.sign_in(client, "administrator")
        found = client.get("/training/departments?q=営業第一").get_json()
        assert [one["label"] for one in found] == ["営業第一部"]
        values = {**RULE, "audience": "departments"}
        page = parsed(
            client.post(
                rule_address(version), data={**values, "step": "add", "department_search": "営業第一"}
            )
        )
        assert page.xpath("//input[@name='departments']/@value") == [str(cast.department["D210"])]
        values["departments"] = str(cast.department["D210"])
        assert "3名（2部署）" in text_of(client.post(rule_address(version), data={**values, "step": "check"}))

    def test_several_departments_of_a_search_are_offered(self, client: Any, version: Any, cast: Cast) -> None:
        cast.sign_in(client, "administrator")
        response = client.post(
            rule_address(version), data={**RULE, "step": "add", "department_search": "営業"}
        )
        assert response.status_code == 422
        assert len(parsed(response).xpath("//input[@name='department']")) > 1

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"audience": "departments"}, "部署を1つ以上選ぶ"),
            ({"first_opens_on": ""}, "日付を入力"),
            ({"due_days": "0"}, "1日から365日"),
            ({"first_opens_on": "2026-12-31", "recurrence": "FREQ=MONTHLY"}, "28日までの日"),
        ],
    )
    @pytest.mark.parametrize("step", ["check", "save"])
    def test_what_cannot_be_is_refused_and_kept(
        self, client: Any, version: Any, cast: Cast, wrong: dict[str, str], said: str, step: str
    ) -> None:
        cast.sign_in(client, "administrator")
        response = client.post(rule_address(version), data={**RULE, **wrong, "step": step})
        assert response.status_code == 422
        assert said in text_of(response)
        kept = {**RULE, **wrong}["due_days"]
        assert parsed(response).xpath("//input[@name='due_days']/@value") == [kept]
        assert TrainingRule.select().count() == 0

    def test_a_change_holds_from_today_and_the_older_terms_stay(self, client: Any, owed: Owed) -> None:
        owed.cast.sign_in(client, "administrator")
        first = TrainingRuleDetail.get()
        values = {
            **RULE,
            "first_opens_on": "2026-11-01",
            "due_days": "10",
            "active": "y",
            "seen": str(first.id),
        }
        address = f"/training/rules/{first.rule_id}"
        assert client.get(address).status_code == 200
        assert client.post(address, data={**values, "step": "save"}).status_code == 303
        second = TrainingRuleDetail.get(TrainingRuleDetail.replaces == first.id)
        assert (second.due_days, second.valid_from, first.due_days) == (10, date(2026, 11, 20), 30)
        assert TrainingRound.get().due_on == date(2026, 12, 1)

    def test_the_second_of_two_editors_gets_both_texts(self, client: Any, owed: Owed) -> None:
        admin = owed.cast.actor("administrator")
        first = TrainingRuleDetail.get()
        terms = actions.Terms(actions.EVERYONE, date(2026, 11, 1), 45)
        actions.change_rule(admin, first.rule_id, terms, NOW, first.id)
        owed.cast.sign_in(client, "administrator")
        values = {
            **RULE,
            "first_opens_on": "2026-11-01",
            "due_days": "10",
            "active": "y",
            "seen": str(first.id),
        }
        response = client.post(f"/training/rules/{first.rule_id}", data={**values, "step": "save"})
        assert response.status_code == 409
        row = parsed(response).xpath("//section[contains(@class, 'conflict')]//tbody/tr/td")
        assert [cell.text_content() for cell in row][:2] == ["45", "10"]
        assert parsed(response).xpath("//input[@name='due_days']/@value") == ["10"]


class TestRound:
    @pytest.mark.parametrize("name", ["administrator", "head_of_audit", "representative", "head_of_sales"])
    def test_every_figure_counts_the_rows_it_opens(self, client: Any, owed: Owed, name: str) -> None:
        owed.complete("staff_of_sales")
        owed.read("head_of_sales")
        actions.exempt(owed.cast.actor("administrator"), owed.of("auditor"), "長期出張のため", NOW)
        owed.cast.sign_in(client, name)
        page = parsed(client.get(f"/training/rounds/{owed.round.id}"))
        figures = page.xpath(
            "//dl[contains(@class, 'figures')]//a[@class='fig' or starts-with(@class, 'fig ')]"
        )
        assert len(figures) == 5
        whole = 0
        for figure in figures:
            count = int(figure.text.strip())
            listed = parsed(client.get(figure.get("href")))
            assert len(listed.xpath("//main//table/tbody/tr")) == count, figure.get("href")
            whole += count
        assert whole == (3 if name == "head_of_sales" else 11)

    def test_a_head_sees_the_own_departments_only(self, client: Any, owed: Owed) -> None:
        owed.cast.sign_in(client, "head_of_sales")
        text = text_of(client.get(f"/training/rounds/{owed.round.id}/people"))
        assert "西村" in text and "小林" in text and "森田" not in text
        other = owed.of("second_auditor")
        assert client.get(f"/training/assignments/{other.id}").status_code == 404
        text = text_of(
            client.get(f"/training/rounds/{owed.round.id}/people?department={owed.cast.department['D130']}")
        )
        assert "森田" not in text

    def test_a_head_whom_no_round_concerns_finds_none(self, client: Any, version: Any, cast: Cast) -> None:
        terms = actions.Terms(actions.departments([cast.department["D130"]]), date(2026, 11, 1), 30)
        actions.create_rule(cast.actor("administrator"), version.course_id, terms, NOW)
        actions.assign_due(cast.actor("administrator"), NOW)
        cast.sign_in(client, "head_of_sales")
        assert client.get(f"/training/rounds/{TrainingRound.get().id}").status_code == 404

    def test_the_list_is_searched_filtered_and_sorted_by_reading(self, client: Any, owed: Owed) -> None:
        owed.cast.sign_in(client, "administrator")
        address = f"/training/rounds/{owed.round.id}/people"
        rows = parsed(client.get(f"{address}?q=たかだ")).xpath("//tbody/tr")
        assert len(rows) == 1
        assert len(parsed(client.get(f"{address}?q=高")).xpath("//tbody/tr")) == 2
        assert len(parsed(client.get(f"{address}?state=on_leave")).xpath("//tbody/tr")) == 1
        names = [
            cell.text_content().split()[0] for cell in parsed(client.get(address)).xpath("//tbody/tr/th")
        ]
        assert names.index("青葉") < names.index("江口") < names.index("𠮷野")

    def test_chosen_persons_are_reminded_once_a_day(self, client: Any, owed: Owed) -> None:
        owed.cast.sign_in(client, "administrator")
        mine, done = owed.of("auditor"), owed.complete("staff_of_sales")
        away = owed.of("on_leave")
        data = {"assignment": [str(mine.id), str(done.assignment_id), str(away.id)]}
        address = f"/training/rounds/{owed.round.id}/remind"
        for _click in range(2):
            assert client.post(address, data=data).status_code == 303
        reminded = [row.person_id for row in Notice.select().where(Notice.kind == "training_reminder")]
        assert reminded == [owed.cast.person["auditor"]]

    def test_all_who_are_overdue_are_reminded_with_one_button(
        self, client: Any, owed: Owed, standing_clock: Any
    ) -> None:
        owed.complete("staff_of_sales")
        standing_clock.move(LATE)
        owed.cast.sign_in(client, "administrator")
        client.post(f"/training/rounds/{owed.round.id}/remind", data={"whole": "1", "state": "overdue"})
        assert Notice.select().where(Notice.kind == "training_reminder").count() == 9

    def test_chosen_departments_get_another_due_date(self, client: Any, owed: Owed) -> None:
        owed.complete("staff_of_sales")
        owed.cast.sign_in(client, "administrator")
        data = {
            "department": [str(owed.cast.department["D211"]), str(owed.cast.department["D220"])],
            "due-due_on": "2026-12-25",
            "due-reason": "繁忙期のため",
        }
        address = f"/training/rounds/{owed.round.id}/due"
        assert client.post(address, data=data).status_code == 303
        assert AssignmentDue.select().count() == 3  # who has completed or is on leave keeps the old one
        assert client.post(address, data=data).status_code == 303
        assert AssignmentDue.select().count() == 3

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"department": []}, "先に部署を選んで"),
            ({"due-due_on": "2026-11-01"}, "今日以降"),
            ({"due-reason": " "}, "理由を入力"),
        ],
    )
    def test_a_due_date_that_cannot_be_is_refused_and_kept(
        self, client: Any, owed: Owed, wrong: dict[str, Any], said: str
    ) -> None:
        owed.cast.sign_in(client, "administrator")
        data = {
            "department": [str(owed.cast.department["D220"])],
            "due-due_on": "2026-12-25",
            "due-reason": "繁忙期のため",
            **wrong,
        }
        response = client.post(f"/training/rounds/{owed.round.id}/due", data=data)
        assert response.status_code == 422
        assert said in text_of(response)
        assert parsed(response).xpath("//input[@name='due-due_on']/@value") == [data["due-due_on"]]
        assert not AssignmentDue.select().exists()

    def test_a_department_head_reminds_the_own_staff_once_a_day_and_nobody_else(
        self, client: Any, owed: Owed
    ) -> None:
        owed.cast.sign_in(client, "head_of_sales")
        page = parsed(client.get(f"/training/rounds/{owed.round.id}/people"))
        offered = {int(one) for one in page.xpath("//input[@name='assignment']/@value")}
        assert offered == {owed.of("head_of_sales").id, owed.of("staff_of_sales").id}
        mine, other = owed.of("staff_of_sales"), owed.of("auditor")
        address = f"/training/rounds/{owed.round.id}/remind"
        for _click in range(2):
            client.post(address, data={"assignment": [str(mine.id), str(other.id)]})
        owed.cast.sign_in(client, "administrator")
        client.post(address, data={"assignment": [str(mine.id)]})
        reminded = [row.person_id for row in Notice.select().where(Notice.kind == "training_reminder")]
        assert reminded == [owed.cast.person["staff_of_sales"]]
        told = [row.data for row in ActivityEvent.select().where(ActivityEvent.type == "training.reminded")]
        assert [(one["asked"], one["new"]) for one in told] == [(1, 1), (1, 0), (1, 0)]

    def test_one_person_is_reminded_from_the_page_of_the_assignment(self, client: Any, owed: Owed) -> None:
        owed.cast.sign_in(client, "head_of_sales")
        address = f"/training/assignments/{owed.of('staff_of_sales').id}"
        form = parsed(client.get(address)).xpath("//form[contains(@action, '/remind')]")[0]
        data = {one.get("name"): one.get("value") for one in form.xpath(".//input[@name]")}
        response = client.post(form.get("action"), data=data)
        assert response.headers["Location"] == address
        assert Notice.get(Notice.kind == "training_reminder").person_id == owed.cast.person["staff_of_sales"]

    @pytest.mark.parametrize(("name", "status"), [("head_of_audit", 403), ("auditor", 404), (None, 303)])
    def test_only_those_who_lead_people_remind_them(
        self, client: Any, owed: Owed, name: str | None, status: int
    ) -> None:
        if name:
            owed.cast.sign_in(client, name)
        response = client.post(f"/training/rounds/{owed.round.id}/remind", data={"whole": "1"})
        assert response.status_code == status

    @pytest.mark.parametrize("path", ["due"])
    @pytest.mark.parametrize(("name", "status"), [("head_of_sales", 403), ("auditor", 404), (None, 303)])
    def test_only_those_who_manage_training_act_on_a_round(
        self, client: Any, owed: Owed, path: str, name: str | None, status: int
    ) -> None:
        if name:
            owed.cast.sign_in(client, name)
        response = client.post(f"/training/rounds/{owed.round.id}/{path}", data={"whole": "1"})
        assert response.status_code == status


class TestAssignment:
    def test_an_exemption_and_its_withdrawal_carry_reasons(self, client: Any, owed: Owed) -> None:
        owed.cast.sign_in(client, "administrator")
        row = owed.of("auditor")
        address = f"/training/assignments/{row.id}"
        client.post(f"{address}/exempt", data={"exemption-reason": "海外出向のため", "exemption-seen": ""})
        assert states.of_person(row.person_id, Moment.at(NOW))[0].state == "exempt"
        page = client.get(address)
        assert "海外出向のため" in text_of(page)
        seen = parsed(page).xpath("//input[@name='exemption-seen']/@value")[0]
        client.post(f"{address}/withdraw", data={"exemption-reason": "帰任", "exemption-seen": seen})
        assert states.of_person(row.person_id, Moment.at(NOW))[0].state == "not_yet_due"
        assert [one.exempt for one in Exemption.select().order_by(Exemption.id)] == [True, False]

    def test_the_second_of_two_editors_gets_both_texts(self, client: Any, owed: Owed) -> None:
        row = owed.of("auditor")
        actions.exempt(owed.cast.actor("administrator"), row, "先の理由", NOW)
        owed.cast.sign_in(client, "administrator")
        response = client.post(
            f"/training/assignments/{row.id}/exempt",
            data={"exemption-reason": "後の理由", "exemption-seen": ""},
        )
        assert response.status_code == 409
        assert "先の理由" in text_of(response) and "後の理由" in text_of(response)
        assert Exemption.select().count() == 1

    def test_another_due_date_is_told_to_the_person(self, client: Any, owed: Owed) -> None:
        row = owed.of("auditor")
        owed.cast.sign_in(client, "administrator")
        data = {"due-due_on": "2027-01-15", "due-reason": "入院のため", "due-seen": ""}
        assert client.post(f"/training/assignments/{row.id}/due", data=data).status_code == 303
        assert states.of_person(row.person_id, Moment.at(LATE))[0].state == "not_yet_due"
        assert Notice.select().where(Notice.kind == "training_due_changed").count() == 1

    @pytest.mark.parametrize(
        ("path", "data"),
        [
            ("exempt", {"exemption-reason": ""}),
            ("due", {"due-due_on": "2026-11-19", "due-reason": "理由"}),
            ("due", {"due-due_on": "", "due-reason": "理由"}),
        ],
    )
    def test_what_cannot_be_is_refused_and_kept(
        self, client: Any, owed: Owed, path: str, data: dict[str, str]
    ) -> None:
        owed.cast.sign_in(client, "administrator")
        response = client.post(f"/training/assignments/{owed.of('auditor').id}/{path}", data=data)
        assert response.status_code == 422
        assert data.get("due-reason", "") in text_of(response)
        assert not AssignmentDue.select().exists() and not Exemption.select().exists()

    def test_who_has_completed_is_not_exempted(self, client: Any, owed: Owed) -> None:
        row = owed.complete("auditor")
        owed.cast.sign_in(client, "administrator")
        response = client.post(
            f"/training/assignments/{row.assignment_id}/exempt", data={"exemption-reason": "不要"}
        )
        assert response.status_code == 422

    @pytest.mark.parametrize("path", ["exempt", "withdraw", "due"])
    @pytest.mark.parametrize(
        ("name", "status"), [("head_of_sales", 403), ("head_of_other", 404), ("auditor", 404), (None, 303)]
    )
    def test_only_those_who_may_decide(
        self, client: Any, owed: Owed, path: str, name: str | None, status: int
    ) -> None:
        if name:
            owed.cast.sign_in(client, name)
        address = f"/training/assignments/{owed.of('staff_of_sales').id}/{path}"
        assert client.post(address, data={"exemption-reason": "x"}).status_code == status


def grow(owed: Owed, persons: int) -> None:
    """Adds persons to a department of the cast and assigns them."""
    from auditor import activity
    from auditor.access import application
    from tests.cast import CAST_MADE

    with activity.action(application("test"), NOW):
        before = Person.select().count()
        numbers = [f"G{before}-{number}" for number in range(persons)]
        Person.add_many({"employee_number": number} for number in numbers)
        ids = [
            row.id for row in Person.select(Person.id).where(Person.employee_number.startswith(f"G{before}-"))
        ]
        dated = {"valid_from": NOW.date(), "recorded_at": NOW, "recorded_by": None}
        PersonDetail.add_many(
            {
                **dated, "person": one, "family_name": "増田", "given_name": str(one), "sort_key": "ますだ",
                "search_key": "増田",
            }
            for one in ids
        )  # fmt: skip
        Employment.add_many({**dated, "person": one, "kind": "regular", "status": "active"} for one in ids)
        unit = owed.cast.department["D211"]
        Membership.add_many({**dated, "person": one, "department": unit, "held": True} for one in ids)
        activity.record(CAST_MADE, persons=persons)
    actions.assign_due(application("test"), NOW)


LISTS = (
    "/training/",
    "/training/rounds/{r}",
    "/training/rounds/{r}/people",
    "/training/courses/{c}",
    "/training/courses/{c}/people",
)


@pytest.mark.parametrize("name", ["administrator", "head_of_sales"])
def test_a_list_costs_the_same_queries_however_long_it_is(
    client: Any, owed: Owed, assert_same_queries: Any, name: str
) -> None:
    owed.cast.sign_in(client, name)
    addresses = [path.format(r=owed.round.id, c=owed.version.course_id) for path in LISTS]

    def read() -> None:
        for address in addresses:
            assert client.get(address).status_code == 200

    assert_same_queries(read, lambda: grow(owed, 1000), at_most=40 * len(LISTS))


def test_more_rounds_cost_no_more_queries(client: Any, owed: Owed, assert_same_queries: Any) -> None:
    owed.cast.sign_in(client, "administrator")
    admin = owed.cast.actor("administrator")

    def more(rules: int = 1) -> None:
        audience = actions.departments([owed.cast.department["D130"]])
        for _rule in range(rules):
            days = 7 + TrainingRule.select().count()  # the same terms again would be the same rule
            terms = actions.Terms(audience, date(2026, 1, 5), days, "FREQ=WEEKLY")
            actions.create_rule(admin, owed.version.course_id, terms, NOW - timedelta(days=300))
        actions.assign_due(admin, NOW)
        assert TrainingRound.select().count() > 80

    assert_same_queries(lambda: client.get("/training/?size=100"), lambda: more(2))
    owed.cast.sign_in(client, "second_auditor")  # of the department that owes them all
    assert_same_queries(lambda: client.get("/training/mine"), more)


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.thorough)])
def test_every_page_of_leading_keeps_the_rules_of_pages(client: Any, owed: Owed, language: str) -> None:
    owed.complete("staff_of_sales")
    owed.cast.sign_in(client, "administrator")
    client.set_cookie("language", language)
    r, c, v = owed.round.id, owed.version.course_id, owed.version.id
    for address in (
        "/training/",
        f"/training/courses/{c}",
        f"/training/courses/{c}/people",
        f"/training/courses/{c}/people?state=left",
        f"/training/courses/{c}/retire",
        f"/training/courses/{c}/rules/new",
        f"/training/rules/{owed.round.rule_id}",
        f"/training/versions/{v}?text=ja",
        f"/training/versions/{v}?text=en",
        f"/training/rounds/{r}",
        f"/training/rounds/{r}/people",
        f"/training/rounds/{r}/people?state=owed&department={owed.cast.department['D220']}&below=1",
        f"/training/assignments/{owed.of('staff_of_sales').id}",
        f"/training/assignments/{owed.of('auditor').id}",
    ):
        assert client.get(address).status_code == 200, address
    values = {**RULE, "step": "check", "audience": "departments", "departments": owed.cast.department["D200"]}
    assert client.post(f"/training/courses/{c}/rules/new", data=values).status_code == 200


def test_a_reader_reaches_no_further_than_the_table_says(owed: Owed) -> None:
    assert following.reach(owed.cast.actor("administrator")) is None
    assert following.reach(owed.cast.actor("staff_of_sales")) == frozenset()
    assert following.reach(owed.cast.actor("head_of_other")) == {owed.cast.department["D220"]}
