"""When the game's day begins and ends: a golden table of zones and changes of clocks, and what no walk may break."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.core import clock
from questlog.game import days
from questlog.game.days import GameDay

HOUR = timedelta(hours=1)
ZONES = sorted(zone for zone in available_timezones() if zone not in ("localtime", "posixrules"))
MOMENTS = st.integers(1_325_376_000, 2_145_916_800).map(lambda s: datetime.fromtimestamp(s, UTC))

# A day, where it is lived, its beginning and end in UTC, and its hours. Changes of clocks as the IANA database has them.
GOLDEN = (
    ("2026-11-21", "UTC", "2026-11-21T00:00", "2026-11-22T00:00", 24),
    ("2026-03-28", "Europe/Berlin", "2026-03-27T23:00", "2026-03-28T23:00", 24),
    ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00", "2026-03-29T22:00", 23),
    ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00", "2026-10-25T23:00", 25),
    ("2026-03-08", "America/New_York", "2026-03-08T05:00", "2026-03-09T04:00", 23),
    ("2026-11-01", "America/New_York", "2026-11-01T04:00", "2026-11-02T05:00", 25),
    ("2026-04-05", "Australia/Lord_Howe", "2026-04-04T13:00", "2026-04-05T13:30", 24.5),
    ("2026-10-04", "Australia/Lord_Howe", "2026-10-03T13:30", "2026-10-04T13:00", 23.5),
    ("2026-11-21", "Asia/Kathmandu", "2026-11-20T18:15", "2026-11-21T18:15", 24),
    ("2026-11-21", "Pacific/Kiritimati", "2026-11-20T10:00", "2026-11-21T10:00", 24),
    ("2026-11-21", "Pacific/Pago_Pago", "2026-11-21T11:00", "2026-11-22T11:00", 24),
    ("2026-11-21", "Europe/Moscow", "2026-11-20T21:00", "2026-11-21T21:00", 24),
    # Midnight itself is left out: the clock goes from 23:59:59 to 01:00.
    ("2025-09-06", "America/Santiago", "2025-09-06T04:00", "2025-09-07T04:00", 24),
    ("2025-09-07", "America/Santiago", "2025-09-07T04:00", "2025-09-08T03:00", 23),
    ("2026-04-24", "Africa/Cairo", "2026-04-23T22:00", "2026-04-24T21:00", 23),
    ("2026-10-29", "Africa/Cairo", "2026-10-28T21:00", "2026-10-29T22:00", 25),
    # Midnight comes twice: the first one counts.
    ("2026-11-01", "America/Havana", "2026-11-01T04:00", "2026-11-02T05:00", 25),
    # Samoa left out a whole day; the game does not.
    ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00", "2011-12-31T06:00", 20),
)


@pytest.mark.parametrize(("day", "zone", "begins", "ends", "hours"), GOLDEN)
def test_g09_days_in_their_zones(day: str, zone: str, begins: str, ends: str, hours: float) -> None:
    on = date.fromisoformat(day)

    found = GameDay(on, days.midnight_of(on, zone), zone)

    assert (found.began, found.ends) == (_utc(begins), _utc(ends))
    assert found.ends - found.began == hours * HOUR
    assert found.is_usual == (hours == 24)


def test_the_first_day_is_the_local_one_since_midnight() -> None:
    evening = _utc("2026-11-21T15:30")

    found = days.first(evening, "Asia/Tokyo")

    assert (found.on, found.began) == (date(2026, 11, 22), _utc("2026-11-21T15:00"))


def test_a_month_away_ends_in_the_local_day() -> None:
    day = days.first(_utc("2026-03-01T12:00"), "Europe/Berlin")

    found = days.at(day, _utc("2026-04-15T22:30"), "Europe/Berlin")

    assert (found.on, found.began) == (date(2026, 4, 16), _utc("2026-04-15T22:00"))


def test_centuries_away_take_no_longer_than_a_week() -> None:
    day = days.first(_utc("1970-01-01T00:00"), "Europe/Berlin")

    found = days.at(day, _utc("2400-06-01T12:00"), "Europe/Berlin")

    assert found.on == date(2400, 6, 1)


def test_a_zone_waits_for_the_end_of_the_day() -> None:
    day = days.first(_utc("2026-11-21T08:00"), "Europe/Berlin")
    day = days.chosen(
        day, now=_utc("2026-11-20T08:00"), timezone="Europe/Paris", is_at_stake=True, is_new=False
    )

    before = days.at(day, _utc("2026-11-21T22:59"), "America/New_York")
    after = days.at(day, _utc("2026-11-21T23:00"), "America/New_York")

    assert (before.on, before.zone) == (date(2026, 11, 21), "Europe/Paris")
    assert (after.on, after.zone) == (date(2026, 11, 22), "America/New_York")
    assert after.ends - after.began == 28 * HOUR


def test_a_zone_holds_for_24_hours() -> None:
    changed = _utc("2026-11-21T10:00")
    day = GameDay(date(2026, 11, 21), _utc("2026-11-20T23:00"), "Europe/Berlin", changed)

    next_day = days.after(day, "Asia/Tokyo")
    one_more = days.after(next_day, "Asia/Tokyo")

    assert next_day.zone == "Europe/Berlin"
    assert (one_more.zone, one_more.zone_since) == ("Asia/Tokyo", one_more.began)


@pytest.mark.parametrize(
    ("now", "timezone", "on", "began"),
    [
        ("2026-11-21T12:00", "Europe/Berlin", date(2026, 11, 21), "2026-11-20T23:00"),
        ("2026-11-21T16:00", "Asia/Tokyo", date(2026, 11, 22), "2026-11-21T15:00"),
        ("2026-11-21T02:00", "America/New_York", date(2026, 11, 20), "2026-11-20T05:00"),
    ],
)
def test_the_first_choice_of_a_zone_is_immediate(
    now: str, timezone: str, on: date, began: str
) -> None:
    day = days.first(_utc(now), "UTC")

    found = days.chosen(day, now=_utc(now), timezone=timezone, is_at_stake=False, is_new=True)

    assert found == GameDay(on, _utc(began), timezone, _utc(now))


@pytest.mark.parametrize("timezone", ["Asia/Tokyo", "America/New_York"])
def test_a_first_choice_leaves_a_day_that_paid_its_name(timezone: str) -> None:
    now = _utc("2026-11-21T16:00")
    day = days.first(now, "UTC")

    found = days.chosen(day, now=now, timezone=timezone, is_at_stake=True, is_new=False)

    assert (found.on, found.began, found.zone) == (day.on, day.began, timezone)
    assert 20 * HOUR <= found.ends - found.began <= 28 * HOUR


@given(
    start=MOMENTS,
    home=st.sampled_from(ZONES),
    hops=st.lists(
        st.tuples(st.sampled_from(ZONES), st.timedeltas(timedelta(), timedelta(days=3))),
        max_size=30,
    ),
)
def test_g08_no_hopping_makes_a_day_shorter_than_20_or_longer_than_28_hours(
    start: datetime, home: str, hops: list[tuple[str, timedelta]]
) -> None:
    walked, now = [days.first(start, home)], start

    for zone, later in hops:
        now += later
        while walked[-1].ends <= now:
            walked.append(days.after(walked[-1], zone))

    changes = [day.zone_since for day in walked if day.zone_since is not None]
    for one, two in pairwise(walked):
        assert two.on == one.on + days.ONE
        assert two.began == one.ends
    for one in walked[1:]:
        assert 20 * HOUR <= one.ends - one.began <= 28 * HOUR
    for earlier, later_ in pairwise(sorted(set(changes))):
        assert later_ - earlier >= 24 * HOUR


@given(
    start=MOMENTS,
    home=st.sampled_from(ZONES),
    zone=st.sampled_from(ZONES),
    away=st.timedeltas(timedelta(), timedelta(days=40)),
)
def test_leaping_ends_where_walking_ends(
    start: datetime, home: str, zone: str, away: timedelta
) -> None:
    day, now = days.first(start, home), start + away
    walked = day
    while walked.ends <= now:
        walked = days.after(walked, zone)

    found = days.at(day, now, zone)

    assert found == walked


@given(
    start=MOMENTS,
    home=st.sampled_from(ZONES),
    zone=st.sampled_from(ZONES),
)
def test_after_a_week_the_day_is_in_step_with_the_zone_again(
    start: datetime, home: str, zone: str
) -> None:
    day, now = days.first(start, home), start + timedelta(days=9)

    found = days.at(day, now, zone)

    assert found.zone == zone
    assert abs((found.began - days.midnight_of(found.on, zone)) / HOUR) <= 4
    assert abs((clock.local_date(now, zone) - found.on).days) <= 1


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
