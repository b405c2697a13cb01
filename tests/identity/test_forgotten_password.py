"""A forgotten password: the link that sets a new one, and what makes it void."""

import asyncio
import re
from email.message import EmailMessage

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy import func, select, update

from questlog.core.db import Base, Database
from questlog.identity.models import PasswordReset, User
from tests.support.doors import (
    NEW_PASSWORD,
    PASSWORD,
    change_password,
    client_from,
    forgot,
    log_in,
    register,
    whoami,
)
from tests.support.moving_clock import MovingClock
from tests.support.smtp import SmtpServer


async def reset(client: AsyncClient, token: str, password: str = NEW_PASSWORD) -> Response:
    return await client.post(
        "/api/v1/auth/password/reset", json={"token": token, "password": password}
    )


def link_in(message: EmailMessage) -> str:
    plain = message.get_body(("plain",))
    assert plain is not None
    found = re.search(r"https?://\S+token=\S+", plain.get_content())
    assert found is not None
    return found.group()


def token_in(message: EmailMessage) -> str:
    return link_in(message).partition("token=")[2]


async def test_s021_a_link_sets_a_new_password_once(
    mail_client: AsyncClient, smtp: SmtpServer, postman: None, database: Database
) -> None:
    before = await register(mail_client)
    assert (await forgot(mail_client)).status_code == 200
    token = token_in(await smtp.message(1))

    first = await reset(mail_client, token)
    second = await reset(mail_client, token, "yet another password")

    assert (first.status_code, second.status_code) == (200, 400)
    assert second.json()["code"] == "invalid_reset_token"
    assert (await log_in(mail_client, password=NEW_PASSWORD)).status_code == 200
    assert (await whoami(mail_client, before)).status_code == 401
    async with database.reader() as session:
        assert await session.scalar(select(func.count()).select_from(PasswordReset)) == 0
        assert await session.scalar(select(User.email_verified_at)) is not None


async def test_s021_ten_uses_of_a_link_at_once_are_one(
    mail_client: AsyncClient, smtp: SmtpServer, postman: None
) -> None:
    await register(mail_client)
    await forgot(mail_client)
    token = token_in(await smtp.message(1))

    answers = await asyncio.gather(
        *(reset(mail_client, token, f"password number {n}") for n in range(10))
    )

    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 9]


async def test_s021_no_secret_of_a_link_is_stored(
    mail_client: AsyncClient, smtp: SmtpServer, postman: None, database: Database
) -> None:
    await register(mail_client)
    await forgot(mail_client)
    secret = token_in(await smtp.message(1)).partition(".")[2]

    async with database.reader() as session:
        tables = [list(await session.execute(select(t))) for t in Base.metadata.sorted_tables]

    assert len(secret) == 43
    assert secret not in str(tables)


async def test_s021_a_link_lasts_half_an_hour(
    mail_client: AsyncClient, smtp: SmtpServer, postman: None, moving_clock: MovingClock
) -> None:
    await register(mail_client)
    await forgot(mail_client)
    token = token_in(await smtp.message(1))
    moving_clock.move(minutes=30, seconds=1)

    answer = await reset(mail_client, token)

    assert answer.status_code == 400


async def test_s021_a_link_is_void_after_a_change_of_password(
    mail_client: AsyncClient, smtp: SmtpServer, postman: None
) -> None:
    tokens = await register(mail_client)
    await forgot(mail_client)
    token = token_in(await smtp.message(1))
    await change_password(mail_client, tokens, current_password=PASSWORD)

    answer = await reset(mail_client, token)

    assert answer.status_code == 400


async def test_s021_a_link_is_void_after_a_change_of_address(
    mail_client: AsyncClient, smtp: SmtpServer, postman: None, database: Database
) -> None:
    await register(mail_client)
    await forgot(mail_client)
    token = token_in(await smtp.message(1))
    async with database.writer() as session:
        await session.execute(update(User).values(email="new@example.org"))

    answer = await reset(mail_client, token)

    assert answer.status_code == 400


async def test_s021_a_weak_password_does_not_use_the_link_up(
    mail_client: AsyncClient, smtp: SmtpServer, postman: None
) -> None:
    await register(mail_client)
    await forgot(mail_client)
    token = token_in(await smtp.message(1))

    weak = await reset(mail_client, token, "password1")
    strong = await reset(mail_client, token)

    assert (weak.status_code, strong.status_code) == (422, 200)


async def test_s022_the_link_begins_with_the_configured_address(
    mail_client: AsyncClient, smtp: SmtpServer, postman: None
) -> None:
    await register(mail_client)

    await forgot(mail_client, **{"X-Forwarded-Host": "evil.example", "Host": "evil.example"})

    message = await smtp.message(1)
    assert link_in(message).startswith("https://quest.example.org/")
    assert "evil" not in message.as_string()


async def test_s003_forgetting_does_not_tell_who_has_an_account(
    mail_client: AsyncClient, smtp: SmtpServer, postman: None
) -> None:
    await register(mail_client)

    known, unknown = await forgot(mail_client), await forgot(mail_client, "bob@example.org")
    await smtp.message(1)
    await asyncio.sleep(0.2)

    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert smtp.recipients == [["ada@example.org"]]


async def test_s014_without_a_mail_server_this_machine_is_shown_the_token(
    client: AsyncClient,
) -> None:
    await register(client)

    known = (await forgot(client)).json()["dev_token"]
    unknown = (await forgot(client, "bob@example.org")).json()["dev_token"]

    assert len(known) == len(unknown)
    assert (await reset(client, unknown)).status_code == 400
    assert (await reset(client, known)).status_code == 200
    assert (await log_in(client, password=NEW_PASSWORD)).status_code == 200


async def test_s014_and_nobody_else_is(app: FastAPI) -> None:
    async with client_from(app, "203.0.113.9") as client:
        answer = await forgot(client)

    assert (answer.status_code, answer.json()["code"]) == (503, "mail_not_configured")
    assert "dev_token" not in answer.text


async def test_links_are_mailed_once_a_minute(mail_client: AsyncClient) -> None:
    answers = await asyncio.gather(*(forgot(mail_client) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers)[1:] == [429] * 3


@pytest.mark.parametrize(
    "token", ["x", "ключ", "01a1fd8f-7855-72c1-a5c9-c7b66efc8d0e.AAAA", "." * 100]
)
async def test_a_made_up_link_is_refused(client: AsyncClient, token: str) -> None:
    answer = await reset(client, token)

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_reset_token")
