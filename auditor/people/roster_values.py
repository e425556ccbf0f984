"""One cell into one value: texts, codes, dates as Japanese offices write them, addresses."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

EARLIEST_YEAR, LATEST_YEAR = 1930, 2100
# The year before the first of each era: 令和8年 is 2018 + 8.
_ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925, "大正": 1911, "t": 1911}
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_./-]*")
_SEPARATED = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL_TEXT = re.compile(r"[1-9]\d{4}")  # a column of dates that was turned into text
_ERA_DAY = re.compile(
    r"(令和|平成|昭和|大正|[rhst])\s*(\d{1,2}|元)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?",
    re.IGNORECASE,
)
_AFTER_DAY = re.compile(r"\s*(\([月火水木金土日]\)|[t ]?\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)\s*$", re.IGNORECASE)
# Direction overrides, zero-width spaces and the byte order mark: invisible, and able to deceive the eye.
_INVISIBLE = set(
    "\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 - a day number has no zone


def text_of(value: object) -> str:
    """Return a cell's value as text without blanks around it; whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.min.time() else value.isoformat(" ")
    return str(value)


def has_unseen(text: str) -> bool:
    """Whether a text holds a control character or an invisible one that no name or title needs."""
    return not text.isprintable() and any(
        unicodedata.category(char) in {"Cc", "Cs"} or char in _INVISIBLE for char in text
    )


def half_width(text: str) -> str:
    """Return a code, address or date in half-width characters. Never for names."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def is_code(text: str) -> bool:
    """Whether a text can be an employee number or a department code."""
    return _CODE.fullmatch(text) is not None


@lru_cache(maxsize=32_768)
def is_email(text: str) -> bool:
    """Whether a text is an address that mail could go to; an internal domain will do."""
    domain = text.rpartition("@")[2]
    try:
        validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    return "." in domain


def day_of(value: object, epoch: datetime = _EPOCH_1900) -> tuple[date, str]:
    """Return the day that a cell names and how it named it: "date", "text" or "serial".

    ``epoch`` is day 0 of the workbook. ``ValueError`` where it is no date, ``OverflowError`` where its
    year cannot be meant.
    """
    if isinstance(value, datetime):
        day, how = value.date(), "date"
    elif isinstance(value, date):
        day, how = value, "date"
    elif isinstance(value, bool):
        raise ValueError(value)
    elif isinstance(value, (int, float)):
        day, how = _numbered_day(value, epoch)
    elif _SERIAL_TEXT.fullmatch(written := half_width(str(value))):
        day, how = _numbered_day(int(written), epoch)
    else:
        day, how = _written_day(written), "text"
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise OverflowError(day)
    return day, how


def day_in_title(text: str) -> date | None:
    """Return the day of a title such as 社員名簿　令和8年4月1日現在, if it names one."""
    plain = half_width(text)
    for pattern in (_ERA_DAY, _SEPARATED):
        found = pattern.search(plain)
        if found is None:
            continue
        rest = plain[found.end() :].lstrip(" )")
        before = plain[: found.start()].casefold().rstrip()
        if rest.startswith(("現在", "時点", "付")) or before.endswith("as of"):
            try:
                return _written_day(found.group())
            except ValueError:
                return None
    return None


def _numbered_day(value: float, epoch: datetime) -> tuple[date, str]:
    compact = _COMPACT.fullmatch(str(int(value)))
    if compact and float(value).is_integer():
        return _day(*compact.groups()), "text"
    if not 1 <= value < 200_000:
        raise ValueError(value)
    return (epoch + timedelta(days=int(value))).date(), "serial"


def _written_day(text: str) -> date:
    bare = _AFTER_DAY.sub("", text.strip())
    for pattern in (_SEPARATED, _COMPACT):
        found = pattern.fullmatch(bare)
        if found:
            return _day(*found.groups())
    found = _ERA_DAY.fullmatch(bare)
    if not found:
        raise ValueError(text)
    era, year, month, day = found.groups()
    return _day(str(_ERAS[era.lower()] + (1 if year == "元" else int(year))), month, day)


def _day(year: str, month: str, day: str) -> date:
    return date(int(year), int(month), int(day))
