"""A weekday by its place in a month: "the last friday of the month", "во второй вторник мая"."""

from datetime import date

from questlog.planning.phrases import dates_calendar as calendar
from questlog.planning.phrases.dates_line import Line, Reading, on
from questlog.planning.phrases.kinds import Kind, Unit

WEEK = 7


def read(line: Line, at: int, preposition: str) -> Reading | None:
    place = line.meaning(line.skip(at, Kind.OF), Kind.PLACE)
    name = line.skip(at, Kind.OF) + 1
    weekday = line.meaning(name, Kind.WEEKDAY)
    if place is None or weekday is None:
        return None
    month = line.skip(line.skip(name + 1, Kind.OF, Kind.IN, Kind.ON), Kind.OF)
    if (number := line.meaning(month, Kind.MONTH)) is not None:
        return on(_in_named_month(line.today, number, weekday, place), month + 1)
    unit = line.skip(month, Kind.CHOICE)
    if line.meaning(unit, Kind.UNIT) != Unit.MONTH:
        return None
    choice = line.meaning(month, Kind.CHOICE)
    return on(_in_month(line.today, choice, weekday, place), unit + 1)


def _in_named_month(today: date, month: int, weekday: int, place: int) -> date | None:
    first = calendar.day_of(today.year, month, 1)
    day = first and _of_month(first, weekday, place)
    if first is None or (day is not None and day >= today):
        return day
    following = calendar.add(first, Unit.YEAR, 1)
    return following and _of_month(following, weekday, place)


def _in_month(today: date, choice: int | None, weekday: int, place: int) -> date | None:
    """Without a word for which month, a day that is over belongs to the next one."""
    first = calendar.period(today, Unit.MONTH, choice or 0)[0]
    day = first and _of_month(first, weekday, place)
    if choice is not None or first is None or (day is not None and day >= today):
        return day
    following = calendar.add(first, Unit.MONTH, 1)
    return following and _of_month(following, weekday, place)


def _of_month(first: date, weekday: int, place: int) -> date | None:
    """Return the day, or None where the month has no fifth one."""
    last = calendar.period(first, Unit.MONTH, 0)[1]
    if last is None:
        return None
    if place < 0:
        return calendar.add(last, Unit.DAY, -((last.weekday() - weekday) % WEEK))
    ahead = (weekday - first.weekday()) % WEEK + WEEK * (place - 1)
    day = calendar.add(first, Unit.DAY, ahead)
    return day if day is not None and day <= last else None
