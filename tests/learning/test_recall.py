"""When cards come back: FSRS as published, by the days of the user's calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.core import clock
from questlog.learning import recall
from questlog.learning.recall import NEW, Memory, recalled

AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"]
# The reference of the FSRS authors: days until the card is due after each of these ratings, version 6, no fuzz.
PUBLISHED = [
    ([GOOD] * 6 + [AGAIN] * 2 + [GOOD] * 5, [0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21]),
]


def walk(ratings: list[int], start: datetime, timezone: str) -> list[int]:
    """Answer a card whenever it comes back; return the nights until then, each time."""
    memory: Memory = NEW
    now, nights = start, []
    for rating in ratings:
        after = recalled(memory, rating, now=now, timezone=timezone)
        days = clock.local_date(after.due_at, timezone) - clock.local_date(now, timezone)
        nights.append(days.days)
        memory, now = after.memory, after.due_at
    return nights


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", [0, 3, 12, 20])
@pytest.mark.parametrize(("ratings", "days"), PUBLISHED)
def test_intervals_are_the_published_ones_at_any_hour_and_everywhere(
    ratings: list[int], days: list[int], hour: int, zone: str
) -> None:
    start = datetime(2022, 11, 29, hour, 30, tzinfo=clock.zone(zone))

    assert walk(ratings, start, zone) == days


def test_a_card_that_comes_in_days_comes_with_its_day() -> None:
    now = datetime(2026, 3, 27, 21, 0, tzinfo=UTC)

    after = recalled(NEW, EASY, now=now, timezone="Europe/Berlin")

    local = after.due_at.astimezone(clock.zone("Europe/Berlin"))
    assert (local.hour, local.minute, local.second) == (0, 0, 0)
    assert local.date() - now.date() == timedelta(days=8)


def test_a_card_that_comes_in_minutes_comes_to_the_minute() -> None:
    now = datetime(2026, 3, 27, 21, 0, tzinfo=UTC)

    dues = [recalled(NEW, rating, now=now, timezone="UTC").due_at for rating in (AGAIN, HARD, GOOD)]

    assert [due - now for due in dues] == [
        timedelta(minutes=1),
        timedelta(minutes=5, seconds=30),
        timedelta(minutes=10),
    ]


def test_only_what_was_known_can_lapse() -> None:
    now = datetime(2026, 3, 27, 21, 0, tzinfo=UTC)
    known = recalled(NEW, EASY, now=now, timezone="UTC")

    first = recalled(NEW, AGAIN, now=now, timezone="UTC")
    later = recalled(known.memory, AGAIN, now=known.due_at, timezone="UTC")

    assert (first.is_lapse, later.is_lapse) == (False, True)
    assert recall.state_of(NEW) == "new"
    assert recall.state_of(known.memory) == "review"
    assert recall.state_of(later.memory) == "relearning"


@given(
    ratings=st.lists(st.integers(1, 4), min_size=1, max_size=12),
    waits=st.lists(st.integers(0, 400 * 86_400), min_size=12, max_size=12),
    zone=st.sampled_from(ZONES),
)
def test_the_same_answers_give_the_same_dates_and_never_go_back(
    ratings: list[int], waits: list[int], zone: str
) -> None:
    def walked() -> list[Any]:
        memory, now, found = NEW, datetime(2026, 1, 1, tzinfo=UTC), []
        for rating, wait in zip(ratings, waits, strict=False):
            now += timedelta(seconds=wait)
            after = recalled(memory, rating, now=now, timezone=zone)
            found.append((after.due_at, dict(after.memory)))
            assert after.due_at > now
            memory = after.memory
        return found

    assert walked() == walked()
