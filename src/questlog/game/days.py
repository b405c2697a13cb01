"""The game's day: when it begins, when it ends, and what it is called. Pure.

A day's name is a date, and each day is called one later than the one before. It ends at local midnight, but is never
shorter than 20 hours nor longer than 28, wherever its user says to be; so hopping between zones neither stretches a
day nor makes more of them (G-08).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from questlog.core import clock

SHORTEST = timedelta(hours=20)
LONGEST = timedelta(hours=28)
USUAL = timedelta(hours=24)
ZONE_HOLDS_FOR = timedelta(hours=24)
ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class GameDay:
    """The day `on`, which began at `began`, by the clock of `zone`; the fields are columns of `players`."""

    on: date
    began: datetime
    zone: str
    zone_since: datetime | None = None

    @property
    def ends(self) -> datetime:
        midnight = midnight_of(self.on + ONE, self.zone)
        return min(max(midnight, self.began + SHORTEST), self.began + LONGEST)

    @property
    def is_usual(self) -> bool:
        """Whether it has 24 hours: no change of clocks, no travel."""
        return self.ends - self.began == USUAL


def of(player: Mapping[Any, Any]) -> GameDay:
    return GameDay(player["day_on"], player["day_began"], player["zone"], player["zone_since"])


def first(now: datetime, timezone: str) -> GameDay:
    """Return the day of somebody who has none yet: today, since midnight."""
    today = clock.local_date(now, timezone)
    return GameDay(today, midnight_of(today, timezone), timezone)


def midnight_of(day: date, timezone: str) -> datetime:
    """Return when a date begins; where its midnight is left out, when the clock goes on, and where it is twice, the first."""
    return datetime.combine(day, time.min, clock.zone(timezone)).astimezone(UTC)


def chosen(
    day: GameDay, *, now: datetime, timezone: str, is_at_stake: bool, is_new: bool
) -> GameDay:
    """Return the day it is, `day`, after its user's first choice of a zone, which is immediate.

    A day that has paid, or that a streak waits for, keeps its name and its beginning, so that it is neither had twice
    nor lost; only its end moves. Nor does a name come back, but for a new player.
    """
    if day.zone_since is not None or timezone == day.zone:
        return day
    fresh = replace(first(now, timezone), zone_since=now)
    if is_at_stake or (fresh.on < day.on and not is_new):
        return replace(day, zone=timezone, zone_since=now)
    return fresh


def after(day: GameDay, timezone: str) -> GameDay:
    """Return the next day. The zone follows its user's here and nowhere else, and at most once in 24 hours."""
    follows = GameDay(day.on + ONE, day.ends, day.zone, day.zone_since)
    if timezone == day.zone:
        return follows
    if day.zone_since is not None and day.ends - day.zone_since < ZONE_HOLDS_FOR:
        return follows
    return replace(follows, zone=timezone, zone_since=day.ends)


def at(day: GameDay, now: datetime, timezone: str) -> GameDay:
    """Return the day it is, however many have passed: those that begin at midnight are not walked one by one."""
    while day.ends <= now:
        day = after(day, timezone)
        if day.zone == timezone and day.began == midnight_of(day.on, timezone):
            return _leapt(day, now)
    return day


def _leapt(day: GameDay, now: datetime) -> GameDay:
    """Return the day it is by the clock of `day`, which is in step with it."""
    today = clock.local_date(now, day.zone)
    if today <= day.on:
        return day
    return replace(day, on=today, began=midnight_of(today, day.zone))
