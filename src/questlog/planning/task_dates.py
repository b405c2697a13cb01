"""When a task is due: from what people send to what is stored, and on to the next date. Pure.

A date alone is a day without a time. A moment with an offset is an instant: the task is due on the day it falls on
where the user lives, and a one-off keeps the instant when the user moves on (`in_zone`). A moment without offset is read
in the user's zone. A timed series keeps its wall clock, `time`, and meets the zone anew on every date.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from questlog.core import clock
from questlog.core.exceptions import ValidationError
from questlog.planning import recurrence, rrule
from questlog.planning.moments import moment
from questlog.planning.recurrence import FoundRecurrence, RecurrenceError, Rule

FURTHEST_YEAR = 9999


class LessonRepeatsError(ValidationError):
    code = "lesson_repeats"
    default_message = (
        "The task of a lesson cannot repeat. Duplicate it: the copy is a task of its own."
    )


class RecurrenceNeedsDateError(ValidationError):
    code = "recurrence_needs_date"
    default_message = (
        "A task that repeats needs a date. Clear `recurrence` as well, or give it another date."
    )


@dataclass(frozen=True)
class Due:
    """`on` is a day where the user lives, `at` its instant if there is a time of day, `time` the wall clock then."""

    on: date | None = None
    at: datetime | None = None
    time: str | None = None

    def columns(self) -> dict[str, Any]:
        return {"due_on": self.on, "due_at": self.at, "due_time": self.time}


def read(value: date | datetime | None, timezone: str) -> Due:
    if not isinstance(value, datetime):
        return Due(value)
    if value.tzinfo is None:
        return on_day(value.date(), value.time(), timezone)
    local = value.astimezone(clock.zone(timezone))
    return Due(local.date(), value.astimezone(UTC), _clock_face(local.time()))


def on_day(day: date, wall_time: time, timezone: str) -> Due:
    return Due(day, moment(day, wall_time, clock.zone(timezone)), _clock_face(wall_time))


def moved(row: Mapping[str, Any], day: date, timezone: str) -> Due:
    """Return the due date of a task on another day, at the same time of day."""
    if row["due_time"] is None:
        return Due(day)
    return on_day(day, time.fromisoformat(row["due_time"]), timezone)


def in_zone(row: Mapping[str, Any], timezone: str) -> dict[str, Any]:
    """Return the columns of a task's date that are others for somebody who lives in `timezone` now.

    A one-off stays at its instant, a timed series at its wall clock; a day without a time is the same everywhere.
    """
    if row["due_at"] is None:
        return {}
    if row["rule"] is None or row["due_time"] is None:
        due = read(row["due_at"], timezone)
    else:
        due = moved(row, row["due_on"], timezone)
    return {name: value for name, value in due.columns().items() if row[name] != value}


def of_new(
    due_date: date | datetime | None, words: str | None, *, today: date, timezone: str
) -> dict[str, Any]:
    """Return the columns of a new task's dates. Raises `RecurrenceError`."""
    due = read(due_date, timezone)
    if words is None:
        return {**due.columns(), **NO_RULE}
    with _blaming_the_rule():
        return _begun(_understood(words, today, timezone), words, due, today, timezone)


def of_changed(
    row: Mapping[str, Any], changes: Mapping[str, Any], *, today: date, timezone: str
) -> dict[str, Any]:
    """Return the columns that `due_date` and `recurrence` of `changes` give a task; both may be absent.

    Another date moves the anchor of a series; the rule it has already is left as it is. A first date or a time that
    the words of a rule name counts for more than the date the task has. Raises `RecurrenceError`,
    `RecurrenceNeedsDateError`, `LessonRepeatsError`.
    """
    if changes.get("recurrence") is not None and row.get("lesson_id") is not None:
        raise LessonRepeatsError(pointer="/body/recurrence")
    due = Due(row["due_on"], row["due_at"], row["due_time"])
    is_dated = "due_date" in changes
    if is_dated:
        due = read(changes["due_date"], timezone)
    if "recurrence" not in changes:
        return _kept(row, due)
    words: str | None = changes["recurrence"]
    if words is None:
        return {**due.columns(), **NO_RULE}
    with _blaming_the_rule():
        found = _understood(words, today, timezone)
        if not is_dated and found.starting is not None:
            return _begun(found, words, Due(), today, timezone)
        if not is_dated and found.time is not None and due.on is not None:
            return _begun(found, words, Due(due.on), today, timezone)
        if _written(found.rule) != (row["rule"], row["rule_from_completion"]):
            return _begun(found, words, due, today, timezone)
    return _kept(row, due)


def _understood(words: str, today: date, timezone: str) -> FoundRecurrence:
    return recurrence.read(words, now=datetime.combine(today, time(), clock.zone(timezone)))


def _written(rule: Rule) -> tuple[str, bool]:
    return rrule.write(rule), rule.from_completion


@contextmanager
def _blaming_the_rule() -> Iterator[None]:
    try:
        yield
    except RecurrenceError as error:
        error.pointer = "/body/recurrence"
        raise


def _kept(row: Mapping[str, Any], due: Due) -> dict[str, Any]:
    if row["rule"] is None:
        return due.columns()
    if due.on is None:
        raise RecurrenceNeedsDateError(pointer="/body/due_date")
    if due.on == row["due_on"]:
        return {**due.columns(), "rhythm_from": row["rhythm_from"]}
    return {**due.columns(), "rhythm_from": due.on, "rhythm_on": None}


def of_moved_once(
    row: Mapping[str, Any], value: date | datetime | None, timezone: str
) -> dict[str, Any]:
    """Return the columns of a task whose present date alone is moved, ahead or back: the rhythm stays.

    A day alone keeps the time of day. Raises `RecurrenceNeedsDateError` for a series that would lose its date.
    """
    due = Due() if value is None else put_off(row, value, timezone)
    if row["rule"] is None:
        return due.columns()
    if due.on is None:
        raise RecurrenceNeedsDateError(pointer="/body/due_date")
    stands_for = row["rhythm_on"] or row["due_on"]
    is_ahead = due.on < stands_for and not row["rule_from_completion"]
    return {**due.columns(), "rhythm_on": stands_for if is_ahead else None}


def put_off(row: Mapping[str, Any], value: date | datetime, timezone: str) -> Due:
    """Return another date for a task; a day alone keeps the time of day."""
    if isinstance(value, datetime):
        return read(value, timezone)
    return moved(row, value, timezone)


def _begun(
    found: FoundRecurrence, words: str, due: Due, today: date, timezone: str
) -> dict[str, Any]:
    """Start a rule at the due date; without one on its first date from today, or from the day its words name."""
    rule = found.rule
    if due.on is None:
        due = Due(recurrence.first_due(rule, today=found.starting or today))
    if found.time is not None and due.on is not None and due.at is None:
        due = on_day(due.on, found.time, timezone)
    anchor = due.on
    if rule.until is None and anchor is not None:
        recurrence.check(rule, anchor)
    return {
        **due.columns(),
        "rule": rrule.write(rule),
        "rule_words": words,
        "rule_from_completion": rule.from_completion,
        "rhythm_from": anchor,
        "rhythm_on": None,
        "dates_used": 0,
    }


NO_RULE: Mapping[str, Any] = {
    "rule": None,
    "rule_words": None,
    "rule_from_completion": False,
    "rhythm_from": None,
    "rhythm_on": None,
    "dates_used": 0,
}


@dataclass(frozen=True)
class Step:
    """How a task goes on: the columns that change; `due` is None for a one-off and for a series that has ended."""

    due: date | None
    columns: Mapping[str, Any]


def step(row: Mapping[str, Any], *, today: date, timezone: str, is_done: bool = True) -> Step:
    """Return how `row` goes on after the date it stands at: start and deadline keep their distance to it.

    A date that is not done uses up none of the COUNT of a rule that counts completions.
    """
    if row["rule"] is None or row["due_on"] is None:
        return Step(None, {})
    rule = rule_of(row["rule"], from_completion=row["rule_from_completion"])
    if rule.from_completion and not is_done:
        rule = replace(rule, count=None)
    anchor, done = row["rhythm_from"], row["dates_used"]
    stands_for = row["rhythm_on"] or row["due_on"]
    following = recurrence.next_due(rule, stands_for, today=today, anchor=anchor, done=done)
    if following is None or following.year >= FURTHEST_YEAR:
        return Step(None, {})
    used = recurrence.used_up(rule, stands_for, following, anchor=anchor)
    if rule.from_completion and not is_done:
        used = 0
    distance = following - row["due_on"]
    return Step(
        following,
        {
            **moved(row, following, timezone).columns(),
            "start_on": _shifted(row["start_on"], distance),
            "deadline_on": _shifted(row["deadline_on"], distance),
            "rhythm_on": None,
            "dates_used": done + used,
            "state": "pending",
        },
    )


def rule_of(text: str, *, from_completion: bool = False) -> Rule:
    """Return the rule that a task stores as a text and a flag."""
    return replace(rrule.read(text), from_completion=from_completion)


def _shifted(day: date | None, distance: timedelta) -> date | None:
    if day is None or day.toordinal() + distance.days >= date.max.toordinal():
        return day
    return day + distance


def _clock_face(wall_time: time) -> str:
    return wall_time.replace(microsecond=0, tzinfo=None, fold=0).isoformat("seconds")
