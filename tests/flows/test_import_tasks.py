"""Reading a list in: once, and all or nothing."""

import asyncio
import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event

from questlog.automation.models import Event
from questlog.core.db import Database
from questlog.planning import import_tasks as task_writing
from questlog.planning import imports
from questlog.planning.import_models import Import
from questlog.planning.importers import UnknownFormatError, UnreadableImportError
from questlog.planning.models import Label, Project, Task
from tests.support.invariants import check_invariants
from tests.support.lists import bring, calendar, counts, labels_of, one, rows_of, the_task, warrior
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_statements

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


async def test_projects_and_labels_are_found_whatever_their_case(
    database: Database, make: Make
) -> None:
    user = await make.user()
    project = await make.project(user, title="Home")
    await make.label(user, name="Garden")

    await bring(
        database,
        user,
        warrior(
            one("a", "Dig", project="HOME", tags=["garden", "heavy"]),
            one("b", "Write", project="Work", tags=["Heavy"]),
        ),
    )

    found = {task.title: task.project_id for task in await rows_of(database, user)}
    titles = {one.id: one.title for one in await rows_of(database, user, Project)}
    assert found["Dig"] == project.id
    assert sorted(titles.values()) == ["Home", "Work"]
    assert titles[found["Write"]] == "Work"
    assert await labels_of(database, user) == {"Dig": ["Garden", "heavy"], "Write": ["heavy"]}


async def test_tasks_come_behind_what_is_here_in_their_order(
    database: Database, make: Make
) -> None:
    user = await make.user()
    mine = await make.task(user, title="Mine", position=5000.0)

    await bring(database, user, warrior(*(one(str(n), f"Task {n}") for n in range(5))))

    found = sorted(await rows_of(database, user), key=lambda task: task.position)
    assert found[0].id == mine.id
    assert [task.title for task in found[1:]] == [f"Task {n}" for n in range(5)]


async def test_subtasks_hang_where_they_hung_whatever_the_order(
    database: Database, make: Make
) -> None:
    user = await make.user()
    todos = [f"UID:{n}\nSUMMARY:Level {n}\nRELATED-TO:{n - 1}" for n in range(7, 1, -1)]
    content = calendar(*todos, "UID:1\nSUMMARY:Level 1")

    report = await bring(database, user, content, format="icalendar")

    found = {task.title: task for task in await rows_of(database, user)}
    assert [found[f"Level {n}"].depth for n in range(1, 8)] == [1, 2, 3, 4, 5, 5, 5]
    assert found["Level 3"].parent_task_id == found["Level 2"].id
    assert "too deep" in str(report.warnings)
    await check_invariants(database)


async def test_a_series_without_a_date_begins_on_its_first_one(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOW)  # a Wednesday
    user = await make.user(timezone="Europe/Berlin")
    content = "TYPE,CONTENT,DATE\ntask,Water the ferns,every monday at 9am\n"

    await bring(database, user, content, format="todoist", name="Garden [22].csv")
    moving_clock.stop_at(NOW.replace(month=12))
    again = await bring(database, user, content, format="todoist", name="Garden [22].csv")

    task = await the_task(database, user)
    [project] = await rows_of(database, user, Project)
    assert project.title == "Garden"
    assert (task.due_on, task.rhythm_from) == (date(2026, 11, 23), date(2026, 11, 23))
    assert (task.due_at, task.due_time) == (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "09:00:00")
    assert counts(again) == (0, 0, 1)


async def test_a_series_that_can_have_no_date_comes_without_its_rule(
    database: Database, make: Make
) -> None:
    user = await make.user()
    todo = "UID:a\nSUMMARY:Old\nRRULE:FREQ=DAILY;UNTIL=20200101"

    report = await bring(database, user, calendar(todo), format="icalendar")

    task = await the_task(database, user)
    assert (task.rule, task.due_on) == (None, None)
    assert "without its recurrence" in str(report.warnings)


async def test_odd_ids_and_words_are_kept_without_harm(database: Database, make: Make) -> None:
    user = await make.user()
    odd = ["a\x00b", "\ud800", "x" * 5000, "ключ", "a"]
    content = warrior(
        *(one(uuid, "\u212bngstr\x07om", **{"fi\x00eld\ud800": 1}) for uuid in odd),
        one("z", project="P" * 600 + "\ud800", tags=["\ufdfa" * 100, "ﬁne"]),
    )

    first = await bring(database, user, content)
    again = await bring(database, user, content)

    assert counts(first) == (6, 0, 0)
    assert counts(again) == (0, 0, 6)
    assert {task.title for task in await rows_of(database, user)} == {"Ångstrom", "Sweep"}
    assert any("label" in one["message"] for one in first.warnings)


@pytest.mark.parametrize("format", ["taskwarrior", "todoist", "icalendar", "questlog"])
async def test_a_file_of_something_else_is_refused(
    database: Database, make: Make, format: str
) -> None:
    user = await make.user()

    with pytest.raises(UnreadableImportError):
        await bring(database, user, "%PDF-1.7 nothing of this kind", format=format)

    assert await rows_of(database, user, Import) == []


async def test_an_unknown_format_is_refused(database: Database, make: Make) -> None:
    user = await make.user()

    with pytest.raises(UnknownFormatError):
        await bring(database, user, "[]", format="punch cards")


@pytest.mark.parametrize("step", ["import_tasks", "keep"])
async def test_nothing_remains_when_a_later_step_breaks(
    database: Database, make: Make, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    user = await make.user()

    async def broken(*_args: Any, **_named: Any) -> None:
        raise RuntimeError("broken on purpose")

    if step == "keep":
        monkeypatch.setattr(imports, "keep", broken)
    else:
        monkeypatch.setattr(task_writing, "write", broken)

    with pytest.raises(RuntimeError):
        await bring(database, user, warrior(one("a", project="Home", tags=["x"])))

    for model in (Task, Project, Label, Import, Event):
        assert await rows_of(database, user, model) == []


async def test_ten_imports_at_once_bring_everything_once(database: Database, make: Make) -> None:
    user = await make.user()
    content = warrior(*(one(str(n), f"Task {n}", project="Home", tags=["x"]) for n in range(20)))

    reports = await asyncio.gather(*(bring(database, user, content) for _ in range(10)))

    assert sorted(report.new for report in reports) == [0] * 9 + [20]
    assert len(await rows_of(database, user)) == 20
    assert len(await rows_of(database, user, Project)) == 1
    await check_invariants(database)


async def test_a_second_user_gets_tasks_of_their_own(database: Database, make: Make) -> None:
    ida, jon = await make.user(), await make.user()
    content = warrior(one("a", project="Home", tags=["x"]))
    await bring(database, ida, content)

    report = await bring(database, jon, content)

    assert counts(report) == (1, 0, 0)
    assert (await the_task(database, ida)).id != (await the_task(database, jon)).id
    await check_invariants(database)


async def test_an_import_is_one_event_that_names_what_it_touched(
    database: Database, make: Make
) -> None:
    user = await make.user()

    report = await bring(database, user, warrior(one("a", project="Home", tags=["x"]), one("b")))
    await bring(database, user, warrior(one("a", project="Home", tags=["x"]), one("b")))

    [event] = await rows_of(database, user, Event)
    assert (event.type, event.subject_id, event.id) == (
        "import.applied",
        report.id,
        report.event_id,
    )
    assert event.payload == {
        "source": "taskwarrior",
        "name": None,
        "new": 2,
        "changed": 0,
        "unchanged": 0,
    }
    assert sorted(kind for kind, _, _ in event.touched) == ["label", "project", "task", "task"]
    assert len(await rows_of(database, user, Import)) == 2


async def test_statements_grow_with_every_five_hundred_tasks_only(
    database: Database, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    content = warrior(*(task(n) for n in range(2000)))

    with count_statements(database) as few:
        await bring(database, other, warrior(*(task(n) for n in range(10))))
    with count_statements(database) as many:
        await bring(database, user, content)
    with count_statements(database) as again:
        report = await bring(database, user, content)

    assert counts(report) == (0, 0, 2000)
    assert len(many) <= len(few) + 2000 // 500, many
    assert len(again) <= 10 + 2 * 2000 // 500, again


def task(number: int) -> dict[str, Any]:
    done = {"status": "completed", "end": "20261117T200000Z"} if number % 4 == 0 else {}
    return one(
        f"id-{number}",
        f"Task {number}",
        project=f"Project {number % 7}",
        tags=[f"tag{number % 5}", "all"],
        due="20261120T000000Z",
        **done,
    )


async def test_ten_thousand_tasks_take_few_statements(database: Database, make: Make) -> None:
    user = await make.user()
    content = warrior(*(task(number) for number in range(10_000)))

    with count_statements(database) as statements:
        report = await bring(database, user, content)

    assert report.new == 10_000
    assert len(report.items) == 1000
    assert len(statements) < 120


async def test_others_are_served_while_a_long_list_is_read_in(
    database: Database, make: Make
) -> None:
    user = await make.user()
    threads: set[int] = set()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT"):
            threads.add(threading.get_ident())

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await bring(database, user, warrior(*(task(number) for number in range(50))))
    event.remove(engine, "before_cursor_execute", note)

    # SQLite would hold up the loop, so it is spoken to in a thread; PostgreSQL is awaited in the loop.
    assert threads
    assert (threading.get_ident() in threads) is not database.is_sqlite
