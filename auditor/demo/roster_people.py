"""Who works at the invented company: the named cast, the others, and what changes by October."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from auditor.demo.roster_cast import CAST, CHEN_LI, DEPARTURES, EGUCHI, ISHII, KATO_AYA, YOSHIDA, Person
from auditor.demo.roster_names import FAMILY_NAMES, GIVEN_NAMES, roman
from auditor.demo.roster_units import MARKETING, UNITS, Unit

APRIL, OCTOBER = date(2026, 4, 1), date(2026, 10, 1)
_JUNIOR_POSTS = ("主任", "", "", "係長", "", "", "", "主任", "", "")
_NO_MAILBOX = {"派遣社員", "契約社員", "パート・アルバイト"}


class Dice:
    """A linear congruential generator: the same throws on every machine and Python."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def below(self, limit: int) -> int:
        """Return the next number from 0 to limit - 1."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % limit


def april() -> tuple[Person, ...]:
    """Return everybody on the roster of 1 April 2026, by employee number."""
    people = list(CAST)
    dice, taken = Dice(20260401), {(p.family, p.given) for p in CAST}
    numbers = _numbers(dice, {p.number for p in CAST})
    for unit in UNITS:
        missing = unit.size - sum(1 for p in people if p.unit == unit.code)
        headed = any(p.unit == unit.code and p.post == unit.head for p in people)
        for index in range(missing):
            post = unit.head if index == 0 and not headed else _JUNIOR_POSTS[dice.below(10)]
            people.append(_newcomer(dice, unit, index, post, numbers, taken))
    return _with_addresses(_with_leave(tuple(sorted(people, key=lambda p: p.number))))


def october() -> tuple[Person, ...]:
    """Return the roster of 1 October 2026: transfers, joiners, leavers, one back from leave."""
    people = {p.number: p for p in april()}
    for number, unit, post in _transfers(people):
        people[number] = replace(people[number], unit=unit, post=post)
    for number, last_day in zip(_leavers(people), DEPARTURES, strict=True):
        people[number] = replace(people[number], status="退職", left=last_day)
    returning = min(n for n, p in people.items() if p.status == "育児休業")
    people[returning] = replace(people[returning], status="在籍", returned=OCTOBER, remark="10月1日復職")
    people[CHEN_LI] = replace(people[CHEN_LI], kind="正社員", post="")
    people[ISHII] = replace(people[ISHII], concurrent=((MARKETING.code, "部長"),))
    promoted = next(p for p in people.values() if p.unit == "D411" and p.post == "主任")
    people[promoted.number] = replace(promoted, post="係長", remark="10月1日昇格")
    joiners = _joiners({(p.family, p.given) for p in people.values()})
    for joiner in _with_addresses(joiners, frozenset(p.mailbox for p in people.values())):
        people[joiner.number] = joiner
    return tuple(people[number] for number in sorted(people))


def units_in_april() -> tuple[Unit, ...]:
    """Return the units of 1 April 2026."""
    return UNITS


def units_in_october() -> tuple[Unit, ...]:
    """Return the units of 1 October 2026: the marketing department has been formed."""
    return tuple(sorted((*UNITS, MARKETING), key=lambda unit: unit.code))


def head_of(unit: Unit, people: tuple[Person, ...]) -> str:
    """Return the employee number of the unit's responsible person: by main post, else concurrently."""
    for person in people:
        if person.unit == unit.code and person.post == unit.head and person.status != "退職":
            return person.number
    return next(p.number for p in people if (unit.code, unit.head) in p.concurrent)


def _numbers(dice: Dice, taken: set[str]) -> dict[str, Iterator[str]]:
    """Return the free numbers by kind: staff spread over four decades, others in ranges of their own."""

    def staff() -> Iterator[str]:
        used = set(taken)
        while True:
            number = f"{120 + dice.below(9300):06}"
            if number not in used:
                used.add(number)
                yield number

    def row(start: int) -> Iterator[str]:
        return (f"{number:06}" for number in range(start, start + 900) if f"{number:06}" not in taken)

    return {
        "正社員": staff(),
        "出向中": staff(),
        "契約社員": row(20011),
        "パート・アルバイト": row(30007),
        "出向受入": row(40003),
        "派遣社員": row(50012),
    }


def _newcomer(
    dice: Dice,
    unit: Unit,
    index: int,
    post: str,
    numbers: dict[str, Iterator[str]],
    taken: set[tuple[str, str]],
) -> Person:
    kind = "正社員" if post else _kind(dice, unit, index)
    number = next(numbers[kind])
    family, given, family_kana, given_kana = _name(dice, taken)
    return Person(
        number=number,
        family=family,
        given=given,
        family_kana=family_kana,
        given_kana=given_kana,
        roman=f"{roman(given_kana)} {roman(family_kana)}",
        kind=kind,
        unit=unit.code,
        post=post,
        joined=_joined(dice, number, kind),
        remark=_remark(dice, kind),
    )


def _name(dice: Dice, taken: set[tuple[str, str]]) -> tuple[str, str, str, str]:
    """Return a name nobody bears yet; the lower of two throws, so that frequent names are frequent."""
    while True:
        family, family_kana = FAMILY_NAMES[
            min(dice.below(len(FAMILY_NAMES)), dice.below(len(FAMILY_NAMES) + 40))
        ]
        given, given_kana = GIVEN_NAMES[dice.below(len(GIVEN_NAMES))]
        if (family, given) not in taken:
            taken.add((family, given))
            return family, given, family_kana, given_kana


def _kind(dice: Dice, unit: Unit, index: int) -> str:
    if unit.code == "D422":
        return ("パート・アルバイト", "契約社員", "正社員")[index % 3]
    if unit.code in {"D320", "D312"} and index == 3:
        return "出向受入"
    if unit.code in {"D130", "D220", "D241"} and index == 3:
        return "出向中"
    throw = dice.below(100)
    return "派遣社員" if throw < 9 else "契約社員" if throw < 13 else "正社員"


def _joined(dice: Dice, number: str, kind: str) -> date:
    """Return the day of entry: numbers rise with the years, and most staff begin on 1 April."""
    if kind in {"正社員", "出向中"}:
        return date(1988 + int(number) * 37 // 9500, 4 if dice.below(4) else 1 + dice.below(3), 1)
    return date(2019 + dice.below(7), (1, 4, 7, 10)[dice.below(4)], 1 if dice.below(3) else 16)


def _remark(dice: Dice, kind: str) -> str:
    if kind == "派遣社員":
        return "派遣元：" + ("みなと人材サービス株式会社", "はるか派遣株式会社")[dice.below(2)]
    if kind == "出向受入":
        return "出向元：若葉見本製作所株式会社"
    if kind == "出向中":
        return "出向先：青葉見本ロジスティクス株式会社"
    return ""


def _with_leave(people: tuple[Person, ...]) -> tuple[Person, ...]:
    """Put two on childcare leave and one on leave of absence, none of them with a post."""
    leave = {"D121": ("育児休業", date(2025, 10, 16)), "D312": ("育児休業", date(2026, 1, 5))}
    leave["D411"] = ("休職", date(2026, 2, 16))
    changed: dict[str, Person] = {}
    named = {p.number for p in CAST}
    for unit, (status, since) in leave.items():
        # The latest to join, so that those on childcare leave are of an age for it.
        person = max(
            (
                p
                for p in people
                if p.unit == unit and not p.post and p.kind == "正社員" and p.number not in named
            ),
            key=lambda p: p.number,
        )
        changed[person.number] = replace(person, status=status, leave_from=since)
    return tuple(changed.get(p.number, p) for p in people)


def _with_addresses(people: tuple[Person, ...], used: frozenset[str] = frozenset()) -> tuple[Person, ...]:
    """Give everybody a mailbox of their own, except most workers of the warehouse and some dispatched."""
    taken, result = set(used), []
    for index, person in enumerate(people):
        without = person.kind in _NO_MAILBOX and (person.unit == "D422" or index % 3 == 0)
        if without and not person.mailbox:
            result.append(person)
            continue
        base = person.mailbox or ".".join(person.roman.lower().split())
        same = [base, *(f"{base}{n}" for n in range(2, 9))]
        address = next(a for a in same if a not in taken)
        taken.add(address)
        result.append(replace(person, mailbox=address))
    return tuple(result)


def _transfers(people: dict[str, Person]) -> list[tuple[str, str, str]]:
    """Return (employee number, new unit, new post) of the transfers of 1 October 2026."""
    planners = [p for p in people.values() if p.unit == "D230" and p.post != "部長" and p.status == "在籍"]
    support = [p for p in people.values() if p.unit == "D411" and not p.post and p.status == "在籍"]
    return [
        (EGUCHI, "D242", "課長代理"),
        (YOSHIDA, "D320", "主任"),
        (KATO_AYA, MARKETING.code, "主任"),
        *((p.number, MARKETING.code, p.post) for p in planners[:6]),
        (support[1].number, "D210", ""),
        (support[4].number, "D122", ""),
    ]


def _leavers(people: dict[str, Person]) -> list[str]:
    """Return four who leave in the first half: from Osaka, development, the warehouse and support."""
    named = {p.number for p in CAST}
    return [
        next(
            p.number
            for p in people.values()
            if p.unit == unit and not p.post and p.status == "在籍" and p.number not in named
        )
        for unit in ("D241", "D320", "D422", "D412")
    ]


def _joiners(taken: set[tuple[str, str]]) -> tuple[Person, ...]:
    dice = Dice(20261001)
    arrivals = (
        ("009501", "D210", "正社員", date(2026, 7, 1)),
        ("009502", "D311", "正社員", date(2026, 7, 1)),
        ("009503", MARKETING.code, "正社員", date(2026, 9, 1)),
        ("009504", "D150", "正社員", date(2026, 10, 1)),
        ("050101", "D130", "派遣社員", date(2026, 8, 1)),
        ("050102", "D422", "派遣社員", date(2026, 10, 1)),
    )
    people = []
    for number, unit, kind, joined in arrivals:
        family, given, family_kana, given_kana = _name(dice, taken)
        spelled = f"{roman(given_kana)} {roman(family_kana)}"
        people.append(
            Person(
                number=number,
                family=family,
                given=given,
                family_kana=family_kana,
                given_kana=given_kana,
                roman=spelled,
                kind=kind,
                unit=unit,
                joined=joined,
                remark=_remark(dice, kind),
            )
        )
    return tuple(people)
