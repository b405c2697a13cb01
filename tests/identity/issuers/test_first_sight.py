"""Who a trusted issuer vouches for has an account here from their first token on, and only one."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response

from questlog.automation.audit_models import AuditEntry
from questlog.automation.models import Event
from questlog.core import clock
from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.identity import users
from questlog.identity.door_models import ExternalIdentity
from questlog.identity.models import SignInSession, User
from tests.identity.issuers.conftest import Door, OpenDoor, entry
from tests.support.issuers import AUDIENCE, ISSUER, SECRET, claims, secret_holder
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows, count_statements

SHOP = secret_holder()
OTHER = secret_holder("the secret of yet another system, long enough")
OTHER_ISSUER = "https://other.example.org"


async def rows(database: Database, table: Any) -> list[Any]:
    async with database.reader() as session:
        found = await session.execute(table.__table__.select())
        return list(found.all())


def id_of(answer: Response) -> UUID:
    assert answer.status_code == 200, answer.text
    return UUID(answer.json()["id"])


async def test_s058_the_first_token_opens_an_account(door: Door) -> None:
    token = SHOP.token(claims(email="Ada@Example.org", email_verified=True, name=" Ada\u202e "))

    answer = await door.show(token)

    (identity,) = await rows(door.database, ExternalIdentity)
    (user,) = await rows(door.database, User)
    assert (answer.json()["email"], answer.json()["email_verified"]) == ("ada@example.org", True)
    assert (user.name, user.role, user.password_hash) == ("Ada", "user", None)
    assert (identity.issuer, identity.subject, identity.provider) == (ISSUER, "ada", "shop")
    assert (identity.user_id, user.id) == (id_of(answer), id_of(answer))
    assert await rows(door.database, SignInSession) == []
    assert {event.type for event in await rows(door.database, Event)} == {
        "user.created",
        "identity.linked",
    }
    told = {entry.action: entry for entry in await rows(door.database, AuditEntry)}
    assert told.keys() == {"account.created", "identity.linked"}
    assert told["identity.linked"].account_id == user.id
    assert told["identity.linked"].request_id == answer.headers["x-request-id"]


async def test_s058_twenty_first_requests_at_once_open_one_account(door: Door) -> None:
    token = SHOP.token(claims(email="ada@example.org", email_verified=True))

    answers = await asyncio.gather(*(door.show(token) for _ in range(20)))

    assert len({id_of(answer) for answer in answers}) == 1
    assert {answer.json()["email"] for answer in answers} == {"ada@example.org"}
    assert await door.users() == 1
    assert await count_rows(door.database, ExternalIdentity) == 1


async def test_the_account_stays_though_the_request_fails(door: Door) -> None:
    answer = await door.show(SHOP.token(), f"/api/v1/tasks/{new_id()}")

    assert answer.status_code == 404
    assert await door.users() == 1


async def test_later_tokens_find_the_same_account(door: Door) -> None:
    first = await door.show(SHOP.token())
    renamed = SHOP.token(claims(email="new@example.org", email_verified=True, name="Countess"))

    later = await door.show(renamed)

    assert later.json() == first.json()


@pytest.mark.parametrize(
    "said",
    [
        {"email": "ada@example.org"},
        {"email": "ada@example.org", "email_verified": False},
        {"email": "ada@example.org", "email_verified": "true"},
        {"email": "ada@example.org", "email_verified": 1},
        {"email": "no address", "email_verified": True},
        {"email": ["ada@example.org"], "email_verified": True},
        {"email": "a@b.c\0", "email_verified": True},
        {"email_verified": True},
    ],
)
async def test_s058_an_address_that_is_not_verified_is_not_taken(
    door: Door, said: dict[str, Any]
) -> None:
    answer = await door.show(SHOP.token(claims(**said)))

    assert (answer.status_code, answer.json()["email"]) == (200, None)


@pytest.mark.parametrize("is_verified", [True, False])
async def test_s058_an_address_of_somebody_here_is_left_to_them(
    door: Door, make: Make, is_verified: bool
) -> None:
    held = await make.user(email="ada@example.org")

    token = SHOP.token(claims(email="ada@example.org", email_verified=is_verified))
    answer = await door.show(token)

    assert id_of(answer) != held.id
    assert answer.json()["email"] is None
    assert await door.users() == 2


async def test_s051_the_same_subject_at_two_issuers_is_two_people(open_door: OpenDoor) -> None:
    trusted = [
        {"name": "shop", "issuer": ISSUER, "audience": AUDIENCE, "secret": SECRET},
        {"name": "other", "issuer": OTHER_ISSUER, "audience": AUDIENCE, "secret": OTHER.key},
    ]
    async with open_door(TRUSTED_ISSUERS=json.dumps(trusted)) as door:
        here = await door.show(SHOP.token())
        there = await door.show(OTHER.token(claims(iss=OTHER_ISSUER)))
        forged = [
            await door.show(SHOP.token(claims(iss=OTHER_ISSUER))),
            await door.show(OTHER.token(claims(iss=ISSUER))),
        ]

    assert id_of(here) != id_of(there)
    assert [answer.status_code for answer in forged] == [401, 401]


async def test_subjects_that_look_alike_are_different_people(door: Door) -> None:
    subjects = ["ada", "Ada", "ada ", "аda", "auth0|ada", "ada@example.org", "a/d/a", "100%"]

    ids = {id_of(await door.show(SHOP.token(claims(sub=subject)))) for subject in subjects}

    assert len(ids) == len(subjects)


async def test_a_server_that_takes_no_accounts_takes_none_from_elsewhere(
    open_door: OpenDoor, make: Make
) -> None:
    async with open_door(TRUSTED_ISSUERS=entry(secret=SECRET)) as door:
        known = SHOP.token(claims(sub="known"))
        await door.show(known)
    async with open_door(
        TRUSTED_ISSUERS=entry(secret=SECRET), REGISTRATION_ENABLED="false"
    ) as closed:
        stranger = await closed.show(SHOP.token(claims(sub="stranger")))
        answer = await closed.show(known)

        assert (stranger.status_code, stranger.json()["code"]) == (403, "registration_closed")
        assert answer.status_code == 200
        assert await closed.users() == 1


async def test_s024_a_closed_account_stays_closed(door: Door) -> None:
    user_id = id_of(await door.show(SHOP.token()))

    await door.database.write(users.update, user_id, {"is_active": False})
    answer = await door.show(SHOP.token())

    assert (answer.status_code, answer.json()["code"]) == (401, "account_closed")
    assert await door.users() == 1


async def test_s038_a_role_is_given_here_and_seen_at_once(door: Door) -> None:
    token = SHOP.token(claims(role="admin", is_superuser=True, is_admin=True))
    user_id = id_of(await door.show(token))

    before = await door.show(token, "/api/v1/users")
    await door.database.write(users.update, user_id, {"role": "admin"})
    after = await door.show(token, "/api/v1/users")

    assert (before.status_code, after.status_code) == (403, 200)


async def test_who_is_known_costs_no_statement(door: Door) -> None:
    token = SHOP.token()
    await door.show(token)
    authenticate = door.desk.issuers.authenticate

    with count_statements(door.database) as statements:
        first = await authenticate(door.database, token)
        second = await authenticate(door.database, SHOP.token(claims(jti="another")))

    assert first == second
    assert (first.session_id, first.issuer, first.subject) == (None, ISSUER, "ada")
    assert statements == []


async def test_who_is_known_by_a_token_is_known_until_it_ends(door: Door) -> None:
    ends = [int(clock.now().timestamp()) + left for left in (300, 600)]

    found = [
        await door.desk.issuers.authenticate(door.database, SHOP.token(claims(exp=end)))
        for end in ends
    ]

    assert [one.expires for one in found] == ends


async def test_the_last_use_of_an_identity_is_written_down(
    door: Door, moving_clock: MovingClock
) -> None:
    await door.show(SHOP.token())
    moving_clock.move(hours=1)
    await door.show(SHOP.token())

    await door.desk.presence.write_uses(door.database)

    (identity,) = await rows(door.database, ExternalIdentity)
    assert (identity.last_used_at - identity.created_at).total_seconds() >= 3600


async def test_a_token_from_elsewhere_has_no_session_to_end(door: Door, make: Make) -> None:
    token = SHOP.token()
    await door.show(token)
    headers = {"Authorization": f"Bearer {token}"}

    listed = await door.show(token, "/api/v1/sessions")
    out = await door.client.post("/api/v1/auth/logout", headers=headers)
    others = await door.client.delete("/api/v1/sessions", headers=headers)
    still = await door.show(token)

    assert listed.json()["items"] == []
    assert (out.status_code, out.json()["code"]) == (409, "no_session")
    assert (others.status_code, still.status_code) == (204, 200)


async def test_a_token_from_elsewhere_is_no_fresh_proof(door: Door) -> None:
    token = SHOP.token(claims(email="ada@example.org", email_verified=True))
    await door.show(token)
    headers = {"Authorization": f"Bearer {token}"}
    ask = door.client.request

    closed = await ask("DELETE", "/api/v1/users/me", headers=headers, json={"password": "a" * 12})
    bare = await ask("DELETE", "/api/v1/users/me", headers=headers, json={})
    changed = await ask(
        "POST",
        "/api/v1/auth/password/change",
        headers=headers,
        json={"current_password": "a" * 12, "new_password": "a rainy day in Turin"},
    )

    assert (closed.status_code, changed.status_code) == (401, 401)
    assert bare.status_code in (401, 422)
    assert await door.users() == 1
