"""A course folder is refused with every problem at its file and line."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from auditor.training import courses


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(courses.PERSONAL_INFORMATION_BASICS, tmp_path / "course"))


def change(folder: Path, name: str, old: str, new: str) -> int:
    """Replace the first ``old`` in a file; return its line."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def found(folder: Path) -> list[tuple[str, int]]:
    return [(problem.file, problem.line) for problem in courses.check(folder)]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("course.yaml", "minutes: 15", "minutes: soon"),
        ("course.yaml", "pass_percent: 80", "pass_percent: 101"),
        ("course.yaml", "questions_per_attempt: 10", "questions_per_attempt: 99"),
        ("course.yaml", "max_attempts:", "max_attempts: 0"),
        ("course.yaml", "max_attempts:", "max_attempt: 3"),
        ("course.yaml", "key: personal-information-basics", "key: Personal Information"),
        ("course.yaml", "  en: Privacy basics", "  en:"),
        ("questions.yaml", "kind: single", "kind: several"),
        ("questions.yaml", "  topic: a", "  topic: e"),
        ("questions.yaml", "correct: false", "correct: perhaps"),
        ("questions.yaml", "  explanation:", "  explanatoin:"),
        ("questions.yaml", "- key: policy-and-regulations", "- key: purpose-trade-fair"),
        ("content.ja.md", "正社員、契約社員", "<b>正社員</b>、契約社員"),
        ("content.en.md", "## The privacy policy", "# The privacy policy"),
    ],
)
def test_a_problem_is_named_at_its_line(folder: Path, name: str, old: str, new: str) -> None:
    line = change(folder, name, old, new)
    assert (name, line) in found(folder)


def test_a_question_without_its_one_right_choice_is_refused(folder: Path) -> None:
    change(folder, "questions.yaml", "correct: true", "correct: false")
    assert [str(problem.message) for problem in courses.check(folder)] == [
        "Exactly one choice must be correct; 0 are."
    ]


@pytest.mark.parametrize(
    "text",
    [
        "![a picture](picture.png)",
        "[a site](https://example.com/)",
        "<https://example.com/>",
        "[a site](//example.com/)",
        "<script>alert(1)</script>",
        "line one  \nline <br> two",
    ],
)
def test_a_text_with_a_picture_a_foreign_link_or_html_is_refused(folder: Path, text: str) -> None:
    (folder / "content.en.md").write_text(f"## One\n\n{text}\n", encoding="utf-8")
    assert ("content.en.md", 3) in found(folder)


def test_a_link_within_the_page_is_allowed(folder: Path) -> None:
    (folder / "content.en.md").write_text("## One\n\n[below](#below)\n", encoding="utf-8")
    assert found(folder) == []


def test_a_missing_file_is_one_problem(folder: Path) -> None:
    (folder / "course.yaml").unlink()
    assert found(folder) == [("course.yaml", 1)]


def test_a_broken_file_is_one_problem(folder: Path) -> None:
    line = change(folder, "questions.yaml", "  kind: single", "   kind: single")
    assert found(folder) == [("questions.yaml", line)]


def test_a_file_in_another_encoding_is_refused(folder: Path) -> None:
    (folder / "content.ja.md").write_bytes("## 見出し\n".encode("cp932"))
    assert found(folder) == [("content.ja.md", 1)]


def test_a_refused_course_carries_all_its_problems(folder: Path) -> None:
    change(folder, "course.yaml", "minutes: 15", "minutes: 0")
    change(folder, "questions.yaml", "  topic: a", "  topic: e")
    with pytest.raises(courses.CourseRefused) as refused:
        courses.load(folder)
    assert [problem.file for problem in refused.value.problems] == ["course.yaml", "questions.yaml"]


def test_a_problem_is_told_in_the_readers_language(folder: Path) -> None:
    change(folder, "course.yaml", "minutes: 15", "minutes: soon")
    app = Flask(__name__)
    Babel(app)
    with app.app_context(), force_locale("en"):
        assert "whole number" in str(courses.check(folder)[0])


def test_the_hash_is_that_of_the_text_whatever_its_line_ends() -> None:
    expected = hashlib.sha256("一行目\n二行目".encode()).hexdigest()
    assert courses.content_hash("一行目\n二行目") == expected
    assert courses.content_hash("一行目\r\n二行目") == expected
    assert courses.content_hash("一行目\n二行目 ") != expected
