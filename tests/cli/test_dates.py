"""Dates as people type and read them."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from questlog.cli import dates

WEDNESDAY = date(2026, 3, 4)
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("today", "2026-03-04"),
        ("Tomorrow", "2026-03-05"),
        ("yesterday", "2026-03-03"),
        ("thu", "2026-03-05"),
        ("wednesday", "2026-03-11"),
        ("tues", "2026-03-10"),
        ("+3d", "2026-03-07"),
        ("+2w", "2026-03-18"),
        ("2026-12-31", "2026-12-31"),
        ("2026-12-31 17:30", "2026-12-31T17:30:00"),
        ("2026-12-31T17:30", "2026-12-31T17:30:00"),
        ("  friday   09:05 ", "2026-03-06T09:05:00"),
        ("17:00", "2026-03-04T17:00:00"),
        ("next monday at 9am", "2026-03-09T09:00:00"),
        ("завтра в 10", "2026-03-05T10:00:00"),
        ("in 2 weeks", "2026-03-18"),
        ("none", None),
    ],
)
def test_a_date_is_understood_as_it_is_said(typed: str, meant: str | None) -> None:
    assert dates.parse(typed, NOW) == meant


@pytest.mark.parametrize(
    "typed",
    ["", "soon", "mo", "2026-02-30", "today 25:00", "today 17", "fri 1:2 3", "+3x"],
)
def test_what_is_no_date_is_refused_with_the_forms_that_are(typed: str) -> None:
    with pytest.raises(dates.UnknownDateError, match="tomorrow"):
        dates.parse(typed, NOW)


@pytest.mark.parametrize(
    ("day", "moment", "shown"),
    [
        (None, None, ""),
        ("2026-02-27", None, "5 days late"),
        ("2026-03-03", None, "yesterday"),
        ("2026-03-04", None, "today"),
        ("2026-03-05", "2026-03-05T16:30:00Z", "tomorrow 17:30"),
        ("2026-03-10", None, "Tuesday"),
        ("2026-03-11", None, "2026-03-11"),
    ],
)
def test_a_due_date_is_shown_in_words_while_it_is_near(
    day: str | None, moment: str | None, shown: str
) -> None:
    task: dict[str, Any] = {"due_date": day, "due_at": moment}

    assert dates.describe(task, WEDNESDAY, BERLIN) == shown
