"""Every way in which a device, or who stands between, may lie about a passkey."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cbor2
import pytest
from httpx2 import AsyncClient, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from questlog.automation.audit_models import AuditEntry
from questlog.core.db import Database
from questlog.identity import passkey_ceremonies
from questlog.identity.factor_models import Passkey
from questlog.identity.passkey_ceremonies import InvalidPasskeyError
from questlog.identity.relying_party import RelyingParty
from tests.support.authenticator import ORIGIN, Authenticator, decoded, encoded
from tests.support.doors import bearer, register
from tests.support.factors import (
    API,
    add_passkey,
    ask,
    keep_passkey,
    show,
    sign_in_with,
    ticket_of,
)
from tests.support.sql import count_rows

PARTY = RelyingParty("localhost", (ORIGIN,))


async def with_passkey(
    client: AsyncClient, device: Authenticator, email: str = "ada@example.org"
) -> dict[str, Any]:
    tokens = await register(client, email)
    await add_passkey(client, tokens, device)
    return tokens


def refused(answer: Response) -> bool:
    return (answer.status_code, answer.json()["code"]) == (401, "invalid_passkey")


LIES: dict[str, Callable[[Authenticator], Authenticator]] = {
    "another origin": lambda device: replace(device, origin="http://localhost:8001"),
    "a host that looks alike": lambda device: replace(device, origin="http://localhost.evil.org"),
    "another relying party": lambda device: replace(device, rp_id="evil.org"),
    "its user was not verified": lambda device: replace(device, verifies=False),
    "another key": lambda device: replace(device, key=Authenticator().key),
    "another credential": lambda device: replace(device, credential_id=b"another"),
    "another user's handle": lambda device: replace(device, user_handle=b"somebody else"),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_device_that_lies_is_refused(client: AsyncClient, lie: str) -> None:
    device = Authenticator()
    await with_passkey(client, device)
    liar = LIES[lie](device)
    alone, after = await ask(client), await ask(client, await ticket_of(client))

    by_itself = await sign_in_with(client, alone["ticket"], liar.get(alone["options"]))
    as_second = await show(client, after["ticket"], credential=liar.get(after["options"]))

    assert refused(by_itself)
    assert refused(as_second)


@pytest.mark.parametrize(
    "lie", ["another origin", "another relying party", "its user was not verified"]
)
async def test_a_device_that_lies_is_not_registered(
    client: AsyncClient, database: Database, lie: str
) -> None:
    tokens = await register(client)
    asked = await client.post(f"{API}/me/passkeys/options", headers=bearer(tokens))

    answer = await keep_passkey(client, tokens, asked.json(), LIES[lie](Authenticator()))

    assert refused(answer)
    assert await count_rows(database, Passkey) == 0


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON"])
async def test_what_was_tampered_with_is_refused(client: AsyncClient, part: str) -> None:
    device = Authenticator()
    await with_passkey(client, device)
    asked = await ask(client)
    credential = device.get(asked["options"])
    data = bytearray(decoded(credential["response"][part]))
    data[-3] ^= 1
    credential["response"][part] = encoded(bytes(data))

    answer = await sign_in_with(client, asked["ticket"], credential)

    assert refused(answer)


async def test_an_answer_is_good_for_one_question(client: AsyncClient) -> None:
    device = Authenticator(counts=False)
    await with_passkey(client, device)
    asked = await ask(client)
    credential = device.get(asked["options"])
    await sign_in_with(client, asked["ticket"], credential)

    again = await sign_in_with(client, asked["ticket"], credential)
    elsewhere = await sign_in_with(client, (await ask(client))["ticket"], credential)

    assert (again.status_code, again.json()["code"]) == (401, "invalid_ticket")
    assert refused(elsewhere)


async def test_a_wrong_answer_spends_the_question_of_a_second_factor(client: AsyncClient) -> None:
    device = Authenticator()
    await with_passkey(client, device)
    asked = await ask(client, await ticket_of(client))
    wrong = replace(device, origin="https://evil.org").get(asked["options"])

    first = await show(client, asked["ticket"], credential=wrong)
    late = await show(client, asked["ticket"], credential=device.get(asked["options"]))
    anew = await ask(client, asked["ticket"])
    right = await show(client, asked["ticket"], credential=device.get(anew["options"]))

    assert refused(first)
    assert refused(late)
    assert right.status_code == 200


async def test_an_answer_that_nobody_asked_for_is_refused(client: AsyncClient) -> None:
    device = Authenticator()
    await with_passkey(client, device)
    elsewhere = await ask(client)

    answer = await show(
        client, await ticket_of(client), credential=device.get(elsewhere["options"])
    )

    assert refused(answer)


async def test_a_ticket_is_answered_by_its_own_user(client: AsyncClient) -> None:
    adas, bobs = Authenticator(), Authenticator()
    await with_passkey(client, adas)
    await with_passkey(client, bobs, "bob@example.org")
    asked = await ask(client, await ticket_of(client))

    answer = await show(client, asked["ticket"], credential=bobs.get(asked["options"]))

    assert refused(answer)


async def test_a_ticket_is_for_its_own_step(client: AsyncClient) -> None:
    device = Authenticator()
    tokens = await with_passkey(client, device)
    alone = await ask(client)
    after = await ask(client, await ticket_of(client))
    begun = (await client.post(f"{API}/me/passkeys/options", headers=bearer(tokens))).json()

    crossed = [
        await show(client, alone["ticket"], credential=device.get(alone["options"])),
        await sign_in_with(client, after["ticket"], device.get(after["options"])),
        await keep_passkey(client, tokens, alone | {"options": begun["options"]}, Authenticator()),
        await sign_in_with(client, begun["ticket"], device.get(alone["options"])),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in crossed} == {
        (401, "invalid_ticket")
    }


async def test_the_ticket_of_a_registration_is_its_users_own(client: AsyncClient) -> None:
    ada, bob = await register(client), await register(client, "bob@example.org")
    asked = await client.post(f"{API}/me/passkeys/options", headers=bearer(ada))

    answer = await keep_passkey(client, bob, asked.json(), Authenticator())

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_ticket")


async def test_a_counter_that_goes_back_is_refused_and_told(
    client: AsyncClient, database: Database
) -> None:
    device = Authenticator()
    await with_passkey(client, device)
    asked = await ask(client)
    copy = replace(device)
    await sign_in_with(client, asked["ticket"], device.get(asked["options"]))
    asked = await ask(client)

    answer = await sign_in_with(client, asked["ticket"], copy.get(asked["options"]))

    assert refused(answer)
    async with database.reader() as session:
        lines = await session.scalars(
            select(AuditEntry.details).where(AuditEntry.action == "login.failed")
        )
        reasons = [line["reason"] for line in lines]
    assert "counter" in reasons


async def test_of_twenty_who_give_one_answer_at_once_one_gets_in(client: AsyncClient) -> None:
    device = Authenticator(counts=False)
    await with_passkey(client, device)
    asked = await ask(client)
    credential = device.get(asked["options"])

    answers = await asyncio.gather(
        *(sign_in_with(client, asked["ticket"], credential) for _ in range(20))
    )

    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 19]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


FORMS = ["packed", "tpm", "fido-u2f", "apple", "android-key", "android-safetynet", "unheard of"]


PARTS = ["alg", "sig", "x5c", "ver", "certInfo", "pubArea", "response"]


VALUES = (
    st.binary(max_size=80)
    | st.integers(-300, 300)
    | st.text(max_size=8)
    | st.lists(st.binary(max_size=80), max_size=2)
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=300),
    st.sampled_from(FORMS),
    st.dictionaries(st.sampled_from(PARTS), VALUES),
)
def test_no_bytes_of_a_device_break_the_server(
    noise: bytes, form: str, statement: dict[str, Any]
) -> None:
    device = Authenticator()
    challenge = encoded(b"a challenge that was asked")
    options = {"user": {"id": "AAAA"}, "rp": {"id": "localhost"}, "challenge": challenge}
    made = device.create(options)
    got = device.get({"rpId": "localhost", "challenge": challenge})
    attestation = cbor2.loads(decoded(made["response"]["attestationObject"]))
    hostile = cbor2.dumps(attestation | {"fmt": form, "attStmt": statement})

    for changed in (noise, hostile):
        with pytest.raises(InvalidPasskeyError):
            passkey_ceremonies.registered(
                PARTY, challenge, with_part(made, "attestationObject", changed)
            )
    for part in ("authenticatorData", "signature", "clientDataJSON"):
        with pytest.raises(InvalidPasskeyError):
            passkey_ceremonies.signed(PARTY, challenge, with_part(got, part, noise), noise)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "rawId", "type", "response", "x"]), JSON))
def test_no_json_breaks_the_server(credential: dict[str, Any]) -> None:
    with pytest.raises(InvalidPasskeyError):
        passkey_ceremonies.registered(PARTY, "AAAA", credential)
    with pytest.raises(InvalidPasskeyError):
        passkey_ceremonies.signed(PARTY, "AAAA", credential, b"")
    assert passkey_ceremonies.handle_of(credential) in (None, b"") or "response" in credential


def with_part(credential: dict[str, Any], part: str, data: bytes) -> dict[str, Any]:
    return credential | {"response": credential["response"] | {part: encoded(data)}}
