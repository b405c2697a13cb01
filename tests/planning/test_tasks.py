"""Making, reading and changing tasks."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from questlog.core.db import Database
from questlog.core.exceptions import PreconditionFailedError, UnknownReferenceError
from questlog.core.ids import new_id
from questlog.planning import goal_trash, project_trash, task_answers, task_trash, tasks
from questlog.planning.ownership import NotYoursError
from questlog.planning.task_rows import TaskNotFoundError
from questlog.planning.task_tree import SubtaskFollowsParentError, TaskTooDeepError
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.planner import Planner, planner
from tests.support.sql import count_statements


async def test_a_new_task_goes_to_the_end_and_is_told(database: Database, make: Make) -> None:
    me = await planner(database, make)
    await me.add("First")

    task = await me.add("Second")

    event = await me.last_event()
    assert await me.titles() == ["First", "Second"]
    assert (event.type, event.subject_id, event.payload) == (
        "task.created",
        task["id"],
        {"title": "Second"},
    )
    assert event.touched == [["task", str(task["id"]), 1]]


async def test_what_is_made_and_what_is_read_are_alike(database: Database, make: Make) -> None:
    me = await planner(database, make, timezone="Asia/Kathmandu")
    project, goal = await make.project(me.user), await make.goal(me.user)

    made = await me.add(
        "Write a report",
        description="With *figures*",
        priority="high",
        due_date="2026-12-01T17:00:00+01:00",
        start_date="2026-11-28",
        deadline="2026-12-02",
        duration=45,
        project_id=str(project.id),
        goal_id=str(goal.id),
        labels=["Work", "deep"],
        difficulty="hard",
        recurrence="weekly",
        position=7.5,
    )

    read = await me.row(made["id"])
    written = task_answers.answer(made, "en")
    again = task_answers.answer(read, "en")
    assert {name: str(value) for name, value in written.items() if "_at" not in name} == {
        name: str(value) for name, value in again.items() if "_at" not in name
    }
    assert written["labels"] == ["deep", "Work"]
    assert written["due_at"] == datetime(2026, 12, 1, 16, tzinfo=UTC)
    assert written["recurrence_text"] == "every week"


async def test_labels_are_made_once_whatever_their_case(database: Database, make: Make) -> None:
    me = await planner(database, make)
    await me.add("One", labels=["Home", "home", "HOME"])

    second = await me.add("Two", labels=["home", "garden"])

    assert task_answers.sorted_names(second["labels"]) == ["garden", "Home"]
    assert await me.titles(label="home") == ["One", "Two"]
    assert (await me.told()).count("label.created") == 2


async def test_ten_at_once_make_a_label_once(database: Database, make: Make) -> None:
    me = await planner(database, make)

    await asyncio.gather(*(me.add(f"Task {n}", labels=["new", "other"]) for n in range(10)))

    assert len(await me.titles(label="new")) == 10
    assert (await me.told()).count("label.created") == 2


async def test_labels_are_replaced(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add(labels=["home", "garden"])

    changed = await me.change(task["id"], labels=["garden", "work"])
    cleared = await me.change(task["id"], labels=[])

    assert task_answers.sorted_names(changed.task["labels"]) == ["garden", "work"]
    assert task_answers.sorted_names(cleared.task["labels"]) == []
    assert cleared.task["version"] == 3


async def test_a_change_that_changes_nothing_leaves_no_trace(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    task = await me.add("Same", labels=["home"], due_date="2026-12-01", recurrence="daily")

    changed = await me.change(
        task["id"],
        title="Same",
        labels=["home"],
        due_date=date(2026, 12, 1),
        recurrence="FREQ=DAILY",
        project_id=None,
        parent_task_id=None,
        status="pending",
    )

    assert changed.task["version"] == 1
    assert await me.told() == ["label.created", "task.created"]


async def test_a_missing_field_is_never_read_as_clear(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add(description="Long", due_date="2026-12-01", duration=5, labels=["home"])

    changed = await me.change(task["id"], title="New")
    cleared = await me.change(task["id"], description=None, due_date=None, duration=None)

    assert (changed.task["description"], changed.task["duration_minutes"]) == ("Long", 5)
    assert (cleared.task["description"], cleared.task["due_on"]) == (None, None)
    assert task_answers.sorted_names(cleared.task["labels"]) == ["home"]


async def test_a_change_of_what_moved_on_is_refused(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add("Mine")
    await me.change(task["id"], title="Newer")

    with pytest.raises(PreconditionFailedError):
        await database.write(
            tasks.change,
            me.user.id,
            task["id"],
            {"title": "Stale"},
            timezone="UTC",
            expected_version=1,
        )

    assert await me.titles() == ["Newer"]


async def test_of_many_changes_with_one_version_one_wins(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add("Mine")

    answers = await asyncio.gather(
        *(
            database.write(
                tasks.change,
                me.user.id,
                task["id"],
                {"title": f"Title {n}"},
                timezone="UTC",
                expected_version=1,
            )
            for n in range(10)
        ),
        return_exceptions=True,
    )

    refused = [one for one in answers if isinstance(one, PreconditionFailedError)]
    assert len(refused) == 9
    assert (await me.row(task["id"]))["version"] == 2


async def test_a_subtask_belongs_where_its_parent_does(database: Database, make: Make) -> None:
    me = await planner(database, make)
    project, goal = await make.project(me.user), await make.goal(me.user)
    parent = await me.add("Parent", project_id=str(project.id), goal_id=str(goal.id))

    child = await me.add("Child", parent_task_id=str(parent["id"]))

    assert (child["project_id"], child["goal_id"], child["depth"]) == (project.id, goal.id, 2)
    with pytest.raises(SubtaskFollowsParentError):
        await me.change(child["id"], project_id=None)


async def test_subtasks_lie_at_most_five_deep(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add("1")
    for depth in range(2, 6):
        task = await me.add(str(depth), parent_task_id=str(task["id"]))

    with pytest.raises(TaskTooDeepError) as refused:
        await me.add("6", parent_task_id=str(task["id"]))

    assert refused.value.pointer == "/body/parent_task_id"


async def _gone(me: Planner, make: Make, name: str) -> str:
    if name == "project_id":
        project = await make.project(me.user)
        await me.database.write(project_trash.delete, me.user.id, project.id)
        return str(project.id)
    if name == "goal_id":
        goal = await make.goal(me.user)
        await me.database.write(goal_trash.delete, me.user.id, goal.id)
        return str(goal.id)
    task = await me.add("Gone")
    await me.database.write(task_trash.throw_away, me.user.id, task["id"])
    return str(task["id"])


async def _foreign(other: Planner, make: Make, name: str) -> str:
    if name == "parent_task_id":
        return str((await other.add())["id"])
    kind = make.project if name == "project_id" else make.goal
    return str((await kind(other.user)).id)


@pytest.mark.parametrize("name", ["project_id", "goal_id", "parent_task_id"])
async def test_s080_ids_in_bodies_name_something_of_ones_own(
    database: Database, make: Make, name: str
) -> None:
    me, other = await planner(database, make), await planner(database, make)
    mine = await me.add("Mine")
    wrong = [str(new_id()), await _foreign(other, make, name), await _gone(me, make, name)]

    errors = []
    for id_ in wrong:
        with pytest.raises(UnknownReferenceError) as refused:
            await me.add("New", **{name: id_})
        errors.append(refused.value)
        with pytest.raises(UnknownReferenceError) as refused:
            await me.change(mine["id"], **{name: id_})
        errors.append(refused.value)

    assert {(error.message, error.pointer) for error in errors} == {
        (UnknownReferenceError.default_message, f"/body/{name}")
    }
    assert await me.titles(include_subtasks=True) == ["Mine"]


async def test_s078_somebody_elses_task_is_refused_and_a_missing_one_is_not_there(
    database: Database, make: Make
) -> None:
    me, other = await planner(database, make), await planner(database, make)
    theirs = await other.add("Theirs")

    with pytest.raises(NotYoursError):
        await me.row(theirs["id"])
    with pytest.raises(NotYoursError):
        await me.change(theirs["id"], title="Mine now")
    with pytest.raises(TaskNotFoundError):
        await me.row(new_id())

    assert await other.titles() == ["Theirs"]


async def test_a_one_off_keeps_its_instant_when_the_user_moves_on(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 11, 23, 8, tzinfo=UTC))
    home = await planner(database, make, timezone="Europe/Berlin")
    task = await home.add(due_date="2026-11-24T23:30:00+01:00")
    away = Planner(database, home.user.__class__(home.user.id, "", "Asia/Tokyo", {}))

    await away.change(task["id"], title="Same moment, other clock")

    row = await away.row(task["id"])
    assert str(row["due_on"]) == "2026-11-24"
    assert task_answers.answer(row, "en")["due_at"] in (
        "2026-11-24T22:30:00Z",
        datetime(2026, 11, 24, 22, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("fields", "most"),
    [({}, 2), ({"project_id": True}, 3), ({"labels": ["home"]}, 4)],
)
async def test_making_a_task_takes_few_statements(
    database: Database, make: Make, fields: dict[str, Any], most: int
) -> None:
    me = await planner(database, make)
    await me.add(labels=["home"])
    if "project_id" in fields:
        fields = {"project_id": str((await make.project(me.user)).id)}

    with count_statements(database) as statements:
        await me.add(**fields)

    assert len([one for one in statements if "event" not in one]) <= most
