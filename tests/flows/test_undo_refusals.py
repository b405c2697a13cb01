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
from questlog.flows.undo_inverses import AlreadyUndoneError, NotUndoableError, UndoExpiredError
from questlog.planning import task_trash
from questlog.planning.hindrances import CannotUndoError
from tests.support.belongings import belongings
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.planner import planner
from tests.support.sql import count_statements
from tests.support.undoing import done, refused, take_back


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

    results: tuple[Any, Any] = await asyncio.gather(
        take_back(ada, event_id),
        ada.change(task["id"], priority=3),
        return_exceptions=True,
    )
    undone, changed = results

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
