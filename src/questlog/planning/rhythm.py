"""The dates of a rule, by arithmetic: whole periods are jumped over, never walked through.

A period is a day, a week, a month or a year, as the frequency says, and has a number; the rule meets every
`interval`-th one counted from the period of its anchor. Days are handled as ordinals (`date.toordinal`).
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from questlog.planning.rrule import Frequency, Rule

# One day short of the calendar's end, so that every zone can still turn the last date into a moment.
LAST_DAY = date(9999, 12, 30).toordinal()
# Twelve years. A rule that finds nothing for so long is taken to have no more dates.
FURTHEST_SEARCH = 12 * 366
# After 28 years every day of the year has fallen on every weekday, 29 February included.
WHOLE_CYCLE = 28 * 366


def dates(rule: Rule, anchor: date, *, after: date, reach: int = FURTHEST_SEARCH) -> Iterator[date]:
    """Yield, in order, the dates of the rhythm that `anchor` started which lie after `after`, up to UNTIL.

    COUNT is left to the caller. The search gives up `reach` days after the last date it found.

    Where the rule names no day, the anchor's day of the month is wanted and a shorter month gives its last day
    instead: 31 January, 28 February, 31 March. RFC 5545 would leave February out.
    """
    start = max(after.toordinal() + 1, anchor.toordinal())
    end = min(LAST_DAY, rule.until.toordinal()) if rule.until else LAST_DAY
    if start > end:
        return
    origin = _period(rule, anchor.toordinal())
    missed = (_period(rule, start) - origin) // rule.interval
    period = origin + missed * rule.interval
    horizon = start + reach
    while (first := _first_day(rule, period)) <= min(end, horizon):
        for day in _days(rule, anchor, period, first):
            if start <= day <= end:
                horizon = day + reach
                yield date.fromordinal(day)
        period += rule.interval


def is_possible(rule: Rule) -> bool:
    """Tell whether the calendar has any date for the rule, wherever it starts and however it ends."""
    start = date(2000, 1, 1)
    endless = replace(rule, interval=1, count=None, until=None)
    return any(True for _ in dates(endless, start, after=start, reach=WHOLE_CYCLE))


def _period(rule: Rule, day: int) -> int:
    if rule.frequency is Frequency.DAILY:
        return day
    if rule.frequency is Frequency.WEEKLY:
        return (day - 1 - rule.week_start) // 7
    that = date.fromordinal(day)
    return that.year if rule.frequency is Frequency.YEARLY else that.year * 12 + that.month - 1


def _first_day(rule: Rule, period: int) -> int:
    """Return the first day of a period; one after the end of the calendar begins after every search."""
    if rule.frequency is Frequency.DAILY:
        return period
    if rule.frequency is Frequency.WEEKLY:
        return period * 7 + 1 + rule.week_start
    year, month = (period, 0) if rule.frequency is Frequency.YEARLY else divmod(period, 12)
    return date(year, month + 1, 1).toordinal() if year <= date.max.year else LAST_DAY + 1


def _days(rule: Rule, anchor: date, period: int, first: int) -> list[int]:
    match rule.frequency:
        case Frequency.DAILY:
            days = [first] if _fits(rule, first) else []
        case Frequency.WEEKLY:
            days = _days_of_week(rule, anchor, first)
        case Frequency.MONTHLY:
            year, month = divmod(period, 12)
            days = _days_of_month(rule, anchor, year, month + 1)
        case Frequency.YEARLY:
            days = _days_of_year(rule, anchor, period)
    return _at_positions(rule, days) if rule.positions else days


def _fits(rule: Rule, day: int) -> bool:
    if rule.weekdays and (0, (day - 1) % 7) not in rule.weekdays:
        return False
    if not rule.months and not rule.month_days:
        return True
    that = date.fromordinal(day)
    if rule.months and that.month not in rule.months:
        return False
    return not rule.month_days or that.day in _month_days(
        rule, monthrange(that.year, that.month)[1]
    )


def _days_of_week(rule: Rule, anchor: date, first: int) -> list[int]:
    wanted = {day for _, day in rule.weekdays} or {anchor.weekday()}
    days = [day for day in range(max(first, 1), first + 7) if (day - 1) % 7 in wanted]
    if not rule.months:
        return days
    return [day for day in days if day <= LAST_DAY and date.fromordinal(day).month in rule.months]


def _days_of_month(rule: Rule, anchor: date, year: int, month: int) -> list[int]:
    if rule.months and month not in rule.months:
        return []
    first = date(year, month, 1).toordinal()
    length = monthrange(year, month)[1]
    if rule.weekdays:
        days = _weekdays_between(rule, first, first + length - 1)
        if rule.month_days:
            days &= {first + day - 1 for day in _month_days(rule, length)}
    elif rule.month_days:
        days = {first + day - 1 for day in _month_days(rule, length)}
    else:
        days = {first + min(anchor.day, length) - 1}
    return sorted(days)


def _days_of_year(rule: Rule, anchor: date, year: int) -> list[int]:
    if rule.weekdays and not rule.months:
        # Without months a numbered weekday counts within the year: 20MO is its twentieth Monday.
        days = _weekdays_between(rule, date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())
        if not rule.month_days:
            return sorted(days)
        by_day = replace(rule, weekdays=())
        return sorted(
            days
            & {day for month in range(1, 13) for day in _days_of_month(by_day, anchor, year, month)}
        )
    months = rule.months or (range(1, 13) if rule.month_days else (anchor.month,))
    return [day for month in months for day in _days_of_month(rule, anchor, year, month)]


def _month_days(rule: Rule, length: int) -> set[int]:
    counted = {day if day > 0 else length + 1 + day for day in rule.month_days}
    return {day for day in counted if 1 <= day <= length}


def _weekdays_between(rule: Rule, first: int, last: int) -> set[int]:
    days: set[int] = set()
    for ordinal, weekday in rule.weekdays:
        same = range(first + (weekday - (first - 1)) % 7, last + 1, 7)
        if ordinal == 0:
            days.update(same)
        elif abs(ordinal) <= len(same):
            days.add(same[ordinal - 1 if ordinal > 0 else ordinal])
    return days


def _at_positions(rule: Rule, days: list[int]) -> list[int]:
    count = len(days)
    places = {place - 1 if place > 0 else count + place for place in rule.positions}
    return [days[place] for place in sorted(places) if 0 <= place < count]
