"""The dates inside filters: counted from now, whole periods, and what people write for a day."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import Any

from questlog.core.exceptions import ValidationError
from questlog.planning import moments
from questlog.planning.filters.tree import Period
from questlog.planning.filters.words import fold
from questlog.planning.phrases import dates as phrases

MOST_DAYS = 36_600  # a hundred years either way
FIRST_DAY, LAST_DAY = date(1, 1, 2), date(MAXYEAR, 12, 30)

UNITS = {
    "minute": r"minutes?|mins?|минут[аыу]?|мин",
    "hour": r"hours?|hrs?|h|час(?:а|ов)?|ч",
    "day": r"days?|d|день|дня|дней|дн",
    "week": r"weeks?|w|недел[яиьюе]|недель|нед",
    "month": r"months?|mo|месяц(?:а|ев|е)?|мес",
    "year": r"years?|y|год[ау]?|лет",
}
_UNIT = "|".join(f"(?P<{name}>{spelt})" for name, spelt in UNITS.items())
_NUMBER = r"(?P<number>\d{1,5})"
OFFSET = re.compile(rf"(?P<sign>[+-]?) ?{_NUMBER} ?(?:{_UNIT})")
BEHIND = re.compile(r"(\d{1,4}) (days?|weeks?|months?|years?) after (.+)")
COUNTED = (
    ("past", re.compile(rf"(?:- ?|past |прошлые |прошедшие ){_NUMBER} ?(?:{_UNIT})")),
    (
        "last",
        re.compile(rf"(?:last |за последние |последние |за последний ){_NUMBER} ?(?:{_UNIT})"),
    ),
    (
        "next",
        re.compile(
            rf"(?:(?:the )?next |следующие |ближайшие |в ближайшие )?{_NUMBER} ?(?:{_UNIT})"
        ),
    ),
)
_NAMED_UNIT = r"(?:(?P<week>week|недел[яеию])|(?P<month>month|месяце?)|(?P<year>year|году?))"
NAMED = (
    ("this", re.compile(rf"(?:this|(?:на |в )?эт(?:а|ой|у|от|ом)) {_NAMED_UNIT}")),
    ("next", re.compile(rf"(?:next|(?:на |в )?следующ(?:ая|ей|ую|ий|ем)) {_NAMED_UNIT}")),
    (
        "last",
        re.compile(rf"(?:last|previous|(?:на |в )?прошл(?:ая|ой|ую|ый|ом)) {_NAMED_UNIT}"),
    ),
)
EDGES = {
    "first day": 1,
    "first day of next month": 1,
    "1st": 1,
    "первое число": 1,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A local day, and the moment if the words name a time of day."""

    day: date
    moment: datetime | None = None


def period(text: str) -> Period | None:
    """Read whole days in a row: `next week`, `7 days`, `-3 days`."""
    said = fold(text)
    for kind, pattern in NAMED:
        found = pattern.fullmatch(said)
        if found is not None:
            return _period(kind, _unit(found))
    for kind, pattern in COUNTED:
        found = pattern.fullmatch(said)
        if found is not None:
            return _counted(kind, _unit(found), int(found["number"]))
    return None


def _unit(found: re.Match[str]) -> str:
    return next(name for name in UNITS if found.groupdict().get(name) is not None)


def _period(kind: Any, unit: Any) -> Period:
    return Period(kind, unit)


def _counted(kind: Any, unit: Any, count: int) -> Period | None:
    days = {"day": 1, "week": 7, "month": 31, "year": 366}.get(unit)
    if days is None or not 1 <= count * days <= MOST_DAYS:
        return None
    return Period(kind, unit, count)


def days_of(period: Period, today: date) -> tuple[date, date]:
    """Return the first and the last day of a period."""
    if period.count is None:
        first = _began(period.unit, today)
        step = {"this": 0, "next": 1, "last": -1}[period.kind]
        first = moved(first, step, period.unit)
        return first, moved(first, 1, period.unit) - timedelta(days=1)
    if period.kind == "next":
        return today, moved(today, period.count, period.unit) - timedelta(days=1)
    first = moved(today, -period.count, period.unit)
    if period.kind == "past":
        return first, today - timedelta(days=1)
    return first + timedelta(days=1), today


def _began(unit: str, today: date) -> date:
    if unit == "week":
        return today - timedelta(days=today.weekday())
    return today.replace(day=1) if unit == "month" else today.replace(month=1, day=1)


def moved(day: date, count: int, unit: str) -> date:
    """Move by calendar units; a month without such a day ends earlier, and the calendar ends with year 9999."""
    if unit in ("day", "week"):
        number = day.toordinal() + count * (7 if unit == "week" else 1)
        return date.fromordinal(min(max(number, FIRST_DAY.toordinal()), LAST_DAY.toordinal()))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    if not FIRST_DAY.year <= year < MAXYEAR:
        return FIRST_DAY if year < 1 else LAST_DAY
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def read(text: str, now: datetime) -> Found | None:
    """Return what the words name, seen from `now` in the user's zone; None for what is no date.

    A period stands for its first day.
    """
    said = fold(text)
    counted = OFFSET.fullmatch(said)
    if counted is not None:
        return _offset(counted, now)
    if said in EDGES:
        return Found(moved(now.date().replace(day=1), 1, "month"))
    named = period(text)
    if named is not None:
        return Found(days_of(named, now.date())[0])
    behind = BEHIND.fullmatch(said)
    if behind is not None:
        start = read(behind[3], now)
        unit = behind[2].rstrip("s")
        return None if start is None else Found(moved(start.day, int(behind[1]), unit))
    return _spoken(text, now)


def _offset(found: re.Match[str], now: datetime) -> Found | None:
    unit, count = _unit(found), int(found["number"])
    count = -count if found["sign"] == "-" else count
    if unit in ("hour", "minute"):
        moment = now + timedelta(**{f"{unit}s": count})
        return Found(moment.date(), moment)
    return Found(moved(now.date(), count, unit))


def _spoken(text: str, now: datetime) -> Found | None:
    try:
        found = phrases.read(text, now=now)
    except ValidationError:
        return None
    if found.time is None:
        return Found(found.day)
    zone = now.tzinfo
    return Found(found.day, None if zone is None else moments.moment(found.day, found.time, zone))


def day_begins(day: date, now: datetime) -> datetime:
    """Return the moment at which a local day begins."""
    zone = now.tzinfo
    assert zone is not None, "filters are read at a moment with a zone"  # noqa: S101
    return moments.moment(day, time(), zone)
