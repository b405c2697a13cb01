"""Days by the calendar, seen from today. Whatever leaves the calendar (years 1 to 9999) is None."""

import calendar
from datetime import UTC, date, datetime, timedelta

from questlog.planning.phrases.kinds import Unit

MONTHS_OF = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
DAYS_OF = {Unit.DAY: 1, Unit.WEEK: 7}
# 29 February comes back after eight years at the latest.
LONGEST_WAIT = 8
SATURDAY = 5
# A year of two digits is one of the hundred around the turn of the century.
CENTURY_TURNS = 50
MIDDLE = 15


def day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def full_year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < CENTURY_TURNS else 1900)


def upcoming(today: date, month: int, day: int) -> date | None:
    """Return the first such day that is not over: a date without a year that has passed belongs to the next year."""
    for year in range(today.year, today.year + LONGEST_WAIT + 1):
        found = day_of(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def upcoming_number(today: date, day: int) -> date | None:
    """Return the next day with this number in its month, today included."""
    first = today.replace(day=1)
    for month in range(3):
        start = add(first, Unit.MONTH, month)
        found = start and day_of(start.year, start.month, day)
        if found is not None and found >= today:
            return found
    return None


def upcoming_month(today: date, month: int) -> date | None:
    """Return the first day of the next such month; the last day of the month that is running."""
    if month == today.month:
        return period(today, Unit.MONTH, 0)[1]
    return upcoming(today, month, 1)


def weekday_after(today: date, weekday: int) -> date | None:
    return add(today, Unit.DAY, (weekday - today.weekday() - 1) % 7 + 1)


def chosen_weekday(today: date, weekday: int, choice: int, first_weekday: int) -> date | None:
    """Return this one (today included), the one of the next week, or the last one before today."""
    if choice == 0:
        return add(today, Unit.DAY, (weekday - today.weekday()) % 7)
    if choice < 0:
        return add(today, Unit.DAY, -((today.weekday() - weekday - 1) % 7 + 1))
    return weekday_of_week(today, weekday, choice, first_weekday)


def weekday_of_week(today: date, weekday: int, weeks: int, first_weekday: int) -> date | None:
    """Return the weekday of the week that comes so many weeks after the running one."""
    back = (today.weekday() - first_weekday) % 7
    return add(today, Unit.DAY, 7 * weeks - back + (weekday - first_weekday) % 7)


def weekend(today: date, choice: int) -> date | None:
    """Return its Saturday; on a Sunday the running weekend is today."""
    if choice == 0 and today.weekday() > SATURDAY:
        return today
    ahead = (SATURDAY - today.weekday()) if today.weekday() <= SATURDAY else -1
    return add(today, Unit.DAY, ahead + 7 * choice)


def period(
    today: date, unit: Unit, ahead: int, first_weekday: int = 0
) -> tuple[date | None, date | None]:
    """Return the first and the last day of the period that comes so many after the running one."""
    if unit is Unit.WEEK:
        start = weekday_of_week(today, first_weekday, ahead, first_weekday)
    elif unit in MONTHS_OF:
        months = MONTHS_OF[unit]
        running = today.replace(day=1, month=(today.month - 1) // months * months + 1)
        start = add(running, unit, ahead)
    else:
        start = add(today, Unit.DAY, ahead)
    after = start and add(start, unit if unit in MONTHS_OF or unit is Unit.WEEK else Unit.DAY, 1)
    return start, after and add(after, Unit.DAY, -1)


def edge(today: date, unit: Unit, ahead: int, side: int, first_weekday: int = 0) -> date | None:
    """Return the first (1), the middle (0) or the last (-1) day of that period."""
    first, last = period(today, unit, ahead, first_weekday)
    if side or first is None or last is None:
        return first if side > 0 else last
    return first + (last - first) // 2 if unit is not Unit.MONTH else first.replace(day=MIDDLE)


def add(day: date, unit: Unit, amount: int) -> date | None:
    """Return the day so many units later; a day that its month does not have becomes the last one."""
    try:
        if unit in MONTHS_OF:
            months = day.year * 12 + day.month - 1 + amount * MONTHS_OF[unit]
            year, month = divmod(months, 12)
            return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
        return day + timedelta(days=amount * DAYS_OF[unit])
    except (ValueError, OverflowError, calendar.IllegalMonthError):
        return None


def later(moment: datetime, span: timedelta) -> datetime | None:
    """Return the local moment that comes after this much time has really passed, clocks being moved or not."""
    try:
        return (moment.astimezone(UTC) + span).astimezone(moment.tzinfo)
    except OverflowError:
        return None
