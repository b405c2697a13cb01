"""What is left of a deleted account: nothing, however much there was and wherever it lay (S-144)."""

from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import text

from questlog.coach import runs
from questlog.coach.run_parts import Part
from questlog.core.db import Database
from questlog.flows import close_account, erase_account
from questlog.identity import users
from questlog.worker import housekeeping
from tests.coach.talking import talk
from tests.support.doors import log_in, register
from tests.support.everything import live, rows_of
from tests.support.invariants import check_invariants
from tests.support.make import Make, Person

PASSWORD = "correct horse battery"
# They outlive accounts on purpose, and say who only by a number.
KEPT = {"audit_entries"}


async def leave(client: AsyncClient, user: Person) -> int:
    answer = await client.request(
        "DELETE", "/api/v1/users/me", headers=user.headers, json={"password": PASSWORD}
    )
    return answer.status_code


async def left(database: Database, user: Person) -> dict[str, int]:
    found = await rows_of(database, user.id)
    return {name: count for name, count in found.items() if count and name not in KEPT}


async def words(database: Database, word: str) -> int:
    async with database.reader() as session:
        statement = text("SELECT count(*) FROM search_words WHERE title LIKE :word")
        return await session.scalar(statement, {"word": f"%{word}%"}) or 0


async def test_s144_no_table_keeps_a_row_of_a_deleted_account(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user, bystander = await make.user(password=PASSWORD), await make.user()
    await live(database, make, user, "zaffre")
    await live(database, make, bystander, "amber")
    theirs = await rows_of(database, bystander.id)
    everywhere = await rows_of(database, user.id)

    status = await leave(client, user)

    assert status == 204
    assert all(everywhere.values()), everywhere
    assert await left(database, user) == {}
    assert (await words(database, "zaffre"), await words(database, "amber") > 0) == (0, True)
    assert await rows_of(database, bystander.id) == theirs
    assert await leave(client, user) == 401
    await check_invariants(database)


async def test_s144_a_large_account_is_closed_at_once_and_erased_in_steps(
    client: AsyncClient, database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase_account, "ROWS_PER_STEP", 3)
    monkeypatch.setattr(close_account, "STEPS_AT_ONCE", 1)
    user = await make.user(email="ada@example.org", password=PASSWORD)
    await live(database, make, user, "zaffre")
    await deep_tree(client, user)

    status = await leave(client, user)

    assert status == 204
    assert await left(database, user) != {}
    assert (await client.get("/api/v1/tasks", headers=user.headers)).status_code == 401
    assert (await log_in(client, password=PASSWORD)).status_code == 401
    await register(client)
    assert await erase_account.erase_all_closed(database) == 1
    assert await left(database, user) == {}
    assert await words(database, "zaffre") == 0
    await check_invariants(database)


async def test_s144_nobody_thinks_on_for_an_account_that_is_taken_down(
    database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase_account, "ROWS_PER_STEP", 1)
    user = await make.user(password=PASSWORD)
    async with talk(database, None) as coach:
        held = await coach.hold(user, "What is first?")
    await database.write(users.delete, user.id)

    is_gone = await database.write(erase_account.erase_some, user.id)
    part = Part(held.last_seq + 1, "text_delta", {"text": "One"})
    kept = await database.write(runs.keep, [(held, [part])], renews=True)
    with pytest.raises(runs.LostRunError):
        await database.write(runs.finish, held, [part], state="complete")

    assert (is_gone, kept) == (False, {})
    assert await erase_account.erase(database, user.id)
    assert await left(database, user) == {}


async def test_s144_a_step_on_sqlite_ends_when_its_time_is_over(
    database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase_account, "STEP_S", 0)
    monkeypatch.setattr(erase_account, "ROWS_AT_ONCE", 3)
    user = await make.user(password=PASSWORD)
    await live(database, make, user, "zaffre")
    await database.write(users.delete, user.id)
    before = sum((await left(database, user)).values())

    is_gone = await database.write(erase_account.erase_some, user.id)

    gone = before - sum((await left(database, user)).values())
    assert (is_gone, 0 < gone <= 3) == (not database.is_sqlite, database.is_sqlite)


async def deep_tree(client: AsyncClient, user: Person) -> None:
    parent: dict[str, Any] = {}
    for level in range(5):
        body = {"title": f"zaffre {level}", **parent}
        made = await client.post("/api/v1/tasks", headers=user.headers, json=body)
        assert made.status_code == 201, made.text
        parent = {"parent_task_id": made.json()["id"]}


async def test_s144_nobody_opens_a_deleted_account_again(
    client: AsyncClient, database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(close_account, "STEPS_AT_ONCE", 0)
    admin, user = await make.user(role="admin"), await make.user(password=PASSWORD)
    await leave(client, user)

    answer = await client.patch(
        f"/api/v1/users/{user.id}", headers=admin.headers, json={"is_active": True}
    )

    shown = await client.get(f"/api/v1/users/{user.id}", headers=admin.headers)
    assert (answer.status_code, shown.status_code) == (404, 404)


async def test_s144_housekeeping_erases_what_a_request_left(
    client: AsyncClient,
    app: FastAPI,
    database: Database,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(close_account, "STEPS_AT_ONCE", 0)
    user = await make.user(password=PASSWORD)
    await live(database, make, user, "zaffre")
    await leave(client, user)

    await housekeeping.keep_house(database, app.state.keyring)

    assert await left(database, user) == {}
