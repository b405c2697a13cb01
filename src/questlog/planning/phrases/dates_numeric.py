"""Dates in numbers: 2026-12-01, 15.01.2027, 12/24.

ISO comes first and is never anything else. Between points the day comes before the month, between slashes the month
before the day, unless that is impossible.
"""

import re
from datetime import date, datetime, time

from questlog.planning.phrases import dates_calendar as calendar
from questlog.planning.phrases import dates_months
from questlog.planning.phrases.dates_line import Line, Reading, on
from questlog.planning.phrases.kinds import Kind
from questlog.planning.phrases.lexicon import MEASURES, VERSIONS

YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])")
YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?![0-9])")
NO_YEAR = re.compile(r"([0-9]{1,2})([/.])([0-9]{1,2})(?![0-9])")
MONTH_AND_YEAR = re.compile(r"([0-9]{1,2})/([0-9]{4})(?![0-9])")
MOMENT = re.compile(
    r"[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?(?![0-9])"
)


def read(line: Line, at: int, preposition: str) -> Reading | None:
    """Return the date that begins with the number at `at`."""
    token = line.token(at)
    if token is None or not token.is_number:
        return None
    if found := YEAR_FIRST.match(line.text, token.start):
        return _year_first(line, found)
    if found := YEAR_LAST.match(line.text, token.start):
        return on(
            _year_last(line, found, at, preposition),
            dates_months.after_year(line, line.at(found.end())),
        )
    if found := MONTH_AND_YEAR.match(line.text, token.start):
        day = calendar.day_of(int(found[2]), int(found[1]), 1)
    elif found := NO_YEAR.match(line.text, token.start):
        day = _no_year(line, found, at, preposition)
    else:
        return None
    return on(day, line.at(found.end()))


def _year_first(line: Line, found: re.Match[str]) -> Reading | None:
    day = calendar.day_of(int(found[1]), int(found[3]), int(found[4]))
    if day is None:
        return None
    moment = MOMENT.match(line.text, found.end())
    if moment is None:
        return on(day, line.at(found.end()))
    local = _local(line, day, moment)
    if local is None:
        return None
    return Reading(line.at(moment.end()), local.date(), local.time())


def _local(line: Line, day: date, moment: re.Match[str]) -> datetime | None:
    """A moment with a zone is told by the clock of the reader; the wall clock alone is taken as it stands."""
    try:
        clock = time(int(moment[1]), int(moment[2]))
        if moment[4] is None:
            return datetime.combine(day, clock)
        stamp = f"{day.isoformat()}T{clock:%H:%M}{moment[4].upper()}"
        return datetime.fromisoformat(stamp).astimezone(line.now.tzinfo).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _year_last(line: Line, found: re.Match[str], at: int, preposition: str) -> date | None:
    first, mark, second, year = found.groups()
    if len(year) == 2 and (mark == "-" or not (preposition or _is_certain(line, found, at))):
        return None
    day, month = _day_and_month(first, mark, second, may_swap=mark == "/" or len(year) > 2)
    return calendar.day_of(calendar.full_year(year), month, day)


def _no_year(line: Line, found: re.Match[str], at: int, preposition: str) -> date | None:
    first, mark, second = found.groups()
    if mark == "." and line.meaning(at - 1, Kind.BARE_AT) is not None:
        return None  # "at 12.30" is a time
    if not preposition and not _is_certain(line, found, at):
        return None
    day, month = _day_and_month(first, mark, second, may_swap=mark == "/")
    return calendar.upcoming(line.today, month, day)


def _is_certain(line: Line, found: re.Match[str], at: int) -> bool:
    """Whether numbers in the middle of a line can only be a date: "2.10" is a version, "1/2" a half."""
    if line.is_whole:
        return True
    if line.word(line.at(found.end())) in MEASURES:
        return False
    return len(found[1]) == len(found[3]) == 2 and _may_follow(line, at - 1)


def _may_follow(line: Line, at: int) -> bool:
    """Numbers after a name ("Ubuntu 24.04"), after a mark or after "version" are not dates."""
    token = line.token(at)
    if token is None:
        return True
    if not token.is_word:
        return token.word in ",:;(—–"
    is_name = "A" <= line.text[token.start] <= "Z" and at > 0 and token.meanings == {}
    return token.word not in VERSIONS and not is_name


def _day_and_month(first: str, mark: str, second: str, *, may_swap: bool) -> tuple[int, int]:
    day, month = (int(second), int(first)) if mark == "/" else (int(first), int(second))
    return (month, day) if may_swap and month > 12 else (day, month)
