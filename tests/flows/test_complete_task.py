"""Completing a task, and what follows from it."""

import asyncio
from datetime import date
from typing import Any

import pytest

from questlog.core.db import Database
from questlog.core.exceptions import PreconditionFailedError
from questlog.core.ids import new_id
from questlog.planning import completions, goal_progress, tasks
from questlog.planning.occurrences import TooLateForYesterdayError
from questlog.planning.ownership import NotYoursError
from questlog.planning.task_rows import TaskNotFoundError
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.planner import planner
from tests.support.sql import count_statements

MONDAY = date(2026, 11, 23)


async def test_a_completed_task_is_done_and_keeps_an_occurrence(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T10:30"))
    me = await planner(database, make, timezone="Europe/Berlin")
    task = await me.add("Call the bank", due_date="2026-11-23", priority="high")

    done = await me.complete(task["id"])

    [occurrence] = await me.occurrences()
    assert done.task["completed_at"] == at("2026-11-23T10:30")
    assert (occurrence.key, occurrence.outcome, occurrence.round) == ("2026-11-23", "completed", 1)
    assert (occurrence.title, occurrence.priority) == ("Call the bank", 3)
    assert (occurrence.done_on, occurrence.done_hour) == (MONDAY, 11)
    assert await me.told() == ["task.created", "task.completed"]


async def test_the_receipt_is_answered_and_kept(database: Database, make: Make) -> None:
    me = await planner(database, make)
    year = await make.goal(me.user, title="Speak Italian")
    quarter = await make.goal(me.user, title="First words", parent_goal_id=year.id)
    project = await make.project(me.user, goal_id=quarter.id)
    task = await me.add(project_id=str(project.id))
    await me.add("Another page", project_id=str(project.id))
    await me.add("A part of it", parent_task_id=str(task["id"]))

    done = await me.complete(task["id"])

    [occurrence] = await me.occurrences()
    event = await me.last_event()
    assert done.receipt == occurrence.receipt
    game = {"xp", "gold", "streak", "boss", "challenges", "quests", "badges", "capped", "lesson"}
    levels = {"level_before", "level_after"}
    assert done.receipt is not None
    assert {name: value for name, value in done.receipt.items() if name not in game | levels} == {
        "next_due": None,
        "subtasks_open": 1,
        "goals": [
            {"id": str(quarter.id), "done": 1, "total": 3},
            {"id": str(year.id), "done": 1, "total": 3},
        ],
        "event_id": str(event.id),
    }
    assert game | levels < done.receipt.keys()
    assert event.touched == [
        ["task", str(task["id"]), 2],
        ["occurrence", event.payload["occurrence_id"], 1],
    ]


async def test_a_repeat_answers_an_empty_receipt_and_changes_nothing(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    task = await me.add()
    first = await me.complete(task["id"])

    again = await me.complete(task["id"])

    assert again.receipt == {}
    assert again.task["version"] == first.task["version"]
    assert len(await me.occurrences()) == 1
    assert await me.told() == ["task.created", "task.completed"]


async def test_f09_fifty_at_once_complete_a_task_once(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add()

    answers = await asyncio.gather(*(me.complete(task["id"]) for _ in range(50)))

    assert sum(bool(answer.receipt) for answer in answers) == 1
    assert {answer.task["version"] for answer in answers} == {2}
    assert len(await me.occurrences()) == 1
    assert await me.told() == ["task.created", "task.completed"]


@pytest.mark.parametrize("broken", ["goal_progress", "record", "receipt"])
async def test_nothing_remains_when_a_later_step_breaks(
    database: Database, make: Make, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    me = await planner(database, make)
    task = await me.add(due_date="2026-11-23", recurrence="daily")

    def fail(*_args: Any, **_options: Any) -> None:
        raise ZeroDivisionError

    place = {
        "goal_progress": (goal_progress, "of_chain"),
        "record": (tasks, "record"),
        "receipt": (completions, "keep_receipt"),
    }[broken]
    monkeypatch.setattr(*place, fail)
    with pytest.raises(ZeroDivisionError):
        await me.complete(task["id"])

    row = await me.row(task["id"])
    assert (row["version"], str(row["due_on"])) == (1, "2026-11-23")
    assert await me.occurrences() == []
    assert await me.told() == ["task.created"]


async def test_completing_a_parent_leaves_its_subtasks(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add("Move house")
    await me.add("Boxes", parent_task_id=str(task["id"]))
    await me.add("Keys", parent_task_id=str(task["id"]), status="cancelled")

    done = await me.complete(task["id"])

    assert done.receipt is not None
    assert done.receipt["subtasks_open"] == 1
    assert await me.titles(completed=False, include_subtasks=True) == ["Boxes"]


async def test_from_noon_on_yesterday_is_over(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-24T11:00"))
    me = await planner(database, make, timezone="Europe/Berlin")
    task = await me.add()

    with pytest.raises(TooLateForYesterdayError) as refused:
        await me.complete(task["id"], on="yesterday")

    assert refused.value.pointer == "/body/on"
    assert await me.occurrences() == []


async def test_a_cancelled_task_that_gets_done_is_done(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add(status="cancelled")

    done = await me.complete(task["id"])
    opened = await me.reopen(task["id"])

    assert done.task["completed_at"] is not None
    assert (opened.task["completed_at"], opened.task["state"]) == (None, "pending")


async def test_a_version_that_moved_on_is_refused(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add()
    await me.change(task["id"], title="Read two pages")

    with pytest.raises(PreconditionFailedError):
        await me.complete(task["id"], expected_version=1)

    assert await me.occurrences() == []


async def test_s089_what_is_not_there_cannot_be_completed(database: Database, make: Make) -> None:
    me, other = await planner(database, make), await planner(database, make)
    theirs = await other.add()

    with pytest.raises(TaskNotFoundError):
        await me.complete(new_id())
    with pytest.raises(NotYoursError):
        await me.complete(theirs["id"])

    assert (await other.row(theirs["id"]))["completed_at"] is None


async def test_a_completion_takes_eight_statements(database: Database, make: Make) -> None:
    me = await planner(database, make)
    await me.complete((await me.add())["id"])
    goal = await make.goal(me.user)
    task = await me.add(goal_id=str(goal.id), labels=["home"])

    with count_statements(database) as statements:
        await me.complete(task["id"])

    hook = [one for one in statements if "event" in one]
    assert len(statements) - len(hook) == 8
