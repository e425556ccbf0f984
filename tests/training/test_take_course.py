"""A person takes the own course: reads, answers, attests, has a receipt."""

from __future__ import annotations

import re
from typing import Any

import pytest

from auditor import events
from auditor.errors import NotFound, RuleBroken
from auditor.training import actions, derived, reading
from auditor.training.models import (
    Assignment,
    Attestation,
    ContentShown,
    QuizAttempt,
    QuizResult,
)
from tests.bed.pages import parsed, text_of
from tests.cast import NOW, Cast
from tests.training.conftest import Owed

ME = "staff_of_sales"


def walk_text(client: Any, assignment_id: int) -> None:
    """Reads every page and says so at the end."""
    address = f"/training/{assignment_id}/read/1"
    for _page in range(40):
        page = parsed(client.get(address))
        forward = page.xpath("//div[@class='actions']//a[contains(@class, 'btn-primary')]/@href")
        if not forward:
            break
        address = forward[0]
    assert page.xpath("//form[contains(@action, '/read/done')]")


def test_the_way_from_the_link_to_the_receipt(client: Any, owed: Owed) -> None:
    assignment = owed.of(ME)
    owed.cast.sign_in(client, ME)
    assert "読み始める" in text_of(client.get(f"/training/{assignment.id}"))
    walk_text(client, assignment.id)
    response = client.post(f"/training/{assignment.id}/read/done", data={"language": "ja"})
    assert response.headers["Location"] == f"/training/{assignment.id}/quiz/1/1"
    attempt = QuizAttempt.get()
    for place, question in enumerate(reading.questions_of(attempt), 1):
        page = client.get(f"/training/{assignment.id}/quiz/1/{place}")
        assert question.text_ja in page.get_data(as_text=True)
        chosen = [one["id"] for one in question.choices if one["correct"]]
        response = client.post(page.request.path, data={"choice": chosen, "go": "next"})
    assert response.headers["Location"] == f"/training/{assignment.id}/quiz/1"
    response = client.post(f"/training/{assignment.id}/quiz/1")
    assert "合格" in text_of(client.get(response.headers["Location"]))
    page = parsed(client.get(f"/training/{assignment.id}/attest/1"))
    fields = {field.get("name"): field.get("value") for field in page.xpath("//form[@id='statement']//input")}
    response = client.post(
        f"/training/{assignment.id}/attest/1", data={**fields, "agree": "y", "name": "西村 葵"}
    )
    assert response.status_code == 303
    receipt = text_of(client.get(response.headers["Location"]))
    row = Attestation.get()
    assert (
        row.receipt in receipt
        and row.content_hash in receipt.replace(" ", "")
        and owed.version.attestation_ja in receipt
    )
    assert re.fullmatch(r"T26-\d{4}-[0-9A-F]{4}", row.receipt)
    assert (row.language, row.wording) == ("ja", owed.version.attestation_ja)
    assert row.content_hash == owed.version.hash_ja
    assert Assignment.get_by_id(assignment.id).completed_at == NOW
    assert list(derived.derived_mismatches()) == []
    assert "修了の控え" in text_of(client.get("/training/mine"))


def test_pages_come_one_after_the_other_and_the_place_is_kept(client: Any, owed: Owed) -> None:
    assignment = owed.of(ME)
    owed.cast.sign_in(client, ME)
    assert client.get(f"/training/{assignment.id}/read/7").headers["Location"].endswith("/read/1")
    client.get(f"/training/{assignment.id}/read/1")
    client.get(f"/training/{assignment.id}/read/2")
    assert client.get(f"/training/{assignment.id}/read/12").headers["Location"].endswith("/read/3")
    client.get(f"/training/{assignment.id}/read/3")
    assert "/read/3" in client.get(f"/training/{assignment.id}").get_data(as_text=True)


def test_the_end_is_refused_before_every_page_was_shown(client: Any, owed: Owed) -> None:
    assignment = owed.of(ME)
    owed.cast.sign_in(client, ME)
    client.get(f"/training/{assignment.id}/read/1")
    response = client.post(f"/training/{assignment.id}/read/done", data={"language": "ja"})
    assert response.headers["Location"].endswith("/read/2")
    assert not ContentShown.select().where(ContentShown.part == "end").exists()
    with pytest.raises(RuleBroken):
        actions.start_quiz(owed.cast.actor(ME), assignment, "ja", NOW)


def test_reading_twice_leaves_one_row_a_language(owed: Owed) -> None:
    owed.read(ME)
    owed.read(ME)
    rows = [
        (row.part, row.language, row.content_hash) for row in ContentShown.select().order_by(ContentShown.id)
    ]
    assert rows == [("content", "ja", owed.version.hash_ja), ("end", "ja", owed.version.hash_ja)]


@pytest.mark.parametrize("name", ["administrator", "head_of_sales", "second_auditor"])
def test_nobody_takes_a_course_in_anothers_name(client: Any, owed: Owed, name: str) -> None:
    assignment = owed.of(ME)
    owed.read(ME)
    attempt = owed.answer(ME)
    owed.cast.sign_in(client, name)
    for path in ("", "/read/1", "/quiz/1", "/quiz/1/1", "/result/1", "/attest/1"):
        assert client.get(f"/training/{assignment.id}{path}").status_code == 404, path
    for path in ("/read/done", "/quiz", "/quiz/1", "/quiz/1/1", "/attest/1"):
        assert client.post(f"/training/{assignment.id}{path}").status_code == 404, path
    with pytest.raises(NotFound):
        actions.attest(owed.cast.actor(name), assignment, attempt, "ja", {}, True, "西村葵", NOW)
    assert not Attestation.select().exists()


def test_who_is_not_signed_in_comes_to_the_sign_in_page_and_back(client: Any, owed: Owed) -> None:
    response = client.get(f"/training/{owed.of(ME).id}")
    assert response.status_code == 303
    assert "next=/training/" in response.headers["Location"].replace("%2F", "/")


def test_a_leaver_comes_to_the_sign_in_page(client: Any, owed: Owed) -> None:
    owed.cast.sign_in(client, "leaver")
    assert client.get("/training/mine").status_code == 303


def test_the_quiz_stays_the_same_on_reload_and_after_two_clicks(client: Any, owed: Owed) -> None:
    owed.read(ME)
    assignment = owed.of(ME)
    owed.cast.sign_in(client, ME)
    client.post(f"/training/{assignment.id}/quiz")
    client.post(f"/training/{assignment.id}/quiz")
    assert QuizAttempt.select().count() == 1
    first = text_of(client.get(f"/training/{assignment.id}/quiz/1/1"))
    assert text_of(client.get(f"/training/{assignment.id}/quiz/1/1")) == first


def test_an_answer_is_kept_while_going_back_and_forth(client: Any, owed: Owed) -> None:
    owed.read(ME)
    assignment = owed.of(ME)
    owed.cast.sign_in(client, ME)
    client.post(f"/training/{assignment.id}/quiz")
    attempt = QuizAttempt.get()
    chosen = attempt.drawn[1]["choices"][0]
    response = client.post(f"/training/{assignment.id}/quiz/1/2", data={"choice": chosen, "go": "back"})
    assert response.headers["Location"].endswith("/quiz/1/1")
    page = parsed(client.get(f"/training/{assignment.id}/quiz/1/2"))
    assert page.xpath("//input[@checked]/@value") == [chosen]


def test_open_questions_are_named_and_nothing_is_lost(client: Any, owed: Owed) -> None:
    owed.read(ME)
    assignment = owed.of(ME)
    owed.cast.sign_in(client, ME)
    client.post(f"/training/{assignment.id}/quiz")
    attempt = QuizAttempt.get()
    client.post(f"/training/{assignment.id}/quiz/1/1", data={"choice": attempt.drawn[0]["choices"][0]})
    response = client.post(f"/training/{assignment.id}/quiz/1")
    assert response.status_code == 422
    assert "2, 3, 4, 5, 6, 7, 8, 9, 10" in text_of(response)
    assert not QuizResult.select().exists()
    assert len(reading.answers_of(attempt.id)) == 1


def test_a_choice_that_was_not_offered_counts_for_nothing(owed: Owed) -> None:
    owed.read(ME)
    actor, assignment = owed.cast.actor(ME), owed.of(ME)
    attempt = actions.start_quiz(actor, assignment, "ja", NOW)
    question = attempt.drawn[0]["question"]
    actions.save_answer(actor, assignment, attempt, question, ["nonsense"], NOW)
    assert reading.answers_of(attempt.id)[str(question)] == []
    with pytest.raises(NotFound):
        actions.save_answer(actor, assignment, attempt, 999_999, ["a"], NOW)


def test_handing_in_twice_gives_one_result(client: Any, owed: Owed) -> None:
    owed.read(ME)
    attempt = owed.answer(ME, right=3)
    actor, assignment = owed.cast.actor(ME), owed.of(ME)
    again = actions.submit_quiz(actor, assignment, attempt, NOW)
    assert (again.correct, QuizResult.select().count()) == (3, 1)
    owed.cast.sign_in(client, ME)
    assert client.get(f"/training/{assignment.id}/quiz/1/1").headers["Location"].endswith("/result/1")


def test_the_pass_line_is_reached_at_eighty_percent_and_not_below(owed: Owed) -> None:
    owed.read(ME)
    assert not QuizResult.get(QuizResult.attempt == owed.answer(ME, right=7)).passed
    assert QuizResult.get(QuizResult.attempt == owed.answer(ME, right=8)).passed


def test_who_has_not_passed_sees_no_right_answers_and_gets_other_questions(client: Any, owed: Owed) -> None:
    owed.read(ME)
    first = owed.answer(ME, right=2)
    assignment = owed.of(ME)
    owed.cast.sign_in(client, ME)
    page = text_of(client.get(f"/training/{assignment.id}/result/1"))
    assert "正しい答え：" not in page
    assert reading.questions_of(first)[0].explanation_ja in page
    response = client.post(f"/training/{assignment.id}/quiz")
    assert response.headers["Location"].endswith("/quiz/2/1")
    second = reading.attempts(assignment.id)[1][0]
    assert second.drawn != first.drawn


def test_a_question_page_never_says_which_choice_is_right(client: Any, owed: Owed) -> None:
    owed.read(ME)
    owed.cast.sign_in(client, ME)
    client.post(f"/training/{owed.of(ME).id}/quiz")
    question = reading.questions_of(QuizAttempt.get())[0]
    html = client.get(f"/training/{owed.of(ME).id}/quiz/1/1").get_data(as_text=True)
    assert "correct" not in html and question.explanation_ja not in html


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "西村 葵"}, "チェックを付けてください"),
        ({"agree": "y", "name": ""}, "登録されている氏名"),
        ({"agree": "y", "name": "西村 桜"}, "登録されている氏名"),
    ],
)
def test_a_statement_without_agreement_or_own_name_is_refused_and_kept(
    client: Any, owed: Owed, data: dict[str, str], said: str
) -> None:
    owed.read(ME)
    owed.answer(ME)
    assignment = owed.of(ME)
    owed.cast.sign_in(client, ME)
    page = parsed(client.get(f"/training/{assignment.id}/attest/1"))
    hidden = {
        f.get("name"): f.get("value") for f in page.xpath("//form[@id='statement']//input[@type='hidden']")
    }
    response = client.post(f"/training/{assignment.id}/attest/1", data={**hidden, **data})
    assert response.status_code == 422
    assert said in text_of(response)
    assert parsed(response).xpath("//input[@name='name']/@value") == [data["name"]]
    assert not Attestation.select().exists()


@pytest.mark.parametrize("typed", ["西村葵", "ニシムラ　アオイ", "にしむら あおい"])
def test_the_own_name_is_known_in_every_usual_writing(owed: Owed, typed: str) -> None:
    owed.read(ME)
    assert owed.sign(ME, owed.answer(ME), name=typed).person_id == owed.cast.person[ME]


def test_a_common_form_of_a_rare_character_is_the_same_name(owed: Owed) -> None:
    owed.read("head_of_other")
    assert owed.sign("head_of_other", owed.answer("head_of_other"), name="吉野 仁").receipt


def test_nobody_attests_in_a_language_whose_text_was_not_shown(owed: Owed) -> None:
    owed.read(ME, "ja")
    attempt = owed.answer(ME)
    with pytest.raises(RuleBroken):
        owed.sign(ME, attempt, "en")
    owed.read(ME, "en")
    assert owed.sign(ME, attempt, "en").wording == owed.version.attestation_en


def test_nobody_attests_to_another_wording_or_content(owed: Owed) -> None:
    owed.read(ME)
    attempt = owed.answer(ME)
    for changed in (
        {"wording": "0" * 64, "content": owed.version.hash_ja},
        {"content": owed.version.hash_ja},
    ):
        with pytest.raises(RuleBroken):
            owed.sign(ME, attempt, shown=changed)


def test_nobody_attests_without_a_passed_quiz(owed: Owed) -> None:
    owed.read(ME)
    with pytest.raises(RuleBroken):
        owed.sign(ME, owed.answer(ME, right=7))


def test_the_statement_page_is_in_the_language_that_was_read(client: Any, owed: Owed) -> None:
    owed.read(ME, "ja")
    owed.answer(ME)
    owed.cast.sign_in(client, ME)
    client.set_cookie("language", "en")
    page = parsed(client.get(f"/training/{owed.of(ME).id}/attest/1"))
    assert page.xpath("//blockquote/p/@lang") == ["ja"]
    assert page.xpath("//input[@name='statement_language']/@value") == ["ja"]


def test_signing_twice_gives_one_statement(owed: Owed) -> None:
    owed.read(ME)
    attempt = owed.answer(ME)
    assert owed.sign(ME, attempt).id == owed.sign(ME, attempt).id
    assert Attestation.select().count() == 1


def test_completing_again_adds_a_record_and_the_first_date_stays(owed: Owed) -> None:
    from datetime import timedelta

    first = owed.complete(ME)
    second = owed.sign(ME, owed.answer(ME), at=NOW + timedelta(days=1))
    assert first.id != second.id
    assert Attestation.select().count() == 2
    assert Assignment.get_by_id(first.assignment_id).completed_at == NOW
    assert list(derived.derived_mismatches()) == []


def test_a_version_published_meanwhile_does_not_change_what_is_being_read(owed: Owed) -> None:
    from dataclasses import replace

    from auditor.training import courses

    actor = owed.cast.actor(ME)
    actions.show(actor, owed.of(ME), "ja", 1, NOW)
    newer = replace(
        courses.load(courses.PERSONAL_INFORMATION_BASICS),
        content_ja="## 新しい版\n\n本文",
        version_label="2026.2",
    )
    version = actions.import_course(owed.cast.actor("administrator"), newer, NOW)
    actions.open_course(owed.cast.actor("administrator"), version, NOW)
    from auditor.dated import Moment

    assert reading.version_of(owed.of(ME), Moment.at(NOW)).id == owed.version.id
    assert reading.version_of(owed.of("auditor"), Moment.at(NOW)).id == version.id
    owed.complete(ME)


def test_completion_is_told_to_other_features(owed: Owed, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[events.TrainingCompleted] = []
    monkeypatch.setitem(events._listeners, events.TrainingCompleted, [told.append])
    row = owed.complete(ME)
    assert [one.assignment_id for one in told] == [row.assignment_id]


def test_attempts_end_where_the_course_limits_them(client: Any, owed: Owed, cast: Cast) -> None:
    from dataclasses import replace

    from auditor.training import courses

    limited = replace(courses.load(courses.PERSONAL_INFORMATION_BASICS), max_attempts=1, version_label="L")
    owed.version = actions.import_course(cast.actor("administrator"), limited, NOW)
    actions.open_course(cast.actor("administrator"), owed.version, NOW)
    owed.read(ME)
    owed.answer(ME, right=0)
    with pytest.raises(RuleBroken):
        owed.answer(ME)
    cast.sign_in(client, ME)
    assert "使い切りました" in text_of(client.get(f"/training/{owed.of(ME).id}"))


class TestReceipt:
    def test_the_person_sees_the_own(self, client: Any, owed: Owed) -> None:
        row = owed.complete(ME)
        owed.cast.sign_in(client, ME)
        assert row.receipt in text_of(client.get(f"/training/receipts/{row.receipt}"))

    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("administrator", 200),
            ("head_of_audit", 200),
            ("head_of_sales", 200),
            ("head_of_other", 404),
            ("second_auditor", 404),
        ],
    )
    def test_others_see_it_as_far_as_their_reading_goes(
        self, client: Any, owed: Owed, name: str, status: int
    ) -> None:
        row = owed.complete(ME)
        owed.cast.sign_in(client, name)
        assert client.get(f"/training/receipts/{row.receipt}").status_code == status

    def test_a_number_that_nobody_has_is_not_found(self, client: Any, owed: Owed) -> None:
        owed.cast.sign_in(client, ME)
        assert client.get("/training/receipts/T26-0000-0000").status_code == 404


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.thorough)])
def test_every_page_of_the_course_keeps_the_rules_of_pages(client: Any, owed: Owed, language: str) -> None:
    owed.cast.sign_in(client, ME)
    client.set_cookie("language", language)
    assignment = owed.of(ME)
    client.get("/training/mine")
    for number in range(1, reading.section_count(owed.version, language) + 1):
        assert client.get(f"/training/{assignment.id}/read/{number}").status_code == 200
    client.post(f"/training/{assignment.id}/read/done", data={"language": language})
    for address in ("", "/quiz/1", "/quiz/1/1"):
        assert client.get(f"/training/{assignment.id}{address}").status_code == 200
    owed.answer(ME, right=1)
    for address in ("", "/result/1"):
        assert client.get(f"/training/{assignment.id}{address}").status_code == 200
    attempt = owed.answer(ME)
    for address in ("", "/result/2", "/attest/2"):
        assert client.get(f"/training/{assignment.id}{address}").status_code == 200
    row = owed.sign(ME, attempt, language)
    for address in (f"/training/{assignment.id}", f"/training/receipts/{row.receipt}", "/training/mine"):
        assert client.get(address).status_code == 200


def test_switching_the_language_stays_on_the_page_and_counts_it_in_neither(client: Any, owed: Owed) -> None:
    actor, mine = owed.cast.actor("auditor"), owed.of("auditor")
    for number in range(1, 6):
        actions.show(actor, mine, "ja", number, NOW)
    owed.cast.sign_in(client, "auditor")
    client.set_cookie("language", "en")
    here = f"/training/{mine.id}/read/5"
    page = client.get(here)
    assert page.status_code == 200 and "Go on in Japanese" in text_of(page)
    assert [row.language for row in ContentShown.select()] == ["ja"]
    assert client.get(f"/training/{mine.id}/read/7").headers["Location"] == f"/training/{mine.id}/read/1"
    back = parsed(page).xpath("//a[contains(., 'Go on in')]/@href")[0]
    assert client.get(back).headers["Location"] == here
    client.set_cookie("language", "ja")
    assert "別の言語" not in text_of(client.get(here))
