"""A wall clock on a day, as a moment."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from questlog.planning import recurrence
from questlog.planning.moments import moment


def moments(rule: str, first: str, wall: str, zone: str, count: int = 3) -> list[str]:
    start = date.fromisoformat(first)
    days = [
        start,
        *recurrence.upcoming(recurrence.parse(rule), start, anchor=None, done=0, count=count - 1),
    ]
    found = [moment(day, time.fromisoformat(wall), ZoneInfo(zone)) for day in days]
    return [f"{one:%Y-%m-%d %H:%M}" for one in found]


@pytest.mark.parametrize(
    ("rule", "first", "wall", "zone", "expected"),
    [
        # the hour that is left out: 02:30 on 29 March 2026 does not exist, 03:30 does
        ("daily", "2026-03-28", "02:30", "Europe/Berlin", ["2026-03-28 01:30", "2026-03-29 01:30", "2026-03-30 00:30"]),
        # the hour that comes twice: the first 02:30 of 25 October is still summer time
        ("daily", "2026-10-24", "02:30", "Europe/Berlin", ["2026-10-24 00:30", "2026-10-25 00:30", "2026-10-26 01:30"]),
        ("weekly", "2026-10-21", "09:00", "Europe/Berlin", ["2026-10-21 07:00", "2026-10-28 08:00", "2026-11-04 08:00"]),
        ("monthly", "2026-01-31", "08:00", "America/New_York", ["2026-01-31 13:00", "2026-02-28 13:00", "2026-03-31 12:00"]),
        ("yearly", "2024-02-29", "12:00", "Asia/Kathmandu", ["2024-02-29 06:15", "2025-02-28 06:15", "2026-02-28 06:15"]),
        ("daily", "2026-11-18", "00:30", "Etc/GMT-14", ["2026-11-17 10:30", "2026-11-18 10:30", "2026-11-19 10:30"]),
        ("daily", "2026-11-18", "23:30", "Etc/GMT+12", ["2026-11-19 11:30", "2026-11-20 11:30", "2026-11-21 11:30"]),
        # a historic change of zone: Samoa left out 30 December 2011
        ("daily", "2011-12-29", "09:00", "Pacific/Apia", ["2011-12-29 19:00", "2011-12-30 19:00", "2011-12-30 19:00"]),
        ("daily", "2026-04-04", "02:15", "Australia/Lord_Howe", ["2026-04-03 15:15", "2026-04-04 15:45", "2026-04-05 15:45"]),
    ],
)  # fmt: skip
def test_f29_a_timed_series_keeps_its_wall_clock(
    rule: str, first: str, wall: str, zone: str, expected: list[str]
) -> None:
    assert moments(rule, first, wall, zone) == expected


def test_f29_what_the_clock_skips_moves_forward_and_what_it_repeats_counts_once() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    skipped = moment(date(2026, 3, 29), time(2, 30), berlin)
    repeated = moment(date(2026, 10, 25), time(2, 30, fold=1), berlin)

    assert skipped.astimezone(berlin).time() == time(3, 30)
    assert repeated == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_last_date_of_a_rule_is_a_moment_in_every_zone() -> None:
    last = date(9999, 12, 30)

    ahead = moment(last, time(23, 59), ZoneInfo("Etc/GMT+12"))
    behind = moment(last, time(0, 0), ZoneInfo("Etc/GMT-14"))

    assert behind < ahead
