"""When a repeating task comes back."""

import time
from dataclasses import replace
from datetime import date

import pytest

from questlog.planning import recurrence
from questlog.planning.recurrence import RecurrenceError

LAST = date(9999, 12, 31)


def next_date(
    rule: str, due: date, *, today: date | None = None, anchor: date | None = None
) -> date | None:
    return recurrence.next_due(
        recurrence.parse(rule), due, today=today or due, anchor=anchor, done=0
    )


def following(rule: str, due: date, count: int = 5) -> list[date]:
    return recurrence.upcoming(recurrence.parse(rule), due, anchor=None, done=0, count=count)


def test_a_sound_rule_that_never_meets_its_anchor_is_refused_and_ends() -> None:
    rule = recurrence.parse("FREQ=DAILY;INTERVAL=7;BYDAY=MO")
    tuesday = date(2026, 11, 17)

    with pytest.raises(RecurrenceError, match="twelve years"):
        recurrence.check(rule, tuesday)

    assert recurrence.next_due(rule, tuesday, today=tuesday, anchor=None, done=0) is None
    assert recurrence.first_due(rule, today=tuesday) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("rule", "due", "dates"),
    [
        ("monthly", "2026-01-31", ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]),
        ("monthly", "2027-12-30", ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30", "2028-05-30"]),
        ("FREQ=MONTHLY;INTERVAL=3", "2026-11-30", ["2027-02-28", "2027-05-30", "2027-08-30"]),
        ("yearly", "2024-02-29", ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2024-02-29", ["2028-02-29", "2032-02-29"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2096-02-29", ["2104-02-29"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", ["2026-03-31", "2026-05-31", "2026-07-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31", ["2026-02-28", "2026-03-31", "2026-04-30"]),
        ("FREQ=MONTHLY;BYMONTH=2,3", "2026-01-31", ["2026-02-28", "2026-03-31", "2027-02-28"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-01", ["2026-11-27", "2026-12-25", "2027-01-29"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-10-30", ["2026-11-30", "2026-12-31"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "2026-11-02", ["2026-11-05", "2026-11-16", "2026-11-19"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", "1997-08-05", ["1997-08-10", "1997-08-19", "1997-08-24"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", "1997-08-05", ["1997-08-17", "1997-08-19", "1997-08-31"]),
        ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", ["1998-05-18", "1999-05-17"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1997-09-02", ["1998-02-13", "1998-03-13", "1998-11-13"]),
        ("FREQ=YEARLY;BYDAY=FR;BYMONTHDAY=13", "1997-09-02", ["1998-02-13", "1998-03-13", "1998-11-13"]),
        ("FREQ=DAILY;BYMONTH=1;BYMONTHDAY=-1,1", "1998-01-01", ["1998-01-31", "1999-01-01", "1999-01-31"]),
        ("FREQ=WEEKLY;BYMONTH=12", "2026-11-18", ["2026-12-02", "2026-12-09"]),
        ("FREQ=DAILY;UNTIL=20261120", "2026-11-18", ["2026-11-19", "2026-11-20"]),
        ("FREQ=DAILY;COUNT=3", "2026-11-18", ["2026-11-19", "2026-11-20"]),
        ("FREQ=DAILY;COUNT=1", "2026-11-18", []),
        ("FREQ=YEARLY;INTERVAL=12", "2024-02-29", ["2036-02-29", "2048-02-29"]),
    ],
)  # fmt: skip
def test_the_dates_of_a_series(rule: str, due: str, dates: list[str]) -> None:
    wanted = [date.fromisoformat(day) for day in dates]
    ends = "UNTIL" in rule or "COUNT" in rule

    found = following(rule, date.fromisoformat(due), 10 if ends else len(wanted))

    assert found == wanted


def test_f11_missed_dates_do_not_pile_up() -> None:
    monday = date(2026, 11, 2)

    found = next_date("weekly", monday, today=date(2026, 11, 18))

    assert found == date(2026, 11, 23)


def test_f11_a_task_done_early_does_not_come_back_on_the_same_date() -> None:
    due = date(2026, 11, 20)

    found = next_date("daily", due, today=date(2026, 11, 18))

    assert found == date(2026, 11, 21)


def test_the_wanted_day_of_the_month_is_remembered_through_the_anchor() -> None:
    anchor = date(2026, 1, 31)

    found = next_date("monthly", date(2026, 2, 28), anchor=anchor)

    assert found == date(2026, 3, 31)


def test_a_postponed_occurrence_leaves_the_rhythm_alone() -> None:
    anchor, postponed = date(2026, 11, 2), date(2026, 11, 11)

    found = next_date("weekly", postponed, anchor=anchor)

    assert found == date(2026, 11, 16)


def test_counting_from_completion_starts_on_the_day_it_was_done() -> None:
    rule = replace(recurrence.parse("FREQ=DAILY;INTERVAL=3"), from_completion=True)
    due, today = date(2026, 11, 2), date(2026, 11, 18)

    found = recurrence.next_due(rule, due, today=today, anchor=due, done=0)

    assert found == date(2026, 11, 21)
    assert recurrence.words(rule, "en") == "every 3 days after completion"
    assert recurrence.words(rule, "ru") == "каждые 3 дня после выполнения"


def test_count_ends_a_series_that_is_kept() -> None:
    rule, due, done = recurrence.parse("FREQ=DAILY;COUNT=3"), date(2026, 11, 18), 0
    anchor, seen = due, [due]

    while found := recurrence.next_due(rule, due, today=due, anchor=anchor, done=done):
        done += recurrence.used_up(rule, due, found, anchor=anchor)
        due = found
        seen.append(due)

    assert seen == [date(2026, 11, day) for day in (18, 19, 20)]
    assert done == 2


def test_count_counts_scheduled_dates_so_missed_ones_are_used_up() -> None:
    rule, due = recurrence.parse("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=6"), date(2026, 11, 2)

    found = recurrence.next_due(rule, due, today=date(2026, 11, 13), anchor=due, done=0)
    ended = recurrence.next_due(rule, due, today=date(2026, 11, 20), anchor=due, done=0)

    assert found == date(2026, 11, 16)
    assert recurrence.used_up(rule, due, found, anchor=due) == 4
    assert ended is None


@pytest.mark.parametrize(
    ("rule", "today", "first"),
    [
        ("daily", "2026-11-18", "2026-11-18"),
        ("monthly", "2026-11-30", "2026-11-30"),
        ("FREQ=WEEKLY;BYDAY=MO", "2026-11-18", "2026-11-23"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "2026-11-18", "2026-11-18"),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "2026-11-18", "2028-02-29"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30", "2026-11-30"),
    ],
)
def test_a_series_without_a_due_date_starts_today_or_later(
    rule: str, today: str, first: str
) -> None:
    found = recurrence.first_due(recurrence.parse(rule), today=date.fromisoformat(today))

    assert found == date.fromisoformat(first)


def test_a_series_that_has_ended_cannot_start() -> None:
    rule = recurrence.parse("FREQ=DAILY;UNTIL=20200101")

    with pytest.raises(RecurrenceError, match="twelve years"):
        recurrence.first_due(rule, today=date(2026, 11, 18))


@pytest.mark.parametrize(
    "rule", ["daily", "weekly", "monthly", "yearly", "FREQ=WEEKLY;BYDAY=SU;BYMONTH=12;WKST=SU", "FREQ=YEARLY;BYDAY=FR"]
)  # fmt: skip
def test_s098_the_end_of_the_calendar_ends_a_series_without_an_error(rule: str) -> None:
    read = recurrence.parse(rule)

    found = recurrence.next_due(read, LAST, today=date(2026, 11, 18), anchor=None, done=0)

    assert found is None
    assert recurrence.upcoming(read, LAST, anchor=date(1, 1, 1), done=0) == []
    assert recurrence.first_due(read, today=date(1, 1, 1)) < date(2, 1, 2)


@pytest.mark.parametrize(
    "rule",
    [
        "daily",
        "weekly",
        "monthly",
        "yearly",
        "FREQ=DAILY;INTERVAL=3;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=-1FR",
    ],
)
def test_f11_an_ancient_date_costs_no_more_than_a_recent_one(rule: str) -> None:
    read, ancient, today = recurrence.parse(rule), date(1976, 1, 31), date(2026, 11, 18)
    quickest = 1.0

    for _ in range(5):
        started = time.perf_counter()
        found = recurrence.next_due(read, ancient, today=today, anchor=None, done=0)
        quickest = min(quickest, time.perf_counter() - started)

    assert found is not None
    assert today < found < date(2028, 1, 1)
    assert quickest < 0.005


def test_a_rule_that_never_meets_its_anchor_is_given_up_quickly() -> None:
    rule = recurrence.parse("FREQ=DAILY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU")
    due = date(2026, 11, 18)
    started = time.perf_counter()

    found = recurrence.next_due(rule, due, today=due, anchor=None, done=0)

    assert found is None or found > due
    assert time.perf_counter() - started < 0.05
