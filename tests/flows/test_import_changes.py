"""A list read in again: what changed there, what changed here, and who wins."""

from datetime import UTC, date, datetime

from questlog.core.db import Database, Session
from questlog.flows.complete_task import complete_task
from questlog.planning import projects, task_trash, tasks
from questlog.planning.models import Occurrence, Project, Task
from tests.support.invariants import check_invariants
from tests.support.lists import bring, calendar, counts, labels_of, one, rows_of, the_task, warrior
from tests.support.make import Make
from tests.support.moving_clock import MovingClock

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


async def test_what_changed_there_changes_here_and_what_changed_here_stays(
    database: Database, make: Make
) -> None:
    user = await make.user()
    first = one("a", "Sweep", priority="L", due="20261120T000000Z", tags=["home", "old"])
    await bring(database, user, warrior(first))
    task = await the_task(database, user)
    mine = {"title": "Sweep the yard", "labels": ["home", "old", "mine"], "difficulty": "hard"}
    await database.write(tasks.change, user.id, task.id, mine, timezone="UTC")

    later = first | {"priority": "H", "tags": ["home", "new"]}
    report = await bring(database, user, warrior(later))

    after = await the_task(database, user)
    assert counts(report) == (0, 1, 0)
    assert (after.title, after.priority, after.difficulty) == ("Sweep the yard", 3, "hard")
    assert after.due_on == date(2026, 11, 20)
    assert await labels_of(database, user) == {"Sweep the yard": ["home", "mine", "new"]}
    assert after.version == task.version + 2


async def test_what_is_completed_there_is_completed_here_on_its_day_for_nothing(
    database: Database, make: Make
) -> None:
    user = await make.user(timezone="Asia/Tokyo")
    begun = one("a", due="20261117T150000Z")
    await bring(database, user, warrior(begun))

    report = await bring(
        database, user, warrior(begun | {"status": "completed", "end": "20261117T200000Z"})
    )

    task = await the_task(database, user)
    [done] = await rows_of(database, user, Occurrence)
    assert counts(report) == (0, 1, 0)
    assert task.completed_at == done.done_at == datetime(2026, 11, 17, 20, 0, tzinfo=UTC)
    assert (done.done_on, done.done_hour) == (date(2026, 11, 18), 5)
    assert (done.scheduled_on, done.key) == (date(2026, 11, 18), "2026-11-18")
    assert (done.xp, done.receipt) == (0, {})
    await check_invariants(database)


async def test_what_was_completed_here_stays_completed_while_it_is_open_there(
    database: Database, make: Make
) -> None:
    user = await make.user()
    await bring(database, user, warrior(one("a")))
    task = await the_task(database, user)
    await database.write(complete_task, user.id, task.id, timezone="UTC")

    report = await bring(database, user, warrior(one("a", "Sweep again")))

    after = await the_task(database, user)
    assert counts(report) == (0, 1, 0)
    assert (after.title, after.completed_at is None) == ("Sweep again", False)
    await check_invariants(database)


async def test_what_is_reopened_there_is_reopened_here(database: Database, make: Make) -> None:
    user = await make.user()
    done = one("a", status="completed", end="20261117T200000Z")
    await bring(database, user, warrior(done))

    await bring(database, user, warrior(one("a")))

    task = await the_task(database, user)
    [past] = await rows_of(database, user, Occurrence)
    assert task.completed_at is None
    assert past.reopened_at is not None
    await check_invariants(database)


async def test_a_date_that_was_completed_here_stays_completed(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOW)
    user = await make.user()
    todo = "UID:a\nSUMMARY:Water\nDUE;VALUE=DATE:{due}\nRRULE:FREQ=DAILY"
    await bring(database, user, calendar(todo.format(due="20261117")), format="icalendar")
    task = await the_task(database, user)
    await database.write(complete_task, user.id, task.id, timezone="UTC")
    await database.write(
        complete_task, user.id, task.id, timezone="UTC", occurrence=date(2026, 11, 19)
    )

    report = await bring(database, user, calendar(todo.format(due="20261119")), format="icalendar")

    after = await the_task(database, user)
    assert counts(report) == (0, 1, 0)
    assert after.due_on == date(2026, 11, 20)
    await check_invariants(database)


async def test_what_lies_in_the_trash_stays_there_and_what_was_purged_is_new(
    database: Database, make: Make
) -> None:
    user = await make.user()
    await bring(database, user, warrior(one("a", "Trashed"), one("b", "Purged")))
    ids = {task.title: task.id for task in await rows_of(database, user)}
    await database.write(task_trash.throw_away, user.id, ids["Trashed"])

    async def purge(session: Session) -> None:
        await session.delete(await session.get_one(Task, ids["Purged"]))

    await database.write(purge)

    report = await bring(database, user, warrior(one("a", "Trashed, renamed"), one("b", "Purged")))

    found = {task.title: task.deleted_at is None for task in await rows_of(database, user)}
    assert counts(report) == (1, 0, 1)
    assert found == {"Trashed": False, "Purged": True}


async def test_a_renamed_project_keeps_getting_its_tasks(database: Database, make: Make) -> None:
    user = await make.user()
    await bring(database, user, warrior(one("a", project="Home")))
    [project] = await rows_of(database, user, Project)
    await database.write(projects.change, user.id, project.id, {"title": "House"})

    await bring(database, user, warrior(one("a", project="Home"), one("b", project="Home")))

    assert {task.project_id for task in await rows_of(database, user)} == {project.id}
    assert [one.title for one in await rows_of(database, user, Project)] == ["House"]


async def test_a_subtask_that_moved_there_moves_here_unless_it_cannot(
    database: Database, make: Make
) -> None:
    user = await make.user()
    titled = "UID:{}\nSUMMARY:{}"
    content = calendar(titled.format("a", "A"), titled.format("b", "B"))
    await bring(database, user, content, format="icalendar")
    first, second = sorted(await rows_of(database, user), key=lambda task: task.title)
    await database.write(
        tasks.change, user.id, second.id, {"parent_task_id": first.id}, timezone="UTC"
    )

    moved = calendar(titled.format("a", "A") + "\nRELATED-TO:b", titled.format("b", "B"))
    report = await bring(database, user, moved, format="icalendar")

    found = {task.title: task.parent_task_id for task in await rows_of(database, user)}
    assert found == {"A": None, "B": first.id}
    assert "not moved" in str(report.warnings)
    await check_invariants(database)


async def test_a_task_takes_its_subtasks_into_its_new_project(
    database: Database, make: Make
) -> None:
    user = await make.user()
    await bring(database, user, warrior(one("a", "Top", project="Home")))
    top = await the_task(database, user)
    below = await make.task(
        user, title="Below", parent_task_id=top.id, project_id=top.project_id, depth=2
    )

    await bring(database, user, warrior(one("a", "Top", project="Work")))

    titles = {project.id: project.title for project in await rows_of(database, user, Project)}
    found = {task.id: titles[task.project_id] for task in await rows_of(database, user)}
    assert found == {top.id: "Work", below.id: "Work"}
