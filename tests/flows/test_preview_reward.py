"""A preview says what the receipt will say."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from questlog.core import clock
from questlog.core.db import Database
from questlog.core.exceptions import UnknownReferenceError
from questlog.core.ids import new_id
from questlog.flows.complete_task import complete_task
from questlog.flows.preview_reward import preview_reward
from questlog.flows.reopen_task import reopen_task
from questlog.game.turns import PLAYERS
from questlog.planning.task_rows import TASKS
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.school import brought, enrolled
from tests.support.sql import rows_of

MORNING = datetime(2026, 11, 21, 8, tzinfo=UTC)
DIFFICULTIES = ("trivial", "normal", "hard", "boss")
SEEDS = range(25)
EXTRAS = {"task_id", "pays"}


async def foreseen(database: Database, user: Person, task_id: UUID) -> dict[str, Any]:
    return await database.read(preview_reward, user.id, task_id, timezone=user.timezone)


async def done(database: Database, user: Person, task_id: UUID) -> dict[str, Any]:
    """Complete a task and return the game's part of its receipt."""
    change = await database.write(complete_task, user.id, task_id, timezone=user.timezone)
    return dict(change.receipt or {})


def game_part(of: dict[str, Any], preview: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that a preview and a receipt have in common."""
    return {name: of[name] for name in preview if name not in EXTRAS}


async def any_task(make: Make, user: Person, chance: random.Random, parents: list[UUID]) -> UUID:
    today = clock.today(user.timezone)
    due = chance.choice((None, today, today + timedelta(days=chance.randint(1, 3))))
    rule = "FREQ=DAILY" if due is not None and chance.random() < 0.3 else None
    project = (await make.project(user)).id if chance.random() < 0.4 else None
    parent = chance.choice(parents) if parents and chance.random() < 0.3 else None
    task = await make.task(
        user,
        difficulty=chance.choice(DIFFICULTIES),
        due_on=due,
        rule=rule,
        rhythm_from=due if rule else None,
        project_id=None if parent else project,
        parent_task_id=parent,
    )
    if parent is None and rule is None:
        parents.append(task.id)
    return task.id


async def any_state(database: Database, user: Person, chance: random.Random) -> None:
    """Put the user near limits and thresholds."""
    columns = {
        "potion_left": chance.choice((0, 1)),
        "day_tasks": chance.choice((0, 29, 30, 59, 60)),
        "boss_damage": chance.choice((0, 55, 69)),
    }
    async with database.writer() as session:
        await session.execute(update(PLAYERS).where(PLAYERS.c.user_id == user.id).values(columns))


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_preview_equals_the_receipt(
    make: Make, database: Database, moving_clock: MovingClock, seed: int
) -> None:
    chance = random.Random(seed)
    moving_clock.stop_at(MORNING)
    user = await make.user(timezone=chance.choice(("UTC", "Asia/Tokyo", "America/Lima")))
    parents: list[UUID] = []
    if chance.random() < 0.5:
        await any_state(database, user, chance)

    pairs = []
    for _ in range(8):
        task_id = await any_task(make, user, chance, parents)
        preview = await foreseen(database, user, task_id)
        receipt = await done(database, user, task_id)
        pairs.append((preview, receipt))
        if chance.random() < 0.3:
            await database.write(reopen_task, user.id, task_id, timezone=user.timezone)
            pairs.append(
                (await foreseen(database, user, task_id), await done(database, user, task_id))
            )
        moving_clock.move(hours=chance.choice((0, 1, 9, 30)))

    for preview, receipt in pairs:
        assert preview["pays"] is ("xp" in receipt)
        if preview["pays"]:
            assert game_part(receipt, preview) == game_part(preview, preview)


async def test_the_lesson_that_ends_a_course_is_foreseen_with_its_badges(
    make: Make, database: Database
) -> None:
    user, school = await make.user(), await brought(database)
    await enrolled(database, user.id, school.course_id)
    tasks = [await make.task(user, lesson_id=lesson) for lesson in school.lessons.values()]

    pairs = [
        (await foreseen(database, user, t.id), await done(database, user, t.id)) for t in tasks
    ]

    assert [preview["xp"] >= 20 for preview, _ in pairs] == [True] * 7
    assert all(
        game_part(receipt, preview) == game_part(preview, preview) for preview, receipt in pairs
    )
    assert {"week/towns/1", "course/towns"} <= {one["code"] for one in pairs[-1][0]["badges"]}
    assert (await foreseen(database, user, tasks[0].id))["pays"] is False


async def test_looking_ahead_writes_nothing(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    task = await make.task(user, difficulty="boss")
    moving_clock.move(days=9)
    before = await rows_of(database, but=set())

    preview = await foreseen(database, user, task.id)

    assert await rows_of(database, but=set()) == before
    assert preview["xp"] == 20
    assert [one["code"] for one in preview["challenges"]] == ["seven-day-consistency"]


async def test_the_limit_of_yesterday_is_not_that_of_today(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    task = await make.task(user)
    async with database.writer() as session:
        mine = PLAYERS.c.user_id == user.id
        await session.execute(update(PLAYERS).where(mine).values(day_tasks=60))

    today = await foreseen(database, user, task.id)
    moving_clock.move(days=1)
    tomorrow = await foreseen(database, user, task.id)

    assert (today["xp"], today["capped"]) == (0, True)
    assert (tomorrow["xp"], tomorrow["capped"]) == (10, False)


async def test_a_completed_task_would_bring_nothing(make: Make, database: Database) -> None:
    user = await make.user()
    task = await make.task(user)
    await done(database, user, task.id)

    preview = await foreseen(database, user, task.id)

    assert (preview["pays"], preview["xp"], preview["streak"]) == (False, 0, 1)
    assert preview["level_before"] == preview["level_after"] == 1


async def test_a_date_that_was_completed_and_set_anew_would_bring_nothing(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    today = MORNING.date()
    task = await make.task(user, rule="FREQ=DAILY", due_on=today, rhythm_from=today)
    await done(database, user, task.id)
    await set_due(database, task.id, today)

    preview = await foreseen(database, user, task.id)

    assert preview["pays"] is False
    assert (await done(database, user, task.id)).get("xp") is None


async def set_due(database: Database, task_id: UUID, due: Any) -> None:
    async with database.writer() as session:
        await session.execute(update(TASKS).where(TASKS.c.id == task_id).values(due_on=due))


async def test_nobody_foresees_what_is_not_theirs(make: Make, database: Database) -> None:
    user, other = await make.user(), await make.user()
    task = await make.task(other)

    for id_ in (task.id, new_id()):
        with pytest.raises(UnknownReferenceError) as caught:
            await foreseen(database, user, id_)
        assert caught.value.pointer == "/query/task_id"
