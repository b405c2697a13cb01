"""Passkeys: registered, shown alone or after a password, and every way in which a device may lie."""

from typing import Any

from httpx2 import AsyncClient, Response

from tests.support.authenticator import Authenticator, encoded
from tests.support.doors import PASSWORD, bearer, log_in, register, whoami
from tests.support.factors import (
    API,
    add_passkey,
    add_totp,
    ask,
    keep_passkey,
    show,
    sign_in_with,
)
from tests.support.make import Make
from tests.support.moving_clock import MovingClock


async def with_passkey(
    client: AsyncClient, device: Authenticator, email: str = "ada@example.org"
) -> dict[str, Any]:
    tokens = await register(client, email)
    await add_passkey(client, tokens, device)
    return tokens


def refused(answer: Response) -> bool:
    return (answer.status_code, answer.json()["code"]) == (401, "invalid_passkey")


async def test_a_passkey_alone_signs_in(client: AsyncClient) -> None:
    device = Authenticator()
    tokens = await with_passkey(client, device)
    asked = await ask(client)

    answer = await sign_in_with(client, asked["ticket"], device.get(asked["options"]))

    assert answer.status_code == 200
    assert (await whoami(client, answer.json())).json()["id"] == tokens["user"]["id"]
    assert asked["options"]["userVerification"] == "required"
    assert asked["options"]["allowCredentials"] == []


async def test_a_passkey_is_both_factors(client: AsyncClient) -> None:
    device = Authenticator()
    tokens = await register(client)
    await add_totp(client, tokens)
    await add_passkey(client, tokens, device)
    asked = await ask(client)

    answer = await sign_in_with(client, asked["ticket"], device.get(asked["options"]))

    assert answer.status_code == 200


async def test_the_first_passkey_comes_with_recovery_codes(client: AsyncClient) -> None:
    tokens = await register(client)

    first = await add_passkey(client, tokens, Authenticator(), name=" Ada's phone ")
    second = await add_passkey(client, tokens, Authenticator())

    assert first["name"] == "Ada's phone"
    assert first["transports"] == ["hybrid", "internal"]
    assert len(first["recovery_codes"]) == 10
    assert second["recovery_codes"] is None


async def test_a_password_asks_for_the_passkey_after_it(client: AsyncClient) -> None:
    device = Authenticator()
    await with_passkey(client, device)
    needed = await log_in(client)
    ticket = needed.json()["details"]["ticket"]

    asked = await ask(client, ticket)
    answer = await show(client, ticket, credential=device.get(asked["options"]))

    assert needed.json()["details"]["methods"] == ["passkey", "recovery_code"]
    assert asked["ticket"] == ticket
    assert [each["id"] for each in asked["options"]["allowCredentials"]] == [
        encoded(device.credential_id)
    ]
    assert answer.status_code == 200


async def test_phones_keep_no_counter(client: AsyncClient) -> None:
    device = Authenticator(counts=False)
    await with_passkey(client, device)
    answers = []
    for _ in range(2):
        asked = await ask(client)
        answers.append(await sign_in_with(client, asked["ticket"], device.get(asked["options"])))

    assert [answer.status_code for answer in answers] == [200, 200]


async def test_a_question_lasts_five_minutes(
    client: AsyncClient, moving_clock: MovingClock
) -> None:
    device = Authenticator()
    await with_passkey(client, device)
    asked = await ask(client)
    moving_clock.move(minutes=5, seconds=1)

    answer = await sign_in_with(client, asked["ticket"], device.get(asked["options"]))

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_ticket")


async def test_a_passkey_is_registered_once(client: AsyncClient) -> None:
    device = Authenticator()
    await with_passkey(client, device)
    bob = await register(client, "bob@example.org")
    asked = await client.post(f"{API}/me/passkeys/options", headers=bearer(bob))

    answer = await keep_passkey(client, bob, asked.json(), device)

    assert (answer.status_code, answer.json()["code"]) == (409, "passkey_taken")


async def test_devices_that_are_known_are_left_out(client: AsyncClient) -> None:
    device = Authenticator()
    tokens = await with_passkey(client, device)

    asked = await client.post(f"{API}/me/passkeys/options", headers=bearer(tokens))

    options = asked.json()["options"]
    assert [each["id"] for each in options["excludeCredentials"]] == [encoded(device.credential_id)]
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["rp"]["id"] == "localhost"


async def test_s024_a_closed_account_is_refused(client: AsyncClient, make: Make) -> None:
    device = Authenticator()
    tokens = await with_passkey(client, device)
    admin = await make.user(role="admin")
    await client.patch(
        f"{API}/users/{tokens['user']['id']}", headers=admin.headers, json={"is_active": False}
    )
    asked = await ask(client)

    answer = await sign_in_with(client, asked["ticket"], device.get(asked["options"]))

    assert refused(answer)


async def test_passkeys_are_listed_and_named(client: AsyncClient) -> None:
    device = Authenticator()
    tokens = await with_passkey(client, device)
    asked = await ask(client)
    await sign_in_with(client, asked["ticket"], device.get(asked["options"]))
    [kept] = (await client.get(f"{API}/me/passkeys", headers=bearer(tokens))).json()["items"]

    renamed = await client.patch(
        f"{API}/me/passkeys/{kept['id']}", headers=bearer(tokens), json={"name": "Key ring"}
    )

    assert kept.keys() == {"id", "name", "transports", "created_at", "last_used_at"}
    assert kept["last_used_at"] is not None
    assert renamed.json() == kept | {"name": "Key ring"}


async def test_s078_the_passkeys_of_others_are_not_touched(client: AsyncClient) -> None:
    ada = await with_passkey(client, Authenticator())
    bob = await register(client, "bob@example.org")
    [kept] = (await client.get(f"{API}/me/passkeys", headers=bearer(ada))).json()["items"]
    place = f"{API}/me/passkeys/{kept['id']}"

    renamed = await client.patch(place, headers=bearer(bob), json={"name": "Mine"})
    removed = await client.request(
        "DELETE", place, headers=bearer(bob), json={"password": PASSWORD}
    )

    assert (renamed.status_code, removed.status_code) == (403, 403)
    listed = await client.get(f"{API}/me/passkeys", headers=bearer(ada))
    assert listed.json()["items"] == [kept]
