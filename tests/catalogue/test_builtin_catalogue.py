"""The catalogues that come with the product: whole, in both languages, and written as public documents are."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from auditor import places
from auditor.catalogue.reading import CatalogueFile, ControlEntry, Text, check, read

CONTROLS = places.controls() / "personal-information-jp" / "2026.1.yaml"
GUIDELINE = places.controls() / "appi-guideline-chapter-10" / "2025-09-24.yaml"
FILES = pytest.mark.parametrize("path", [CONTROLS, GUIDELINE], ids=lambda path: path.parent.name)

# What the glossary, or the orthography of public documents, writes differently.
FORBIDDEN = {
    "差し戻し": "差戻し",
    "セキュリティ対策(?!ソフトウェア)": "安全管理措置",
    "個人情報管理者": "個人情報保護管理者",
    "保管期[限間]": "保存期間",
    "監査人": "監査員",
    "被監査部門|監査対象部署": "被監査部署",
    "是正措置|予防措置": "是正処置",
    "残リスク": "残留リスク",
    "漏洩|漏えい事故": "漏えい等",
    "ぜい弱性": "脆弱性",
    "データ主体|データを扱": "本人、取り扱う",
    "フォロー": "対応",
    "期初": "年度当初",
    "および|または|ならびに|もしくは|すべて|行な|下さい|出来る": "及び、又は、並びに、若しくは、全て …",
    "サーバ(?!ー)|ユーザ(?!ー)|フォルダ(?!ー)|プリンタ(?!ー)|ブラウザ(?!ー)": "長音を付ける",
}
NUMBERED = re.compile(r"(\d[\d-]*|^|、|が|の|から)\([0-9o]\)")  # 10-3(1), 6(2), (1)から(4)まで


def texts(value: Any, name: str = "") -> Iterator[tuple[str, Text]]:
    """Every text of an entry with the path to it."""
    if isinstance(value, Text):
        yield name, value
    elif is_dataclass(value):
        code = getattr(value, "code", "")
        for field in fields(value):
            yield from texts(getattr(value, field.name), f"{code or name}.{field.name}")
    elif isinstance(value, dict) and isinstance(value.get("en"), str) and isinstance(value.get("ja"), str):
        yield name, Text(value["en"], value["ja"])
        yield from texts({key: rest for key, rest in value.items() if key not in {"en", "ja"}}, name)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, f"{name}.{key}")
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner, name)


@pytest.fixture(scope="module")
def catalogue() -> CatalogueFile:
    return read(CONTROLS)


@pytest.fixture(scope="module")
def controls(catalogue: CatalogueFile) -> tuple[ControlEntry, ...]:
    return catalogue.controls


@FILES
def test_the_file_has_no_problem_and_stands_where_its_name_says(path: Any) -> None:
    assert check(path) == []
    read_back = read(path)
    assert (read_back.key, read_back.version) == (path.parent.name, path.stem)
    assert (read_back.publisher, read_back.licence) == ("auditor", "MIT")


def test_all_controls_are_there(catalogue: CatalogueFile) -> None:
    assert Counter(control.category for control in catalogue.controls) == {
        "policy": 10, "discipline": 25, "organizational": 30, "personnel": 13, "physical": 14,
        "technical": 26, "external": 7, "outsourcing": 12, "rights": 12,
    }  # fmt: skip
    assert sum(Counter(control.basis for control in catalogue.controls).values()) == 149


def test_the_marks_are_those_that_were_decided(controls: tuple[ControlEntry, ...]) -> None:
    assert Counter(control.basis for control in controls) == {
        "statute": 42, "practice": 30, "example": 23, "measure": 22, "jis": 19, "seed": 10, "important": 3,
    }  # fmt: skip


def test_the_guideline_has_its_seven_headings_and_fourteen_items_below_them() -> None:
    measures = read(GUIDELINE).measures
    assert Counter(measure.parent for measure in measures) == {
        None: 1, "10": 7, "10-3": 5, "10-4": 1, "10-5": 4, "10-6": 4,
    }  # fmt: skip
    assert [measure.code for measure in measures if measure.strength == "important"] == ["10-1"]


def test_the_guideline_keeps_the_periods_of_leak_reports_as_data() -> None:
    report = read(GUIDELINE).sections["leak_reporting"]
    assert (report["final"]["due_days"], report["final"]["due_days_wrongful_purpose"]) == (30, 60)
    assert [row["threshold_persons"] for row in report["reportable"]] == [1, 1, 1, 1001]
    assert len(report["report_items"]) == 9


def test_every_control_names_a_measure_and_every_measure_without_others_below_it_has_a_control(
    controls: tuple[ControlEntry, ...],
) -> None:
    measures = read(GUIDELINE).measures
    named = {value for control in controls for value in control.references["appi"]}
    lowest = {measure.code for measure in measures} - {measure.parent for measure in measures}
    assert named == lowest


def test_a_control_based_on_law_names_its_article(controls: tuple[ControlEntry, ...]) -> None:
    assert [c.code for c in controls if c.basis == "statute" and not c.references["act"]] == []


def test_codes_of_a_category_are_numbered_without_a_gap(catalogue: CatalogueFile) -> None:
    for category in catalogue.categories:
        codes = [control.code for control in catalogue.controls if control.category == category.code]
        assert codes == [f"{category.prefix}-{number:02}" for number in range(1, len(codes) + 1)]


@pytest.mark.parametrize("part", ["title", "question", "guidance"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_two_controls_say_the_same(controls: tuple[ControlEntry, ...], part: str, language: str) -> None:
    said = Counter(getattr(getattr(control, part), language) for control in controls)
    assert [text for text, times in said.items() if times > 1] == []


def test_every_question_is_a_question(controls: tuple[ControlEntry, ...]) -> None:
    assert [c.code for c in controls if not c.question.en.endswith("?") or c.question.en.count("?") > 1] == []
    assert [
        c.code for c in controls if not c.question.ja.endswith("か。") or c.question.ja.count("。") > 2
    ] == []


def test_no_question_asks_two_things(controls: tuple[ControlEntry, ...]) -> None:
    """Two verbs joined are two answers: 「特定し、…しているか」, "recorded and kept"."""
    japanese = re.compile(r"(?<![対際])し、(?!又は)")
    english = re.compile(
        r"\b(made|set|recorded|identified|reviewed|controlled|analysed) and (?!of)\w+(ed|t|e)\b"
    )
    assert [c.code for c in controls if japanese.search(c.question.ja) or english.search(c.question.en)] == []


def test_every_guidance_says_once_when_the_answer_is_no(controls: tuple[ControlEntry, ...]) -> None:
    assert [c.code for c in controls if c.guidance.en.count("Fail: ") != 1] == []
    assert [c.code for c in controls if c.guidance.ja.count("不備の目安：") != 1] == []


def test_every_control_asks_for_evidence(controls: tuple[ControlEntry, ...]) -> None:
    assert [control.code for control in controls if not control.evidence] == []


@FILES
def test_japanese_is_japanese_and_english_is_english(path: Any) -> None:
    faults = [
        name
        for name, text in texts(read(path))
        if re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text.en.replace("従業者", "").replace("(別添)", ""))
        or (
            not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text.ja)
            and not re.search(r"ISO|NIST|JIS", text.ja)
        )
    ]
    assert faults == []


@FILES
def test_the_width_of_signs_is_not_mixed(path: Any) -> None:
    for name, text in texts(read(path)):
        assert not re.search(r"[\uff01-\uff5e\uff65-\uff9f\u3000]", text.en), name
        assert not re.search(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff61-\uff9f]", text.ja), name
        assert not re.search(r"[();!?]|(?<!\d)[,:](?!\d)", NUMBERED.sub("", text.ja)), (name, text.ja)
        assert text.ja == unicodedata.normalize("NFC", text.ja).strip(), name
        assert "  " not in text.en + text.ja, name


@FILES
def test_the_words_are_those_of_the_glossary(path: Any) -> None:
    faults = [
        f"{name}: {found[0]} → {right}"
        for name, text in texts(read(path))
        for wrong, right in FORBIDDEN.items()
        if (found := re.search(wrong, text.ja))
    ]
    assert faults == []


@FILES
def test_narabini_stands_above_oyobi_and_moshikuwa_below_matawa(path: Any) -> None:
    """並びに joins what 及び has joined, 若しくは what 又は joins again; alone in a sentence neither is right."""
    faults = [
        f"{name}: {sentence}"
        for name, text in texts(read(path))
        for sentence in re.split(r"。(?!）)|不備の目安：", text.ja)
        for upper, lower in [("並びに", "及び"), ("若しくは", "又は")]
        if upper in sentence and lower not in sentence
    ]
    assert faults == []
