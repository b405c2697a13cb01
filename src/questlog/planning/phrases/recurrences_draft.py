"""What has been understood of a phrase so far, and the rule it comes to."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from questlog.planning import rhythm, rrule
from questlog.planning.phrases.recurrences_lexicon import WORKING_WEEK
from questlog.planning.rrule import Frequency, RecurrenceError, Rule

# The most a phrase may stretch ("for 40 years") before it means nothing.
LONGEST_SPAN = 12 * 366

type WallTime = time


@dataclass
class Days:
    """Days that were named together, with the months they were named with: "the 1st and 15th of June"."""

    month_days: set[int] = field(default_factory=set)
    weekdays: set[tuple[int, int]] = field(default_factory=set)
    workdays: set[int] = field(default_factory=set)
    months: set[int] = field(default_factory=set)

    @property
    def named(self) -> set[tuple[str, object]]:
        return {
            *(("day", day) for day in self.month_days),
            *(("weekday", day) for day in self.weekdays),
            *(("workday", place) for place in self.workdays),
        }


@dataclass
class Draft:
    """`frequency` is None as long as only days tell it: "every 15 January" comes back every year."""

    frequency: Frequency | None = None
    interval: int = 1
    groups: list[Days] = field(default_factory=list)
    months: set[int] = field(default_factory=set)
    positions: set[int] = field(default_factory=set)
    of_year: bool = False
    week_start: int = 0
    count: int | None = None
    until: date | None = None
    span: tuple[Frequency, int] | None = None
    starting: date | None = None
    time: WallTime | None = None
    from_completion: bool = False
    is_everyday: bool = False

    def rule(self, today: date) -> Rule:
        """Return the rule in its normal form. Raises `RecurrenceError` for what no rule of days can say."""
        weekdays = self._weekdays()
        frequency, interval = self._frequency(), self.interval
        if frequency not in LONGEST_INTERVALS or interval > LONGEST_INTERVALS[frequency]:
            raise RecurrenceError("A number in the rule is out of range.")
        drafted = Rule(
            frequency,
            interval,
            months=tuple(sorted(self._months())),
            month_days=tuple(sorted({day for group in self.groups for day in group.month_days})),
            weekdays=tuple(sorted(weekdays)),
            positions=tuple(sorted(self._positions())),
            week_start=self.week_start,
            count=self.count,
            until=self.until if self.span is None else self._end_of_span(today),
        )
        sound = rrule.read(rrule.write(drafted))
        if not rhythm.is_possible(sound):
            raise RecurrenceError("No date fits this rule.", {"rule": rrule.write(sound)})
        return replace(sound, from_completion=self.from_completion)

    def _frequency(self) -> Frequency:
        if self.frequency is not None:
            return self.frequency
        days = [group for group in self.groups if group.named]
        if self.of_year or self._months():
            return Frequency.YEARLY
        by_month = any(
            group.month_days or group.workdays or any(place for place, _ in group.weekdays)
            for group in days
        )
        return Frequency.MONTHLY if by_month or self.positions else Frequency.WEEKLY

    def _months(self) -> set[int]:
        """Return the months; days named with months of their own must come to one product of both.

        "14 January and 14 April" does, "14 January and 15 June" would need two rules.
        """
        named = {month for group in self.groups for month in group.months}
        pairs = {pair for group in self.groups for pair in _pairs(group)}
        days = {day for day, _ in pairs}
        if pairs and len(pairs) != len(days) * len(named):
            raise RecurrenceError("These days and months need more than one rule.")
        return named | self.months

    def _weekdays(self) -> set[tuple[int, int]]:
        weekdays = {day for group in self.groups for day in group.weekdays}
        if not any(group.workdays for group in self.groups):
            return weekdays
        if weekdays or self.positions or any(group.month_days for group in self.groups):
            raise RecurrenceError("These days need more than one rule.")
        return set(WORKING_WEEK)

    def _positions(self) -> set[int]:
        return self.positions | {place for group in self.groups for place in group.workdays}

    def _end_of_span(self, today: date) -> date:
        unit, number = self.span or (Frequency.DAILY, 0)
        start = self.starting or today
        if unit in (Frequency.DAILY, Frequency.WEEKLY):
            days = number * (7 if unit is Frequency.WEEKLY else 1)
        else:
            days = (_months_later(start, number * (12 if unit is Frequency.YEARLY else 1))) - (
                start.toordinal()
            )
        if not 1 <= days <= LONGEST_SPAN or start.toordinal() + days > rhythm.LAST_DAY:
            raise RecurrenceError("The end of the rule cannot be read.")
        return start + timedelta(days - 1)


LONGEST_INTERVALS = {Frequency(name): most for name, most in rrule.LONGEST_INTERVAL.items()}


def _pairs(group: Days) -> Iterator[tuple[tuple[str, object], int]]:
    return ((day, month) for day in group.named for month in group.months)


def _months_later(day: date, months: int) -> int:
    """Return the same day of a later month as an ordinal, or its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max.toordinal()
    length = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length)).toordinal()
