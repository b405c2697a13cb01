"""When a task is, as iCalendar says it: the date it stands at, and the dates that follow by a rule. Pure.

A calendar reads a rule by RFC 5545 from its first date on, and knows nothing of our anchor. So the rule is made to mean
the same from there: the last days of short months are named, and COUNT is what is left. A date that was moved off the
rhythm stands alone beside the rest of the series.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from questlog.planning import recurrence, rhythm, rrule
from questlog.planning.moments import moment
from questlog.planning.rrule import Frequency, Rule
from questlog.planning.task_dates import rule_of

SHORTEST_MONTH = 28
DATES_TOLD = 50
LAST_SECOND = time(23, 59, 59)
ENDLESS = 9000
"""From this year on, an end is none: in UTC it might lie behind the last day there is."""

type When = date | datetime
"""A day, or a moment of the user's wall clock with its zone."""


@dataclass(frozen=True, slots=True)
class Series:
    """`rule` is an RRULE from `first` on; where none can say it, `dates` are the next that follow `first`."""

    first: When
    rule: str | None = None
    dates: tuple[When, ...] = ()


@dataclass(frozen=True, slots=True)
class Dates:
    """`series` begins with `now`, or behind it where the present date is off the rhythm; None for a single date."""

    now: When
    series: Series | None = None

    @property
    def is_together(self) -> bool:
        return self.series is not None and _moment_of(self.series.first) == _moment_of(self.now)


def of(row: Mapping[str, Any], zone: tzinfo) -> Dates:
    """Return the dates of a task that is due. A series that counts from completion has only its present one."""
    now = _now(row, zone)
    if row["rule"] is None or row["completed_at"] is not None:
        return Dates(now)
    rule = rule_of(row["rule"], from_completion=bool(row["rule_from_completion"]))
    if rule.from_completion:
        return Dates(now)
    return Dates(now, _series(row, rule, now, zone))


def _now(row: Mapping[str, Any], zone: tzinfo) -> When:
    at: datetime | None = row["due_at"]
    day: date = row["due_on"]
    return day if at is None else at.astimezone(zone)


def _series(row: Mapping[str, Any], rule: Rule, now: When, zone: tzinfo) -> Series | None:
    due, done = row["rhythm_on"] or row["due_on"], row["dates_used"]
    anchor = row["rhythm_from"] or due
    stands = row["rhythm_on"] is None and _is_on(rule, anchor, due)
    if not (stands and _moment_of(_at(due, row, zone)) == _moment_of(now)):
        following = recurrence.upcoming(rule, due, anchor=anchor, done=done, count=1)
        if not following:
            return None
        due, done = following[0], done + 1
    told, start = _as_rfc_5545(rule, anchor), _at(due, row, zone)
    if told is None:
        later = recurrence.upcoming(rule, due, anchor=anchor, done=done, count=DATES_TOLD)
        return Series(start, dates=tuple(_at(day, row, zone) for day in later))
    if told.count is not None:
        told = replace(told, count=max(1, told.count - done))
    return Series(start, _written(told, row, zone))


def _is_on(rule: Rule, anchor: date, due: date) -> bool:
    before = date.fromordinal(max(1, due.toordinal() - 1))
    return next(rhythm.dates(rule, anchor, after=before), None) == due


def _at(day: date, row: Mapping[str, Any], zone: tzinfo) -> When:
    """A timed series keeps its wall clock, on a day whose clocks leave that time out as well.

    There a calendar moves it as we do (§ 3.3.5), and counts on from the time that was written.
    """
    if row["due_time"] is None:
        return day
    return datetime.combine(day, time.fromisoformat(row["due_time"]), zone)


def _moment_of(when: When) -> When:
    return when.astimezone(UTC) if isinstance(when, datetime) else when


def _as_rfc_5545(rule: Rule, anchor: date) -> Rule | None:
    """Return a rule that means the same there, where a month without the anchor's day is left out; None if none does."""
    names_days = rule.month_days or rule.weekdays
    walks_months = rule.frequency in (Frequency.MONTHLY, Frequency.YEARLY)
    if names_days or not walks_months or anchor.day <= SHORTEST_MONTH:
        return rule
    if rule.positions:
        return None
    last = replace(rule, month_days=tuple(range(SHORTEST_MONTH, anchor.day + 1)), positions=(-1,))
    if rule.frequency is Frequency.MONTHLY:
        return last
    months = rule.months or (anchor.month,)
    if len(months) == 1:
        return replace(last, months=months)
    return replace(last, frequency=Frequency.MONTHLY) if rule.interval == 1 else None


def _written(rule: Rule, row: Mapping[str, Any], zone: tzinfo) -> str:
    """The end of a rule is a moment in UTC where its first date has a time (§ 3.3.10)."""
    text = rrule.write(replace(rule, until=None))
    if rule.until is None or rule.until.year >= ENDLESS:
        return text
    if row["due_time"] is None:
        return f"{text};UNTIL={day_text(rule.until)}"
    return f"{text};UNTIL={moment_text(moment(rule.until, LAST_SECOND, zone))}"


def day_text(day: date) -> str:
    return day.isoformat()[:10].replace("-", "")


def moment_text(at: datetime) -> str:
    """Return a moment in UTC."""
    return f"{clock_text(at.astimezone(UTC))}Z"


def clock_text(at: datetime) -> str:
    """Return what a calendar and a clock show at a moment, in its own zone."""
    return at.isoformat()[:19].replace("-", "").replace(":", "")
