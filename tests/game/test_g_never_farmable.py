"""Nothing is gained by repeating, splitting, back-dating or hurrying (G-02 to G-05, G-07, G-10, G-17)."""

import ast
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import func, select

from questlog import game
from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.game.ledger import LEDGER
from tests.game.played import Played, sign_in
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at

TASKS = "/api/v1/tasks"
A_DAY_AT_MOST = 30 * 10 + 30 * 5
LOOPS = int(os.environ.get("QUESTLOG_TEST_LOOPS", "100"))  # a thousand take minutes
CHANCE = frozenset({"random", "secrets", "urandom", "getrandom"})


async def of_tasks(me: Played) -> int:
    """Return the XP that tasks have brought, without the bonuses."""
    mine = (LEDGER.c.user_id == me.id, LEDGER.c.source_kind == "task")
    async with me.database.reader() as session:
        return await session.scalar(select(func.sum(LEDGER.c.xp)).where(*mine)) or 0


async def test_g02_however_often_done_and_reopened_is_done_once(database: Database) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    task = await me.add(difficulty="hard")
    await me.complete(task["id"])
    once = await me.shown()

    for _ in range(LOOPS):
        await me.reopen(task["id"])
        await me.complete(task["id"])

    assert await me.shown() == once
    await check_invariants(database)


def test_g03_nothing_in_the_game_is_left_to_chance() -> None:
    modules = sorted(Path(game.__path__[0]).glob("*.py"))

    drawn = {
        (module.name, name)
        for module in modules
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        for name in names_of(node)
        if name in CHANCE
    }

    assert len(modules) > 30
    assert drawn == set()


def names_of(node: ast.AST) -> list[str]:
    """Return the names of modules and functions that a node brings in or calls."""
    match node:
        case ast.Import(names):
            return [alias.name.partition(".")[0] for alias in names]
        case ast.ImportFrom(module, names):
            return [str(module).partition(".")[0], *(alias.name for alias in names)]
        case ast.Attribute(_, name) | ast.Name(name):
            return [name]
    return []


async def test_g03_who_does_the_same_is_paid_the_same(database: Database) -> None:
    ada = await sign_in(database, email="ada@example.org", zone="UTC")
    ben = await sign_in(database, email="ben@example.org", zone="UTC")

    for me in (ada, ben):
        for difficulty in ("hard", "trivial", "boss", "normal") * 5:
            await me.complete((await me.add(difficulty=difficulty))["id"])

    assert await ada.shown() == await ben.shown()


async def test_g04_a_task_deleted_and_made_anew_a_hundred_times_reaches_the_cap_once(
    database: Database,
) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")

    for _ in range(100):
        task = await me.add()
        await me.complete(task["id"])
        await me.throw_away(task["id"])

    assert await of_tasks(me) == A_DAY_AT_MOST
    await check_invariants(database)


async def test_g05_five_hundred_made_and_done_in_one_second_are_taken_and_capped(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-02T11:00"))
    user = await make.user()
    ids = [str(new_id()) for _ in range(500)]
    add = [{"op": "add", "temp_id": id_, "args": {"title": "Mend the roof"}} for id_ in ids]
    complete = [{"op": "complete", "args": {"id": id_}} for id_ in ids]

    answer = await client.post(
        f"{TASKS}/batch", json={"commands": [*add, *complete]}, headers=user.headers
    )

    assert answer.status_code == 200
    assert await of_tasks(Played(database, user.id, "UTC")) == A_DAY_AT_MOST
    await check_invariants(database)


@pytest.mark.parametrize(
    ("method", "door", "body"),
    [
        ("POST", "", {"title": "Mend", "completed_at": "2026-11-01T10:00:00Z"}),
        ("POST", "", {"title": "Mend", "created_at": "2026-10-01T10:00:00Z"}),
        ("PATCH", "/{id}", {"completed_at": "2026-11-01T10:00:00Z"}),
        ("PATCH", "/{id}", {"created_at": "2026-10-01T10:00:00Z"}),
        ("POST", "/{id}/complete", {"completed_at": "2026-11-01T10:00:00Z"}),
        ("POST", "/{id}/complete", {"local_day": "2026-11-01"}),
    ],
)
async def test_g07_when_something_was_done_cannot_be_written(
    client: AsyncClient, make: Make, method: str, door: str, body: Mapping[str, Any]
) -> None:
    user = await make.user()
    task = await make.task(user)

    address = TASKS + door.format(id=task.id)
    answer = await client.request(method, address, json=body, headers=user.headers)

    assert answer.status_code == 422


async def test_g07_a_date_of_the_past_does_not_make_a_streak(
    database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-02T11:00"))
    me = await sign_in(database, email="ada@example.org", zone="UTC")

    for day in range(20, 30):
        await me.complete((await me.add(due_date=f"2026-10-{day}"))["id"])

    assert (await me.shown())["streak"] == 1
    assert await days_of(me) == {date(2026, 11, 2)}


async def test_g10_the_clock_of_a_client_moves_nothing(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-02T11:00"))
    user = await make.user()
    me = Played(database, user.id, "UTC")
    dates = ["Sun, 01 Nov 2026 11:00:00 GMT", "Tue, 03 Nov 2026 11:00:00 GMT", "yesterday"]
    tasks = [await me.add() for _ in dates]

    answers = [
        await client.post(f"{TASKS}/{task['id']}/complete", headers={**user.headers, "Date": wrong})
        for task, wrong in zip(tasks, dates, strict=True)
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert await days_of(me) == {date(2026, 11, 2)}
    assert (await me.shown())["streak"] == 1


async def test_g17_a_task_cut_into_a_hundred_subtasks_pays_less_than_a_day_of_tasks(
    database: Database,
) -> None:
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    whole = await me.add(difficulty="normal")
    parts = [await me.add(parent_task_id=str(whole["id"])) for _ in range(100)]

    paid = [(await me.complete(part["id"])).receipt for part in (*parts, whole)]

    assert [receipt["capped"] for receipt in paid if receipt] == [False] * 30 + [True] * 71
    assert await of_tasks(me) == 30 * 5 + 30 * 2 < A_DAY_AT_MOST
    await check_invariants(database)


async def days_of(me: Played) -> set[date]:
    mine = select(LEDGER.c.local_day).where(LEDGER.c.user_id == me.id)
    async with me.database.reader() as session:
        return set(await session.scalars(mine))
