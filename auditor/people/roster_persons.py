"""The persons of a roster: one row a person, with employee numbers that have kept their zeros."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from auditor.people.kinds import EmploymentKind, EmploymentStatus
from auditor.people.roster_columns import label_key
from auditor.people.roster_problems import Problems
from auditor.people.roster_reading import RowReader, Table
from auditor.people.roster_rows import ConcurrentPost, PersonRow
from auditor.people.roster_units import UnitIndex
from auditor.people.roster_values import half_width, is_email, text_of

LONGEST_NAME = 80
LONGEST_ROMAN_NAME = 160
LONGEST_EMAIL = 254
LONGEST_POST = 80
USUAL_SHARE = 0.8  # of the numbers must have one width before a shorter one is suspected
WITHOUT_UNIT = {EmploymentKind.OFFICER, EmploymentKind.OUTSIDE}

_KINDS = {
    EmploymentKind.REGULAR: "正社員 社員 従業員 正規 一般社員 regular employee permanent fulltime",
    EmploymentKind.CONTRACT: "契約社員 契約 嘱託 嘱託社員 contract fixedterm",
    EmploymentKind.PART_TIME: "パートアルバイト パート アルバイト パートタイマー パート社員 臨時社員 parttime temporary",
    EmploymentKind.DISPATCHED: "派遣社員 派遣 派遣労働者 派遣スタッフ dispatched dispatchedworker agency",
    EmploymentKind.SECONDED_IN: "出向受入 受入出向 出向受入者 出向社員受入 secondedin secondedtous",
    EmploymentKind.SECONDED_OUT: "出向中 出向 社外出向 在籍出向 secondedout secondedelsewhere",
    EmploymentKind.OFFICER: "役員 取締役 監査役 執行役員 officer director executive",
    EmploymentKind.OUTSIDE: "社外 社外者 外部 業務委託 顧問 outside outsideperson external",
}
_STATUSES = {
    EmploymentStatus.ACTIVE: "在籍 在職 在籍中 勤務中 active atwork employed",
    EmploymentStatus.ON_LEAVE: "休職 休職中 育児休業 育児休業中 育休 産休 産前産後休業 介護休業 休業 休業中 onleave leave",
    EmploymentStatus.LEFT: "退職 退職済 退社 契約終了 派遣終了 left leftthecompany terminated retired",
}
KIND_WORDS = (
    {label_key(word): kind for kind, words in _KINDS.items() for word in words.split()}
    | {label_key(kind.value): kind for kind in EmploymentKind}
    | {
        label_key("regular employee"): EmploymentKind.REGULAR,
        label_key("contract employee"): EmploymentKind.CONTRACT,
        label_key("part-time employee"): EmploymentKind.PART_TIME,
    }
)
STATUS_WORDS = {label_key(word): status for status, words in _STATUSES.items() for word in words.split()}
LANGUAGE_WORDS = dict.fromkeys(("ja", "jp", "jpn", "日本語", "japanese"), "ja") | dict.fromkeys(
    ("en", "eng", "英語", "english"), "en"
)
USUAL_KINDS = [words.split()[0] for words in _KINDS.values()]
USUAL_STATUSES = ["在籍", "休職", "育児休業", "退職"]
USUAL_LANGUAGES = ["日本語", "English"]


class NumberCheck:
    """Tells an employee number that a spreadsheet has robbed of its zeros from one that is short."""

    def __init__(self, table: Table, registered: Collection[str]) -> None:
        written = [number for number in _written_numbers(table) if number.isdigit()]
        widths = Counter(len(number) for number in [*written, *(n for n in registered if n.isdigit())])
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        self._width = width if count >= USUAL_SHARE * sum(widths.values()) else 0
        self._registered = {number.lstrip("0"): number for number in registered if number.startswith("0")}
        self._known = set(registered)
        self._from_csv = not table.sheet.name

    def check(self, row: RowReader, number: str) -> None:
        """Record lost zeros, naming the likely number."""
        cell = row.cell("number")
        typed = isinstance(cell.value, (int, float))
        if not number.isdigit() or number in self._known:
            return
        likely = self._registered.get(number) or (
            number.zfill(self._width) if len(number) < self._width else ""
        )
        if likely and (typed or self._from_csv):
            row.error("leading_zeros_lost", "number", value=number, likely=likely)
        elif likely:
            row.warn("shorter_number", "number", value=number, likely=likely)
        elif typed and set(cell.format) != {"0"}:
            row.notice("number_cell", "number")


def _written_numbers(table: Table) -> Iterator[str]:
    """Return the numbers that are text and thus still have their zeros; in CSV all of them."""
    index = table.header.columns["number"]
    for _, cells in table.rows:
        if index < len(cells) and isinstance(cells[index].value, str):
            yield half_width(text_of(cells[index].value))


def read_persons(
    table: Table, units: UnitIndex, registered: Collection[str], problems: Problems
) -> tuple[list[PersonRow], frozenset[str]]:
    """Return the persons whose rows have no error, and every employee number that the table names."""
    persons, numbers, mailboxes = [], dict[str, str](), dict[str, str]()
    check = NumberCheck(table, registered)
    for row_number, cells in table.rows:
        row = RowReader(table, row_number, cells, problems)
        person = _read_person(row, units, check)
        if person.number and person.number in numbers:
            row.error("duplicate_number", "number", value=person.number, first=numbers[person.number])
        numbers.setdefault(person.number, row.source.cell("number"))
        mailbox = person.email.casefold()
        if mailbox and mailbox in mailboxes:
            row.warn("same_email", "email", value=person.email, first=mailboxes[mailbox])
        mailboxes.setdefault(mailbox, row.source.cell("email"))
        if not row.broken:
            persons.append(person)
    return persons, frozenset(numbers) - {""}


def _read_person(row: RowReader, units: UnitIndex, check: NumberCheck) -> PersonRow:
    number = row.code("number", required=True)
    check.check(row, number)
    family, given = _name(row, "full_name", "family_name", "given_name", required=True)
    family_kana, given_kana = _name(row, "full_kana", "family_kana", "given_kana", required=False)
    kind = row.choice("kind", KIND_WORDS, "unknown_kind", USUAL_KINDS, required="kind" in row.source.columns)
    kind = kind or EmploymentKind.REGULAR
    left_on = row.day("left_on")
    status = row.choice("status", STATUS_WORDS, "unknown_status", USUAL_STATUSES)
    department_code, department_name = units.find(row, "department_code", "department_name")
    person = PersonRow(
        source=row.source,
        number=number,
        family_name=family,
        given_name=given,
        family_kana=family_kana,
        given_kana=given_kana,
        roman_name=row.text("roman_name", LONGEST_ROMAN_NAME),
        email=_email(row),
        kind=kind,
        status=status or _status_by_columns(row, left_on is not None),
        department_code=department_code,
        department_name=department_name,
        post=row.text("post", LONGEST_POST),
        concurrent=tuple(_concurrent(row, units, department_code)),
        joined_on=row.day("joined_on"),
        left_on=left_on,
        leave_from=row.day("leave_from"),
        returned_on=row.day("returned_on"),
        language=row.choice("language", LANGUAGE_WORDS, "unknown_language", USUAL_LANGUAGES) or "",
    )
    _check_together(row, person)
    return person


def _name(row: RowReader, whole: str, first: str, second: str, required: bool) -> tuple[str, str]:
    """Return both parts of a name, from two columns or from one that divides them by a space."""
    columns = row.source.columns
    if first in columns or second in columns:
        return row.text(first, LONGEST_NAME, required), row.text(second, LONGEST_NAME, required)
    text = row.text(whole, LONGEST_NAME, required)
    family, _, given = text.replace("\u3000", " ").partition(" ")
    if required and family and not given.strip():
        row.error("name_not_split", whole, value=text)
    return family, given.strip()


def _email(row: RowReader) -> str:
    email = row.folded("email", LONGEST_EMAIL)
    if email and not is_email(email):
        row.error("bad_email", "email", value=email)
    return email


def _status_by_columns(row: RowReader, has_left: bool) -> EmploymentStatus:
    """Return the status of a row that does not say: a roster without that column marks leavers by date."""
    gone = has_left and "status" not in row.source.columns
    return EmploymentStatus.LEFT if gone else EmploymentStatus.ACTIVE


def _concurrent(row: RowReader, units: UnitIndex, main: str) -> Iterator[ConcurrentPost]:
    for index in range(1, 10):
        code_field, name_field, post_field = f"also_code_{index}", f"also_name_{index}", f"also_post_{index}"
        if not {code_field, name_field} & row.source.columns.keys():
            continue
        code, name = units.find(row, code_field, name_field)
        post = row.text(post_field, LONGEST_POST)
        at = code_field if code_field in row.source.columns else name_field
        if not code and not name:
            if post:
                row.error("missing", at, column=row.heading(at))
            continue
        if code and code == main:
            row.warn("concurrent_same", at, value=code)
            continue
        yield ConcurrentPost(code, name, post, at)


def _check_together(row: RowReader, person: PersonRow) -> None:
    """Check what one value says of another: unit, dates and status."""
    unit_field = "department_code" if "department_code" in row.source.columns else "department_name"
    without_unit = person.kind in WITHOUT_UNIT or person.status is EmploymentStatus.LEFT
    if row.is_empty("department_code") and row.is_empty("department_name") and not without_unit:
        row.error("missing", unit_field, column=row.heading(unit_field))
    if person.left_on and person.joined_on and person.left_on < person.joined_on:
        row.error(
            "left_before_joined",
            "left_on",
            value=person.left_on.isoformat(),
            other=person.joined_on.isoformat(),
        )
    if person.returned_on and person.leave_from and person.returned_on < person.leave_from:
        row.error(
            "returned_before_leave",
            "returned_on",
            value=person.returned_on.isoformat(),
            other=person.leave_from.isoformat(),
        )
    if person.status is EmploymentStatus.LEFT and row.is_empty("left_on"):
        row.warn("left_without_date", "left_on")
    if person.status is EmploymentStatus.ON_LEAVE and row.is_empty("leave_from"):
        row.warn("leave_without_date", "leave_from")
