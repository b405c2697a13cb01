"""Reordering, moving and doubling tasks, and putting them off."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from questlog.core.db import Database
from questlog.core.exceptions import UnknownReferenceError
from questlog.core.ids import new_id
from questlog.planning import task_answers, task_delays, task_moves
from questlog.planning.models import Task
from questlog.planning.positions import BesideItselfError, Neighbour
from questlog.planning.task_delays import (
    NotLaterError,
    NotRecurringError,
    TaskCompletedError,
)
from questlog.planning.task_rows import TaskRow
from questlog.planning.task_tree import TaskCycleError, TaskTooDeepError
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.planner import Planner, planner


async def place(
    me: Planner, task_id: UUID, *, before: UUID | None = None, after: UUID | None = None
) -> TaskRow:
    if before is not None:
        neighbour = Neighbour(before, is_before=False)
    else:
        neighbour = Neighbour(after or task_id, is_before=True)
    return await me.database.write(task_moves.reorder, me.user.id, task_id, neighbour)


async def move(me: Planner, task_id: UUID, **target: Any) -> TaskRow:
    return await me.database.write(
        task_moves.move, me.user.id, task_id, target, timezone=me.user.timezone
    )


async def postpone(me: Planner, task_id: UUID, until: date) -> TaskRow:
    return await me.database.write(
        task_delays.postpone, me.user.id, task_id, until, timezone=me.user.timezone
    )


async def skip(me: Planner, task_id: UUID) -> TaskRow:
    return await me.database.write(task_delays.skip, me.user.id, task_id, timezone=me.user.timezone)


async def test_a_task_goes_before_or_after_another(database: Database, make: Make) -> None:
    me = await planner(database, make)
    ids = {title: (await me.add(title))["id"] for title in "abcd"}

    await place(me, ids["d"], before=ids["a"])
    first = await me.titles()
    await place(me, ids["a"], after=ids["c"])
    second = await me.titles()
    await place(me, ids["b"], after=ids["d"])

    assert first == ["d", "a", "b", "c"]
    assert second == ["d", "b", "c", "a"]
    assert await me.titles() == ["d", "b", "c", "a"]


async def test_a_small_gap_is_widened(database: Database, make: Make) -> None:
    me = await planner(database, make)
    ids = [(await me.add(title))["id"] for title in "abc"]
    async with database.writer() as session:
        await session.execute(update(Task).where(Task.user_id == me.user.id).values(position=1.0))

    await place(me, ids[2], before=ids[1])

    assert await me.titles() == ["a", "c", "b"]
    assert len((await me.last_event()).touched) == 2


async def test_s080_only_ones_own_tasks_are_neighbours(database: Database, make: Make) -> None:
    me, other = await planner(database, make), await planner(database, make)
    mine, theirs = await me.add(), await other.add()
    elsewhere = await me.add("Part", parent_task_id=str(mine["id"]))

    for neighbour in (theirs["id"], new_id(), elsewhere["id"]):
        with pytest.raises(UnknownReferenceError):
            await place(me, mine["id"], before=neighbour)
    for moved in (theirs["id"], new_id()):
        with pytest.raises(UnknownReferenceError) as refused:
            await place(me, moved, before=mine["id"])
        assert refused.value.pointer == "/body/id"
    with pytest.raises(BesideItselfError):
        await place(me, mine["id"], before=mine["id"])


async def test_s081_a_moved_task_takes_its_subtasks_along(database: Database, make: Make) -> None:
    me = await planner(database, make)
    project = await make.project(me.user)
    target = await me.add("Target", project_id=str(project.id))
    task = await me.add("Task")
    child = await me.add("Child", parent_task_id=str(task["id"]))

    moved = await move(me, task["id"], parent_task_id=target["id"])

    row = await me.row(child["id"])
    assert (moved["depth"], moved["project_id"]) == (2, project.id)
    assert str(row["project_id"]) == str(project.id)
    assert row["version"] == 2
    assert len((await me.last_event()).touched) == 2


async def test_a_subtask_that_is_sent_to_a_project_leaves_its_parent(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    project = await make.project(me.user)
    task = await me.add("Task")
    child = await me.add("Child", parent_task_id=str(task["id"]))

    moved = await move(me, child["id"], project_id=project.id)

    assert (moved["parent_task_id"], moved["depth"], moved["project_id"]) == (None, 1, project.id)
    assert await me.titles(project_id=project.id) == ["Child"]


async def test_s088_no_task_hangs_under_itself(database: Database, make: Make) -> None:
    me = await planner(database, make)
    top = await me.add("Top")
    middle = await me.add("Middle", parent_task_id=str(top["id"]))
    bottom = await me.add("Bottom", parent_task_id=str(middle["id"]))

    for parent in (top, middle, bottom):
        with pytest.raises(TaskCycleError):
            await me.change(top["id"], parent_task_id=parent["id"])

    assert await me.titles() == ["Top"]


async def test_s088_what_is_moved_fits_with_all_its_levels(database: Database, make: Make) -> None:
    me = await planner(database, make)
    tall = low = await me.add("1")
    for depth in range(2, 5):
        low = await me.add(str(depth), parent_task_id=str(low["id"]))
    first = await me.add("a")
    second = await me.add("b", parent_task_id=str(first["id"]))

    moved = await move(me, tall["id"], parent_task_id=first["id"])
    with pytest.raises(TaskTooDeepError):
        await move(me, tall["id"], parent_task_id=second["id"])

    assert moved["depth"] == 2


async def test_s088_two_moves_that_are_legal_alone_make_no_cycle_together(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)

    for _ in range(10):
        one, two = await me.add("One"), await me.add("Two")
        answers = await asyncio.gather(
            me.change(one["id"], parent_task_id=two["id"]),
            me.change(two["id"], parent_task_id=one["id"]),
            return_exceptions=True,
        )

        assert sum(isinstance(answer, TaskCycleError) for answer in answers) == 1


async def test_a_copy_is_open_and_stands_behind_the_first(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add("Trip", labels=["fun"], due_date="2026-12-01")
    child = await me.add("Pack", parent_task_id=str(task["id"]), labels=["home"])
    await me.add("Next")
    await me.complete(child["id"])
    await me.complete(task["id"])

    copy = await database.write(task_moves.duplicate, me.user.id, task["id"])

    assert await me.titles() == ["Trip", "Trip", "Next"]
    assert (copy["completed_at"], copy["due_on"]) == (None, date(2026, 12, 1))
    assert task_answers.sorted_names(copy["labels"]) == ["fun"]
    assert await me.titles(parent_task_id=copy["id"], completed=False, label="home") == ["Pack"]
    assert (await me.counts())["completed"] == 2


async def test_a_postponed_date_keeps_the_rhythm(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make, timezone="Europe/Berlin")
    task = await me.add(due_date="2026-11-23T09:00:00", recurrence="weekly")

    later = await postpone(me, task["id"], date(2026, 11, 25))
    done = await me.complete(task["id"])

    assert later["due_at"] == at("2026-11-25T08:00")
    assert done.task["due_at"] == at("2026-11-30T08:00")
    assert [one.outcome for one in await me.occurrences()] == ["postponed", "completed"]
    assert "task.postponed" in await me.told()


async def test_nothing_is_put_off_to_an_earlier_date(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23")

    with pytest.raises(NotLaterError):
        await postpone(me, task["id"], date(2026, 11, 22))
    same = await postpone(me, task["id"], date(2026, 11, 23))

    assert same["version"] == 1
    assert await me.occurrences() == []


async def test_a_skipped_date_is_not_completed(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence="daily")

    skipped = await skip(me, task["id"])

    assert (skipped["due_on"], skipped["completed_at"]) == (date(2026, 11, 24), None)
    assert (await me.counts())["completed"] == 0
    assert [one.outcome for one in await me.occurrences()] == ["skipped"]
    assert (await me.told())[-1] == "task.skipped"


async def test_only_an_open_series_skips(database: Database, make: Make) -> None:
    me = await planner(database, make)
    once = await me.add()
    over = await me.add(due_date="2026-11-23", recurrence="FREQ=DAILY;COUNT=1")
    await skip(me, over["id"])

    with pytest.raises(NotRecurringError):
        await skip(me, once["id"])
    with pytest.raises(TaskCompletedError):
        await skip(me, over["id"])

    assert (await me.row(over["id"]))["completed_at"] is not None
