"""Reading catalogue files: what is right is read as it stands, what is wrong is named with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auditor.catalogue import yamlnodes
from auditor.catalogue.problems import MESSAGES, Problem
from auditor.catalogue.reading import CatalogueRefused, Text, check, read
from auditor.language import speaking

CONTROLS = """\
format: auditor-catalogue/1
kind: controls
key: own-rules
version: 5.10
title: {en: Own rules, ja: 自社の規則}
publisher: no
licence: CC0
effective_from: 2026-04-01
references:
  appi:
    title: {en: Guideline, ja: ガイドライン}
    catalogue: sample-guideline
    version: 2025-01-01
    part: measures
  other:
    title: {en: Other laws, ja: その他の法令}
categories:
- id: access
  prefix: ACC
  title: {en: Access, ja: アクセス}
controls:
- id: ACC-01
  category: access
  target: system
  stage: [use, storage]
  basis: example
  frequency: annual
  title: {en: Rights follow duties, ja: 職務に応じた権限}
  question:
    en: Do rights follow duties?
    ja: 権限は職務に応じているか。
  guidance:
    en: 'Read ten rights. Fail: a right without a duty.'
    ja: 権限10件を見る。不備の目安：職務のない権限がある。
  evidence:
  - {en: List of rights, ja: 権限一覧}
  refs:
    appi: [10-6(1)]
    other:
    - {en: Another law, ja: 別の法律}
  seed: [5.10]
- id: ACC-02
  category: access
  target: company
  stage: [all]
  basis: seed
  frequency: monthly
  title: {en: Promise kept, ja: 約束の遵守}
  question: {en: 'Is it kept?', ja: 守られているか。}
  guidance: {en: 'Fail: no.', ja: 不備の目安：いいえ。}
  evidence: []
  seed: ['6']
"""

GUIDELINE = """\
format: auditor-catalogue/1
kind: guideline
key: sample-guideline
version: '2025-01-01'
title: {en: Sample, ja: 見本}
publisher: nobody
licence: CC0
effective_from: '2025-01-01'
measures:
- id: '10'
  parent: null
  strength: must
  title: {en: Measures, ja: 措置}
  short_title: {en: Measures, ja: 措置}
  measure: {en: Take measures., ja: 措置を講ずる。}
  acts: [Art. 23]
  confirmed: C
- id: 10-6(1)
  parent: '10'
  strength: must
  title: {en: Access control, ja: アクセス制御}
  short_title: {en: Access, ja: アクセス}
  measure: {en: Control access., ja: アクセスを制御する。}
  examples:
  - {en: Limit users, ja: 利用者を限定する}
  confirmed: C
acts:
- {id: Art. 23, title: {en: Security control measures, ja: 安全管理措置}, confirmed: C}
leak_reporting:
  days: 30
  suspicion: true
  answer: no
  clause: 5.10
  due: {en: Within 30 days, ja: 30日以内}
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder of catalogues with a sound guideline in it."""
    place(tmp_path, GUIDELINE, "sample-guideline/2025-01-01")
    return tmp_path


def place(library: Path, content: str | bytes, name: str = "own-rules/5.10") -> Path:
    path = library / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def found(problems: list[Problem]) -> list[tuple[int, str]]:
    return [(problem.line, problem.key) for problem in problems]


def test_a_sound_file_has_no_problem_and_is_read_as_it_stands(library: Path) -> None:
    path = place(library, CONTROLS)
    assert check(path) == []
    catalogue = read(path)
    assert (catalogue.kind, catalogue.key, catalogue.effective_from) == (
        "controls",
        "own-rules",
        date(2026, 4, 1),
    )
    assert [category.prefix for category in catalogue.categories] == ["ACC"]
    first, second = catalogue.controls
    assert (first.code, first.stages, first.basis) == ("ACC-01", ("use", "storage"), "example")
    assert first.question == Text("Do rights follow duties?", "権限は職務に応じているか。")
    assert first.references == {"appi": ("10-6(1)",), "other": (Text("Another law", "別の法律"),)}
    assert (second.references, second.evidence, second.seed) == ({}, (), ("6",))


def test_words_that_yaml_1_1_would_change_stay_what_was_typed(library: Path) -> None:
    catalogue = read(place(library, CONTROLS))
    assert catalogue.version == "5.10"  # not 5.1
    assert catalogue.publisher == "no"  # not False
    assert catalogue.controls[0].seed == ("5.10",)


def test_a_guideline_is_read_with_its_tree_and_its_further_data(library: Path) -> None:
    catalogue = read(library / "sample-guideline" / "2025-01-01.yaml")
    top, access = catalogue.measures
    assert (top.parent, access.parent, access.code) == (None, "10", "10-6(1)")
    assert top.acts == ("Art. 23",)
    assert access.examples == (Text("Limit users", "利用者を限定する"),)
    assert catalogue.acts[0].title.ja == "安全管理措置"
    assert catalogue.sections["leak_reporting"] == {
        "days": 30,
        "suspicion": True,
        "answer": "no",
        "clause": "5.10",
        "due": {"en": "Within 30 days", "ja": "30日以内"},
    }


def test_details_of_entries_are_ready_for_json_under_the_names_of_the_file(library: Path) -> None:
    assert read(place(library, CONTROLS)).controls[0].details() == {
        "stage": ["use", "storage"],
        "evidence": [{"en": "List of rights", "ja": "権限一覧"}],
        "refs": {"appi": ["10-6(1)"], "other": [{"en": "Another law", "ja": "別の法律"}]},
        "seed": ["5.10"],
    }
    measure = read(library / "sample-guideline" / "2025-01-01.yaml").measures[0]
    assert measure.details()["acts"] == ["Art. 23"]
    assert measure.details()["note"] is None


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("format: auditor-catalogue/1", "format: somebody-elses/2", "unknown_value"),
        ("key: own-rules", "key: ../own", "bad_id"),
        ("licence: CC0\n", "licence: ''\n", "empty"),
        ("licence: CC0\n", f"licence: {'x' * 201}\n", "too_long"),
        ("licence: CC0\n", "licence: CC0\nlicence: MIT\n", "duplicate_field"),
        ("licence: CC0\n", "licence: CC0\nlicense: MIT\n", "unknown_field"),
        ("licence: CC0\n", "licence: [CC0]\n", "wrong_type"),
        ("effective_from: 2026-04-01", "effective_from: 1 April", "wrong_type"),
        ("title: {en: Own rules, ja: 自社の規則}", "title: {en: Own rules}", "missing_language"),
        ("title: {en: Own rules, ja: 自社の規則}", "title: {en: Own rules, ja: ''}", "missing_language"),
        ("title: {en: Own rules, ja: 自社の規則}", "title: Own rules", "wrong_type"),
        ("{en: List of rights, ja: 権限一覧}", "{en: List, in full, ja: 権限一覧}", "cut_text"),
        ("  category: access\n  target: system", "  category: acess\n  target: system", "unknown_value"),
        ("target: system", "target: planet", "unknown_value"),
        ("basis: example", "basis: law", "unknown_value"),
        ("frequency: annual", "frequency: yearly", "unknown_value"),
        ("stage: [use, storage]", "stage: [use, loss]", "unknown_value"),
        ("stage: [use, storage]", "stage: []", "empty"),
        ("stage: [use, storage]", "stage: [use, all]", "all_alone"),
        ("stage: [use, storage]", "stage: use", "wrong_type"),
        ("- id: ACC-02", "- id: ACC-01", "duplicate_id"),
        ("- id: ACC-02", "- id: DIS-02", "bad_prefix"),
        ("- id: ACC-02", "- id: ACC-02/x", "bad_id"),
        ("appi: [10-6(1)]", "appi: [10-6(9)]", "bad_reference"),
        ("appi: [10-6(1)]", "gdpr: [Art. 32]", "unknown_scheme"),
        ("    en: Do rights follow duties?\n", "    en:\n", "missing_language"),
        ("  seed: ['6']\n", "", "promise_unnamed"),
    ],
)
def test_each_fault_is_named_once_with_its_line(library: Path, old: str, new: str, key: str) -> None:
    broken = CONTROLS.replace(old, new, 1)
    assert broken != CONTROLS
    problems = check(place(library, broken))
    assert [problem.key for problem in problems] == [key]
    changed = CONTROLS[: CONTROLS.index(old)].count("\n") + 1
    assert problems[0].line in range(changed - 12, changed + 2)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("target: system", "target: planet", "target: planet"),
        ("- id: ACC-02", "- id: ACC-01", None),
        ("    other:\n", "    gdpr: [Art. 32]\n    other:\n", "gdpr"),
        ("  frequency: monthly\n", "", "- id: ACC-02"),
        ("ja: 権限は職務に応じているか。", "ja: ''", "    en: Do rights"),
    ],
)
def test_a_problem_points_at_the_line_a_person_would_look_at(
    library: Path, old: str, new: str, where: str | None
) -> None:
    broken = CONTROLS.replace(old, new, 1)
    at = broken.rindex("- id: ACC-01") if where is None else broken.index(where)
    assert [problem.line for problem in check(place(library, broken))] == [broken[:at].count("\n") + 1]


def test_every_problem_of_a_file_is_found_in_one_pass_and_in_order(library: Path) -> None:
    broken = (
        CONTROLS.replace("basis: example", "basis: law")
        .replace("licence: CC0\n", "")
        .replace("annual", "daily")
    )
    problems = check(place(library, broken))
    assert [problem.key for problem in problems] == ["missing_field", "unknown_value", "unknown_value"]
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


def test_every_required_field_is_missed(library: Path) -> None:
    lines = CONTROLS.split("controls:\n")[1].split("- id: ACC-02")[1].splitlines()
    for line in lines[1:]:
        name = line.strip().split(":")[0]
        if name != "seed":
            problems = check(place(library, CONTROLS[::-1].replace(f"{line}\n"[::-1], "", 1)[::-1]))
            assert [problem.params.get("field") for problem in problems] == [name]


def test_a_reference_to_a_catalogue_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert found(check(place(tmp_path, CONTROLS))) == [(10, "catalogue_absent")]


def test_a_catalogue_of_ones_own_may_refer_to_those_that_come_with_the_product(tmp_path: Path) -> None:
    own = CONTROLS.replace("sample-guideline", "appi-guideline-chapter-10").replace(
        "2025-01-01", "2025-09-24"
    )
    assert check(place(tmp_path, own)) == []


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("parent: '10'", "parent: '11'", "unknown_value"),
        ("parent: '10'", "parent: 10-6(1)", "cycle"),
        ("strength: must", "strength: shall", "unknown_value"),
        ("acts: [Art. 23]", "acts: [Art. 24]", "unknown_value"),
        ("  confirmed: C\n- id", "  confirmed: Z\n- id", "unknown_value"),
        ("- id: 10-6(1)", "- id: '10'", "duplicate_id"),
        ("{en: Limit users, ja: 利用者を限定する}", "{ja: 利用者を限定する}", "missing_language"),
        ("due: {en: Within 30 days, ja: 30日以内}", "due: {en: Within 30 days}", "missing_language"),
        ("due: {en: Within 30 days, ja: 30日以内}", "due: {en: Soon, at once, ja: 30日以内}", "cut_text"),
    ],
)
def test_each_fault_of_a_guideline_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    broken = GUIDELINE.replace(old, new, 1)
    assert broken != GUIDELINE
    assert key in [problem.key for problem in check(place(tmp_path, broken))]


def test_measures_that_stand_below_each_other_are_a_cycle(tmp_path: Path) -> None:
    broken = GUIDELINE.replace("parent: null", "parent: 10-6(1)")
    assert [problem.key for problem in check(place(tmp_path, broken))] == ["cycle", "cycle"]


def test_a_tree_of_measures_has_a_limit(tmp_path: Path) -> None:
    head, acts = GUIDELINE.split("- id: 10-6(1)")[0], "acts:" + GUIDELINE.split("\nacts:")[1]
    row = head.split("measures:\n")[1]
    rows = [row.replace("'10'", f"'{n}'").replace("null", f"'{n - 1}'") for n in range(11, 60)]
    problems = check(place(tmp_path, head + "".join(rows) + acts))
    assert {problem.key for problem in problems} == {"too_deep"}


def bomb() -> str:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(["l0: &l0 [a, a, a]", *levels])


@pytest.mark.parametrize(
    ("content", "line", "key"),
    [
        (CONTROLS.encode("cp932"), 5, "not_utf8"),
        (CONTROLS.encode("utf-16"), 1, "not_utf8"),
        (b"a: [1, 2\nb: 3\n", 2, "not_yaml"),
        (b"a: 1\n\tb: 2\n", 2, "not_yaml"),
        (b"a: 1\nb: \x07\n", 2, "not_yaml"),
        (b"a: 1\n---\nb: 2\n", 2, "not_yaml"),
        (b"PK\x03\x04\x14\x00", 1, "wrong_kind"),
        (b"%PDF-1.7", 1, "wrong_kind"),
        (b"", 1, "wrong_type"),
        (b"# nothing\n", 1, "wrong_type"),
        (b"- a\n- b\n", 1, "wrong_type"),
        (b"just words", 1, "wrong_type"),
        (bomb().encode(), 1, "alias"),
        (b"a: 1\nb: &here 2\n", 2, "alias"),
        (b"[" * 100_000, 1, "too_deep"),
    ],
)
def test_what_is_no_catalogue_at_all_is_refused_in_one_line(
    tmp_path: Path, content: bytes, line: int, key: str
) -> None:
    problems = check(place(tmp_path, content))
    assert found(problems) == [(line, key)]


@pytest.mark.parametrize(
    "value", ["!!python/object/apply:os.mkdir [made]", "!!python/name:os.system ''", "!own x"]
)
def test_a_tag_runs_nothing_and_is_a_value_of_the_wrong_type(library: Path, value: str) -> None:
    assert found(check(place(library, CONTROLS.replace("licence: CC0", f"licence: {value}")))) == [
        (7, "wrong_type")
    ]
    assert not Path("made").exists()


def test_a_file_may_begin_with_a_byte_order_mark_and_have_windows_line_ends(library: Path) -> None:
    content = b"\xef\xbb\xbf" + CONTROLS.replace("\n", "\r\n").encode()
    assert check(place(library, content)) == []


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = place(tmp_path, b"")
    with path.open("wb") as file:
        file.truncate(yamlnodes.MAX_BYTES + 1)
    assert found(check(path)) == [(1, "too_large")]


def test_a_file_with_too_many_values_is_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamlnodes, "MAX_VALUES", 50)
    assert [problem.key for problem in check(place(tmp_path, CONTROLS))] == ["too_many"]


def test_a_file_that_is_not_there_and_a_folder_are_said_to_be_unreadable(tmp_path: Path) -> None:
    assert found(check(tmp_path / "absent.yaml")) == [(1, "unreadable")]
    assert found(check(tmp_path)) == [(1, "unreadable")]


def test_a_refused_file_raises_with_everything_that_is_wrong(library: Path) -> None:
    path = place(library, CONTROLS.replace("basis: example", "basis: law").replace("licence: CC0\n", ""))
    with pytest.raises(CatalogueRefused) as refused:
        read(path)
    assert [problem.key for problem in refused.value.problems] == ["missing_field", "unknown_value"]


def test_the_hash_follows_what_the_file_says_and_not_how_it_is_laid_out(library: Path) -> None:
    first = read(place(library, CONTROLS)).content_hash
    relaid = CONTROLS.replace("version: 5.10", "# a note\nversion:   '5.10'").replace(
        "  target: system\n  stage: [use, storage]\n", "  stage:\n  - use\n  - storage\n  target: system\n"
    )
    assert read(place(library, relaid)).content_hash == first
    assert read(place(library, CONTROLS.replace("ten rights", "five rights"))).content_hash != first
    assert read(place(library, CONTROLS.replace("[use, storage]", "[storage, use]"))).content_hash != first


@pytest.mark.parametrize("name", ["長" * 300, "x" * 300, "../../../../etc", "/etc/passwd"])
def test_a_reference_that_is_no_name_is_told_and_opens_no_file(library: Path, name: str) -> None:
    problems = check(place(library, CONTROLS.replace("catalogue: sample-guideline", f"catalogue: {name}")))
    assert {problem.key for problem in problems} & {"bad_id", "too_long"}


def test_every_message_is_said_in_both_languages_with_its_values(app: Any) -> None:
    params = {
        "field": "basis", "value": "law", "known": "statute", "expected": "date", "language": "ja", "limit": 9,
        "marks": "-", "first": 3, "prefix": "ACC", "catalogue": "appi 1", "kind": "PDF",
    }  # fmt: skip
    with app.app_context():
        for key in MESSAGES:
            problem = Problem("own.yaml", 7, key, params)
            with speaking("en"):
                english = str(problem)
            with speaking("ja"):
                japanese = str(problem)
            assert english.startswith("own.yaml:7: ")
            assert english != japanese
            assert "%(" not in english + japanese


@given(st.binary(max_size=300))
def test_no_bytes_bring_the_reader_down(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    assert check(place(tmp_path_factory.mktemp("any"), content))


@given(
    st.recursive(
        st.sampled_from(["no", "5.10", "2026-04-01", "''", "null", "権限", "1"]),
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")
            | st.dictionaries(st.sampled_from(["id", "en", "ja", "title"]), inner, max_size=3).map(
                lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}"
            )
        ),
        max_leaves=8,
    ),
    st.sampled_from(
        [
            "title",
            "effective_from",
            "references",
            "categories",
            "controls",
            "key",
            "version",
            "measures",
            "acts",
        ]
    ),
)
def test_whatever_stands_in_a_field_is_a_problem_and_no_crash(
    tmp_path_factory: pytest.TempPathFactory, value: str, field: str
) -> None:
    whole = GUIDELINE if field in {"measures", "acts"} else CONTROLS
    lines, kept, skipping = whole.splitlines(), [], False
    for line in lines:
        top = not line.startswith((" ", "-"))
        skipping = line.startswith(f"{field}:") if top else skipping
        kept += [] if skipping else [line]
    check(place(tmp_path_factory.mktemp("any"), "\n".join([*kept, f"{field}: {value}", ""])))


def test_a_problem_calls_the_file_as_it_was_given_or_as_it_was_uploaded(library: Path) -> None:
    path = place(library, CONTROLS.replace("basis: example", "basis: law"))
    assert [problem.file for problem in check(path)] == [str(path)]
    assert [problem.file for problem in check(path, "規則.yaml")] == ["規則.yaml"]


def test_the_reader_without_libyaml_finds_the_same(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = CONTROLS.replace("basis: example", "basis: law").replace("licence: CC0\n", "")
    contents = [
        CONTROLS,
        broken,
        bomb(),
        "[" * 1000,
        "a: [1, 2\nb: 3\n",
        "a: 1\nb: \x07\n",
        "a: 1\n---\nb: 2\n",
    ]
    paths = [place(library, content, f"own-rules/{number}") for number, content in enumerate(contents)]
    fast = [found(check(path)) for path in paths]
    monkeypatch.setattr(yamlnodes, "_LOADER", yaml.SafeLoader)
    assert [found(check(path)) for path in paths] == fast
