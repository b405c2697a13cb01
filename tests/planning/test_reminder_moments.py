"""When a reminder goes off: durations on calendars with summer time, mornings, and what is told once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.planning.reminder_moments import (
    LATEST,
    LONGEST_MINUTES,
    Alarm,
    alarm_of,
    is_to_be_told,
)
from tests.support.moving_clock import at

BERLIN = "Europe/Berlin"
FIRST, LAST = (datetime.fromisoformat(f"{year}-01-01T00:00:00") for year in (1971, 2199))


def reminder(**more: Any) -> dict[str, Any]:
    return {
        "at": None,
        "minutes_before": None,
        "told_for": None,
        "seen_for": None,
        "dated_at": at("2020-01-01T00:00:00"),
        "updated_at": at("2020-01-01T00:00:00"),
        **more,
    }


def task(due_on: str | None = None, due_at: str | None = None) -> dict[str, Any]:
    moment = at(due_at) if due_at else None
    day = date.fromisoformat(due_on) if due_on else moment and moment.date()
    return {"due_on": day, "due_at": moment}


@pytest.mark.parametrize(
    ("minutes", "due", "rings"),
    [
        (0, task(due_at="2026-06-01T12:00:00"), "2026-06-01T12:00:00"),
        (30, task(due_at="2026-06-01T12:00:00"), "2026-06-01T11:30:00"),
        (1440, task(due_at="2026-06-01T12:00:00"), "2026-05-31T12:00:00"),
        # Without a time of day it is due at nine where the user lives: seven o'clock UTC in summer, eight in winter.
        (0, task("2026-06-01"), "2026-06-01T07:00:00"),
        (60, task("2026-01-15"), "2026-01-15T07:00:00"),
        # The clocks went forward on 29 March 2026: a day before is the same time by the clock, 24 hours are not.
        (1440, task(due_at="2026-03-29T10:00:00"), "2026-03-28T11:00:00"),
        (1439, task(due_at="2026-03-29T10:00:00"), "2026-03-28T10:01:00"),
        (1440, task("2026-03-30"), "2026-03-29T07:00:00"),
        # And back on 25 October.
        (1440, task(due_at="2026-10-25T10:00:00"), "2026-10-24T09:00:00"),
        # A wall clock that the day before does not have is moved forward: 02:30 becomes 03:30.
        (1440, task(due_at="2026-03-30T00:30:00"), "2026-03-29T01:30:00"),
    ],
)
def test_minutes_before_are_a_duration_of_the_calendar(
    minutes: int, due: dict[str, Any], rings: str
) -> None:
    alarm = alarm_of(reminder(minutes_before=minutes), due, BERLIN)

    assert alarm is not None
    assert alarm.at == at(rings)


def test_a_moment_is_one_wherever_the_task_is_due() -> None:
    moment = at("2026-06-01T12:00:00")

    alarm = alarm_of(reminder(at=moment), task(), BERLIN)

    assert alarm == Alarm(moment, "2026-06-01T12:00:00+00:00")


def test_a_task_without_a_date_reminds_of_nothing() -> None:
    assert alarm_of(reminder(minutes_before=30), task(), BERLIN) is None


def test_it_is_told_from_its_moment_on_for_a_day_and_once() -> None:
    its = Alarm(at("2026-06-01T12:00:00"), "2026-06-01T12:30:00+00:00")
    one = reminder(minutes_before=30)

    early = is_to_be_told(its, one, its.at - timedelta(seconds=1))
    on_time = is_to_be_told(its, one, its.at)
    late = is_to_be_told(its, one, its.at + LATEST - timedelta(seconds=1))
    too_late = is_to_be_told(its, one, its.at + LATEST)
    again = is_to_be_told(its, {**one, "told_for": its.due_for}, its.at)

    assert (early, on_time, late, too_late, again) == (False, True, True, False, False)


def test_what_was_past_when_the_reminder_was_set_is_not_told() -> None:
    its = Alarm(at("2026-06-01T12:00:00"), "2026-06-01")
    set_later = reminder(minutes_before=30, updated_at=its.at + timedelta(minutes=5))

    assert not is_to_be_told(its, set_later, its.at + timedelta(minutes=6))


def test_a_date_that_a_task_got_too_late_is_told_only_where_it_was_seen_before() -> None:
    its = Alarm(at("2026-06-01T12:00:00"), "2026-06-01")
    changed = reminder(minutes_before=30, dated_at=its.at + timedelta(minutes=5))
    seen = {**changed, "seen_for": its.due_for}

    told = [is_to_be_told(its, each, its.at + timedelta(minutes=6)) for each in (changed, seen)]

    assert told == [False, True]


@given(
    st.integers(0, LONGEST_MINUTES),
    st.datetimes(FIRST, LAST),
    st.sampled_from([BERLIN, "UTC", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_it_never_rings_after_the_date_nor_far_from_its_minutes(
    minutes: int, due: datetime, zone: str
) -> None:
    moment = due.replace(tzinfo=UTC)
    alarm = alarm_of(
        reminder(minutes_before=minutes), {"due_on": due.date(), "due_at": moment}, zone
    )

    assert alarm is not None
    distance = moment - alarm.at
    assert abs(distance - timedelta(minutes=minutes)) <= timedelta(hours=25)
