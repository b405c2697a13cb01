"""Changing a password."""

from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import AsyncClient

from questlog.core import clock
from tests.support.doors import (
    NEW_PASSWORD,
    PASSWORD,
    change_password,
    log_in,
    refresh,
    register,
    whoami,
)
from tests.support.make import Make
from tests.support.smtp import SmtpServer


async def test_s020_a_new_password_needs_the_old_one(client: AsyncClient) -> None:
    tokens = await register(client)

    wrong = await change_password(client, tokens, current_password="a guess of somebody else")
    absent = await change_password(client, tokens)
    both = await change_password(client, tokens, current_password=PASSWORD, code="123456")
    weak = await change_password(
        client, tokens, current_password=PASSWORD, new_password="password1"
    )

    assert [answer.status_code for answer in (wrong, absent, both, weak)] == [401, 422, 422, 422]
    assert weak.json()["errors"][0]["pointer"] == "/body/new_password"
    assert (await log_in(client)).status_code == 200


async def test_s020_a_new_password_ends_the_other_sessions(client: AsyncClient) -> None:
    here = await register(client)
    there = (await log_in(client)).json()

    answer = await change_password(client, here, current_password=PASSWORD)

    assert answer.status_code == 200
    assert (await whoami(client, here)).status_code == 200
    assert (await whoami(client, there)).status_code == 401
    assert (await refresh(client, there["refresh_token"])).status_code == 401
    assert (await log_in(client)).status_code == 401
    assert (await log_in(client, password=NEW_PASSWORD)).status_code == 200


async def test_s020_the_other_sessions_stay_if_wanted(client: AsyncClient) -> None:
    here = await register(client)
    there = (await log_in(client)).json()

    await change_password(client, here, current_password=PASSWORD, revoke_others=False)

    assert (await whoami(client, there)).status_code == 200


async def test_s020_the_owner_is_told_by_mail(
    mail_client: AsyncClient, smtp: SmtpServer, postman: None
) -> None:
    tokens = await register(mail_client)

    await change_password(mail_client, tokens, current_password=PASSWORD)

    message = await smtp.message(1)
    assert message["Subject"] == "Your Questlog password was changed"
    assert message["To"] == "ada@example.org"
    plain = message.get_body(("plain",))
    assert plain is not None
    assert "API" not in plain.get_content()


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        (
            "en",
            ["- Backup (qlk_made…), never used", "- <Report> (qlk_made…), last used on 2026-07-01"],
        ),
        (
            "ru",
            [
                "- Backup (qlk_made…), ещё не использовался",
                "- <Report> (qlk_made…), последнее обращение 2026-07-01",
            ],
        ),
    ],
)
async def test_s020_the_mail_lists_the_api_keys_that_still_work(
    *,
    mail_client: AsyncClient,
    smtp: SmtpServer,
    postman: None,
    make: Make,
    locale: str,
    said: list[str],
) -> None:
    other = await make.user()
    ada = await make.user(email="ada@example.org", password=PASSWORD, locale=locale)
    late, now = datetime(2026, 6, 30, 23, 59, tzinfo=UTC), clock.now()
    await mail_client.patch(
        "/api/v1/users/me", headers=ada.headers, json={"timezone": "Europe/Moscow"}
    )
    await make.api_key(ada)
    await make.api_key(ada, name="<Report>", last_used_at=late, expires_at=now + timedelta(days=1))
    await make.api_key(ada, name="Revoked", revoked_at=now)
    await make.api_key(ada, name="Expired", expires_at=now - timedelta(days=1))
    await make.api_key(other, name="Theirs")

    await mail_client.post(
        "/api/v1/auth/password/change",
        headers=ada.headers,
        json={"current_password": PASSWORD, "new_password": NEW_PASSWORD},
    )

    message = await smtp.message(1)
    plain, rich = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert rich is not None
    lines = plain.get_content().splitlines()
    assert [line for line in lines if line.startswith("- ")] == said
    assert "<li>&lt;Report&gt; (qlk_made…)" in rich.get_content()


async def test_guesses_with_a_stolen_token_are_counted(client: AsyncClient) -> None:
    tokens = await register(client)

    statuses = [
        (await change_password(client, tokens, current_password=f"guess {n}")).status_code
        for n in range(11)
    ]

    assert statuses == [401] * 10 + [429]
