"""A recurrence as an English sentence: "every 2 weeks on Monday and Thursday, until 31 December 2026"."""

from collections.abc import Iterable
from datetime import date

from questlog.planning.rrule import Frequency, Rule

UNITS = {
    Frequency.DAILY: "day",
    Frequency.WEEKLY: "week",
    Frequency.MONTHLY: "month",
    Frequency.YEARLY: "year",
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WORKING_WEEK = tuple((0, day) for day in range(5))
ORDINALS = {
    1: "first",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    -1: "last",
    -2: "second to last",
}


def sentence(rule: Rule) -> str:
    unit = UNITS[rule.frequency]
    every = f"every {unit}" if rule.interval == 1 else f"every {rule.interval} {unit}s"
    if rule.from_completion:
        every += " after completion"
    return every + _on(rule) + _week(rule) + _ending(rule)


def _on(rule: Rule) -> str:
    if rule.positions and rule.weekdays == WORKING_WEEK and not rule.month_days:
        return f" on {_positions(rule)} working day{_of_months(rule)}"
    if rule.positions:
        return f"{_in_months(rule)} on {_positions(rule)} of {_choice(rule)}"
    if rule.frequency is Frequency.DAILY:
        return _limits(rule)
    if rule.month_days:
        days = _join([_month_day(day) for day in _forwards(rule.month_days)])
        only = f", if it is {_join(_singles(rule), 'or')}" if rule.weekdays else ""
        return f" on {days}{_of_months(rule)}{only}"
    if rule.weekdays:
        return f" on {_weekdays(rule)}{_of_months(rule)}"
    return _in_months(rule)


def _limits(rule: Rule) -> str:
    """A daily rule names no days, it leaves some out."""
    days = [_weekdays(rule)] if rule.weekdays else []
    if rule.month_days:
        days.append(_join([_month_day(day) for day in rule.month_days]))
    limit = f", only on {' that is '.join(days)}" if days else ""
    months = f", only in {_join(_months(rule))}" if rule.months else ""
    return limit + months


def _weekdays(rule: Rule) -> str:
    if rule.weekdays == WORKING_WEEK:
        return (
            "weekdays" if rule.frequency in (Frequency.DAILY, Frequency.WEEKLY) else "every weekday"
        )
    if rule.frequency in (Frequency.DAILY, Frequency.WEEKLY):
        return _join([WEEKDAYS[day] for _, day in rule.weekdays])
    named = _join(
        [_weekday(day) for day in sorted(rule.weekdays, key=lambda numbered: numbered[0] < 0)]
    )
    whole_year = rule.frequency is Frequency.YEARLY and not rule.months
    return f"{named} of the year" if whole_year and any(n for n, _ in rule.weekdays) else named


def _weekday(numbered: tuple[int, int]) -> str:
    ordinal, day = numbered
    return f"the {_ordinal(ordinal)} {WEEKDAYS[day]}" if ordinal else f"every {WEEKDAYS[day]}"


def _month_day(day: int) -> str:
    return f"the {_short(day)}" if day > 0 else f"the {_ordinal(day)} day"


def _singles(rule: Rule) -> list[str]:
    return [_weekday(day) if day[0] else f"a {WEEKDAYS[day[1]]}" for day in rule.weekdays]


def _positions(rule: Rule) -> str:
    return "the " + _join([_ordinal(place) for place in _forwards(rule.positions)])


def _choice(rule: Rule) -> str:
    """The days among which a position chooses."""
    if rule.weekdays == WORKING_WEEK:
        days = ["the weekdays"]
    else:
        days = [_weekday(day).removeprefix("every ") for day in rule.weekdays]
    days += [_month_day(day) for day in rule.month_days]
    return _join(days) or f"the days of the {UNITS[rule.frequency]}"


def _week(rule: Rule) -> str:
    """Which weeks of "every 2 weeks" count hangs on the day they begin with; Monday goes without saying."""
    return f", weeks starting on {WEEKDAYS[rule.week_start]}" if rule.week_start else ""


def _months(rule: Rule) -> list[str]:
    return [MONTHS[month - 1] for month in rule.months]


def _in_months(rule: Rule) -> str:
    return f" in {_join(_months(rule))}" if rule.months else ""


def _of_months(rule: Rule) -> str:
    if rule.months and rule.frequency is Frequency.WEEKLY:
        return f", only in {_join(_months(rule))}"
    return f" of {_join(_months(rule))}" if rule.months else ""


def _ending(rule: Rule) -> str:
    if rule.until:
        return f", until {_day(rule.until)}"
    if rule.count:
        return ", once" if rule.count == 1 else f", {rule.count} times"
    return ""


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year:04d}"


def _ordinal(number: int) -> str:
    if number in ORDINALS:
        return ORDINALS[number]
    return _short(number) if number > 0 else f"{_short(-number)} to last"


def _short(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _forwards(numbers: Iterable[int]) -> list[int]:
    """What counts from the end comes last."""
    return sorted(numbers, key=lambda number: number < 0)


def _join(items: list[str], word: str = "and") -> str:
    return (
        f" {word} ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)
    )
