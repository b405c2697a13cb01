"""Where an undo stops: what is too old, not one's own, undone already, or what something later depends on."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from questlog.automation import events, undo_states
from questlog.automation.event_log import EventNotFoundError, NotYourEventError
from questlog.automation.models import UndoState
from questlog.core.db import Database
from questlog.core.exceptions import QuestlogError
from questlog.core.ids import new_id
from questlog.flows.item_to_task import item_to_task
from questlog.flows.undo import undo
from questlog.flows.undo_inverses import AlreadyUndoneError, NotUndoableError, UndoExpiredError
from questlog.planning import goal_trash, goals, labels, project_trash, projects, task_trash
from questlog.planning.hindrances import CannotUndoError
from tests.support.belongings import belongings
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.planner import Planner, planner
from tests.support.sql import count_statements


async def take_back(person: Planner, event_id: UUID) -> Any:
    return await person.database.write(undo, person.user.id, event_id)


async def done(person: Planner, verb: Any, *args: Any, **options: Any) -> UUID:
    """Do something and return its event."""
    await person.database.write(verb, person.user.id, *args, **options)
    return (await person.last_event()).id


async def refused(person: Planner, event_id: UUID) -> CannotUndoError:
    """Try to undo, see that nothing changed, and return the refusal."""
    before = await belongings(person.database, person.user.id)
    told = await person.told()
    with pytest.raises(CannotUndoError) as refusal:
        await take_back(person, event_id)
    assert await belongings(person.database, person.user.id) == before
    assert await person.told() == told
    await check_invariants(person.database)
    return refusal.value


async def test_a_later_change_is_in_the_way_and_named(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    task = await ada.add("Read")
    await ada.change(task["id"], title="Read more")
    first = (await ada.last_event()).id
    await ada.change(task["id"], priority=3)
    later = await ada.last_event()

    refusal = await refused(ada, first)

    [thing] = refusal.details["objects"]
    assert refusal.details["reason"] == "changed_since"
    assert (thing["type"], thing["id"]) == ("task", str(task["id"]))
    assert thing["event"] == {"id": str(later.id), "type": "task.updated"}


async def test_what_was_undone_meanwhile_is_in_nobodys_way(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    task = await ada.add("Read")
    await ada.change(task["id"], title="Read more")
    first = (await ada.last_event()).id
    await ada.complete(task["id"])
    second = (await ada.last_event()).id

    await take_back(ada, second)
    await take_back(ada, first)

    row = await ada.row(task["id"])
    assert (row["title"], row["completed_at"]) == ("Read", None)


async def test_a_redone_change_is_in_the_way_again(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    task = await ada.add("Read")
    await ada.change(task["id"], title="Read more")
    first = (await ada.last_event()).id
    await ada.complete(task["id"])
    undone = await take_back(ada, (await ada.last_event()).id)
    await take_back(ada, undone.event_id)

    refusal = await refused(ada, first)

    assert refusal.details["objects"][0]["event"]["type"] == "task.completed"


async def test_an_undo_of_something_older_is_a_change(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    task = await ada.add("Read")
    await ada.change(task["id"], title="Read more")
    older = (await ada.last_event()).id
    await ada.change(task["id"], priority=3)
    undone = await take_back(ada, (await ada.last_event()).id)
    await take_back(ada, older)

    refusal = await refused(ada, undone.event_id)

    assert refusal.details["objects"][0]["event"]["type"] == "change.undone"


async def _only_label(person: Planner) -> UUID:
    mine = await belongings(person.database, person.user.id)
    [label] = mine["labels"].values()
    found: UUID = label["id"]
    return found


async def _first_event(person: Planner, type_: str) -> UUID:
    async with person.database.reader() as session:
        found = await session.execute(
            select(events.EVENTS.c.id)
            .where(events.EVENTS.c.user_id == person.user.id, events.EVENTS.c.type == type_)
            .order_by(events.EVENTS.c.seq)
        )
        return found.scalars().first()  # type: ignore[return-value]  # there is one


async def test_an_undo_happens_once(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    await ada.add("Read")
    event_id = (await ada.last_event()).id
    undone = await take_back(ada, event_id)

    with pytest.raises(AlreadyUndoneError) as refusal:
        await take_back(ada, event_id)

    assert refusal.value.details == {"undone_by": str(undone.event_id)}


async def test_of_eight_undos_at_once_exactly_one_wins(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    task = await ada.add("Read")
    await ada.complete(task["id"])
    event_id = (await ada.last_event()).id

    results = await asyncio.gather(
        *(take_back(ada, event_id) for _ in range(8)), return_exceptions=True
    )

    refusals = [result for result in results if isinstance(result, BaseException)]
    assert {type(refusal) for refusal in refusals} == {AlreadyUndoneError}
    assert len(refusals) == 7
    assert (await ada.told()).count("change.undone") == 1
    await check_invariants(database)


async def test_an_undo_and_a_change_at_once_leave_one_of_the_two(
    database: Database, make: Make
) -> None:
    ada = await planner(database, make)
    task = await ada.add("Read")
    await ada.change(task["id"], title="Read more")
    event_id = (await ada.last_event()).id

    undone, changed = await asyncio.gather(
        take_back(ada, event_id),
        ada.change(task["id"], priority=3),
        return_exceptions=True,
    )

    row = await ada.row(task["id"])
    assert not isinstance(changed, BaseException)
    assert row["priority"] == 3
    assert row["title"] == ("Read more" if isinstance(undone, CannotUndoError) else "Read")
    await check_invariants(database)


async def test_after_a_day_it_is_too_late(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    ada = await planner(database, make)
    task = await ada.add("Read")
    await ada.change(task["id"], title="Read more")
    event_id = (await ada.last_event()).id
    moving_clock.move(hours=24, seconds=1)

    with pytest.raises(UndoExpiredError):
        await take_back(ada, event_id)
    await database.write(undo_states.sweep)

    with pytest.raises(UndoExpiredError):
        await take_back(ada, event_id)
    async with database.reader() as session:
        assert list(await session.scalars(select(UndoState))) == []


async def test_housekeeping_keeps_what_can_still_be_undone(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    ada = await planner(database, make)
    task = await ada.add("Read")
    await ada.change(task["id"], title="Read more")
    event_id = (await ada.last_event()).id
    moving_clock.move(hours=23, minutes=59)

    await database.write(undo_states.sweep)
    await take_back(ada, event_id)

    assert (await ada.row(task["id"]))["title"] == "Read"


async def test_unknown_foreign_and_other_events_are_refused_as_what_they_are(
    database: Database, make: Make
) -> None:
    ada, ben = await planner(database, make), await planner(database, make)
    await ada.add("Read")
    hers = (await ada.last_event()).id

    async def sign_in(session: Any) -> UUID:
        return events.record(session, ben.user.id, "session.created", ("session", new_id()))

    signed_in = await database.write(sign_in)

    refusals: dict[UUID, type[QuestlogError]] = {
        new_id(): EventNotFoundError,
        hers: NotYourEventError,
        signed_in: NotUndoableError,
    }
    for event_id, error in refusals.items():
        with pytest.raises(error):
            await take_back(ben, event_id)
    assert [
        row["title"] for row in (await belongings(database, ada.user.id))["tasks"].values()
    ] == ["Read"]


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


async def test_an_undo_takes_few_statements(database: Database, make: Make) -> None:
    ada = await planner(database, make)
    task = await ada.add("Read")
    await ada.change(task["id"], priority=3)
    event_id = (await ada.last_event()).id

    with count_statements(database) as statements:
        await take_back(ada, event_id)

    least = 14
    locks = 0 if database.is_sqlite else 2
    assert len(statements) == least + locks, statements


async def test_what_is_completed_or_made_needs_no_state(database: Database, make: Make) -> None:
    ada = await planner(database, make)

    task = await ada.add("Read")
    await ada.complete(task["id"])
    await done(ada, task_trash.throw_away, task["id"])

    async with database.reader() as session:
        assert list(await session.scalars(select(UndoState))) == []
