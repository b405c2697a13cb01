"""An import is taken back whole: what was here before it is here again, and the file can be read in anew."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from questlog.core.db import Base, Database
from questlog.flows.complete_task import complete_task
from questlog.flows.undo import undo
from questlog.planning.dependency_models import TaskDependency
from questlog.planning.hindrances import CannotUndoError
from questlog.planning.import_models import ImportedRow
from questlog.planning.importers.encodings import decode
from questlog.planning.models import Goal, Item, Label, Occurrence, Project, Task, TaskLabel
from tests.support.accounts import as_file, document
from tests.support.accounts import bring as bring_account
from tests.support.invariants import check_invariants
from tests.support.lists import bring, counts, one, rows_of, warrior
from tests.support.make import Make, Person

DATA = Path(__file__).parents[1] / "data"
TABLES: tuple[type[Base], ...] = (
    Goal,
    Project,
    Label,
    Task,
    TaskLabel,
    TaskDependency,
    Occurrence,
    Item,
    ImportedRow,
)
# An undo is a change of its own: it moves these on.
MOVED_ON = {"version", "updated_at", "dated_at"}
FILES = [
    "ticktick/backup.csv",
    "google_tasks/Tasks.json",
    "microsoft_todo/lists.json",
    "outlook/tasks.csv",
    "csv/plain.csv",
    "csv/russian_cp1251.csv",
    "todoist/garden.csv",
    "taskwarrior/export.json",
    "icalendar/house.ics",
]


async def plans_of(database: Database, user: Person) -> dict[str, list[Any]]:
    """Return everything of the user's that is alive, without the versions."""
    found: dict[str, list[Any]] = {}
    async with database.reader() as session:
        gone = set(await session.scalars(select(Task.id).where(Task.deleted_at.is_not(None))))
        for model in TABLES:
            columns = model.__table__.c
            rows = (
                await session.execute(
                    select(*columns).where(columns.user_id == user.id).order_by(*columns)
                )
                if model is not ImportedRow
                else await session.execute(
                    select(*columns).where(columns.user_id == user.id).order_by(columns.external_id)
                )
            )
            found[model.__tablename__] = [
                {name: value for name, value in row._mapping.items() if name not in MOVED_ON}
                for row in rows
                if getattr(row, "deleted_at", None) is None
                and getattr(row, "task_id", None) not in gone
            ]
    return found


async def take_back(database: Database, user: Person, event_id: Any) -> None:
    async with database.writer() as session:
        await undo(session, user.id, event_id, timezone="UTC")


@pytest.mark.parametrize("file", FILES)
async def test_a_file_of_each_program_can_be_taken_back_and_read_in_again(
    database: Database, make: Make, file: str
) -> None:
    user = await make.user(timezone="Europe/Berlin")
    await make.task(user, title="Mine", project_id=(await make.project(user, title="Garden")).id)
    await make.label(user, name="garden")
    before = await plans_of(database, user)
    content = decode((DATA / file).read_bytes())

    first = await bring(database, user, content, format=None)
    await take_back(database, user, first.event_id)
    restored = await plans_of(database, user)
    again = await bring(database, user, content, format=None)

    assert first.new > 0
    assert restored == before
    assert counts(again) == counts(first)
    await check_invariants(database)


async def test_what_a_later_file_changed_is_as_it_was(database: Database, make: Make) -> None:
    user = await make.user()
    old = [
        one("a", "Sweep", project="Home", tags=["dust", "all"], priority="L"),
        one("b", "Mop"),
        one("c", "Bake", due="20261120T120000Z"),
    ]
    new = [
        one("a", "Sweep well", project="Flat", tags=["all", "new"], due="20261121T100000Z"),
        {**one("b", "Mop"), "status": "completed", "end": "20261117T200000Z"},
        one("c", "Bake", due="20261120T120000Z"),
        one("d", "More", tags=["new"]),
    ]
    await bring(database, user, warrior(*old))
    before = await plans_of(database, user)

    second = await bring(database, user, warrior(*new))
    await take_back(database, user, second.event_id)
    restored = await plans_of(database, user)
    third = await bring(database, user, warrior(*new))

    assert counts(second) == (1, 2, 1)
    assert restored == before
    assert counts(third) == (1, 2, 1)
    await check_invariants(database)


async def test_moves_and_reopenings_of_an_import_are_taken_back_with_it(
    database: Database, make: Make
) -> None:
    user = await make.user()
    todo = "UID:{}\nSUMMARY:{}\nRELATED-TO:{}"
    head = "BEGIN:VCALENDAR\n"
    body = "BEGIN:VTODO\nUID:{0}\nSUMMARY:{0}\n{1}END:VTODO\n"
    done = "STATUS:COMPLETED\nCOMPLETED:20261110T100000Z\n"
    first = (
        head + body.format("a", "") + body.format("b", "RELATED-TO:a\n") + body.format("c", done)
    )
    later = head + body.format("a", "") + body.format("b", "") + body.format("c", "RELATED-TO:a\n")
    await bring(database, user, first + "END:VCALENDAR\n", format="icalendar")
    before = await plans_of(database, user)

    second = await bring(database, user, later + "END:VCALENDAR\n", format="icalendar")
    changed = await plans_of(database, user)
    await take_back(database, user, second.event_id)

    assert todo
    assert changed != before
    assert await plans_of(database, user) == before
    await check_invariants(database)


async def test_an_import_somebody_worked_on_since_is_not_taken_back(
    database: Database, make: Make
) -> None:
    user = await make.user()
    report = await bring(database, user, warrior(one("a", "Sweep"), one("b", "Mop")))
    task = (await rows_of(database, user))[0]
    async with database.writer() as session:
        await complete_task(session, user.id, task.id, timezone=user.timezone)
    before = await plans_of(database, user)

    with pytest.raises(CannotUndoError) as refused:
        await take_back(database, user, report.event_id)

    assert refused.value.details["reason"] == "changed_since"
    assert await plans_of(database, user) == before


async def test_an_undo_of_an_import_can_be_undone(database: Database, make: Make) -> None:
    user = await make.user()
    content = warrior(
        one("a", "Sweep", project="Home", tags=["dust"]),
        {**one("b", "Mop"), "status": "completed", "end": "20261117T200000Z"},
    )
    report = await bring(database, user, content)
    before = await plans_of(database, user)

    assert report.event_id is not None
    async with database.writer() as session:
        undone = await undo(session, user.id, report.event_id, timezone="UTC")
    await take_back(database, user, undone.event_id)
    again = await bring(database, user, content)

    assert await plans_of(database, user) == before
    assert counts(again) == (0, 0, 2)


async def test_a_whole_account_is_taken_back(database: Database, make: Make) -> None:
    ida, jon = await make.user(), await make.user()
    goal = await make.goal(ida, title="Move")
    project = await make.project(ida, title="Flat", goal_id=goal.id)
    task = await make.task(ida, title="Pack", project_id=project.id)
    await make.item(ida, title="List", task_id=task.id)
    await make.label(ida, name="boxes")
    content = as_file(await document(database, ida))
    before = await plans_of(database, jon)

    report = await bring_account(database, jon, content)
    await take_back(database, jon, report.event_id)

    assert report.new >= 4
    assert await plans_of(database, jon) == before
    assert datetime.now(UTC) > report.created_at


async def test_who_waits_for_whom_comes_along_and_goes_again(
    database: Database, make: Make
) -> None:
    user = await make.user()
    content = warrior(
        one("a", "Roof", depends=["b", "gone"]),
        one("b", "Walls", depends=["c"]),
        one("c", "Cellar", depends=["a"]),
    )

    report = await bring(database, user, content)
    edges = await edges_of(database, user)
    again = await bring(database, user, content)
    await take_back(database, user, report.event_id)

    assert edges == {("Roof", "Walls"), ("Walls", "Cellar")}
    assert [warning["message"] for warning in report.warnings] == [
        "This task cannot wait for “{name}”."
    ]
    assert counts(again) == (0, 0, 3)
    assert await edges_of(database, user) == set()


async def test_who_waits_for_whom_is_exported_and_read_back(database: Database, make: Make) -> None:
    ida, jon = await make.user(), await make.user()
    await bring(database, ida, warrior(one("a", "Roof", depends=["b"]), one("b", "Walls")))

    await bring_account(database, jon, as_file(await document(database, ida)))

    assert await edges_of(database, jon) == {("Roof", "Walls")}


async def edges_of(database: Database, user: Person) -> set[tuple[str, str]]:
    titles = {task.id: task.title for task in await rows_of(database, user)}
    found = await rows_of(database, user, TaskDependency)
    return {(titles[edge.task_id], titles[edge.blocker_id]) for edge in found}
