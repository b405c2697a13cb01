"""What a model is told when there is more than it should read at once."""

import json
from datetime import date, timedelta

from questlog.coach import material
from questlog.coach.reading_tools import MANY
from questlog.core import clock
from questlog.core.db import Database
from tests.coach.test_tool_calls import as_, call
from tests.support.make import Make


async def test_one_long_description_hides_no_goal(make: Make, database: Database) -> None:
    user = await make.user()
    await make.goal(user, title="Long", description="я" * 4_300)
    for number in range(3):
        await make.goal(user, title=f"Goal {number}")

    found = await call(database, as_(user), "list_goals")
    async with database.reader() as session:
        told = await material.of(session, as_(user))

    titles = [goal["title"] for goal in found.shown["goals"]]
    assert titles == ["Long", "Goal 0", "Goal 1", "Goal 2"]
    assert len(found.shown["goals"][0]["description"]) <= 300
    assert found.shown["there_are_more"] is False
    assert [title for title in titles if title not in told] == []


async def test_of_more_goals_and_projects_than_are_told_it_is_said(
    make: Make, database: Database
) -> None:
    user = await make.user()
    for number in range(MANY + 1):
        await make.goal(user, title=f"G{number}")
        await make.project(user, title=f"P{number}")

    found = [await call(database, as_(user), f"list_{name}") for name in ("goals", "projects")]
    async with database.reader() as session:
        told = json.loads((await material.of(session, as_(user))).partition("\n")[2])

    assert [one.shown["there_are_more"] for one in found] == [True, True]
    assert "goals" in told["left_out"]


async def test_cards_that_wait_are_counted_beyond_those_that_are_shown(
    make: Make, database: Database
) -> None:
    user = await make.user()
    for _ in range(3):
        await make.card(user)

    found = await call(database, as_(user), "review_cards", {"limit": 2})

    assert (found.shown["due"], len(found.shown["questions"])) == (3, 2)


async def test_what_was_left_out_of_several_lists_is_all_told(
    make: Make, database: Database
) -> None:
    user = await make.user()
    for number in range(50):
        await make.task(user, title=f"{number} " + "длинное название " * 40)
        await make.goal(user, title=f"{number} " + "длинная цель " * 20)

    async with database.reader() as session:
        told = json.loads((await material.of(session, as_(user))).partition("\n")[2])

    assert {"tasks", "goals"} <= told["left_out"].keys()


async def test_what_is_overdue_is_told_before_all_else(make: Make, database: Database) -> None:
    user = await make.user()
    for number in range(60):
        await make.task(user, title=f"Обычное дело с довольно длинным названием {number}")
    await make.task(user, title="Late", due_on=date(2020, 1, 1))

    async with database.reader() as session:
        told = json.loads((await material.of(session, as_(user))).partition("\n")[2])

    assert told["tasks"][0]["title"] == "Late"
    assert len(told["tasks"]) == 50
    assert told["left_out"] == {"tasks": "more"}


async def test_what_is_overdue_is_not_told_twice(make: Make, database: Database) -> None:
    user = await make.user()
    await make.task(user, title="Late", due_on=clock.today("UTC") - timedelta(days=1))
    await make.task(user, title="Now", due_on=clock.today("UTC"))

    found = (await call(database, as_(user), "todays_plan")).shown

    assert [task["title"] for task in found["overdue"]] == ["Late"]
    assert [task["title"] for task in found["due_today"]] == ["Now"]
