"""When a reminder goes off. Pure.

Minutes before the due date are a duration as calendars write them (RFC 5545 § 3.3.6): whole days are days of the
calendar, at the same time by the clock, and what is left of them is exact. A task without a time of day is due in the
morning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from questlog.core import clock
from questlog.planning.moments import moment

MORNING = time(9)
MINUTES_OF_A_DAY = 24 * 60
LONGEST_MINUTES = 30 * MINUTES_OF_A_DAY
LATEST = timedelta(hours=24)
"""How late a reminder is still worth telling, after a server was down."""


@dataclass(frozen=True)
class Alarm:
    """`at` is when it goes off, `due_for` what it is for (`date_of`, or the moment): each is told once for the same."""

    at: datetime
    due_for: str


def alarm_of(reminder: Mapping[str, Any], task: Mapping[str, Any], timezone: str) -> Alarm | None:
    """Return the alarm of a reminder (`at`, `minutes_before`) of a task (`due_on`, `due_at`); None without a date."""
    if reminder["at"] is not None:
        return Alarm(reminder["at"], reminder["at"].astimezone(UTC).isoformat())
    if task["due_on"] is None:
        return None
    days, minutes = divmod(reminder["minutes_before"], MINUTES_OF_A_DAY)
    rest, back = timedelta(minutes=minutes), timedelta(days=days)
    if task["due_at"] is None:
        morning = moment(task["due_on"] - back, MORNING, clock.zone(timezone))
        return Alarm(morning - rest, date_of(task))
    if not days:
        return Alarm(task["due_at"] - rest, date_of(task))
    wall = task["due_at"].astimezone(clock.zone(timezone))
    at = moment(wall.date() - back, wall.time(), clock.zone(timezone))
    return Alarm(at - rest, date_of(task))


def date_of(task: Mapping[Any, Any]) -> str:
    """Name the date a task stands at, by its moment or its day; two dates have the same name only if they are the same."""
    if task["due_at"] is not None:
        return str(task["due_at"].astimezone(UTC).isoformat())
    return str(task["due_on"])


def is_to_be_told(alarm: Alarm, reminder: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether it is time: not before, not a day late, not again, and not for what was past when it was set.

    A date that the task got too late for this (`dated_at`) reminds of nothing, unless it was seen at it before.
    """
    if not alarm.at <= now < alarm.at + LATEST or alarm.due_for == reminder["told_for"]:
        return False
    if reminder["at"] is not None:
        return True
    was_dated = alarm.due_for == reminder["seen_for"] or alarm.at > reminder["dated_at"]
    return bool(was_dated and alarm.at > reminder["updated_at"])


def is_to_be_seen(alarm: Alarm, reminder: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether a date is new to a reminder that comes before it and is still to come."""
    return reminder["at"] is None and alarm.at > now and alarm.due_for != reminder["seen_for"]
