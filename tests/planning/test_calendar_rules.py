"""The dates a calendar counts from what it is told are the dates the task will have."""

from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from questlog.planning import calendar_rules, recurrence, rrule
from questlog.planning.calendar_rules import Series, When
from questlog.planning.moments import moment
from tests.planning.test_recurrence_properties import DAYS, parsed, rule_texts

LOOKED_AT = 8
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [BERLIN, ZoneInfo("UTC"), ZoneInfo("Pacific/Apia"), ZoneInfo("America/St_Johns")]


@st.composite
def plain_rule_texts(draw: st.DrawFn) -> str:
    """Rules that leave it to their first date which day is meant."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}"]
    if draw(st.booleans()):
        months = draw(st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True))
        parts.append(f"BYMONTH={','.join(map(str, months))}")
    return ";".join(parts)


ENDS = st.sampled_from(["", ";COUNT=1", ";COUNT=5", ";COUNT=40", ";UNTIL=21501231"])


def row(text: str, anchor: date, due: date, done: int, clock_face: str | None) -> dict[str, Any]:
    return {
        "rule": text,
        "rule_from_completion": False,
        "due_on": due,
        "due_at": None,
        "due_time": clock_face,
        "rhythm_from": anchor,
        "rhythm_on": None,
        "dates_used": done,
        "completed_at": None,
    }


def counted(series: Series | None) -> list[When]:
    """Return the next dates that the calendar library finds."""
    if series is None:
        return []
    if series.rule is None:
        return [series.first, *series.dates][:LOOKED_AT]
    first = series.first
    is_timed = isinstance(first, datetime)
    start = first if isinstance(first, datetime) else datetime.combine(first, time())
    found = islice(rrulestr(series.rule, dtstart=start), LOOKED_AT)
    return [one if is_timed else one.date() for one in found]


def told(row: dict[str, Any], zone: ZoneInfo) -> list[When]:
    dates = calendar_rules.of(row, zone)
    found = counted(dates.series)
    return (found if dates.is_together else [dates.now, *found])[:LOOKED_AT]


def expected(row: dict[str, Any], anchor: date, done: int) -> list[date]:
    due, rule = row["due_on"], rrule.read(row["rule"])
    later = recurrence.upcoming(rule, due, anchor=anchor, done=done, count=LOOKED_AT)
    return [due, *later][:LOOKED_AT]


@given(rule_texts() | plain_rule_texts(), ENDS, DAYS, st.integers(0, 5))
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_a_calendar_counts_the_dates_a_task_will_have(
    rule_text: str, end: str, anchor: date, done: int
) -> None:
    rule = parsed(rule_text + end)
    assume(rule is not None)
    assert rule is not None
    days = [anchor, *recurrence.upcoming(rule, anchor, anchor=anchor, done=0, count=done)]
    assume(len(days) > done)
    task = row(rrule.write(rule), anchor, days[done], done, None)

    found = told(task, BERLIN)

    assert found == expected(task, anchor, done)


@given(
    rule_texts() | plain_rule_texts(),
    ENDS,
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.times(),
    st.sampled_from(ZONES),
)
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_a_timed_series_keeps_its_wall_clock(
    rule_text: str, end: str, anchor: date, clock_face: time, zone: ZoneInfo
) -> None:
    rule = parsed(rule_text + end)
    assume(rule is not None)
    assert rule is not None
    face = clock_face.replace(microsecond=0, second=0)
    task = row(rrule.write(rule), anchor, anchor, 0, face.isoformat(timespec="minutes"))
    task["due_at"] = moment(anchor, face, zone)

    found = told(task, zone)

    assert [day.date() for day in found if isinstance(day, datetime)] == expected(task, anchor, 0)
    assert {type(day) for day in found} == {datetime}


def test_a_series_that_stands_at_an_hour_left_out_is_at_its_own_hour_from_then_on() -> None:
    night, face = date(2027, 3, 28), time(2, 30)
    task = row("FREQ=DAILY", date(2027, 3, 1), night, 27, "02:30:00")
    task["due_at"] = moment(night, face, BERLIN)

    dates = calendar_rules.of(task, BERLIN)
    found = told(task, BERLIN)

    assert dates.is_together
    assert {day.time() for day in found if isinstance(day, datetime)} == {face}
    assert [day.date() for day in found if isinstance(day, datetime)] == expected(
        task, date(2027, 3, 1), 27
    )


def test_dates_that_no_rule_can_say_keep_their_hour_behind_one_left_out() -> None:
    first = date(2027, 1, 31)
    task = row("FREQ=YEARLY;INTERVAL=2;BYMONTH=1,3", first, first, 0, "02:30:00")
    task["due_at"] = moment(first, time(2, 30), BERLIN)

    series = calendar_rules.of(task, BERLIN).series

    assert series is not None
    assert {day.time() for day in series.dates if isinstance(day, datetime)} == {time(2, 30)}


def test_a_date_put_off_stands_beside_its_series() -> None:
    monday = date(2026, 11, 23)
    task = row("FREQ=WEEKLY", monday, monday + timedelta(days=2), 3, None)

    dates = calendar_rules.of(task, BERLIN)

    assert dates.now == date(2026, 11, 25)
    assert dates.series == Series(date(2026, 11, 30), "FREQ=WEEKLY")
    assert not dates.is_together


def test_a_date_moved_ahead_stands_beside_its_series() -> None:
    monday = date(2026, 11, 23)
    task = row("FREQ=WEEKLY;COUNT=4", monday, monday - timedelta(days=1), 1, None)
    task["rhythm_on"] = monday

    dates = calendar_rules.of(task, BERLIN)

    assert dates.now == date(2026, 11, 22)
    assert dates.series == Series(date(2026, 11, 30), "FREQ=WEEKLY;COUNT=2")


@pytest.mark.parametrize(
    ("rule", "anchor", "written"),
    [
        ("FREQ=MONTHLY", date(2026, 1, 31), "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"),
        ("FREQ=MONTHLY", date(2026, 1, 28), "FREQ=MONTHLY"),
        ("FREQ=YEARLY", date(2024, 2, 29), "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1"),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=1,6", date(2026, 1, 31), None),
    ],
)
def test_short_months_are_said_in_the_words_of_the_standard(
    rule: str, anchor: date, written: str | None
) -> None:
    task = row(rule, anchor, anchor, 0, None)

    series = calendar_rules.of(task, BERLIN).series

    assert series is not None
    assert series.rule == written
    assert told(task, BERLIN) == expected(task, anchor, 0)


def test_what_counts_from_completion_has_one_date() -> None:
    task = row("FREQ=DAILY", date(2026, 11, 23), date(2026, 11, 23), 0, None)
    task["rule_from_completion"] = True

    assert calendar_rules.of(task, BERLIN).series is None


def test_an_end_is_a_day_or_a_moment_as_its_dates_are() -> None:
    monday = date(2026, 11, 23)
    whole = row("FREQ=DAILY;UNTIL=20261201", monday, monday, 0, None)
    timed = row("FREQ=DAILY;UNTIL=20261201", monday, monday, 0, "09:00")
    timed["due_at"] = moment(monday, time(9), BERLIN)

    ends = [calendar_rules.of(task, BERLIN).series for task in (whole, timed)]

    assert [one.rule for one in ends if one] == [
        "FREQ=DAILY;UNTIL=20261201",
        "FREQ=DAILY;UNTIL=20261201T225959Z",
    ]
