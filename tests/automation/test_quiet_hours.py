"""Quiet hours by the clock of where somebody lives, over midnight and over the change of the clocks."""

from datetime import date, time

import pytest

from questlog.automation.quiet_hours import QuietHours, at_clock
from tests.support.moving_clock import at

BERLIN = "Europe/Berlin"
NIGHT = QuietHours(time(22), time(7))
NOON = QuietHours(time(12), time(14))


@pytest.mark.parametrize(
    ("quiet", "moment", "ends"),
    [
        (NIGHT, "2026-06-01T19:59:59", None),
        (NIGHT, "2026-06-01T20:00:00", "2026-06-02T05:00:00"),
        (NIGHT, "2026-06-02T04:59:59", "2026-06-02T05:00:00"),
        (NIGHT, "2026-06-02T05:00:00", None),
        (NOON, "2026-06-01T09:59:00", None),
        (NOON, "2026-06-01T10:00:00", "2026-06-01T12:00:00"),
        (NOON, "2026-06-01T12:00:00", None),
        # The night in which the clocks go forward has seven hours of quiet, the other one nine and one more.
        (NIGHT, "2026-03-28T21:00:00", "2026-03-29T05:00:00"),
        (NIGHT, "2026-10-24T20:00:00", "2026-10-25T06:00:00"),
    ],
)
def test_quiet_ends_by_the_clock(quiet: QuietHours, moment: str, ends: str | None) -> None:
    end = quiet.end_after(at(moment), BERLIN)

    assert end == (at(ends) if ends else None)


def test_a_time_that_is_left_out_comes_later_and_one_that_comes_twice_is_the_first() -> None:
    left_out = at_clock(date(2026, 3, 29), time(2, 30), BERLIN)
    twice = at_clock(date(2026, 10, 25), time(2, 30), BERLIN)

    assert left_out == at("2026-03-29T01:30:00")
    assert twice == at("2026-10-25T00:30:00")
