"""Undoing: whatever was done, its undo brings back what was there, and the undo of that what was done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic_core import to_json

from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest
from questlog.flows import batch
from questlog.flows.item_to_task import item_to_task
from questlog.flows.quick_add import quick_add
from questlog.flows.reopen_occurrence import reopen_occurrence
from questlog.flows.undo import Undone, undo
from questlog.planning import (
    dependencies,
    goal_trash,
    goals,
    items,
    labels,
    project_trash,
    projects,
    saved_filters,
    task_delays,
    task_moves,
    task_trash,
)
from questlog.planning.batch_schemas import BatchRequest
from questlog.planning.positions import Neighbour
from tests.support.belongings import belongings, left_over
from tests.support.invariants import check_invariants
from tests.support.make import Make, Person
from tests.support.planner import Planner

SOON = date(2031, 5, 1)


@dataclass
class World:
    """A user with one of everything."""

    database: Database
    user: Person
    year: UUID
    quarter: UUID
    work: UUID
    home: UUID
    report: UUID
    chapter: UUID
    series: UUID
    tool: UUID
    done: UUID
    label: UUID
    item: UUID

    @property
    def planner(self) -> Planner:
        return Planner(self.database, self.user)

    async def run(self, verb: Callable[..., Any], *args: Any, **options: Any) -> Any:
        return await self.database.write(verb, self.user.id, *args, **options)

    async def undo(self, event_id: UUID | None = None) -> Undone:
        if event_id is None:
            event_id = (await self.planner.last_event()).id
        undone: Undone = await self.run(undo, event_id, timezone="UTC")
        return undone


@pytest.fixture
async def world(database: Database, make: Make) -> World:
    user = await make.user()
    year = await make.goal(user, title="A good year")
    quarter = await make.goal(user, title="A good quarter", parent_goal_id=year.id)
    work = await make.project(user, title="Work", goal_id=quarter.id)
    home = await make.project(user, title="Home")
    planner = Planner(database, user)
    report = await planner.add("The report", project_id=work.id, labels=["desk", "urgent"])
    chapter = await planner.add("Its first chapter", parent_task_id=report["id"])
    series = await planner.add("Water the plants", due_date="2031-05-01", recurrence="weekly")
    tool = await planner.add("Fill the can", parent_task_id=series["id"])
    await planner.complete(tool["id"])
    done = await planner.add("Call home", project_id=home.id, goal_id=year.id)
    await planner.complete(done["id"])
    label = await make.label(user, name="errand")
    item = await make.item(user, title="An article", description="On sleep")
    return World(
        database,
        user,
        year.id,
        quarter.id,
        work.id,
        home.id,
        report["id"],
        chapter["id"],
        series["id"],
        tool["id"],
        done["id"],
        label.id,
        item.id,
    )


async def _desk(w: World) -> UUID:
    page = await w.database.read(labels.page, w.user.id, PageRequest(limit=100))
    [desk] = [row["id"] for row in page.items if row["name"] == "desk"]
    assert isinstance(desk, UUID)
    return desk


async def _rename_worn(w: World) -> None:
    await w.run(labels.change, await _desk(w), {"name": "table", "color": "#000000"})


async def _delete_worn(w: World) -> None:
    await w.run(labels.delete, await _desk(w))


async def _to_the_filter(w: World, verb: Any, *args: Any) -> None:
    mine = await belongings(w.database, w.user.id)
    [kept] = mine["saved_filters"].values()
    await w.run(verb, kept["id"], *args)


async def _reopen_an_occurrence(w: World) -> None:
    occurrence = (await w.planner.occurrences(w.done))[-1]
    await w.run(reopen_occurrence, occurrence.id, timezone="UTC")


async def _note_down(w: World, text: str) -> None:
    await quick_add(w.database, w.user.id, text, timezone="UTC", create_missing=True)


async def _batch(w: World, commands: Callable[[World], list[dict[str, Any]]]) -> None:
    wanted = BatchRequest.model_validate_json(to_json({"atomic": False, "commands": commands(w)}))
    applied = await w.run(batch.apply, wanted, timezone="UTC")
    assert [one.error for one in applied.results if not one.is_ok] == []


def everything(w: World) -> list[dict[str, Any]]:
    parent = new_id()
    return [
        {"op": "update", "args": {"id": w.report, "title": "Over", "labels": ["new", "desk"]}},
        {"op": "complete", "args": {"id": w.report}},
        {"op": "update", "args": {"id": w.report, "title": "Over and over", "labels": ["new"]}},
        {"op": "complete", "args": {"id": w.series}},
        {"op": "update", "args": {"id": w.series, "due_date": "2031-07-07"}},
        {"op": "skip", "args": {"id": w.series}},
        {"op": "incomplete", "args": {"id": w.done}},
        {"op": "add", "args": {"title": "New", "labels": ["new"]}, "temp_id": parent},
        {"op": "add", "args": {"title": "Newer", "parent_task_id": parent}},
        {"op": "move", "args": {"id": w.chapter, "parent_task_id": parent}},
        {"op": "dependencies", "args": {"id": w.chapter, "blocked_by": [w.tool]}},
        {"op": "complete", "args": {"id": w.chapter}},
        {"op": "duplicate", "args": {"id": w.series}},
        {"op": "delete", "args": {"id": w.series}},
    ]


def nothing_but_new(_world: World) -> list[dict[str, Any]]:
    first = new_id()
    return [
        {"op": "add", "args": {"title": "One", "labels": ["one"]}, "temp_id": first},
        {"op": "complete", "args": {"id": first}},
        {"op": "incomplete", "args": {"id": first}},
        {"op": "delete", "args": {"id": first}},
    ]


ACTS: dict[str, Callable[[World], Awaitable[Any]]] = {
    "task.created": lambda w: w.planner.add("One more", project_id=w.work, labels=["desk"]),
    "task.updated: fields": lambda w: w.planner.change(
        w.report, title="A longer report", description="New", priority=3, duration=30
    ),
    "task.updated: dates": lambda w: w.planner.change(w.series, due_date=date(2031, 6, 4)),
    "task.updated: rule": lambda w: w.planner.change(w.series, recurrence="daily"),
    "task.updated: no rule": lambda w: w.planner.change(w.series, recurrence=None),
    "task.updated: labels": lambda w: w.planner.change(w.report, labels=["errand", "desk"]),
    "task.updated: a date that is done": lambda w: w.planner.change(w.done, priority=4),
    "task moved to a project": lambda w: w.run(
        task_moves.move, w.report, {"project_id": w.home}, timezone="UTC"
    ),
    "task moved under another": lambda w: w.run(
        task_moves.move, w.report, {"parent_task_id": w.series}, timezone="UTC"
    ),
    "subtask moved out": lambda w: w.run(
        task_moves.move, w.chapter, {"parent_task_id": None}, timezone="UTC"
    ),
    "task reordered": lambda w: w.run(task_moves.reorder, w.series, Neighbour(w.report, False)),
    "task duplicated": lambda w: w.run(task_moves.duplicate, w.report),
    "task.completed": lambda w: w.planner.complete(w.report),
    "task.completed: series": lambda w: w.planner.complete(w.series),
    "task.completed: yesterday's": lambda w: w.planner.complete(w.chapter),
    "task.reopened": lambda w: w.planner.reopen(w.done),
    "task.skipped": lambda w: w.run(task_delays.skip, w.series, timezone="UTC"),
    "task.postponed": lambda w: w.run(
        task_delays.postpone, w.series, SOON + timedelta(days=2), timezone="UTC"
    ),
    "task.deleted": lambda w: w.run(task_trash.throw_away, w.report),
    "task.restored": lambda w: w.run(task_trash.restore, w.report),
    "item.created": lambda w: w.run(items.create, "A thought", url="https://example.org"),
    "item.updated": lambda w: w.run(items.change, w.item, {"title": "A book", "url": None}),
    "item.deleted": lambda w: w.run(items.delete, w.item),
    "item.converted": lambda w: w.run(item_to_task, w.item, timezone="UTC"),
    "project.created": lambda w: w.run(projects.create, "Garden", goal_id=w.year),
    "project.updated": lambda w: w.run(
        projects.change, w.work, {"title": "Office", "goal_id": None, "color": "#111111"}
    ),
    "project.archived": lambda w: w.run(projects.archive, w.work),
    "project reordered": lambda w: w.run(projects.place, w.home, Neighbour(w.work, False)),
    "project.deleted": lambda w: w.run(project_trash.delete, w.work),
    "project.deleted: with tasks": lambda w: w.run(project_trash.delete, w.work, with_tasks=True),
    "project.restored": lambda w: w.run(project_trash.restore, w.work),
    "project.restored: with tasks": lambda w: w.run(project_trash.restore, w.work),
    "goal.created": lambda w: w.run(goals.create, "Learn", parent_goal_id=w.year),
    "goal.updated": lambda w: w.run(
        goals.change, w.quarter, {"title": "Q2", "parent_goal_id": None}
    ),
    "goal reordered": lambda w: w.run(goals.place, w.quarter, Neighbour(w.year, False)),
    "goal.completed": lambda w: w.run(goals.complete, w.quarter),
    "goal.deleted": lambda w: w.run(goal_trash.delete, w.year),
    "goal.deleted: with a project": lambda w: w.run(goal_trash.delete, w.quarter),
    "goal.restored": lambda w: w.run(goal_trash.restore, w.year),
    "label.created": lambda w: w.run(labels.create, "phone"),
    "label.updated": _rename_worn,
    "label.deleted": _delete_worn,
    "filter.created": lambda w: w.run(saved_filters.create, "Mine", "today"),
    "filter.updated": lambda w: _to_the_filter(w, saved_filters.change, {"name": "Ours"}),
    "filter.deleted": lambda w: _to_the_filter(w, saved_filters.delete),
    "a dependency more": lambda w: w.run(dependencies.add, w.report, w.series),
    "a dependency less": lambda w: w.run(dependencies.put, w.report, blocked_by=[], blocks=[]),
    "one date moved": lambda w: w.run(
        task_delays.reschedule, w.series, SOON + timedelta(days=1), scope="this", timezone="UTC"
    ),
    "an occurrence reopened": _reopen_an_occurrence,
    "quick add": lambda w: _note_down(w, "Trip #Work @bag\n  Pack it\nGo tomorrow #New"),
    "batch.applied": lambda w: _batch(w, everything),
    "batch.applied: nothing but new": lambda w: _batch(w, nothing_but_new),
}
# What must be done first, and stays done.
BEFORE: dict[str, Callable[[World], Awaitable[Any]]] = {
    "filter.updated": lambda w: w.run(saved_filters.create, "Mine", "today"),
    "filter.deleted": lambda w: w.run(saved_filters.create, "Mine", "today"),
    "a dependency less": lambda w: w.run(dependencies.add, w.report, w.done),
    "task.restored": lambda w: w.run(task_trash.throw_away, w.report),
    "project.restored": lambda w: w.run(project_trash.delete, w.work),
    "project.restored: with tasks": lambda w: w.run(project_trash.delete, w.work, with_tasks=True),
    "goal.restored": lambda w: w.run(goal_trash.delete, w.year),
}


async def _nothing(_world: World) -> None:
    pass


@pytest.mark.parametrize("name", ACTS)
async def test_an_undo_brings_back_what_was_there(world: World, name: str) -> None:
    await BEFORE.get(name, _nothing)(world)
    before = await belongings(world.database, world.user.id)
    await ACTS[name](world)
    assert left_over(before, await belongings(world.database, world.user.id))

    await world.undo()

    assert left_over(before, await belongings(world.database, world.user.id)) == {}
    await check_invariants(world.database)


@pytest.mark.parametrize("name", ACTS)
async def test_the_undo_of_an_undo_brings_back_what_was_done(world: World, name: str) -> None:
    await BEFORE.get(name, _nothing)(world)
    await ACTS[name](world)
    done = await belongings(world.database, world.user.id)
    undone = await world.undo()
    assert left_over(done, await belongings(world.database, world.user.id))

    await world.undo(undone.event_id)

    after = await belongings(world.database, world.user.id)
    assert left_over(done, after) == {}
    assert left_over(after, done) == {}
    await check_invariants(world.database)
