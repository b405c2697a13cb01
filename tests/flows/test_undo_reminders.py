"""Reminders come back with what is undone, and go with the tasks that go."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from questlog.core import clock
from questlog.core.db import Database
from questlog.planning import reminders, task_moves, task_trash
from questlog.planning.importers.plan import UnreadableImportError
from questlog.planning.reminder_models import Reminder
from tests.support.accounts import bring as bring_account
from tests.support.accounts import document
from tests.support.belongings import belongings
from tests.support.invariants import check_invariants
from tests.support.lists import bring, one, rows_of, warrior
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.planner import Planner, planner
from tests.support.undoing import done, refused, take_back


async def remind(me: Planner, task_id: UUID, **more: Any) -> Reminder:
    return await me.database.write(
        reminders.create, me.user.id, task_id, timezone="UTC", **(more or {"minutes_before": 30})
    )


async def remaining(me: Planner) -> list[Any]:
    return await rows_of(me.database, me.user, Reminder)


@pytest.mark.parametrize("what", ["made", "changed", "deleted"])
async def test_each_change_of_a_reminder_is_undone_and_redone(
    database: Database, make: Make, what: str
) -> None:
    me = await planner(database, make)
    task = await me.add()
    if what != "made":
        await make.reminder(me.user, await _model(me, task["id"]), told_for="2026-01-01")
    before = await belongings(database, me.user.id)
    event_id = await _do(me, task["id"], what)
    after = await belongings(database, me.user.id)

    undone = await take_back(me, event_id)
    restored = await belongings(database, me.user.id)
    await take_back(me, undone.event_id)

    assert restored == before
    assert await belongings(database, me.user.id) == after
    await check_invariants(database)


async def _model(me: Planner, task_id: UUID) -> Any:
    (task,) = await rows_of(me.database, me.user)
    assert task.id == task_id
    return task


async def _do(me: Planner, task_id: UUID, what: str) -> UUID:
    if what == "made":
        return await done(me, reminders.create, task_id, minutes_before=5, timezone="UTC")
    (reminder,) = await remaining(me)
    if what == "deleted":
        return await done(me, reminders.delete, task_id, reminder.id)
    later = {"at": clock.now() + timedelta(days=1)}
    return await done(me, reminders.change, task_id, reminder.id, later, timezone="UTC")


async def test_a_reminder_that_was_changed_since_is_in_the_way(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    task = await me.add()
    event_id = await done(me, reminders.create, task["id"], minutes_before=5, timezone="UTC")
    (reminder,) = await remaining(me)
    await done(me, reminders.change, task["id"], reminder.id, {"minutes_before": 6}, timezone="UTC")

    error = await refused(me, event_id)

    assert error.details["reason"] == "changed_since"


async def test_a_copy_that_is_undone_goes_with_its_reminders(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    task = await me.add()
    await remind(me, task["id"])
    event_id = await done(me, task_moves.duplicate, task["id"])

    await take_back(me, event_id)

    titles = await me.titles()
    assert len(titles) == 1
    await check_invariants(database)


async def test_tasks_that_are_forgotten_take_their_reminders_along(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    me = await planner(database, make)
    task, kept = await me.add(), await me.add("Kept")
    await remind(me, task["id"])
    stays = await remind(me, kept["id"])
    await database.write(task_trash.throw_away, me.user.id, task["id"])
    in_trash = len(await remaining(me))
    moving_clock.move(days=31)

    gone = await database.write(task_trash.purge, before=clock.now() - timedelta(days=30))

    assert (in_trash, gone) == (2, 1)
    assert [each.id for each in await remaining(me)] == [stays.id]


async def test_an_import_that_is_undone_takes_the_reminders_of_its_tasks_along(
    database: Database, make: Make
) -> None:
    me = await planner(database, make)
    report = await bring(database, me.user, warrior(one("a", due="20991120T120000Z")))
    (task,) = await rows_of(database, me.user)
    await remind(me, task.id)
    assert report.event_id is not None

    undone = await take_back(me, report.event_id)
    without = (await remaining(me), await rows_of(database, me.user))
    await take_back(me, undone.event_id)

    assert without == ([], [])
    assert [each.task_id for each in await remaining(me)] == [task.id]
    await check_invariants(database)


async def test_an_account_that_moves_house_takes_its_reminders_along(
    database: Database, make: Make
) -> None:
    me, you = await planner(database, make), await planner(database, make)
    task = await me.add()
    moment = clock.now() + timedelta(days=1)
    await remind(me, task["id"])
    await remind(me, task["id"], at=moment)
    found = await document(database, me.user)

    report = await bring_account(database, you.user, found)
    again = await bring_account(database, you.user, found)
    moved = await remaining(you)
    assert report.event_id is not None
    await take_back(you, report.event_id)

    assert [(each.minutes_before, each.at) for each in moved] == [(30, None), (None, moment)]
    assert (again.new, again.changed) == (0, 0)
    assert await remaining(you) == []


async def test_a_file_with_odd_reminders_is_refused(database: Database, make: Make) -> None:
    me = await planner(database, make)
    task = await me.add()
    await remind(me, task["id"])
    found = await document(database, me.user)
    found["reminders"][0] |= {"at": "2099-01-01T00:00:00Z"}

    with pytest.raises(UnreadableImportError, match="a reminder has either a moment or minutes"):
        await bring_account(database, (await planner(database, make)).user, found)
