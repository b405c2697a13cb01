"""What passed days do to a player: kept, frozen or broken streaks, hearts lost and grown, each once. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from questlog.game import days
from questlog.game.settling import Settlement, settle

HOUR = timedelta(hours=1)
BERLIN, UTC_ZONE = "Europe/Berlin", "UTC"


def player(now: datetime, *, zone: str = UTC_ZONE, **more: Any) -> dict[str, Any]:
    """Return a player who was last written at `now`, with a streak of 3 that reaches to that day."""
    day = days.first(now, zone)
    return {
        "day_on": day.on,
        "day_began": day.began,
        "zone": zone,
        "zone_since": None,
        "began_on": day.on,
        "streak": 3,
        "streak_on": day.on,
        "streak_freezes": 0,
        "hearts": 5,
        "hearts_at": None,
        "hearts_off": False,
        **more,
    }


def settled(
    before: Mapping[str, Any], now: datetime, timezone: str | None = None
) -> tuple[dict[str, Any], Settlement]:
    """Return a player and what was settled, the ledger's entries counted in."""
    found = settle(before, now=now, timezone=timezone or before["zone"])
    after = {**before, **found.columns}
    after["hearts"] += sum(entry.hearts for entry in found.entries)
    after["streak_freezes"] += sum(entry.freezes for entry in found.entries)
    return after, found


def test_the_same_day_changes_nothing() -> None:
    ada = player(_utc("2026-11-21T08:00"))

    after, found = settled(ada, _utc("2026-11-21T23:59"))

    assert after == ada
    assert (found.entries, found.days, found.events) == ([], [], [])


def test_a_kept_day_goes_by_without_a_loss() -> None:
    ada = player(_utc("2026-11-21T08:00"))

    after, found = settled(ada, _utc("2026-11-22T23:59"))

    assert (after["day_on"], after["streak"]) == (date(2026, 11, 22), 3)
    assert found.days == [(date(2026, 11, 21), "kept")]
    assert found.entries == []


def test_a_missed_day_costs_a_heart_and_the_streak() -> None:
    ada = player(_utc("2026-11-21T08:00"))

    after, found = settled(ada, _utc("2026-11-23T00:00"))

    assert (after["streak"], after["hearts"]) == (0, 4)
    assert after["hearts_at"] == _utc("2026-11-23T00:00")
    assert found.days == [(date(2026, 11, 21), "kept"), (date(2026, 11, 22), "broken")]
    assert [type_ for type_, _ in found.events] == ["streak.broken", "heart.lost"]


def test_thirty_idle_days_cost_one_heart_which_grows_back() -> None:
    ada = player(_utc("2026-11-21T08:00"))

    after, found = settled(ada, _utc("2026-12-21T12:00"))

    assert (after["streak"], after["hearts"], after["hearts_at"]) == (0, 5, None)
    assert [entry.hearts for entry in found.entries] == [-1, 1]
    assert after["day_on"] == date(2026, 12, 21)


def test_g11_a_freeze_covers_one_missed_day_and_is_used_once() -> None:
    ada = player(_utc("2026-11-21T08:00"), streak_freezes=1)

    after, found = settled(ada, _utc("2026-11-23T09:00"))
    again, nothing = settled(after, _utc("2026-11-23T09:00"))

    assert (after["streak"], after["streak_on"]) == (3, date(2026, 11, 22))
    assert (after["streak_freezes"], after["hearts"]) == (0, 5)
    assert found.days[-1] == (date(2026, 11, 22), "frozen")
    assert (again, nothing.days) == (after, [])


def test_two_freezes_cover_two_days_and_the_third_breaks() -> None:
    ada = player(_utc("2026-11-21T08:00"), streak_freezes=2)

    after, found = settled(ada, _utc("2026-11-25T00:00"))

    assert (after["streak"], after["streak_freezes"], after["hearts"]) == (0, 0, 4)
    assert [outcome for _, outcome in found.days] == ["kept", "frozen", "frozen", "broken"]


def test_without_a_streak_nothing_is_lost() -> None:
    ada = player(_utc("2026-11-21T08:00"), streak=0, streak_on=None, streak_freezes=1)

    after, found = settled(ada, _utc("2026-12-21T12:00"))

    assert (after["hearts"], after["streak_freezes"]) == (5, 1)
    assert (found.days, found.entries) == ([], [])


def test_who_has_no_heart_loses_none() -> None:
    lost_at = _utc("2026-11-22T23:00")
    ada = player(lost_at, hearts=0, hearts_at=lost_at, streak_on=date(2026, 11, 21))

    after, found = settled(ada, _utc("2026-11-23T00:30"))

    assert (after["streak"], after["hearts"], after["hearts_at"]) == (0, 0, lost_at)
    assert [type_ for type_, _ in found.events] == ["streak.broken"]


def test_hearts_switched_off_cost_none() -> None:
    ada = player(_utc("2026-11-21T08:00"), hearts_off=True)

    after, found = settled(ada, _utc("2026-11-23T09:00"))

    assert (after["streak"], after["hearts"]) == (0, 5)
    assert [type_ for type_, _ in found.events] == ["streak.broken"]


@pytest.mark.parametrize(
    ("hours", "hearts", "since"), [(3.9, 1, 0), (4, 2, 4), (15.9, 4, 12), (16, 5, None)]
)
def test_one_heart_grows_back_every_four_hours(
    hours: float, hearts: int, since: int | None
) -> None:
    lost_at = _utc("2026-11-21T06:00")
    ada = player(lost_at, hearts=1, hearts_at=lost_at)

    after, _found = settled(ada, lost_at + hours * HOUR)

    assert after["hearts"] == hearts
    assert after["hearts_at"] == (None if since is None else lost_at + since * HOUR)


# Across a change of clocks, completions at most 28 hours apart keep a streak: zone, last completion, next one.
ACROSS = (
    ("Europe/Berlin", "2026-03-27T22:59", "2026-03-29T01:30"),  # in front of the short Sunday
    ("Europe/Berlin", "2026-03-28T22:59", "2026-03-30T02:58"),  # over the short Sunday
    ("Europe/Berlin", "2026-10-24T21:59", "2026-10-26T01:58"),  # over the long Sunday
    ("America/New_York", "2026-03-08T04:59", "2026-03-09T08:58"),
    ("America/New_York", "2026-11-01T03:59", "2026-11-02T07:58"),
    ("America/Santiago", "2025-09-07T03:59", "2025-09-08T07:58"),
    ("Australia/Lord_Howe", "2026-10-03T13:29", "2026-10-04T17:28"),
    ("Africa/Cairo", "2026-04-23T21:59", "2026-04-25T01:58"),
)


@pytest.mark.parametrize(("zone", "last", "following"), ACROSS)
def test_g09_no_streak_is_lost_within_28_hours_across_a_change(
    zone: str, last: str, following: str
) -> None:
    assert _utc(following) - _utc(last) <= 28 * HOUR
    ada = player(_utc(last), zone=zone)

    after, found = settled(ada, _utc(following))

    assert (after["streak"], after["hearts"]) == (3, 5)
    assert "broken" not in [outcome for _, outcome in found.days]


@pytest.mark.parametrize(
    ("zone", "last", "later"),
    [
        ("Europe/Berlin", "2026-11-20T22:00", "2026-11-21T23:00"),  # no change: midnight decides
        ("Europe/Berlin", "2026-03-28T12:00", "2026-03-30T06:00"),  # 8 hours after the short day
    ],
)
def test_a_change_of_clocks_forgives_no_more_than_that(zone: str, last: str, later: str) -> None:
    ada = player(_utc(last), zone=zone)

    after, _found = settled(ada, _utc(later))

    assert after["streak"] == 0


@given(
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Apia"]),
    goes_to=st.sampled_from(["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata"]),
    start=st.integers(1_700_000_000, 1_900_000_000),
    gap=st.integers(1, 28 * 60),
)
def test_g09_no_streak_is_lost_within_28_hours_of_travel(
    zone: str, goes_to: str, start: int, gap: int
) -> None:
    last = datetime.fromtimestamp(start, UTC)
    following = last + timedelta(minutes=gap)
    changed = last - timedelta(days=3)
    ada = player(last, zone=zone, zone_since=changed)

    after, found = settled(ada, following, goes_to)

    assume(after["zone"] != zone)
    assert (after["streak"], found.entries) == (3, [])


def test_g08_24_zones_in_a_day_are_one_day() -> None:
    now = _utc("2026-11-21T12:00")
    ada = player(now, zone_since=now - timedelta(days=2))
    zones = [f"Etc/GMT{offset:+d}" for offset in range(-12, 12)]

    labels = set()
    for number, zone in enumerate(zones):
        ada, _found = settled(ada, now + number * timedelta(minutes=29), zone)
        labels.add(ada["day_on"])

    assert labels == {date(2026, 11, 21)}


def test_the_first_choice_of_a_zone_moves_a_new_player_at_once() -> None:
    now = _utc("2026-11-21T02:00")
    ada = player(now, streak=0, streak_on=None)

    after, _found = settled(ada, now, "America/New_York")

    assert (after["day_on"], after["began_on"]) == (date(2026, 11, 20), date(2026, 11, 20))
    assert (after["zone"], after["zone_since"]) == ("America/New_York", now)


def test_a_first_choice_neither_repeats_nor_loses_a_day_that_paid() -> None:
    now = _utc("2026-11-21T16:00")
    ada = player(now)

    after, found = settled(ada, now, "Asia/Tokyo")

    assert (after["day_on"], after["streak"], after["zone"]) == (ada["day_on"], 3, "Asia/Tokyo")
    assert found.entries == []


def test_days_before_a_first_choice_were_lived_where_one_was() -> None:
    ada = player(_utc("2026-11-01T12:00"))

    after, found = settled(ada, _utc("2026-11-21T16:00"), "Asia/Tokyo")

    assert found.days == [(date(2026, 11, 1), "kept"), (date(2026, 11, 2), "broken")]
    assert (after["day_on"], after["zone"]) == (date(2026, 11, 22), "Asia/Tokyo")


@given(
    steps=st.lists(st.integers(0, 4 * 24 * 60), min_size=1, max_size=12),
    freezes=st.integers(0, 2),
    hearts=st.integers(0, 5),
)
def test_settling_often_or_once_comes_to_the_same(
    steps: list[int], freezes: int, hearts: int
) -> None:
    start = _utc("2026-03-25T08:00")
    missing = start if hearts < 5 else None
    ada = player(start, zone=BERLIN, streak_freezes=freezes, hearts=hearts, hearts_at=missing)
    often, now = ada, start
    outcomes: list[tuple[date, str]] = []
    for minutes in steps:
        now += timedelta(minutes=minutes)
        often, found = settled(often, now)
        outcomes += found.days

    once, whole = settled(ada, now)

    assert often == once
    assert outcomes == list(whole.days)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
