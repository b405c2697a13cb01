"""Quick add as one transaction: what it costs, and what is left when it breaks."""

import asyncio
from typing import Any

import pytest

from questlog.core import clock
from questlog.core.db import Database
from questlog.flows import quick_add as flow
from questlog.flows.add_task import add_task
from questlog.flows.quick_add import QuickAdded, quick_add
from questlog.planning.models import Goal, Label, Project, Task
from questlog.planning.phrases.quick_add import QuickAddError
from tests.support.make import Make, Person
from tests.support.sql import count_rows, count_statements


@pytest.fixture
async def ada(make: Make) -> Person:
    ada = await make.user()
    await make.project(ada, title="Work")
    await make.goal(ada, title="Speak Italian")
    await make.label(ada, name="home")
    return ada


async def added(database: Database, user: Person, text: str, **options: Any) -> QuickAdded:
    return await quick_add(database, user.id, text, timezone=user.timezone, **options)


@pytest.mark.parametrize(
    ("line", "fixed", "each"),
    [
        ("Milk", 3, 2),
        ("Milk tomorrow p1 ~5m", 3, 2),
        ("Milk #Work", 4, 3),
        ('Milk #Work $"Speak Italian"', 5, 4),
        ("Milk @home", 4, 4),
    ],
)
async def test_a_task_more_takes_the_statements_of_one_task(
    database: Database, ada: Person, line: str, fixed: int, each: int
) -> None:
    counts = []
    for times in (10, 20):
        with count_statements(database) as statements:
            await added(database, ada, "\n".join([line] * times))
        counts.append(len(statements))

    assert counts[1] - counts[0] == 10 * each, statements
    assert counts[0] - 10 * each == fixed, statements


@pytest.mark.parametrize(
    ("line", "count"), [("Milk", 1), ('Milk #Work $"Speak Italian" @home @new', 4)]
)
async def test_a_dry_run_takes_as_many_statements_for_many_tasks_as_for_one(
    database: Database, ada: Person, line: str, count: int
) -> None:
    counts = []
    for times in (1, 50):
        with count_statements(database) as statements:
            await added(database, ada, "\n".join([line] * times), dry_run=True)
        counts.append(len(statements))

    assert counts == [count, count]


async def test_a_text_that_is_refused_reaches_no_database(database: Database, ada: Person) -> None:
    with count_statements(database) as statements, pytest.raises(QuickAddError):
        await added(database, ada, "1\n 2\n  3\n   4\n    5\n     6")

    assert statements == []


async def test_nothing_remains_when_a_later_line_breaks(
    database: Database, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []

    async def breaking(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 3:
            raise RuntimeError
        return await add_task(*arguments, **options)

    monkeypatch.setattr(flow, "add_task", breaking)
    with pytest.raises(RuntimeError):
        await added(database, ada, "One #New @new\nTwo\nThree", create_missing=True)

    found = [await count_rows(database, model.__table__) for model in (Task, Project, Label)]
    assert found == [0, 1, 1]


async def test_ten_texts_at_once_come_in_whole(database: Database, ada: Person) -> None:
    text = "Trip @new #Work\n  Tickets @new\n  Hotel\n    Call @new"

    answers = await asyncio.gather(*(added(database, ada, text) for _ in range(10)))

    assert await count_rows(database, Task.__table__) == 40
    assert await count_rows(database, Label.__table__) == 2
    assert len({one.event_id for one in answers}) == 10


async def test_texts_that_make_the_same_labels_in_another_order_do_not_stop_each_other(
    database: Database, ada: Person
) -> None:
    names = [f"label{number}" for number in range(12)]
    there = "\n".join(f"Task @{name}" for name in names)
    back = "\n".join(f"Task @{name}" for name in reversed(names))

    await asyncio.gather(*(added(database, ada, text) for text in (there, back) * 4))

    assert await count_rows(database, Label.__table__) == 1 + len(names)
    assert await count_rows(database, Task.__table__) == 8 * len(names)


async def test_the_first_of_two_projects_with_one_name_is_taken(
    database: Database, ada: Person, make: Make
) -> None:
    await make.project(ada, title="WORK", position=0.5)
    await make.goal(ada, title="speak italian", position=0.5, completed_at=clock.now())

    one, two = (await added(database, ada, 'Milk #work\nTea $"Speak italian"')).items

    values = [item.spans[0].value for item in (one, two)]
    assert values == ["WORK", "Speak Italian"]
    assert await count_rows(database, Goal.__table__) == 2
