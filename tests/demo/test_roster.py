"""The demo roster: what a personnel department sends, the same on every machine, read by the import."""

from __future__ import annotations

import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from auditor.demo import roster
from auditor.demo.roster_names import roman
from auditor.people.kinds import EmploymentKind, EmploymentStatus
from auditor.people.roster_file import PersonRow, RosterFile, read_roster


@pytest.fixture(scope="module")
def april() -> RosterFile:
    return read_roster(roster.APRIL_FILE, roster.APRIL_FILE.name)


@pytest.fixture(scope="module")
def october() -> RosterFile:
    return read_roster(roster.OCTOBER_FILE, roster.OCTOBER_FILE.name)


def by_number(read: RosterFile) -> dict[str, PersonRow]:
    return {person.number: person for person in read.persons}


@pytest.mark.parametrize("day", [roster.APRIL, roster.OCTOBER])
def test_the_committed_file_is_what_the_generator_writes(day: date, tmp_path: Path) -> None:
    roster.write(tmp_path / "new.xlsx", day)
    committed = roster.APRIL_FILE if day == roster.APRIL else roster.OCTOBER_FILE
    # Strings and sheets, and not the whole package: styles and properties vary with the writer's version.
    assert _cells(tmp_path / "new.xlsx") == _cells(committed)


def _cells(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        wanted = [
            name for name in package.namelist() if name.startswith(("xl/worksheets/", "xl/sharedStrings"))
        ]
        return {name: package.read(name) for name in wanted}


def test_the_command_writes_either_roster(tmp_path: Path) -> None:
    roster.main([str(tmp_path / "a.xlsx")])
    roster.main([str(tmp_path / "o.xlsx"), "--october"])
    assert _cells(tmp_path / "a.xlsx") == _cells(roster.APRIL_FILE)
    assert _cells(tmp_path / "o.xlsx") == _cells(roster.OCTOBER_FILE)


def test_there_is_no_roster_of_another_day(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no demo roster"):
        roster.write(tmp_path / "x.xlsx", date(2026, 5, 1))


def test_both_are_read_without_an_error_or_a_warning(april: RosterFile, october: RosterFile) -> None:
    for read, day in ((april, roster.APRIL), (october, roster.OCTOBER)):
        assert {problem.code for problem in read.problems} == {"column_ignored", "note_rows", "text_date"}
        assert read.as_of == day
        assert len(read.persons) == read.person_rows


def test_the_company_has_its_size_and_its_special_cases(april: RosterFile) -> None:
    kinds = Counter(person.kind for person in april.persons)
    assert len(april.persons) == 320
    assert len(april.departments) == 31
    assert {unit.site for unit in april.departments} == {"東京本社", "大阪支店", "福岡センター"}
    assert set(kinds) == set(EmploymentKind)
    assert kinds[EmploymentKind.DISPATCHED] >= 10
    assert sum(person.status is EmploymentStatus.ON_LEAVE for person in april.persons) == 3
    assert sum(not person.email for person in april.persons) >= 10
    assert sum(len(person.concurrent) for person in april.persons) >= 5
    assert max(len(person.concurrent) for person in april.persons) == 2
    assert all(person.number.startswith("0") and len(person.number) == 6 for person in april.persons)
    written = "".join(person.family_name + person.given_name for person in april.persons)
    assert {"髙", "﨑", "𠮷", "𣘺"} <= set(written)
    assert sum(person.language == "en" for person in april.persons) >= 3


def test_addresses_and_full_names_are_everybodys_own(october: RosterFile) -> None:
    addresses = [person.email for person in october.persons if person.email]
    names = [(person.family_name, person.given_name) for person in october.persons]
    assert len(addresses) == len(set(addresses))
    assert len(names) == len(set(names))


def test_every_unit_has_a_responsible_person_at_work(april: RosterFile, october: RosterFile) -> None:
    for read in (april, october):
        people = by_number(read)
        for unit in read.departments:
            head = people[unit.head_number]
            assert head.status is EmploymentStatus.ACTIVE
            assert unit.code in {head.department_code, *(post.department_code for post in head.concurrent)}


def test_the_cast_is_where_its_constants_say(april: RosterFile) -> None:
    people = by_number(april)
    expected = {
        roster.cast.REPRESENTATIVE: ("青葉 一樹", "役員室"),
        roster.cast.ADMINISTRATOR: ("髙田 直子", "人事総務部"),
        roster.cast.HEAD_OF_AUDIT: ("大西 恵", "内部監査室"),
        roster.cast.AUDITOR_TAKAHASHI: ("髙橋 みのり", "内部監査室"),
        roster.cast.AUDITOR_EGUCHI: ("江口 修", "情報システム部"),
        roster.cast.AUDITOR_MORITA: ("森田 健", "法務室"),
        roster.cast.HEAD_SALES_1: ("小林 誠", "営業第一部"),
        roster.cast.STAFF_NISHIMURA: ("西村 葵", "営業第一部"),
    }
    for number, (name, unit) in expected.items():
        person = people[number]
        assert (f"{person.family_name} {person.given_name}", person.department_name) == (name, unit)
    assert people[roster.cast.WORKER_WITHOUT_ADDRESS].email == ""


def test_by_october_people_have_moved_joined_left_and_returned(
    april: RosterFile, october: RosterFile
) -> None:
    before, after = by_number(april), by_number(october)
    moved = {number for number in before if before[number].department_code != after[number].department_code}
    left = [person for person in october.persons if person.status is EmploymentStatus.LEFT]
    returned = [number for number in before if after[number].returned_on]
    assert {roster.cast.AUDITOR_EGUCHI, roster.cast.DEVELOPER_YOSHIDA} < moved
    assert len(after) - len(before) == 6
    assert len(left) == 4
    assert all(person.left_on and person.left_on < roster.OCTOBER for person in left)
    assert len(returned) == 1
    assert after[returned[0]].status is EmploymentStatus.ACTIVE
    assert {unit.name for unit in october.departments} - {unit.name for unit in april.departments} == {
        "マーケティング部"
    }


@pytest.mark.parametrize(
    ("kana", "spelled"),
    [
        ("オオノ", "Ono"),
        ("ショウタ", "Shota"),
        ("ハットリ", "Hattori"),
        ("イノウエ", "Inoue"),
        ("ジュンイチ", "Junichi"),
    ],
)
def test_readings_are_spelled_as_on_a_passport(kana: str, spelled: str) -> None:
    assert roman(kana) == spelled
