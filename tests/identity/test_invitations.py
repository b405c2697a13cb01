"""Whoever gets an account from an administrator sets their own password, by a link."""

import re
from email.message import EmailMessage

import pytest
from httpx2 import AsyncClient, Response

from tests.support.doors import PASSWORD
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.smtp import SmtpServer

ADDRESS = "cy@example.org"


async def invite(client: AsyncClient, make: Make, locale: str = "en") -> None:
    admin = await make.user(role="admin")
    answer = await client.post(
        "/api/v1/admin/users", headers=admin.headers, json={"email": ADDRESS, "locale": locale}
    )
    assert answer.status_code == 201, answer.text


async def use(client: AsyncClient, message: EmailMessage) -> Response:
    """Set a password with the link of a letter."""
    token = re.search(r"#token=(\S+)", text_of(message))
    assert token is not None
    return await client.post(
        "/api/v1/auth/password/reset", json={"token": token[1], "password": PASSWORD}
    )


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text


async def sign_in(client: AsyncClient) -> Response:
    return await client.post("/api/v1/auth/login", json={"email": ADDRESS, "password": PASSWORD})


@pytest.mark.parametrize(
    ("locale", "subject"), [("en", "Your Questlog account"), ("ru", "Ваш аккаунт Questlog")]
)
async def test_the_letter_welcomes_and_its_link_sets_the_password(
    *,
    mail_client: AsyncClient,
    smtp: SmtpServer,
    postman: None,
    make: Make,
    locale: str,
    subject: str,
) -> None:
    await invite(mail_client, make, locale)
    message = await smtp.message(1)

    before = await sign_in(mail_client)
    used = await use(mail_client, message)
    again = await use(mail_client, message)
    after = await sign_in(mail_client)

    assert (message["Subject"], message["To"]) == (subject, ADDRESS)
    assert "https://quest.example.org/reset-password#token=" in text_of(message, "html")
    assert before.status_code == 401
    assert (used.status_code, again.status_code, after.status_code) == (200, 400, 200)
    assert after.json()["user"]["email_verified"] is True


async def test_after_half_an_hour_one_asks_for_another_link(
    mail_client: AsyncClient,
    smtp: SmtpServer,
    postman: None,
    make: Make,
    moving_clock: MovingClock,
) -> None:
    await invite(mail_client, make)
    first = await smtp.message(1)
    moving_clock.move(minutes=31)

    late = await use(mail_client, first)
    await mail_client.post("/api/v1/auth/password/forgot", json={"email": ADDRESS})
    used = await use(mail_client, await smtp.message(2))

    assert (late.status_code, used.status_code) == (400, 200)


async def test_a_later_link_voids_the_invitation(
    mail_client: AsyncClient, smtp: SmtpServer, postman: None, make: Make
) -> None:
    await invite(mail_client, make)
    first = await smtp.message(1)
    await mail_client.post("/api/v1/auth/password/forgot", json={"email": ADDRESS})
    await smtp.message(2)

    answer = await use(mail_client, first)

    assert answer.status_code == 400
