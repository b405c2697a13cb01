"""How quests and challenges begin, come back, expire and follow one another; badges that came late."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from questlog.automation.events import EVENTS
from questlog.core.db import Database
from questlog.flows.join_challenge import join_challenge, leave_challenge
from questlog.flows.roll_over import roll_over
from questlog.game.badges import BADGES
from questlog.game.ledger import LEDGER
from questlog.game.pursuits import CHALLENGE, PURSUITS, QUEST, PursuitRow
from questlog.game.turns import PLAYERS
from tests.support.deeds import did
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock

MORNING = datetime(2026, 11, 21, 8, tzinfo=UTC)
TODAY = MORNING.date()
STANDING = "seven-day-consistency"
BRISK = "brisk-week"


async def rounds(database: Database, user: Person, code: str) -> list[PursuitRow]:
    statement = select(PURSUITS).where(PURSUITS.c.user_id == user.id, PURSUITS.c.code == code)
    async with database.reader() as session:
        found = await session.execute(statement.order_by(PURSUITS.c.round))
        return [row._asdict() for row in found]


async def states(database: Database, user: Person, code: str = STANDING) -> list[str]:
    return [row["state"] for row in await rounds(database, user, code)]


async def events_of(database: Database, user: Person, pattern: str) -> list[Any]:
    statement = select(EVENTS).where(EVENTS.c.user_id == user.id, EVENTS.c.type.like(pattern))
    async with database.reader() as session:
        return list(await session.execute(statement.order_by(EVENTS.c.seq)))


async def next_day(database: Database, user: Person, clock: MovingClock, days: int = 1) -> None:
    clock.move(days=days)
    await database.write(roll_over, user.id, timezone=user.timezone)


async def test_seven_days_complete_the_standing_challenge_and_it_comes_back(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()

    for _ in range(7):
        earned = await did(database, user)
        moving_clock.move(days=1)
    again = await did(database, user)

    first, second = await rounds(database, user, STANDING)
    assert earned.receipt()["challenges"][0]["completed"] is True
    assert (first["state"], first["progress"]) == ("completed", {STANDING: 7})
    assert (second["state"], second["round"], second["started_on"]) == (
        "active",
        2,
        TODAY + timedelta(days=7),
    )
    assert again.receipt()["challenges"][0]["progress"] == 1
    assert await paid(database, user, CHALLENGE) == 50


async def paid(database: Database, user: Person, kind: str) -> int:
    async with database.reader() as session:
        found = await session.scalars(
            select(LEDGER.c.xp).where(LEDGER.c.user_id == user.id, LEDGER.c.source_kind == kind)
        )
        return sum(found)


async def test_g13_what_expired_pays_nothing_and_one_round_follows_however_long_it_was(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    for _ in range(3):
        await did(database, user)
        moving_clock.move(days=1)

    await next_day(database, user, moving_clock, days=60)
    await did(database, user)

    first, second = await rounds(database, user, STANDING)
    assert (first["state"], first["progress"]) == ("expired", {STANDING: 3})
    assert (second["state"], second["started_on"]) == ("active", TODAY + timedelta(days=63))
    assert await paid(database, user, CHALLENGE) == 0
    [expired] = await events_of(database, user, "challenge.expired")
    assert expired.subject_id == first["id"]
    assert expired.payload == {"code": STANDING}


async def test_the_last_day_of_a_challenge_counts(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    await database.write(join_challenge, user.id, BRISK, timezone="UTC", locale="en")

    moving_clock.move(days=6)
    await did(database, user, "quiz", base=300)

    assert await states(database, user, BRISK) == ["completed"]


async def test_a_day_later_the_deed_comes_too_late(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    await database.write(join_challenge, user.id, BRISK, timezone="UTC", locale="en")

    moving_clock.move(days=7)
    await did(database, user, "quiz", base=300)

    [row] = await rounds(database, user, BRISK)
    assert (row["state"], row["progress"]) == ("expired", {BRISK: 0})


async def test_what_expired_yesterday_can_be_joined_today(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    await database.write(join_challenge, user.id, BRISK, timezone="UTC", locale="en")

    moving_clock.move(days=7)
    view = await database.write(join_challenge, user.id, BRISK, timezone="UTC", locale="en")

    assert (view["state"], view["round"], view["days_left"]) == ("active", 2, 7)
    assert await states(database, user, BRISK) == ["expired", "active"]


async def test_a_standing_challenge_that_was_left_stays_away_until_it_is_joined(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    await did(database, user)

    await database.write(leave_challenge, user.id, STANDING, timezone="UTC", locale="en")
    await next_day(database, user, moving_clock, days=9)
    away = await states(database, user)
    await did(database, user)
    view = await database.write(join_challenge, user.id, STANDING, timezone="UTC", locale="en")

    assert away == ["left"]
    assert (view["round"], view["progress"]) == (2, 1)
    told = [one.type for one in await events_of(database, user, "challenge.%")]
    assert told == ["challenge.advanced", "challenge.left", "challenge.joined"]


async def test_settling_a_day_again_changes_nothing(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    await next_day(database, user, moving_clock, days=8)
    before = await rounds(database, user, STANDING)

    await next_day(database, user, moving_clock, days=0)
    moving_clock.move(hours=3)
    await did(database, user)

    assert await rounds(database, user, STANDING) == before
    assert len(await events_of(database, user, "challenge.expired")) == 1


async def test_a_quest_follows_the_one_before_it(make: Make, database: Database) -> None:
    user = await make.user()
    await _rest_of_the_first_quest(database, user)

    earned = await did(database, user, "goal", base=0)

    assert await states(database, user, "first-steps") == ["completed"]
    [second] = await rounds(database, user, "the-gardeners-month")
    assert (second["state"], second["steps_done"], second["kind"]) == ("active", [], QUEST)
    assert earned.receipt()["gold"] >= 30
    assert await paid(database, user, QUEST) == 50


async def _rest_of_the_first_quest(database: Database, user: Person) -> None:
    """All of it but the goal, at once: the days are written into the counters."""
    await did(database, user, has_project=True)
    await did(database, user, "lesson", base=100, counts={"lessons_completed": 1})
    counters = {"distinct_days": 3}
    async with database.writer() as session:
        player = await session.scalar(
            select(PLAYERS.c.counters).where(PLAYERS.c.user_id == user.id)
        )
        await session.execute(
            PLAYERS.update()
            .where(PLAYERS.c.user_id == user.id)
            .values(counters={**(player or {}), **counters})
        )


async def test_a_quest_that_came_with_a_newer_content_begins_on_the_next_day(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    async with database.writer() as session:
        await session.execute(
            delete(PURSUITS).where(PURSUITS.c.user_id == user.id, PURSUITS.c.kind == QUEST)
        )

    await next_day(database, user, moving_clock)

    assert await states(database, user, "first-steps") == ["active"]


async def test_badges_that_were_forgotten_are_given_on_the_next_day(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    await did(database, user)
    async with database.writer() as session:
        await session.execute(delete(BADGES).where(BADGES.c.user_id == user.id))

    await next_day(database, user, moving_clock)

    async with database.reader() as session:
        found = (await session.execute(select(BADGES).where(BADGES.c.user_id == user.id))).all()
    assert [(row.code, row.earned_on) for row in found] == [("first-task", date(2026, 11, 22))]
    told = await events_of(database, user, "badge.earned")
    assert [one.payload["code"] for one in told] == ["first-task", "first-task"]


async def test_a_badge_of_a_day_is_told_once(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()

    moving_clock.move(days=6)
    await did(database, user)

    told = await events_of(database, user, "badge.earned")
    assert sorted(one.payload["code"] for one in told) == ["first-task", "one-week-here"]
