"""When a task is due: reading dates, keeping instants and wall clocks."""

from datetime import date, datetime
from typing import Any

import pytest

from questlog.planning import task_dates
from questlog.planning.recurrence import RecurrenceError
from questlog.planning.task_dates import Due, RecurrenceNeedsDateError
from tests.support.moving_clock import at

MONDAY = date(2026, 11, 23)
ONE_OFF: dict[str, Any] = {
    "due_on": MONDAY,
    "due_at": None,
    "due_time": None,
    "start_on": None,
    "deadline_on": None,
    "rule": None,
    "rule_from_completion": False,
    "rhythm_from": None,
    "rhythm_on": None,
    "dates_used": 0,
}
SERIES = ONE_OFF | {"rule": "FREQ=WEEKLY", "rhythm_from": date(2026, 11, 16), "dates_used": 1}


def changed(row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return task_dates.of_changed(row, changes, today=MONDAY, timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "timezone", "due"),
    [
        (None, "UTC", Due()),
        (MONDAY, "Asia/Tokyo", Due(MONDAY)),
        # an instant is due on the day it falls on where the user lives
        (
            datetime.fromisoformat("2026-11-23T23:30:00+00:00"),
            "Europe/Berlin",
            Due(date(2026, 11, 24), at("2026-11-23T23:30"), "00:30:00"),
        ),
        # a moment without offset is read in the user's zone
        (
            datetime.fromisoformat("2026-11-23T09:00:00"),
            "America/New_York",
            Due(MONDAY, at("2026-11-23T14:00"), "09:00:00"),
        ),
        # an hour the clock leaves out moves forward, but the wish is remembered
        (
            datetime.fromisoformat("2026-03-29T02:30:00"),
            "Europe/Berlin",
            Due(date(2026, 3, 29), at("2026-03-29T01:30"), "02:30:00"),
        ),
    ],
)
def test_a_due_date_is_a_day_an_instant_or_a_wall_clock(
    value: date | None, timezone: str, due: Due
) -> None:
    assert task_dates.read(value, timezone) == due


def test_without_a_due_date_a_series_begins_on_its_first_date_from_today() -> None:
    weekly_on_thursdays = task_dates.of_new(
        None, "FREQ=WEEKLY;BYDAY=TH", today=MONDAY, timezone="UTC"
    )

    assert weekly_on_thursdays["due_on"] == date(2026, 11, 26)
    assert weekly_on_thursdays["rhythm_from"] == date(2026, 11, 26)


@pytest.mark.parametrize(
    "words", ["hourly", "FREQ=HOURLY", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2", "FREQ=DAILY;X=1"]
)
def test_a_rule_that_cannot_be_is_blamed_on_its_field(words: str) -> None:
    with pytest.raises(RecurrenceError) as refused:
        task_dates.of_new(MONDAY, words, today=MONDAY, timezone="UTC")

    assert refused.value.pointer == "/body/recurrence"


def test_another_date_moves_the_anchor() -> None:
    moved = changed(SERIES, due_date=date(2026, 11, 26))

    assert moved["rhythm_from"] == date(2026, 11, 26)


def test_the_same_date_and_the_same_rule_change_nothing() -> None:
    same = changed(SERIES, due_date=MONDAY, recurrence="weekly")

    assert same == {name: SERIES[name] for name in same}


def test_clearing_the_recurrence_keeps_the_date() -> None:
    cleared = changed(SERIES, recurrence=None)

    assert cleared["due_on"] == MONDAY
    assert (cleared["rule"], cleared["rhythm_from"], cleared["dates_used"]) == (None, None, 0)


def test_a_series_needs_a_date() -> None:
    with pytest.raises(RecurrenceNeedsDateError) as refused:
        changed(SERIES, due_date=None)

    assert refused.value.pointer == "/body/due_date"
    assert changed(SERIES, due_date=None, recurrence=None)["due_on"] is None


def test_another_rule_begins_anew_at_the_date() -> None:
    begun = changed(SERIES, recurrence="monthly")

    assert (begun["rule"], begun["rhythm_from"], begun["dates_used"]) == (
        "FREQ=MONTHLY",
        MONDAY,
        0,
    )


def test_a_date_alone_takes_the_time_of_day_away() -> None:
    timed = ONE_OFF | {"due_at": at("2026-11-23T08:00"), "due_time": "09:00:00"}

    assert changed(timed, due_date=MONDAY) == {"due_on": MONDAY, "due_at": None, "due_time": None}
    assert changed(timed, title="x")["due_at"] == at("2026-11-23T08:00")


def test_missed_dates_do_not_pile_up() -> None:
    step = task_dates.step(SERIES, today=date(2026, 12, 24), timezone="UTC")

    assert step.due == date(2026, 12, 28)


def test_s098_a_series_ends_before_the_calendar_does() -> None:
    last = SERIES | {
        "rule": "FREQ=YEARLY",
        "due_on": date(9998, 1, 1),
        "rhythm_from": date(9998, 1, 1),
    }

    assert task_dates.step(last, today=MONDAY, timezone="UTC").due is None


def begun(words: str, due: date | datetime | None = None) -> dict[str, Any]:
    return task_dates.of_new(due, words, today=MONDAY, timezone="Europe/Berlin")


def test_the_words_of_a_rule_are_kept_as_they_were_typed() -> None:
    row = begun("каждые! 3 дня")

    assert (row["rule"], row["rule_from_completion"]) == ("FREQ=DAILY;INTERVAL=3", True)
    assert row["rule_words"] == "каждые! 3 дня"
    assert row["due_on"] == MONDAY


def test_a_phrase_names_its_first_date_and_its_time() -> None:
    row = begun("every fri at 17:30 starting 1 dec")

    assert (row["due_on"], row["due_time"]) == (date(2026, 12, 4), "17:30:00")
    assert row["due_at"] == at("2026-12-04T16:30")
    assert row["rhythm_from"] == date(2026, 12, 4)


def test_a_due_date_counts_for_more_than_the_first_date_of_a_phrase() -> None:
    row = begun("every day at 9am starting 1 dec", date(2026, 11, 30))

    assert (row["due_on"], row["due_time"]) == (date(2026, 11, 30), "09:00:00")


def test_a_due_time_counts_for_more_than_the_time_of_a_phrase() -> None:
    row = begun("every day at 9am", at("2026-11-30T16:30"))

    assert (row["due_on"], row["due_time"]) == (date(2026, 11, 30), "17:30:00")


def test_a_changed_phrase_moves_a_series_to_its_first_date() -> None:
    moved = changed(SERIES, recurrence="every week starting 1 dec")
    timed = changed(SERIES, recurrence="every week at 9")

    assert (moved["due_on"], moved["rhythm_from"]) == (date(2026, 12, 1), date(2026, 12, 1))
    assert (timed["due_on"], timed["due_time"]) == (SERIES["due_on"], "09:00:00")


def test_a_rule_that_begins_to_count_from_completion_is_another_rule() -> None:
    counted = changed(SERIES, recurrence="every! week")

    assert (counted["rule"], counted["rule_from_completion"]) == ("FREQ=WEEKLY", True)


def test_a_skipped_date_uses_up_no_completion() -> None:
    series = SERIES | {
        "rule": "FREQ=DAILY;INTERVAL=3;COUNT=3",
        "rule_from_completion": True,
        "dates_used": 2,
    }

    skipped = task_dates.step(series, today=MONDAY, timezone="UTC", is_done=False)
    done = task_dates.step(series, today=MONDAY, timezone="UTC")

    assert skipped.due == date(2026, 11, 26)
    assert skipped.columns["dates_used"] == 2
    assert done.due is None
