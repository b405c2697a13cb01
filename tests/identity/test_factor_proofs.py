"""Who may change second factors: who shows again who they are, and nobody by mail."""

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import update

from questlog.core.db import Database
from questlog.core.ids import parse_id
from questlog.identity.factor_models import Passkey, RecoveryCode, TotpSecret
from questlog.identity.models import User
from tests.support.authenticator import Authenticator
from tests.support.doors import PASSWORD, bearer, code_for, log_in, register
from tests.support.factors import (
    API,
    add_passkey,
    add_totp,
    ask,
    sign_in_with,
)
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows

TOTP = f"{API}/me/totp"


PASSKEYS = f"{API}/me/passkeys"


async def remove(
    client: AsyncClient, tokens: dict[str, Any], place: str = TOTP, **proof: Any
) -> Response:
    return await client.request("DELETE", place, headers=bearer(tokens), json=proof)


async def only_passkey(client: AsyncClient, tokens: dict[str, Any]) -> str:
    [kept] = (await client.get(PASSKEYS, headers=bearer(tokens))).json()["items"]
    return f"{PASSKEYS}/{kept['id']}"


async def test_an_old_session_shows_again_who_it_is(
    client: AsyncClient, moving_clock: MovingClock
) -> None:
    await register(client)
    tokens = (await log_in(client)).json()
    moving_clock.move(minutes=14, seconds=55)
    fresh = await client.post(TOTP, headers=bearer(tokens))
    moving_clock.move(seconds=10)
    tokens = (
        await client.post(f"{API}/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    ).json()

    stale = [
        await client.post(place, headers=bearer(tokens)) for place in (TOTP, f"{PASSKEYS}/options")
    ]
    wrong = await client.post(TOTP, headers=bearer(tokens), json={"password": "a guess"})
    proven = await client.post(TOTP, headers=bearer(tokens), json={"password": PASSWORD})

    assert fresh.status_code == 200
    assert {(answer.status_code, answer.json()["code"]) for answer in stale} == {
        (403, "proof_needed")
    }
    assert (wrong.status_code, proven.status_code) == (401, 200)


@pytest.mark.parametrize("proof", ["password", "code", "recovery_code"])
async def test_an_app_is_removed_by_who_shows_again_who_they_are(
    client: AsyncClient, database: Database, proof: str
) -> None:
    tokens = await register(client)
    app = await add_totp(client, tokens)
    proofs = {"password": PASSWORD, "code": app.code(), "recovery_code": app.recovery_codes[0]}

    answer = await remove(client, tokens, **{proof: proofs[proof]})

    assert answer.status_code == 204
    assert (await log_in(client)).status_code == 200
    assert await count_rows(database, TotpSecret) == 0
    assert await count_rows(database, RecoveryCode) == 0


async def test_a_code_by_mail_removes_no_factor(client: AsyncClient) -> None:
    tokens = await register(client)
    app = await add_totp(client, tokens)
    mailed = await code_for(client, purpose="change_password")

    answers = [
        await remove(client, tokens, code=mailed),
        await remove(client, tokens, password="a guess of somebody else"),
        await remove(client, tokens, recovery_code="0000-0000-0000-0000"),
        await remove(client, tokens, ticket="a ticket", credential={"id": "AAAA"}),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401]
    assert (await remove(client, tokens)).status_code == 422
    assert (await remove(client, tokens, password=PASSWORD, code=app.code())).status_code == 422
    assert (await remove(client, tokens, credential={"id": "AAAA"})).status_code == 422
    assert (await log_in(client)).json()["code"] == "second_factor_required"


async def test_a_passkey_proves_who_one_is(client: AsyncClient) -> None:
    device = Authenticator()
    tokens = await register(client)
    await add_passkey(client, tokens, device)
    asked = (await client.post(f"{PASSKEYS}/proof", headers=bearer(tokens))).json()
    place = await only_passkey(client, tokens)

    answer = await remove(
        client, tokens, place, ticket=asked["ticket"], credential=device.get(asked["options"])
    )

    assert answer.status_code == 204
    assert (await log_in(client)).status_code == 200


async def test_a_passkey_of_somebody_else_proves_nothing(client: AsyncClient) -> None:
    adas, bobs = Authenticator(), Authenticator()
    ada, bob = await register(client), await register(client, "bob@example.org")
    await add_passkey(client, ada, adas)
    await add_passkey(client, bob, bobs)
    of_bob = (await client.post(f"{PASSKEYS}/proof", headers=bearer(bob))).json()
    of_ada = (await client.post(f"{PASSKEYS}/proof", headers=bearer(ada))).json()
    place = await only_passkey(client, ada)

    answers = [
        await remove(
            client, ada, place, ticket=of_bob["ticket"], credential=bobs.get(of_bob["options"])
        ),
        await remove(
            client, ada, place, ticket=of_ada["ticket"], credential=bobs.get(of_ada["options"])
        ),
    ]

    assert [answer.json()["code"] for answer in answers] == ["invalid_ticket", "invalid_passkey"]
    assert (await client.get(PASSKEYS, headers=bearer(ada))).json()["items"]


async def test_the_last_way_in_cannot_be_removed(client: AsyncClient, database: Database) -> None:
    device = Authenticator()
    tokens = await register(client)
    added = await add_passkey(client, tokens, device)
    await forget_password_and_address(database, tokens)
    place = await only_passkey(client, tokens)

    answer = await remove(client, tokens, place, recovery_code=added["recovery_codes"][0])

    assert (answer.status_code, answer.json()["code"]) == (409, "last_way_in")
    asked = await ask(client)
    signed_in = await sign_in_with(client, asked["ticket"], device.get(asked["options"]))
    assert signed_in.status_code == 200


async def test_of_two_last_ways_in_removed_at_once_one_stays(
    client: AsyncClient, database: Database
) -> None:
    tokens = await register(client)
    first = await add_passkey(client, tokens, Authenticator())
    second = await add_passkey(client, tokens, Authenticator())
    await forget_password_and_address(database, tokens)
    removals = zip((first["id"], second["id"]), first["recovery_codes"], strict=False)

    answers = await asyncio.gather(
        *(
            remove(client, tokens, f"{PASSKEYS}/{passkey}", recovery_code=code)
            for passkey, code in removals
        )
    )

    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert await count_rows(database, Passkey) == 1


async def forget_password_and_address(database: Database, tokens: dict[str, Any]) -> None:
    async with database.writer() as session:
        await session.execute(
            update(User)
            .where(User.id == parse_id(tokens["user"]["id"]))
            .values(password_hash=None, email=None)
        )
