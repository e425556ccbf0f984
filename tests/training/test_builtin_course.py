"""The yearly basic course that comes with the product: complete in both languages, and a fair test."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter

import pytest
from markdown_it import MarkdownIt

from auditor.training import courses
from auditor.training.courses import ChoiceEntry, CourseFile, QuestionEntry

LANGUAGES = ("ja", "en")


@pytest.fixture(scope="module")
def course() -> CourseFile:
    return courses.load(courses.PERSONAL_INFORMATION_BASICS)


def single(course: CourseFile) -> list[QuestionEntry]:
    return [question for question in course.questions if question.kind == "single"]


def right(question: QuestionEntry) -> ChoiceEntry:
    return next(choice for choice in question.choices if choice.correct)


def written(thing: object, name: str, language: str) -> str:
    text = getattr(thing, f"{name}_{language}")
    assert isinstance(text, str)
    return text


def prose(course: CourseFile) -> list[tuple[str, str, str]]:
    """Every text of the course: where, Japanese, English."""
    found = [
        (name, written(course, name, "ja"), written(course, name, "en"))
        for name in ("title", "attestation", "content")
    ]
    for question in course.questions:
        found += [
            (f"{question.key} {name}", written(question, name, "ja"), written(question, name, "en"))
            for name in ("text", "explanation")
        ]
        found += [
            (f"{question.key} {choice.id}", choice.text_ja, choice.text_en) for choice in question.choices
        ]
    return found


def test_the_folder_has_no_problem() -> None:
    assert [str(problem) for problem in courses.check(courses.PERSONAL_INFORMATION_BASICS)] == []


def test_it_is_fifteen_minutes_with_ten_questions_and_eighty_percent(course: CourseFile) -> None:
    assert (course.key, course.minutes) == ("personal-information-basics", 15)
    assert (course.pass_percent, course.questions_per_attempt, course.max_attempts) == (80, 10, None)


def test_every_text_stands_in_both_languages(course: CourseFile) -> None:
    kana = re.compile(r"[\u3041-\u30ff]")
    faults = [where for where, ja, en in prose(course) if not re.search(r"[a-zA-Z]", en) or kana.search(en)]
    # A role or a title may be all kanji; whatever is longer has kana.
    faults += [where for where, ja, _ in prose(course) if len(ja) > 20 and not kana.search(ja)]
    faults += [where for where, ja, _ in prose(course) if not re.search(r"[\u3041-\u30ff\u4e00-\u9fff]", ja)]
    assert not faults


def test_a_japanese_text_holds_no_latin_words_but_the_usual_abbreviations(course: CourseFile) -> None:
    usual = {"AI", "BCC", "CC", "FAX", "ID", "SNS", "TO", "USB", "A", "B"}
    found = {word for _, ja, _ in prose(course) for word in re.findall(r"[A-Za-z]+", ja)}
    assert found <= usual, found - usual


def test_japanese_punctuation_is_full_width_and_nothing_is_decomposed(course: CourseFile) -> None:
    stray = [
        where
        for where, ja, en in prose(course)
        if re.search(r"[\u3041-\u30ff\u4e00-\u9fff][,.:;!?()]", ja) or re.search(r"[\uff61-\uff9f]", ja)
        if where
    ]
    stray += [where for where, ja, en in prose(course) if unicodedata.normalize("NFC", ja + en) != ja + en]
    assert not stray


def test_no_mark_of_the_file_format_is_left_in_a_text(course: CourseFile) -> None:
    quoted = [where for where, ja, en in prose(course) for text in (ja, en) if text[0] == text[-1] == "'"]
    assert not quoted
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    for language in LANGUAGES:
        shown = markdown.render(written(course, "content", language))
        assert not re.search(r"\*\*|^\||^#|&lt;", shown, flags=re.M), language


def test_the_reading_takes_about_ten_minutes_in_either_language(course: CourseFile) -> None:
    # 500 Japanese characters or 230 English words a minute; the test takes the rest of the fifteen.
    assert 5000 <= len(re.sub(r"\s", "", course.content_ja)) <= 6500
    assert 2200 <= len(re.findall(r"[A-Za-z0-9][\w'’-]*", course.content_en)) <= 2800


@pytest.mark.parametrize(("language", "longest"), [("ja", 650), ("en", 1700)])
def test_each_section_is_short_and_begins_with_its_point(
    course: CourseFile, language: str, longest: int
) -> None:
    before, *sections = re.split(r"^## ", written(course, "content", language), flags=re.M)
    assert before == ""
    assert 8 <= len(sections) <= 12
    for section in sections:
        heading, point = section.split("\n")[:3:2]
        assert len(section) <= longest, heading
        assert re.match(r"\*\*[^*]+[。.]\*\*", point), heading


def test_both_languages_are_built_alike(course: CourseFile) -> None:
    def shape(text: str) -> list[str]:
        marks = (r"## ", r"- ", r"\d\. ", r"\| ", r"> ", r"\*\*")
        return [next((m for m in marks if re.match(m, line)), "") for line in text.splitlines() if line]

    assert shape(course.content_ja) == shape(course.content_en)


def test_the_attestation_says_read_understood_will_follow_and_report_at_once(course: CourseFile) -> None:
    assert 150 <= len(course.attestation_ja) <= 250
    for words in ("表示された", "理解", "守り", "直ちに", "報告します"):
        assert words in course.attestation_ja
    for words in ("shown", "understand", "follow", "at once", "report"):
        assert words in course.attestation_en


def test_there_are_at_least_24_questions_and_5_a_topic(course: CourseFile) -> None:
    assert len(course.questions) >= 24
    topics = Counter(question.topic for question in course.questions)
    assert set(topics) == set(courses.TOPICS)
    assert min(topics.values()) >= 5


def test_every_question_has_four_choices_and_the_right_number_of_them_correct(course: CourseFile) -> None:
    for question in course.questions:
        correct = sum(choice.correct for choice in question.choices)
        assert len(question.choices) == 4, question.key
        assert correct == 1 if question.kind == "single" else 0 < correct < 4, question.key


def test_a_question_with_several_right_choices_says_so_and_no_other_does(course: CourseFile) -> None:
    for question in course.questions:
        several = question.kind == "multiple"
        assert ("すべて選んで" in question.text_ja) is several, question.key
        assert ("Choose all that apply" in question.text_en) is several, question.key


def test_no_key_id_or_text_is_used_twice(course: CourseFile) -> None:
    assert not [key for key, times in Counter(q.key for q in course.questions).items() if times > 1]
    for question in course.questions:
        assert len({choice.id for choice in question.choices}) == 4, question.key
    texts = Counter(itertools.chain.from_iterable((ja, en) for _, ja, en in prose(course)))
    assert not [text for text, times in texts.items() if times > 1]


def test_the_place_of_the_right_choice_cannot_be_guessed(course: CourseFile) -> None:
    places = [[choice.correct for choice in question.choices].index(True) for question in single(course)]
    times = Counter(places)
    assert all(0.15 <= times[place] / len(places) <= 0.35 for place in range(4)), times
    # Neither the same place again and again, nor one place that follows another as a rule.
    runs = [len(list(run)) for _, run in itertools.groupby(places)]
    assert max(runs) <= 3
    for step in range(4):
        following = sum((b - a) % 4 == step for a, b in itertools.pairwise(places))
        assert following / (len(places) - 1) <= 0.5, step


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_choice_is_not_known_by_its_length(course: CourseFile, language: str) -> None:
    longest = shortest = 0
    ratios = []
    for question in single(course):
        lengths = [len(written(choice, "text", language)) for choice in question.choices]
        own = len(written(right(question), "text", language))
        longest += own == max(lengths)
        shortest += own == min(lengths)
        ratios.append(own / (sum(lengths) / len(lengths)))
    assert longest / len(ratios) <= 0.4
    assert shortest / len(ratios) <= 0.4
    assert 0.9 <= sum(ratios) / len(ratios) <= 1.1


@pytest.mark.parametrize(
    ("language", "asked", "offered", "explained"),
    [("ja", (25, 120), (8, 70), (50, 150)), ("en", (60, 300), (20, 160), (100, 320))],
)
def test_questions_choices_and_explanations_fit_a_phone(
    course: CourseFile,
    language: str,
    asked: tuple[int, int],
    offered: tuple[int, int],
    explained: tuple[int, int],
) -> None:
    for question in course.questions:
        assert asked[0] <= len(written(question, "text", language)) <= asked[1], question.key
        assert explained[0] <= len(written(question, "explanation", language)) <= explained[1], question.key
        for choice in question.choices:
            assert offered[0] <= len(written(choice, "text", language)) <= offered[1], question.key
