"""The end of a day: made once by whoever comes first, seen by everybody before that, and never repeated."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy import delete, select, update

from questlog.automation.models import Event
from questlog.core.db import Database, Session
from questlog.flows import roll_over as roll_over_flow
from questlog.flows.roll_over import roll_over, roll_over_all
from questlog.game.adjustments import adjust
from questlog.game.models import Player, SettledDay
from tests.support.invariants import check_invariants
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def test_a_read_shows_a_passed_day_and_stores_nothing(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    ada = await learner(database, make)
    moving_clock.move(days=2)
    headers = await make.sign_in(ada.id)

    seen = [
        (await client.get("/api/v1/rpg/state", headers=headers)).json(),
        (await client.get("/api/v1/rpg/state", headers=headers)).json(),
        (await client.get("/api/v1/auth/me", headers=headers)).json()["game"],
    ]

    assert seen[0] == seen[1] == seen[2]
    assert (seen[0]["streak"], seen[0]["hearts"]) == (0, 5)  # the heart of midnight is back at noon
    stored = await player_of(database, ada)
    assert (stored.streak, stored.day_on) == (4, NOON.date())
    assert await days_of(database, ada) == []


async def test_ten_who_come_first_settle_a_day_once(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    ada = await learner(database, make, freezes=2)
    moving_clock.move(hours=36, minutes=1)

    changed = await asyncio.gather(
        *(database.write(roll_over, ada.id, timezone="UTC") for _ in range(10))
    )

    assert sorted(changed) == [False] * 9 + [True]
    assert await days_of(database, ada) == [
        (NOON.date().replace(day=20), "kept"),
        (NOON.date().replace(day=21), "frozen"),
    ]
    stored = await player_of(database, ada)
    assert (stored.streak, stored.streak_freezes) == (4, 1)


async def test_requests_that_race_the_hourly_job_lose_one_heart(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    ada = await learner(database, make)
    moving_clock.move(hours=36, minutes=1)
    headers = await make.sign_in(ada.id)
    body = {"name": "Ada"}

    await asyncio.gather(
        *(client.patch("/api/v1/auth/me", headers=headers, json=body) for _ in range(5)),
        *(roll_over_all(database) for _ in range(5)),
    )

    stored = await player_of(database, ada)
    assert (stored.streak, stored.hearts) == (0, 4)
    assert await events_of(database, ada, "streak.broken", "heart.lost") == [
        ("streak.broken", {"day": "2026-11-21", "streak": 4}),
        ("heart.lost", {"by": "missed_day", "count": 1, "day": "2026-11-21", "hearts": 4}),
    ]


async def test_the_hourly_job_ends_the_days_of_those_whose_midnight_it_was(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    berlin = await learner(database, make, timezone="Europe/Berlin")
    london = await learner(database, make, timezone="Europe/London")
    closed = await learner(database, make, timezone="Europe/Berlin", deactivated_at=NOON)
    moving_clock.stop_at(datetime(2026, 11, 20, 23, 30, tzinfo=UTC))

    changed = await roll_over_all(database)

    assert (changed, await roll_over_all(database)) == (1, 0)
    labels = [(await player_of(database, one)).day_on.day for one in (berlin, london, closed)]
    assert labels == [21, 20, 20]


async def test_the_hourly_job_goes_on_after_an_account_that_went_meanwhile(
    database: Database,
    make: Make,
    moving_clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moving_clock.stop_at(NOON)
    gone, there = await learner(database, make), await learner(database, make)
    moving_clock.move(hours=12)

    async def roll_over_late(session: Session, user_id: UUID, *, timezone: str) -> bool:
        if user_id == gone.id:
            await session.execute(delete(Player).where(Player.user_id == gone.id))
        return await roll_over(session, user_id, timezone=timezone)

    monkeypatch.setattr(roll_over_flow, "roll_over", roll_over_late)

    changed = await roll_over_all(database)

    assert changed == 1
    assert (await player_of(database, there)).day_on.day == 21


async def test_the_hourly_job_brings_hearts_back(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    ada = await make.user()
    await database.write(adjust, ada.id, {"hearts": -2}, reason="for a test", timezone="UTC")
    moving_clock.move(hours=4)

    changed = await roll_over_all(database)

    assert changed == 1
    assert (await player_of(database, ada)).hearts == 4
    told = await events_of(database, ada, "heart.regained")
    assert told == [("heart.regained", {"by": "time", "count": 1, "hearts": 4})]


async def test_a_new_zone_counts_from_the_next_midnight_on(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    ada = await make.user()
    await client.patch("/api/v1/auth/me", headers=ada.headers, json={"timezone": "Asia/Tokyo"})
    first = await player_of(database, ada)
    moving_clock.move(minutes=10)
    await client.patch("/api/v1/auth/me", headers=ada.headers, json={"timezone": "Asia/Kolkata"})
    second = await player_of(database, ada)
    moving_clock.move(hours=26 + 24)

    await roll_over_all(database)

    third = await player_of(database, ada)
    assert [one.zone for one in (first, second, third)] == [
        "Asia/Tokyo",
        "Asia/Tokyo",
        "Asia/Kolkata",
    ]


async def test_g08_who_walks_24_zones_in_a_day_has_one_day_of_a_streak(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    ada = await make.user()

    for offset in range(-12, 12):
        zone = {"timezone": f"Etc/GMT{offset:+d}"}
        headers = await make.sign_in(ada.id)
        changed = await client.patch("/api/v1/auth/me", headers=headers, json=zone)
        task = await make.task(ada, title=f"Task {offset}")
        done = await client.post(f"/api/v1/tasks/{task.id}/complete", headers=headers)
        assert (changed.status_code, done.status_code) == (200, 200)
        moving_clock.move(minutes=25)

    stored = await player_of(database, ada)
    assert (stored.streak, stored.counters["distinct_days"]) == (1, 1)
    await check_invariants(database)


async def test_hearts_can_be_switched_off_in_ones_settings(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    ada = await learner(database, make)
    body = {"settings": {"hearts": False, "theme": "dark"}}

    switched = await client.patch("/api/v1/auth/me", headers=ada.headers, json=body)
    moving_clock.move(hours=36, minutes=1)
    await roll_over_all(database)

    assert switched.json()["settings"] == body["settings"]
    stored = await player_of(database, ada)
    assert (stored.streak, stored.hearts, stored.hearts_off) == (0, 5, True)


async def test_the_tag_of_an_account_moves_with_the_game(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ada = await make.user()
    before = (await client.get("/api/v1/auth/me", headers=ada.headers)).headers["etag"]
    held = {**ada.headers, "If-None-Match": before}
    same = await client.get("/api/v1/auth/me", headers=held)
    await database.write(adjust, ada.id, {"gold": 5}, reason="for a test", timezone="UTC")

    later = await client.get("/api/v1/auth/me", headers=held)

    assert (same.status_code, later.status_code) == (304, 200)
    named = {**ada.headers, "If-Match": later.headers["etag"]}
    answer = await client.patch("/api/v1/auth/me", headers=named, json={"name": "Ada"})
    assert (answer.status_code, answer.json()["game"]["gold"]) == (200, 5)


async def learner(
    database: Database, make: Make, *, freezes: int = 0, timezone: str = "UTC", **more: Any
) -> Person:
    """Make somebody with a streak of four days that reaches to today."""
    user = await make.user(timezone=timezone, **more)

    async def has_a_streak(session: Session) -> None:
        mine = update(Player).where(Player.user_id == user.id)
        await session.execute(mine.values(streak=4, best_streak=4, streak_on=Player.day_on))

    await database.write(has_a_streak)
    if freezes:
        given = {"freezes": freezes}
        await database.write(adjust, user.id, given, reason="for a test", timezone=timezone)
    return user


async def player_of(database: Database, user: Person) -> Player:
    async with database.reader() as session:
        return await session.get_one(Player, user.id)


async def days_of(database: Database, user: Person) -> list[tuple[Any, str]]:
    async with database.reader() as session:
        rows = await session.execute(
            select(SettledDay.local_day, SettledDay.outcome)
            .where(SettledDay.user_id == user.id)
            .order_by(SettledDay.local_day)
        )
        return [(row.local_day, row.outcome) for row in rows]


async def events_of(
    database: Database, user: Person, *types: str
) -> list[tuple[str, dict[str, Any]]]:
    async with database.reader() as session:
        rows = await session.execute(
            select(Event.type, Event.payload)
            .where(Event.user_id == user.id, Event.type.in_(types))
            .order_by(Event.seq)
        )
        return [(row.type, row.payload) for row in rows]
