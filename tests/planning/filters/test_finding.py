"""What the published filters find in a world of forty tasks."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from questlog.core import clock
from questlog.core.db import Database
from questlog.core.pagination import PageRequest
from questlog.flows.find_tasks import find_tasks
from questlog.planning.queries import TaskFilter
from tests.support.filters import FilterWorld, table, world
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_statements

TABLES = ("todoist.json", "ours.json", "russian.json")
type Find = Callable[[str], Coroutine[Any, Any, list[str]]]


@pytest.fixture
async def asked(database: Database, make: Make, moving_clock: MovingClock) -> Find:
    """A user in the world of the tables, and a way to ask for titles."""
    told = world()
    user = await make.user(timezone=told.timezone)
    stranger = await make.user(timezone=told.timezone)
    await told.fill(database, user)
    await told.fill(database, stranger)
    moving_clock.stop_at(told.now)

    async def find(query: str) -> list[str]:
        return await titles(database, user, told, query)

    return find


async def titles(database: Database, user: Person, told: FilterWorld, query: str) -> list[str]:
    found = await database.read(
        find_tasks,
        user.id,
        TaskFilter(),
        PageRequest(limit=100),
        timezone=told.timezone,
        query=query,
    )
    return [row["title"] for row in found.items]


@pytest.mark.parametrize("name", TABLES)
async def test_published_filters_find_their_tasks(asked: Find, name: str) -> None:
    cases = [case for case in table(name) if "tasks" in case]

    found = {case["query"]: await asked(case["query"]) for case in cases}

    assert found == {case["query"]: case["tasks"] for case in cases}


async def test_words_are_searched_inside_a_filter(asked: Find) -> None:
    found = [await asked(query) for query in ("search: Meeting | search: link", "поиск: торты")]

    assert found == [
        ["answer the Meeting notes", "prepare the Meeting", "https link to read"],
        ["испечь торт"],
    ]


async def test_a_filter_takes_the_clock_of_its_user(asked: Find, moving_clock: MovingClock) -> None:
    """In Moscow it is tomorrow when London still has an hour of today."""
    moving_clock.stop_at(clock.now().replace(hour=22))

    found = await asked("today & #Homework")

    assert found == ["vocabulary sheet", "algebra exercises"]


async def test_a_filter_is_one_statement_and_on_sqlite_one_that_chooses_its_way(
    asked: Find, database: Database
) -> None:
    with count_statements(database) as sent:
        await asked("(today | overdue) & ##Work & #Work & !@waiting & goal: Career")

    assert len(sent) == (2 if database.is_sqlite else 1)
