"""Sending codes: to whom, how often, and what is left behind."""

import asyncio
import re
from contextlib import closing

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import text

from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import EmailCode
from tests.support.doors import (
    client_from,
    code_for,
    verify,
)
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.smtp import SmtpServer
from tests.support.sql import count_rows


async def test_s004_the_answer_does_not_tell_who_has_an_account(
    mail_client: AsyncClient, make: Make, database: Database, smtp: SmtpServer, postman: None
) -> None:
    await make.user(email="known@example.org")
    closed = await make.user(email="closed@example.org")
    await close(database, closed.email)
    emails = ("known@example.org", "unknown@example.org", "closed@example.org")

    answers = [
        await mail_client.post("/api/v1/auth/send-code", json={"email": email}) for email in emails
    ]
    await smtp.message(2)
    await asyncio.sleep(0.2)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert sorted(smtp.recipients) == [["known@example.org"], ["unknown@example.org"]]


async def close(database: Database, email: str) -> None:
    async with database.writer() as session:
        await session.execute(
            text("UPDATE users SET deactivated_at = CURRENT_TIMESTAMP WHERE email = :email"),
            {"email": email},
        )


async def test_s004_mail_is_sent_after_the_answer(
    mail_client: AsyncClient, smtp: SmtpServer, database: Database
) -> None:
    await smtp.refuse()

    answer = await mail_client.post("/api/v1/auth/send-code", json={"email": "ada@example.org"})

    assert answer.status_code == 200
    assert "dev_code" not in answer.json()
    assert await count_rows(database, EmailCode) == 1


async def test_s012_no_code_lies_in_the_database(
    client: AsyncClient,
    mail_client: AsyncClient,
    database: Database,
    smtp: SmtpServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = await code_for(client)
    await mail_client.post("/api/v1/auth/send-code", json={"email": "bob@example.org"})

    async with database.reader() as session:
        codes = (await session.execute(text("SELECT * FROM email_codes"))).all()
        mails = (await session.execute(text("SELECT params FROM mails"))).all()

    stored = f"{codes} {mails}"
    assert len(codes) == 2
    assert len(mails) == 1
    assert code not in stored
    assert code not in capsys.readouterr().out


@pytest.mark.parametrize("environment", ["staging", "production"])
async def test_s013_without_mail_only_a_developer_sees_a_code(
    app: FastAPI, client: AsyncClient, settings: Settings, environment: str
) -> None:
    there = settings.app.model_copy(update={"environment": environment})
    with closing(FrontDesk(settings.model_copy(update={"app": there}))) as desk:
        app.state.front_desk = desk

        answer = await client.post("/api/v1/auth/send-code", json={"email": "ada@example.org"})

    assert (answer.status_code, answer.json()["code"]) == (503, "mail_not_configured")
    assert "retry-after" in answer.headers
    assert "dev_code" not in answer.text


@pytest.mark.parametrize("address", ["203.0.113.9", "192.168.1.7", "2001:db8::9"])
async def test_s014_a_code_is_shown_to_this_machine_only(app: FastAPI, address: str) -> None:
    async with client_from(app, address) as client:
        answer = await client.post("/api/v1/auth/send-code", json={"email": "ada@example.org"})

    assert answer.status_code == 503
    assert "dev_code" not in answer.text


async def test_a_second_code_within_a_minute_waits(client: AsyncClient) -> None:
    await code_for(client)

    answer = await client.post("/api/v1/auth/send-code", json={"email": "ada@example.org"})

    assert (answer.status_code, answer.json()["code"]) == (429, "mail_sent_recently")
    assert 1 <= int(answer.headers["retry-after"]) <= 61


async def test_five_codes_an_hour(client: AsyncClient, moving_clock: MovingClock) -> None:
    moving_clock.stop_at(moving_clock.now().replace(minute=0, second=1, microsecond=0))
    for _ in range(5):
        await code_for(client)
        moving_clock.move(seconds=61)

    answer = await client.post("/api/v1/auth/send-code", json={"email": "ada@example.org"})

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")


async def test_two_codes_asked_for_at_once_are_one(client: AsyncClient, database: Database) -> None:
    body = {"email": "ada@example.org"}

    answers = await asyncio.gather(
        *(client.post("/api/v1/auth/send-code", json=body) for _ in range(4))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 429, 429, 429]
    assert await count_rows(database, EmailCode) == 1


async def test_a_code_arrives_by_mail_in_the_readers_language(
    mail_client: AsyncClient, smtp: SmtpServer, postman: None
) -> None:
    await mail_client.post(
        "/api/v1/auth/send-code",
        json={"email": "ada@example.org"},
        headers={"Accept-Language": "ru"},
    )

    message = await smtp.message(1)

    plain = message.get_body(("plain",))
    html = message.get_body(("html",))
    assert plain is not None
    assert html is not None
    found = re.search(r"\d{6}", plain.get_content())
    assert found is not None
    assert found.group() in html.get_content()
    assert "ваш код Questlog" in message["Subject"]
    answer = await verify(mail_client, found.group())
    assert (answer.status_code, answer.json()["user"]["locale"]) == (200, "en")
