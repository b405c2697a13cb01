"""Closing an account: only its owner, and nothing is left of it."""

from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import func, select

from questlog.automation.models import Mail
from questlog.core.db import Base, Database
from questlog.identity.models import EmailCode, User
from tests.support.doors import (
    PASSWORD,
    bearer,
    code_for,
    forgot,
    log_in,
    refresh,
    register,
    verify,
    whoami,
)
from tests.support.make import Make

NEW = "a sunny day in Turin"


async def delete_me(client: AsyncClient, tokens: dict[str, Any], **body: Any) -> Response:
    return await client.request("DELETE", "/api/v1/users/me", headers=bearer(tokens), json=body)


async def test_s144_an_account_is_erased_once_its_owner_has_shown_who_they_are(
    client: AsyncClient, database: Database, make: Make
) -> None:
    tokens = await register(client)
    bystander = await make.user()

    wrong = await delete_me(client, tokens, password="a guess of somebody else")
    done = await delete_me(client, tokens, password=PASSWORD)

    assert (wrong.status_code, done.status_code) == (401, 204)
    assert (await whoami(client, tokens)).status_code == 401
    assert (await refresh(client, tokens["refresh_token"])).status_code == 401
    assert (await log_in(client)).status_code == 401
    assert await owners(database) == {bystander.id}
    await register(client)


async def test_s144_a_code_for_this_very_purpose_will_do(
    client: AsyncClient, database: Database
) -> None:
    tokens = (await verify(client, await code_for(client))).json()
    code = await code_for(client, purpose="delete_account")

    answer = await delete_me(client, tokens, code=code)

    assert answer.status_code == 204
    assert await owners(database) == set()
    async with database.reader() as session:
        assert await session.scalar(select(func.count()).select_from(EmailCode)) == 0


async def test_s144_mail_under_way_goes_with_the_account(
    mail_client: AsyncClient, database: Database
) -> None:
    tokens = await register(mail_client)
    await forgot(mail_client)

    await delete_me(mail_client, tokens, password=PASSWORD)

    async with database.reader() as session:
        assert await session.scalar(select(func.count()).select_from(Mail)) == 0


async def owners(database: Database) -> set[Any]:
    """Return every user that any row of the database belongs to."""
    tables = [table for table in Base.metadata.sorted_tables if "user_id" in table.c]
    found = set()
    async with database.reader() as session:
        for table in tables:
            found |= set(await session.scalars(select(table.c.user_id)))
        found |= set(await session.scalars(select(User.id)))
    return found


@pytest.mark.parametrize("body", [{}, {"password": None}, {"password": "x", "code": "123456"}])
async def test_deleting_takes_exactly_one_proof(client: AsyncClient, body: Any) -> None:
    tokens = await register(client)

    answer = await delete_me(client, tokens, **body)

    assert answer.status_code == 422
