"""A course as a folder of files: course.yaml, content.ja.md, content.en.md and questions.yaml. Pure reading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.errors import RuleBroken
from auditor.language import _l
from auditor.training.markedyaml import Entry, MarkedFile, Problem

BUILTIN = Path(__file__).parent / "content"
PERSONAL_INFORMATION_BASICS = BUILTIN / "personal-information-basics"

# What yearly training must cover (JIS Q 15001, 7.3): a the policy, b importance and benefit of conforming,
# c roles and responsibilities, d expected consequences of a violation.
TOPICS = ("a", "b", "c", "d")
KINDS = ("single", "multiple")


@dataclass(frozen=True)
class ChoiceEntry:
    """A choice of a question; ``id`` stays when its wording is improved."""

    id: str
    text_ja: str
    text_en: str
    correct: bool


@dataclass(frozen=True)
class QuestionEntry:
    """A question of the pool; the explanation is shown after marking."""

    key: str
    kind: str
    topic: str
    text_ja: str
    text_en: str
    choices: tuple[ChoiceEntry, ...]
    explanation_ja: str
    explanation_en: str


@dataclass(frozen=True)
class CourseFile:
    """All of a course. ``max_attempts`` None: not limited. Content is Markdown whose sections start at h2."""

    key: str
    version_label: str
    title_ja: str
    title_en: str
    minutes: int
    pass_percent: int
    questions_per_attempt: int
    max_attempts: int | None
    attestation_ja: str
    attestation_en: str
    content_ja: str
    content_en: str
    questions: tuple[QuestionEntry, ...]


class CourseRefused(RuleBroken):
    """A course folder has problems; ``problems`` names each with file and line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(_l("The files of the course have problems (%(count)s).", count=len(problems)))
        self.problems = problems


def load(folder: Path) -> CourseFile:
    """Return the course of a folder. Raises CourseRefused with every problem at once."""
    course, problems = _read(folder)
    if course is None or problems:
        raise CourseRefused(problems)
    return course


def check(folder: Path) -> list[Problem]:
    """Return every problem of a course folder, by file and line; none when it can be loaded."""
    return _read(folder)[1]


def content_hash(text: str) -> str:
    """Return the SHA-256 of a text as 64 hex digits.

    Line ends are taken as LF: a browser's form and a checkout on Windows change them, and nobody sees it.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()


def _read(folder: Path) -> tuple[CourseFile | None, list[Problem]]:
    files = [MarkedFile(name) for name in ("course.yaml", "content.ja.md", "content.en.md", "questions.yaml")]
    about, content_ja, content_en, pool = files
    questions = _questions(pool, folder)
    texts = _content(content_ja, folder), _content(content_en, folder)
    entry = about.entry_of(folder)
    course = _course(entry, *texts, questions) if entry else None
    problems = [problem for file in files for problem in sorted(file.problems, key=lambda found: found.line)]
    return course, problems


def _course(
    entry: Entry, content_ja: str, content_en: str, questions: tuple[QuestionEntry, ...]
) -> CourseFile:
    entry.only(
        *("key", "version_label", "title", "minutes", "pass_percent"),
        *("questions_per_attempt", "max_attempts", "attestation"),
    )
    title_ja, title_en = entry.both("title", longest=200)
    attestation_ja, attestation_en = entry.both("attestation")
    asked = entry.number("questions_per_attempt", 1, 100)
    if questions and asked > len(questions):
        entry.file.blame(
            entry.line_of("questions_per_attempt"),
            _l(
                "An attempt asks %(asked)s questions, the pool has %(pool)s.",
                asked=asked,
                pool=len(questions),
            ),
        )
    return CourseFile(
        key=entry.slug("key", longest=80),
        version_label=entry.text("version_label", longest=40),
        title_ja=title_ja,
        title_en=title_en,
        minutes=entry.number("minutes", 1, 600),
        pass_percent=entry.number("pass_percent", 1, 100),
        questions_per_attempt=asked,
        max_attempts=entry.number_or_none("max_attempts", 1, 100),
        attestation_ja=attestation_ja,
        attestation_en=attestation_en,
        content_ja=content_ja,
        content_en=content_en,
        questions=questions,
    )


def _questions(file: MarkedFile, folder: Path) -> tuple[QuestionEntry, ...]:
    entry = file.entry_of(folder)
    if entry is None:
        return ()
    entry.only("questions")
    questions: list[QuestionEntry] = []
    for item in entry.entries("questions"):
        question = _question(item)
        if question.key in {earlier.key for earlier in questions}:
            file.blame(item.line_of("key"), _l("“%(name)s” appears here twice.", name=question.key))
        questions.append(question)
    return tuple(questions)


def _question(entry: Entry) -> QuestionEntry:
    entry.only("key", "kind", "topic", "text", "choices", "explanation")
    text_ja, text_en = entry.both("text")
    explanation_ja, explanation_en = entry.both("explanation")
    kind = entry.one_of("kind", KINDS)
    choices = tuple(_choice(item) for item in entry.entries("choices"))
    for fault in _faults_of_choices(kind, choices):
        entry.file.blame(entry.line_of("choices"), fault)
    return QuestionEntry(
        key=entry.slug("key", longest=60),
        kind=kind,
        topic=entry.one_of("topic", TOPICS),
        text_ja=text_ja,
        text_en=text_en,
        choices=choices,
        explanation_ja=explanation_ja,
        explanation_en=explanation_en,
    )


def _choice(entry: Entry) -> ChoiceEntry:
    entry.only("id", "ja", "en", "correct")
    return ChoiceEntry(
        entry.slug("id", longest=20), entry.text("ja"), entry.text("en"), entry.flag("correct")
    )


def _faults_of_choices(kind: str, choices: tuple[ChoiceEntry, ...]) -> Iterator[Any]:
    right = sum(choice.correct for choice in choices)
    if len(choices) < 2:
        yield _l("A question needs at least two choices.")
    if len({choice.id for choice in choices}) < len(choices):
        yield _l("Two choices have the same id.")
    for texts in ([choice.text_ja for choice in choices], [choice.text_en for choice in choices]):
        if len(set(texts)) < len(texts):
            yield _l("Two choices have the same text.")
    if kind == "single" and right != 1:
        yield _l("Exactly one choice must be correct; %(right)s are.", right=right)
    if kind == "multiple" and not 0 < right < len(choices):
        yield _l("At least one choice must be correct and at least one wrong.")


def _content(file: MarkedFile, folder: Path) -> str:
    text = file.text_of(folder)
    if text is None:
        return ""
    if not text.strip():
        file.blame(1, _l("The text is empty."))
    # HTML is recognised here so that it can be refused; a page renders the text with HTML switched off.
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    line = 1
    for token in markdown.parse(text):
        line = token.map[0] + 1 if token.map else line
        for part in (token, *(token.children or ())):
            fault = _fault_of_markdown(part)
            if fault is not None:
                file.blame(line, fault)
    return text


def _fault_of_markdown(token: Token) -> Any | None:
    if token.type in {"html_block", "html_inline"}:
        return _l("HTML is not allowed in the text.")
    if token.type == "image":
        return _l("Images are not allowed in the text.")
    if token.type == "heading_open" and token.tag == "h1":
        return _l("Sections start with “##”: the page itself has the one main heading.")
    if token.type == "link_open":
        target = urlsplit(str(token.attrGet("href") or ""))
        if target.scheme or target.netloc:
            return _l("Links to other sites are not allowed in the text.")
    return None
