"""A catalogue version is imported once, stays as it was published, and comes out as it went in."""

from __future__ import annotations

import dataclasses
import itertools
import time
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import places
from auditor.access import application
from auditor.catalogue import actions
from auditor.catalogue.entries import (
    CatalogueFile,
    CategoryEntry,
    ControlEntry,
    MeasureEntry,
    Text,
)
from auditor.catalogue.models import (
    Catalogue,
    CatalogueInUse,
    CatalogueVersion,
    Category,
    Control,
    Measure,
    Subject,
)
from auditor.catalogue.reading import read
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.integrity.verify import verify
from auditor.people.names import search_key
from tests.bed.absence import examples
from tests.cast import NOW

SYSTEM = application("test")
CONTROLS = places.controls() / "personal-information-jp/2026.1.yaml"
GUIDELINE = places.controls() / "appi-guideline-chapter-10/2025-09-24.yaml"


def test_the_built_in_catalogues_come_in_whole_and_are_used_from_today(app: Any) -> None:
    imported = actions.import_builtin(SYSTEM, NOW)
    assert [one.new for one in imported] == [True, True]
    controls = imported[1].version
    assert Control.select().where(Control.version == controls).count() == len(read(CONTROLS).controls)
    assert Measure.select().count() == len(read(GUIDELINE).measures)
    in_use = CatalogueInUse.latest(Moment.at(NOW), catalogue=controls.catalogue_id)
    assert in_use is not None and in_use.version_id == controls.id
    assert [subject.code for subject in Subject.select().where(Subject.kind == "company")] == ["company"]


def test_importing_again_changes_nothing(app: Any) -> None:
    first = actions.import_builtin(SYSTEM, NOW)
    before = _rows()
    again = actions.import_builtin(SYSTEM, NOW + timedelta(days=1))
    assert [one.new for one in again] == [False, False]
    assert [one.version.id for one in again] == [one.version.id for one in first]
    assert _rows() == before


def test_the_same_version_with_other_content_is_refused_with_both_hashes(app: Any) -> None:
    file = read(CONTROLS)
    actions.import_catalogue(SYSTEM, file, NOW)
    other = dataclasses.replace(file, content_hash="f" * 64)
    before = _rows()
    with pytest.raises(RuleBroken) as refused:
        actions.import_catalogue(SYSTEM, other, NOW)
    with app.test_request_context():
        assert file.content_hash in str(refused.value) and "f" * 64 in str(refused.value)
    assert _rows() == before


def test_the_log_witnesses_every_imported_row(app: Any, settings: Any) -> None:
    actions.import_builtin(SYSTEM, NOW)
    report = verify(settings.evidence_folder)
    assert report.clean, [str(problem) for problem in report.problems]
    assert report.rows > 150


def test_a_whole_catalogue_is_imported_with_few_statements(app: Any, query_count: Any) -> None:
    file = read(CONTROLS)
    with query_count() as seen:
        actions.import_catalogue(SYSTEM, file, NOW, use_from=date(2026, 11, 20))
    assert len(seen) < 40, "\n".join(sql[:100] for sql in seen.sql)


def test_importing_the_built_in_controls_takes_less_than_half_a_second(app: Any) -> None:
    fastest = 9.0
    for attempt in range(3):
        began = time.perf_counter()
        file = dataclasses.replace(read(CONTROLS), version=f"9.{attempt}")
        actions.import_catalogue(SYSTEM, file, NOW)
        fastest = min(fastest, time.perf_counter() - began)
    # The goal is 500 ms on two idle cores; this holds it from growing by an order.
    assert fastest < 2.0, fastest


def test_another_version_is_used_from_its_day_on(app: Any) -> None:
    file = read(CONTROLS)
    first = actions.import_catalogue(SYSTEM, file, NOW, use_from=date(2026, 4, 1)).version
    second = actions.import_catalogue(
        SYSTEM, dataclasses.replace(file, version="2027.1"), NOW, use_from=date(2027, 4, 1)
    ).version

    def used(day: date) -> int | None:
        row = CatalogueInUse.latest(Moment(day, NOW), catalogue=first.catalogue_id)
        return row.version_id if row else None

    assert used(date(2026, 3, 31)) is None
    assert used(date(2027, 3, 31)) == first.id
    assert used(date(2027, 4, 1)) == second.id


def test_the_same_version_is_put_into_use_once(app: Any) -> None:
    version = actions.import_catalogue(SYSTEM, read(CONTROLS), NOW, use_from=date(2026, 4, 1)).version
    actions.use_version(SYSTEM, version, date(2026, 11, 20), NOW)
    assert CatalogueInUse.select().count() == 1


numbers = itertools.count()  # each example is another catalogue in the one database of the test
words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12
).filter(lambda text: text.strip() == text)
pairs = st.builds(Text, en=words, ja=words)


@st.composite
def catalogues(draw: Any) -> CatalogueFile:
    headings = [
        CategoryEntry(f"cat-{n}", draw(st.sampled_from([None, f"C{n}"])), draw(pairs))
        for n in range(draw(st.integers(1, 3)))
    ]
    controls = tuple(
        ControlEntry(
            f"X-{n}", draw(st.sampled_from(headings)).code, "department", ("use",), "practice", "annual",
            draw(pairs), draw(pairs), draw(pairs), tuple(draw(st.lists(pairs, max_size=2))),
            {"iso27001_2022": tuple(draw(st.lists(words, max_size=2)))}, tuple(draw(st.lists(words, max_size=2))),
        )
        for n in range(draw(st.integers(1, 4)))
    )  # fmt: skip
    count = draw(st.integers(0, 5))
    measures = tuple(
        MeasureEntry(
            f"10-{n}", draw(st.sampled_from([None, *(f"10-{above}" for above in range(n))])), "must",
            draw(pairs), draw(pairs), draw(pairs), tuple(draw(st.lists(pairs, max_size=2))), (), None, (), "C",
        )
        for n in draw(st.permutations(range(count)))
    )  # fmt: skip
    return CatalogueFile(
        "controls", "round-trip", draw(st.sampled_from(["1", "2"])), draw(pairs), None, draw(words), draw(words),
        date(2026, 4, 1), (), (), tuple(headings), controls, measures, (), {}, draw(st.sampled_from("ab")) * 64,
    )  # fmt: skip


@settings(max_examples=examples(6, 25))
@given(files=st.lists(catalogues(), min_size=1, max_size=3))
def test_what_comes_in_comes_out_whatever_is_imported_again(app: Any, files: list[Any]) -> None:
    key = f"round-trip-{next(numbers)}"
    files = [dataclasses.replace(file, key=key) for file in files]
    kept: dict[str, CatalogueFile] = {}
    for file in (*files, *files):
        known = kept.get(file.version)
        if known is not None and known.content_hash != file.content_hash:
            with pytest.raises(RuleBroken):
                actions.import_catalogue(SYSTEM, file, NOW)
        else:
            imported = actions.import_catalogue(SYSTEM, file, NOW)
            assert imported.new == (known is None)
            kept.setdefault(file.version, file)
    versions = list(CatalogueVersion.select().join(Catalogue).where(Catalogue.key == key))
    assert len(versions) == len(kept)
    for version in versions:
        _holds(version, kept[version.version])


def _holds(version: CatalogueVersion, file: CatalogueFile) -> None:
    headings = Category.select().where(Category.version == version).order_by(Category.position)
    assert [(row.key, row.prefix or None, Text(row.title_en, row.title_ja)) for row in headings] == [
        (entry.code, entry.prefix, entry.title) for entry in file.categories
    ]
    rows = Control.select().where(Control.version == version).order_by(Control.position)
    for row, entry in zip(rows, file.controls, strict=True):
        assert (row.code, row.category.key, row.details) == (entry.code, entry.category, entry.details())
        assert Text(row.question_en, row.question_ja) == entry.question
        assert search_key(entry.title.ja) in row.search_key
    measures = Measure.select().where(Measure.version == version).order_by(Measure.position)
    for measure, asked in zip(measures, file.measures, strict=True):
        above = measure.parent.key if measure.parent_id else None
        assert (measure.key, above, measure.details) == (asked.code, asked.parent, asked.details())


def _rows() -> dict[str, int]:
    return {
        model.__name__: model.select().count()
        for model in (CatalogueVersion, CatalogueInUse, Category, Control, Measure, Subject)
    }
