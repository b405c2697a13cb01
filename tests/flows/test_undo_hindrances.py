"""What later depends on a change stands in the way of its undo: what hangs on it, and the place it would go back to."""

from uuid import UUID

from sqlalchemy import select

from questlog.automation.events import EVENTS
from questlog.core.db import Database
from questlog.flows.item_to_task import item_to_task
from questlog.planning import goal_trash, goals, labels, project_trash, projects, task_trash
from tests.support.belongings import belongings
from tests.support.make import Make
from tests.support.planner import Planner, planner
from tests.support.undoing import done, refused


async def _only_label(person: Planner) -> UUID:
    mine = await belongings(person.database, person.user.id)
    [label] = mine["labels"].values()
    found: UUID = label["id"]
    return found


async def _first_event(person: Planner, type_: str) -> UUID:
    async with person.database.reader() as session:
        found = await session.execute(
            select(EVENTS.c.id)
            .where(EVENTS.c.user_id == person.user.id, EVENTS.c.type == type_)
            .order_by(EVENTS.c.seq)
        )
        return found.scalars().first()  # type: ignore[return-value]  # there is one


async def test_a_task_with_subtasks_of_its_own_stays(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    task = await ada.add("Read")
    event_id = (await ada.last_event()).id
    child = await ada.add("The first page", parent_task_id=task["id"])

    refusal = await refused(ada, event_id)

    assert refusal.details == {
        "reason": "in_use",
        "objects": [{"type": "task", "id": str(child["id"])}],
    }


async def test_a_project_and_a_goal_that_are_used_stay(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    goal_event = await done(ada, goals.create, "Learn")
    goal_id = (await ada.last_event()).subject_id
    project_event = await done(ada, projects.create, "Course", goal_id=goal_id)
    project_id = (await ada.last_event()).subject_id
    await ada.add("Enrol", project_id=project_id)

    by_goal, by_project = await refused(ada, goal_event), await refused(ada, project_event)

    assert [each["type"] for each in by_goal.details["objects"]] == ["project"]
    assert [each["type"] for each in by_project.details["objects"]] == ["task"]


async def test_a_label_that_is_worn_stays(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    event_id = await done(ada, labels.create, "book")
    task = await ada.add("Read", labels=["book"])

    refusal = await refused(ada, event_id)

    assert refusal.details["objects"] == [{"type": "task", "id": str(task["id"])}]


async def test_an_item_needs_the_task_it_became(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    item = await make.item(ada.user)
    await database.write(item_to_task, ada.user.id, item.id, timezone="UTC")

    refusal = await refused(ada, await _first_event(ada, "task.created"))

    assert refusal.details["objects"] == [{"type": "item", "id": str(item.id)}]


async def test_a_name_that_was_given_away_is_not_taken_back(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    label = await make.label(ada.user, name="book")
    event_id = await done(ada, labels.delete, label.id)
    await done(ada, labels.create, "Book")
    taken = await _only_label(ada)

    refusal = await refused(ada, event_id)

    assert refusal.details == {
        "reason": "name_taken",
        "objects": [{"type": "label", "id": str(taken)}],
    }


async def test_nothing_returns_to_a_place_that_is_gone(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    work = await make.project(ada.user, title="Work")
    task = await ada.add("Read", project_id=work.id)
    await ada.change(task["id"], project_id=None)
    event_id = (await ada.last_event()).id
    await done(ada, project_trash.delete, work.id)

    refusal = await refused(ada, event_id)

    assert refusal.details == {
        "reason": "place_gone",
        "objects": [{"type": "project", "id": str(work.id)}],
    }


async def test_a_label_that_is_gone_is_not_put_on_again(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    task = await ada.add("Read", labels=["book"])
    await ada.change(task["id"], labels=[])
    event_id = (await ada.last_event()).id
    label_id = await _only_label(ada)
    await done(ada, labels.delete, label_id)

    refusal = await refused(ada, event_id)

    assert refusal.details["objects"] == [{"type": "label", "id": str(label_id)}]


async def test_goals_make_no_circle_by_an_undo(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    high = await make.goal(ada.user, title="High")
    low = await make.goal(ada.user, title="Low", parent_goal_id=high.id)
    event_id = await done(ada, goals.change, low.id, {"parent_goal_id": None})
    await done(ada, goals.change, high.id, {"parent_goal_id": low.id})

    refusal = await refused(ada, event_id)

    assert refusal.details["reason"] == "does_not_fit"


async def test_what_hangs_nowhere_does_not_come_back_with_its_goal_gone(
    database: Database, make: Make
) -> None:
    ada = await planner(database, make)
    high = await make.goal(ada.user, title="High")
    low = await make.goal(ada.user, title="Low", parent_goal_id=high.id)
    event_id = await done(ada, goals.change, low.id, {"parent_goal_id": None})
    await done(ada, goal_trash.delete, high.id)

    refusal = await refused(ada, event_id)

    assert refusal.details["reason"] == "place_gone"


async def test_a_thrown_away_task_returns_with_nothing_but_its_own(
    database: Database, make: Make
) -> None:
    ada = await planner(database, make)
    task = await ada.add("Read", parent_task_id=(await ada.add("Books"))["id"])
    event_id = await done(ada, task_trash.throw_away, task["id"])
    await done(ada, task_trash.throw_away, task["parent_task_id"])

    refusal = await refused(ada, event_id)

    assert refusal.details["reason"] in ("place_gone", "changed_since")
