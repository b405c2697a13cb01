"""Dates by distance: "in 3 days", "2 hours ago", "+1 week", "a week after tomorrow"."""

from dataclasses import dataclass
from datetime import date, timedelta

from questlog.planning.phrases import dates_calendar as calendar
from questlog.planning.phrases.dates_line import Line, Reading, on
from questlog.planning.phrases.kinds import Kind, Unit

# "in 1 year 2 months 3 days 4 hours" is as long as anybody says it.
MOST_PARTS = 4
SMALLER = {
    Unit.HOUR: (60, Unit.MINUTE),
    Unit.DAY: (24, Unit.HOUR),
    Unit.WEEK: (7, Unit.DAY),
    Unit.MONTH: (30, Unit.DAY),
    Unit.YEAR: (12, Unit.MONTH),
}
SPANS = {
    Unit.SECOND: timedelta(seconds=1),
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Distance:
    end: int
    parts: tuple[tuple[int, Unit], ...]


def read(line: Line, at: int) -> Reading | None:
    """Return what a distance that begins at `at` leads to, if words or signs say in which direction."""
    if line.means(at, Kind.AHEAD):
        start = _about(line, at + 1)
        # "через неделю" is a week, "in week 5" is none.
        return _moved(line, distance(line, start, bare=not line.word(start).isascii()), 1)
    if line.word(at) in ("+", "-"):
        return _signed(line, at)
    found = distance(line, line.skip(at, Kind.OF), bare=True)
    if found is None:
        return None
    return _directed(line, found, is_counted=distance(line, at, bare=False) is not None)


def distance(line: Line, at: int, *, bare: bool) -> Distance | None:
    """Return the units that are counted from `at` on; `bare` lets a unit without a number be one."""
    parts: list[tuple[int, Unit]] = []
    for _ in range(MOST_PARTS):
        found = _part(line, _next_part(line, at) if parts else at, bare=bare and not parts)
        if found is None:
            break
        at = found[0]
        parts.append(found[1:])
    return Distance(at, tuple(parts)) if parts else None


def _next_part(line: Line, at: int) -> int:
    return line.skip(line.skip_mark(at, ","), Kind.AND)


def _about(line: Line, at: int) -> int:
    return at + 1 if line.word(at) in ("about", "around", "примерно", "около") else at


def _signed(line: Line, at: int) -> Reading | None:
    sign = 1 if line.word(at) == "+" else -1
    if sign < 0 and not line.is_whole:
        return None  # a dash in a line is a dash
    return _moved(line, distance(line, at + 1, bare=False), sign)


def _directed(line: Line, found: Distance, *, is_counted: bool) -> Reading | None:
    after = found.end
    if line.means(after, Kind.AGO):
        return _moved(line, found, -1, end=after + 1)
    if line.meaning(after, Kind.AFTER) == 1 and line.word(after + 1) in ("now", "сейчас"):
        return _moved(line, found, 1, end=after + 2)
    if line.means(after, Kind.LATER) and is_counted:
        return _moved(line, found, 1, end=after + 1)
    return _moved(line, found, 1) if line.is_whole and is_counted else None


def moved_day(day: date | None, found: Distance, sign: int) -> date | None:
    """Return the day at this distance from `day`; hours and minutes lead to none."""
    for amount, unit in found.parts:
        day = None if unit in SPANS or day is None else calendar.add(day, unit, sign * amount)
    return day


def _moved(
    line: Line, found: Distance | None, sign: int, *, end: int | None = None
) -> Reading | None:
    """Hours and minutes are counted in time that passes, days and more on the calendar."""
    if found is None:
        return None
    day: date | None = line.today
    for amount, unit in found.parts:
        if unit not in SPANS and day is not None:
            day = calendar.add(day, unit, sign * amount)
    spans = [SPANS[unit] * amount for amount, unit in found.parts if unit in SPANS]
    end = found.end if end is None else end
    if day is None or not spans:
        return on(day, end)
    start = line.now.replace(year=day.year, month=day.month, day=day.day)
    moment = calendar.later(start, sum(spans, timedelta()) * sign)
    if moment is None:
        return None
    return Reading(end, moment.date(), moment.time().replace(second=0, microsecond=0))


def _part(line: Line, at: int, *, bare: bool) -> tuple[int, int, Unit] | None:
    if (unit := line.meaning(at, Kind.HALF)) is not None:
        return _whole(at + 1, 0.5, Unit(unit))
    end, amount = _amount(line, at)
    if amount is None and bare:
        end, amount = at, 1.0
    unit = line.meaning(end, Kind.UNIT)
    if amount is None or unit is None:
        return None
    return _whole(end + 1, amount, Unit(unit))


def _whole(end: int, amount: float, unit: Unit) -> tuple[int, int, Unit] | None:
    """A half is counted in the smaller unit: half a year is six months."""
    if amount != int(amount):
        if unit not in SMALLER:
            return None
        times, unit = SMALLER[unit]
        amount *= times
    return end, round(amount), unit


def _amount(line: Line, at: int) -> tuple[int, float | None]:
    number = line.number(at)
    if number is not None:
        return _decimal(line, at, number)
    if line.word(at) in ("полтора", "полторы"):
        return at + 1, 1.5
    if line.word(at) == "half":
        return line.skip(at + 1, Kind.ARTICLE), 0.5
    if (count := line.meaning(at, Kind.COUNT)) is not None:
        return at + 1, float(count)
    after = line.skip(at, Kind.ARTICLE)
    if (some := line.meaning(after, Kind.SOME)) is not None:
        return line.skip(after + 1, Kind.OF), float(some)
    return (after, 1.0) if after > at else (at, None)


def _decimal(line: Line, at: int, number: int) -> tuple[int, float | None]:
    fraction = line.token(at + 2)
    is_decimal = line.word(at + 1) in (".", ",") and line.joined(at + 1) and line.joined(at + 2)
    if not is_decimal or fraction is None or not fraction.is_number or len(fraction.word) > 2:
        return at + 1, float(number)
    return at + 3, float(f"{number}.{fraction.word}")
