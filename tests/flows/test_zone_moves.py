"""Who moves to another zone takes their plans along: the day of an instant, and the wall clock of a series."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from questlog.automation.models import Event
from questlog.core.db import Database
from questlog.flows.own_account import change_own_account
from questlog.flows.remind import remind_all
from questlog.flows.sync import sync
from questlog.planning import reminders, task_trash
from questlog.planning.task_rows import TASKS
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.planner import Planner, planner
from tests.support.sql import count_statements

WEST, EAST = "Pacific/Honolulu", "Asia/Tokyo"
MORNING = at("2026-06-02T06:00:00")


@pytest.fixture
async def me(database: Database, make: Make, moving_clock: MovingClock) -> Planner:
    moving_clock.stop_at(MORNING)
    return await planner(database, make)


async def move(me: Planner, zone: str) -> Planner:
    await me.database.write(change_own_account, me.user.id, {"timezone": zone})
    return replace(me, user=replace(me.user, timezone=zone))


async def shown(me: Planner, task_id: UUID) -> dict[str, Any]:
    names = ("due_on", "due_at", "due_time", "version")
    async with me.database.reader() as session:
        mine = select(*(TASKS.c[name] for name in names)).where(TASKS.c.id == task_id)
        return dict((await session.execute(mine)).one()._mapping)


async def test_a_one_off_keeps_its_instant_and_stands_at_the_day_it_is_there(me: Planner) -> None:
    task = await me.add("Call Ann", due_date="2026-06-02T08:00:00Z")

    there = await move(me, WEST)

    assert await shown(me, task["id"]) == {
        "due_on": date(2026, 6, 1),
        "due_at": at("2026-06-02T08:00:00"),
        "due_time": "22:00:00",
        "version": 2,
    }
    assert there.today == date(2026, 6, 1)
    assert await there.titles(due_today=True) == ["Call Ann"]
    assert await there.titles(overdue=True) == []


async def test_a_series_keeps_its_wall_clock(me: Planner) -> None:
    task = await me.add("Pill", due_date="2026-06-02T08:00:00", recurrence="daily")

    there = await move(me, WEST)
    moved = await shown(me, task["id"])
    await there.complete(task["id"])

    assert (moved["due_on"], moved["due_at"]) == (date(2026, 6, 2), at("2026-06-02T18:00:00"))
    assert (await shown(me, task["id"]))["due_at"] == at("2026-06-03T18:00:00")


async def test_what_has_no_time_or_stands_right_already_is_left_alone(me: Planner) -> None:
    day = await me.add(due_date="2026-06-02")
    undated = await me.add()

    await move(me, WEST)
    await move(me, WEST)

    assert (await shown(me, day["id"]))["version"] == 1
    assert (await shown(me, day["id"]))["due_on"] == date(2026, 6, 2)
    assert (await shown(me, undated["id"]))["version"] == 1


async def test_copies_hear_of_it_by_the_one_event_of_the_account(
    me: Planner, database: Database
) -> None:
    made = [await me.add(due_date="2026-06-02T08:00:00Z") for _ in range(3)]
    began = await database.read(sync, me.user.id, None, limit=100, locale="en")

    await move(me, WEST)
    news = await database.read(sync, me.user.id, began.next, limit=100, locale="en")

    told = {UUID(str(task["id"])): str(task["due_date"]) for task in news.changes["tasks"]}
    assert told == dict.fromkeys((task["id"] for task in made), "2026-06-01")
    async with database.reader() as session:
        events = await session.scalars(select(Event.type).where(Event.user_id == me.user.id))
        assert list(events).count("user.updated") == 1
        assert "task.updated" not in list(events)


async def test_what_is_reopened_or_restored_there_stands_at_the_day_it_is_there(
    me: Planner, database: Database
) -> None:
    done, trashed = [await me.add(due_date="2026-06-02T08:00:00Z") for _ in range(2)]
    pill = await me.add(due_date="2026-06-02T08:00:00", recurrence="daily")
    for task in (done, pill):
        await me.complete(task["id"])
    await database.write(task_trash.throw_away, me.user.id, trashed["id"])

    there = await move(me, WEST)
    for task in (done, pill):
        await there.reopen(task["id"])
    await database.write(task_trash.restore, me.user.id, trashed["id"])

    for task in (done, trashed):
        assert (await shown(me, task["id"]))["due_on"] == date(2026, 6, 1)
    assert (await shown(me, pill["id"]))["due_at"] == at("2026-06-02T18:00:00")


async def test_a_series_reminds_by_the_clock_there(
    me: Planner, database: Database, moving_clock: MovingClock
) -> None:
    task = await me.add("Pill", due_date="2026-06-02T08:00:00", recurrence="daily")
    await database.write(
        reminders.create, me.user.id, task["id"], minutes_before=30, timezone="UTC"
    )

    await move(me, WEST)
    told = []
    for moment in ("2026-06-02T07:30:00", "2026-06-02T17:29:00", "2026-06-02T17:30:00"):
        moving_clock.stop_at(at(moment))
        told.append(await remind_all(database, sends_mail=False))

    assert told == [0, 0, 1]


async def test_moving_costs_the_same_statements_however_much_is_planned(
    me: Planner, database: Database
) -> None:
    counts = []
    for zone in (WEST, EAST, WEST):
        for _ in range(5):
            await me.add(due_date="2026-06-02T08:00:00Z")
        with count_statements(database) as counted:
            await move(me, zone)
        counts.append(len(counted))

    assert counts[1] == counts[2]


async def test_a_subtask_that_its_series_opens_stands_at_the_day_it_is_there(me: Planner) -> None:
    week = await me.add("Week", due_date="2026-06-02", recurrence="daily")
    call = await me.add(due_date="2026-06-02T08:00:00Z", parent_task_id=week["id"])
    await me.complete(call["id"])

    there = await move(me, WEST)
    await there.complete(week["id"])

    opened = await shown(me, call["id"])
    told = {id_: version for _, id_, version in (await me.last_event()).touched}
    assert opened["due_on"] == date(2026, 6, 1)
    assert told[str(call["id"])] == opened["version"]
