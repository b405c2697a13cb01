"""Lists of tasks and the counts that must agree with them."""

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from questlog.core.db import Database
from questlog.core.exceptions import UnknownReferenceError
from questlog.core.ids import new_id
from questlog.core.pagination import BadCursorError, PageRequest
from questlog.planning import occurrences, project_trash, projects, task_trash, tasks
from questlog.planning.occurrences import OccurrenceFilter
from questlog.planning.queries import TaskFilter
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.planner import Planner, planner
from tests.support.sql import count_statements

MONDAY = date(2026, 11, 23)
SORTS = ["position", "due", "priority", "created", "updated", "title", "completed"]


async def week_of(me: Planner, make: Make) -> None:
    """Tasks of all kinds around Monday."""
    project, goal = await make.project(me.user), await make.goal(me.user)
    await me.add("Overdue", due_date="2026-11-20")
    await me.add("Today", due_date="2026-11-23", project_id=str(project.id))
    await me.add("Tomorrow", due_date="2026-11-24", goal_id=str(goal.id))
    await me.add("Some day")
    await me.add("Off", due_date="2026-11-23", status="cancelled")
    parent = await me.add("With parts", due_date="2026-11-25")
    await me.add("A part", due_date="2026-11-23", parent_task_id=str(parent["id"]))
    done = await me.add("Done", due_date="2026-11-23")
    await me.complete(done["id"])
    gone = await me.add("Gone", due_date="2026-11-23")
    await me.database.write(task_trash.throw_away, me.user.id, gone["id"])


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        ({}, ["Overdue", "Today", "Tomorrow", "Some day", "Off", "With parts", "Done"]),
        ({"due_today": True}, ["Overdue", "Today"]),
        ({"upcoming": True}, ["Tomorrow", "With parts"]),
        ({"overdue": True}, ["Overdue"]),
        ({"inbox": True}, ["Overdue", "Some day", "With parts"]),
        ({"inbox": True, "due_today": True}, ["Overdue"]),
        ({"due_today": True, "completed": True}, ["Done"]),
        ({"due_today": True, "status": "cancelled"}, ["Off"]),
        ({"due_today": True, "include_subtasks": True}, ["Overdue", "Today", "A part"]),
        ({"completed": True}, ["Done"]),
        ({"completed": False}, ["Overdue", "Today", "Tomorrow", "Some day", "With parts"]),
        ({"status": "completed"}, ["Done"]),
        ({"status": "pending"}, ["Overdue", "Today", "Tomorrow", "Some day", "With parts"]),
        ({"status": "cancelled", "completed": False}, ["Off"]),
        ({"status": "pending", "completed": True}, []),
        ({"no_date": True}, ["Some day"]),
        ({"due_from": MONDAY, "due_to": date(2026, 11, 24)}, ["Today", "Tomorrow", "Off", "Done"]),
        ({"trash": True}, ["Gone"]),
        ({"trash": True, "due_today": True}, ["Gone"]),
    ],
)
async def test_a_list_shows_what_it_is_asked_for(
    database: Database,
    make: Make,
    moving_clock: MovingClock,
    wanted: dict[str, Any],
    titles: list[str],
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me, other = await planner(database, make), await planner(database, make)
    await week_of(other, make)
    await week_of(me, make)

    found = await me.titles(**wanted)

    assert found == titles


async def test_the_day_is_the_users(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T23:30"))
    west = await planner(database, make, timezone="America/New_York")
    east = await planner(database, make, timezone="Asia/Tokyo")
    for person in (west, east):
        await person.add("Tuesday", due_date="2026-11-24")

    assert await west.titles(due_today=True) == []
    assert await east.titles(due_today=True) == ["Tuesday"]
    assert (await east.counts())["today"] == 1


async def anything(person: Planner, make: Make, chance: random.Random) -> None:
    """Sixty tasks of any kind, some of them in the trash."""
    project = await make.project(person.user)
    made: list[Any] = []
    for n in range(60):
        day = MONDAY + timedelta(days=chance.randint(-3, 3))
        parent = chance.choice(made) if made and chance.random() < 0.2 else None
        task = await person.add(
            f"Task {n}",
            due_date=chance.choice([None, day.isoformat()]),
            recurrence="daily" if chance.random() < 0.2 else None,
            status=chance.choice(["pending", "in_progress", "cancelled", "completed"]),
            project_id=str(project.id) if parent is None and chance.random() < 0.4 else None,
            parent_task_id=None if parent is None else str(parent),
        )
        made += [task["id"]] if parent is None else []
    for task_id in chance.sample(made, 6):
        await person.database.write(task_trash.throw_away, person.user.id, task_id)


async def test_s082_counts_and_lists_agree_whatever_there_is(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me, other = await planner(database, make), await planner(database, make)
    chance = random.Random(11)
    for person in (me, other):
        await anything(person, make, chance)

    counts = await me.counts()

    views: dict[str, dict[str, Any]] = {
        "today": {"due_today": True},
        "inbox": {"inbox": True},
        "upcoming": {"upcoming": True},
        "overdue": {"overdue": True},
    }
    listed = {name: len(await me.titles(**view)) for name, view in views.items()}
    assert {name: counts[name] for name in views} == listed
    everything = PageRequest(limit=100)
    done = OccurrenceFilter(outcome="completed")
    today = replace(done, first=MONDAY, last=MONDAY)
    for name, wanted in (("completed_today", today), ("completed", done)):
        found = await database.read(occurrences.page, me.user.id, wanted, everything)
        assert counts[name] == len(found.items)
    assert min(counts.values()) > 0


async def test_s082_others_are_in_no_list_and_no_count(database: Database, make: Make) -> None:
    me, other = await planner(database, make), await planner(database, make)
    await other.add("Theirs", due_date=me.today.isoformat())
    await me.add("Mine", due_date=me.today.isoformat())

    counts = await me.counts()

    assert await me.titles() == await me.titles(due_today=True) == ["Mine"]
    assert (counts["today"], counts["inbox"]) == (1, 1)


async def test_projects_count_what_their_lists_show(database: Database, make: Make) -> None:
    me = await planner(database, make)
    project = await make.project(me.user)
    parent = await me.add("Parent", project_id=str(project.id))
    await me.add("Child", parent_task_id=str(parent["id"]))
    await me.add("Off", project_id=str(project.id), status="cancelled")
    await me.add("Done", project_id=str(project.id), completed=True)

    counted = await database.read(projects.task_counts, me.user.id)

    listed = await me.titles(project_id=project.id, completed=False, include_subtasks=True)
    assert counted == {project.id: len(listed)} == {project.id: 2}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", SORTS)
async def test_pages_show_every_task_once_in_the_same_order_on_both_engines(
    database: Database, make: Make, moving_clock: MovingClock, sort: str, descending: bool
) -> None:
    moving_clock.stop_at(at("2026-11-23T08:00"))
    me = await planner(database, make)
    names = ["b", "B", "ä", "a", "Z", "яблоко", "Ёлка", "_", "10", "2", "a b", "ab"]
    for n, name in enumerate(names):
        await me.add(
            name,
            due_date=None if n % 3 == 0 else f"2026-11-{10 + n}",
            priority=n % 5,
            completed=n % 4 == 0,
        )

    pages: list[list[str]] = []
    cursor = None
    while not pages or cursor:
        found = await database.read(
            tasks.page,
            me.user.id,
            TaskFilter(),
            PageRequest(limit=5, cursor=cursor, include_total=True),
            today=MONDAY,
            sort=sort,
            descending=descending,
        )
        pages.append([row["title"] for row in found.items])
        cursor = found.next_cursor

    shown = [title for page in pages for title in page]
    assert found.total == len(names)
    assert sorted(shown) == sorted(names)
    assert shown == await me.titles(sort=sort, descending=descending)
    if sort == "title":
        folded = [title.casefold() for title in shown]
        assert folded == sorted(folded, reverse=descending)
    if sort == "due":
        assert shown[-4:] == (names[9::-3] if descending else names[::3])


async def test_a_cursor_of_another_order_is_refused(database: Database, make: Make) -> None:
    me = await planner(database, make)
    await me.add("One")
    await me.add("Two")
    first = await database.read(
        tasks.page, me.user.id, TaskFilter(), PageRequest(limit=1), today=MONDAY, sort="title"
    )

    with pytest.raises(BadCursorError):
        await database.read(
            tasks.page,
            me.user.id,
            TaskFilter(),
            PageRequest(limit=1, cursor=first.next_cursor),
            today=MONDAY,
            sort="due",
        )


@pytest.mark.parametrize("name", ["project_id", "goal_id", "parent_task_id"])
async def test_s082_a_filter_by_a_foreign_id_reads_like_a_missing_one(
    database: Database, make: Make, name: str
) -> None:
    me, other = await planner(database, make), await planner(database, make)
    theirs: dict[str, UUID] = {
        "project_id": (await make.project(other.user)).id,
        "goal_id": (await make.goal(other.user)).id,
        "parent_task_id": (await other.add())["id"],
    }

    errors = []
    for id_ in (theirs[name], new_id()):
        filters: dict[str, Any] = {name: id_}
        with pytest.raises(UnknownReferenceError) as refused:
            await me.titles(**filters)
        errors.append((refused.value.message, refused.value.pointer))

    assert errors[0] == errors[1] == (UnknownReferenceError.default_message, f"/query/{name}")


async def test_s089_a_deleted_project_is_no_filter(database: Database, make: Make) -> None:
    me = await planner(database, make)
    project = await make.project(me.user)
    await database.write(project_trash.delete, me.user.id, project.id)

    with pytest.raises(UnknownReferenceError):
        await me.titles(project_id=project.id)


@pytest.mark.parametrize("how_many", [1, 30])
async def test_a_list_is_one_statement_however_long(
    database: Database, make: Make, how_many: int
) -> None:
    me = await planner(database, make)
    for n in range(how_many):
        await me.add(f"Task {n}", labels=["home", "work"], recurrence="daily")

    with count_statements(database) as listing:
        await me.titles()
    with count_statements(database) as counting:
        await me.counts()

    assert (len(listing), len(counting)) == (1, 1)
