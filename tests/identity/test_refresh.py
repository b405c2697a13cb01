"""Refreshing: one active token a session, a few seconds of grace, and what happens to a copied token."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.automation.models import Event
from questlog.core.db import Base, Database
from questlog.core.ids import new_id
from questlog.core.security import Keyring
from questlog.identity import refresh_tokens
from questlog.identity.models import SignInSession
from tests.support.doors import bearer, refresh, register, whoami
from tests.support.moving_clock import MovingClock


async def only_session(database: Database) -> SignInSession:
    async with database.reader() as session:
        return (await session.scalars(select(SignInSession))).one()


async def test_s026_a_refresh_token_is_exchanged_for_its_successor(
    client: AsyncClient, database: Database
) -> None:
    first = await register(client)

    answer = await refresh(client, first["refresh_token"])

    second = answer.json()
    assert answer.status_code == 200
    assert second["refresh_token"] != first["refresh_token"]
    assert second["user"]["id"] == first["user"]["id"]
    assert (await whoami(client, second)).status_code == 200
    assert (await only_session(database)).counter == 2


async def test_s027_an_answer_that_was_lost_is_given_again(
    client: AsyncClient, database: Database, moving_clock: MovingClock
) -> None:
    first = await register(client)
    second = (await refresh(client, first["refresh_token"])).json()
    moving_clock.move(seconds=9)

    again = await refresh(client, first["refresh_token"])

    assert again.json()["refresh_token"] == second["refresh_token"]
    assert (await only_session(database)).counter == 2


async def test_s028_a_used_token_after_the_grace_ends_the_family(
    client: AsyncClient, database: Database, moving_clock: MovingClock
) -> None:
    first = await register(client)
    second = (await refresh(client, first["refresh_token"])).json()
    moving_clock.move(seconds=11)

    stolen = await refresh(client, first["refresh_token"])

    assert (stolen.status_code, stolen.json()["code"]) == (401, "refresh_reused")
    assert (await refresh(client, second["refresh_token"])).status_code == 401
    assert (await whoami(client, second)).status_code == 401
    ended = await only_session(database)
    assert (ended.revoked_for, ended.revoked_at is not None) == ("refresh_reused", True)
    async with database.reader() as session:
        told = await session.scalar(select(Event.payload).where(Event.type == "session.revoked"))
    assert told == {"reason": "refresh_reused"}


async def test_s028_a_grandparent_ends_the_family_at_any_time(client: AsyncClient) -> None:
    first = await register(client)
    second = (await refresh(client, first["refresh_token"])).json()
    third = (await refresh(client, second["refresh_token"])).json()

    stolen = await refresh(client, first["refresh_token"])

    assert stolen.json()["code"] == "refresh_reused"
    assert (await refresh(client, third["refresh_token"])).status_code == 401


async def test_s029_twenty_refreshes_at_once_have_one_successor(
    client: AsyncClient, database: Database
) -> None:
    first = await register(client)

    answers = await asyncio.gather(*(refresh(client, first["refresh_token"]) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert (await only_session(database)).counter == 2


async def test_s030_a_refresh_that_races_a_logout_leaves_the_session_dead(
    client: AsyncClient, database: Database
) -> None:
    first = await register(client)
    body = {"refresh_token": first["refresh_token"]}

    refreshed, gone = await asyncio.gather(
        refresh(client, first["refresh_token"]), client.post("/api/v1/auth/logout", json=body)
    )

    assert gone.status_code == 200
    assert refreshed.status_code in (200, 401)
    assert (await only_session(database)).revoked_at is not None
    if refreshed.status_code == 200:
        assert (await refresh(client, refreshed.json()["refresh_token"])).status_code == 401


async def test_s031_a_token_is_good_for_one_use(client: AsyncClient) -> None:
    tokens = await register(client)

    as_access = await whoami(client, {"access_token": tokens["refresh_token"]})
    as_refresh = await refresh(client, tokens["access_token"])

    assert (as_access.status_code, as_refresh.status_code) == (401, 401)


async def test_s035_thirty_days_are_the_end_however_active(
    client: AsyncClient, moving_clock: MovingClock
) -> None:
    tokens = await register(client)
    for _ in range(5):
        moving_clock.move(days=5, hours=23)
        answer = await refresh(client, tokens["refresh_token"])
        assert answer.status_code == 200
        tokens = answer.json()
    moving_clock.move(hours=5)

    late = await refresh(client, tokens["refresh_token"])

    assert (late.status_code, late.json()["code"]) == (401, "invalid_refresh_token")


async def test_a_session_nobody_used_for_a_week_is_over(
    client: AsyncClient, moving_clock: MovingClock
) -> None:
    tokens = await register(client)
    moving_clock.move(days=7, seconds=1)

    late = await refresh(client, tokens["refresh_token"])

    assert late.status_code == 401


async def test_s036_no_token_lies_in_the_database(client: AsyncClient, database: Database) -> None:
    first = await register(client)
    second = (await refresh(client, first["refresh_token"])).json()

    stored = await everything_in(database)

    for tokens in (first, second):
        assert tokens["refresh_token"].rpartition(".")[2] not in stored
        assert tokens["access_token"].rpartition(".")[2] not in stored


async def everything_in(database: Database) -> str:
    tables = Base.metadata.sorted_tables
    async with database.reader() as session:
        found = [list(await session.execute(select(table))) for table in tables]
    return str(found)


async def test_logout_ends_the_session_of_the_access_token(client: AsyncClient) -> None:
    tokens = await register(client)

    answer = await client.post("/api/v1/auth/logout", headers=bearer(tokens))

    assert answer.status_code == 200
    assert set(answer.json()) == {"message"}
    assert (await whoami(client, tokens)).status_code == 401
    assert (await refresh(client, tokens["refresh_token"])).status_code == 401


async def test_logout_takes_any_refresh_token_of_the_family_and_again(client: AsyncClient) -> None:
    first = await register(client)
    second = (await refresh(client, first["refresh_token"])).json()
    body = {"refresh_token": first["refresh_token"]}

    answers = [await client.post("/api/v1/auth/logout", json=body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (await whoami(client, second)).status_code == 401


@pytest.mark.parametrize("body", [None, {}, {"refresh_token": None}])
async def test_logout_of_nobody_is_refused(client: AsyncClient, body: Any) -> None:
    answer = await client.post("/api/v1/auth/logout", json=body)

    assert answer.status_code == 401


def damaged(token: str) -> list[str]:
    version, session_id, number, mac = token.split(".")
    return [
        f"{version}.{session_id}.{int(number) + 1}.{mac}",
        f"{version}.{new_id()}.{number}.{mac}",
        f"{version}.{session_id}.0{number}.{mac}",
        f"{version}.{session_id}.{number}.{mac[:-2]}AA",
        f"{version}.{session_id}.{number}.{mac}=",
        f"{version}.{session_id.upper()}.{number}.{mac}",
        f"qr2.{session_id}.{number}.{mac}",
        f"{version}.{session_id}.{'9' * 30}.{mac}",
        f"{version}.{session_id}.١.{mac}",
        "....",
        "qr1",
    ]


async def test_a_token_that_was_changed_is_refused_and_ends_nothing(client: AsyncClient) -> None:
    tokens = await register(client)

    answers = [await refresh(client, token) for token in damaged(tokens["refresh_token"])]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
        (401, "invalid_refresh_token")
    }
    assert (await refresh(client, tokens["refresh_token"])).status_code == 200


def test_neither_the_secret_nor_the_row_alone_makes_a_token() -> None:
    session_id = UUID("01a1fd8f-7855-72c1-a5c9-c7b66efc8d0e")
    ours, theirs = Keyring("the secret of one server"), Keyring("the secret of another")
    token = refresh_tokens.make(ours, b"k" * 32, session_id, 7)
    read = refresh_tokens.read(token)

    assert read is not None
    assert refresh_tokens.is_genuine(ours, b"k" * 32, read)
    assert not refresh_tokens.is_genuine(theirs, b"k" * 32, read)
    assert not refresh_tokens.is_genuine(ours, b"x" * 32, read)


async def test_another_secret_signs_everybody_out(app: FastAPI, client: AsyncClient) -> None:
    tokens = await register(client)

    app.state.front_desk.keyring = Keyring("a secret that was changed meanwhile")
    answer = await refresh(client, tokens["refresh_token"])

    assert answer.status_code == 401
