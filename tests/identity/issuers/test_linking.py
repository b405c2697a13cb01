"""Who has an account here links the identity a trusted issuer vouches for, and both are one from then on."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import select, update

from questlog.automation.audit_models import AuditEntry
from questlog.automation.models import Event, Mail
from questlog.core.db import Base, Database, Session
from questlog.flows import absorb_account
from questlog.flows.sign_up import sign_up
from questlog.identity import users
from questlog.identity.door_models import ExternalIdentity
from questlog.identity.models import User
from questlog.planning.models import Task
from tests.identity.issuers.conftest import Door, OpenDoor, entry
from tests.support.issuers import AUDIENCE, ISSUER, SECRET, KeyServer, Signer, claims, secret_holder
from tests.support.make import Make, Person
from tests.support.sql import count_rows

SHOP = secret_holder()
STRANGER = secret_holder("the secret of somebody nobody here has heard of")
IDENTITIES = "/api/v1/identities"


async def link(door: Door, who: dict[str, str], token: str) -> Response:
    return await door.client.post(IDENTITIES, headers=who, json={"token": token})


async def opened_by(door: Door, token: str) -> UUID:
    answer = await door.show(token)
    assert answer.status_code == 200, answer.text
    return UUID(answer.json()["id"])


def shown(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def left_of(database: Database, user_id: UUID) -> dict[str, int]:
    """Return how many rows of every table with an owner are this user's."""
    async with database.reader() as session:
        found = {
            table.name: len((await session.execute(_owned(table, user_id))).all())
            for table in Base.metadata.sorted_tables
            if "user_id" in table.c
        }
    return {name: count for name, count in found.items() if count}


def _owned(table: Any, user_id: UUID) -> Any:
    return select(table.c.user_id).where(table.c.user_id == user_id)


async def test_a_linked_identity_opens_the_account(
    door: Door, make: Make, database: Database
) -> None:
    ada = await make.user(email="ada@example.org")

    answer = await link(door, ada.headers, SHOP.token())

    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert (said["issuer"], said["subject"], said["provider"]) == (ISSUER, "ada", "shop")
    assert await opened_by(door, SHOP.token()) == ada.id
    assert await door.users() == 1
    listed = (await door.client.get(IDENTITIES, headers=ada.headers)).json()["items"]
    assert listed == [said]
    async with database.reader() as session:
        types = (await session.scalars(select(Event.type))).all()
        told = (await session.scalars(select(AuditEntry.action))).all()
    assert types.count("identity.linked") == told.count("identity.linked") == 1


async def test_linking_it_again_changes_nothing(door: Door, make: Make) -> None:
    ada = await make.user()
    first = await link(door, ada.headers, SHOP.token())

    again = await link(door, ada.headers, SHOP.token(claims(jti="another")))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


async def test_s058_an_empty_account_of_its_own_becomes_one_with_it(
    door: Door, make: Make, database: Database
) -> None:
    ada = await make.user(email="ada@example.org")
    token = SHOP.token(claims(email="ada@example.org", email_verified=True))
    separate = await opened_by(door, token)

    answer = await link(door, ada.headers, token)

    assert answer.status_code == 201, answer.text
    assert separate != ada.id
    assert await opened_by(door, token) == ada.id
    assert await door.users() == 1
    assert await left_of(database, separate) == {}
    assert (await door.client.get("/api/v1/users/me", headers=ada.headers)).json()[
        "email"
    ] == "ada@example.org"
    async with database.reader() as session:
        told = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    linked, deleted = [
        entry for entry in told if entry.action in ("identity.linked", "account.deleted")
    ][-2:]
    assert (linked.account_id, linked.details["from"]) == (ada.id, str(separate))
    assert (deleted.action, deleted.account_id) == ("account.deleted", separate)


async def test_every_identity_of_that_account_comes_along(
    open_door: OpenDoor, make: Make, database: Database
) -> None:
    other = {"name": "other", "issuer": "https://other.example.org", "secret": STRANGER.key}
    shop = {"name": "shop", "issuer": ISSUER, "secret": SECRET}
    trusted = [{**each, "audience": AUDIENCE} for each in (shop, other)]
    elsewhere = STRANGER.token(claims(iss="https://other.example.org"))
    ada = await make.user()
    async with open_door(TRUSTED_ISSUERS=json.dumps(trusted)) as door:
        separate = await opened_by(door, SHOP.token())
        added = await link(door, shown(SHOP.token()), elsewhere)

        answer = await link(door, ada.headers, SHOP.token())

        assert (added.status_code, answer.status_code) == (201, 201)
        assert await opened_by(door, SHOP.token()) == await opened_by(door, elsewhere) == ada.id
        assert await left_of(database, separate) == {}


async def make_a_task(make: Make, owner: Person) -> None:
    await make.task(owner)


async def make_a_label(make: Make, owner: Person) -> None:
    await make.label(owner)


async def make_a_key(make: Make, owner: Person) -> None:
    await make.api_key(owner)


async def make_a_passkey(make: Make, owner: Person) -> None:
    await make.passkey(owner)


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (make_a_task, "tasks"),
        (make_a_label, "labels"),
        (make_a_key, "api_keys"),
        (make_a_passkey, "passkeys"),
    ],
)
async def test_an_account_with_something_in_it_stays_and_the_remedy_is_named(
    door: Door, make: Make, made: Callable[[Make, Person], Awaitable[None]], name: str
) -> None:
    ada = await make.user()
    separate = await opened_by(door, SHOP.token())
    await made(make, Person(separate, "", "UTC", {}))

    answer = await link(door, ada.headers, SHOP.token())

    said = answer.json()
    assert (answer.status_code, said["code"]) == (409, "identity_in_use")
    assert said["details"] == {"account_id": str(separate), "holds": [name]}
    assert "Export that account" in said["detail"]
    assert await opened_by(door, SHOP.token()) == separate
    assert await count_rows(door.database, ExternalIdentity) == 1


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [
        ("profile_text", "I like mornings.", "profile_text"),
        ("password_hash", "a hash", "password"),
        ("role", "admin", "role"),
        ("last_login_at", "created_at", "sign_in"),
    ],
)
async def test_an_account_somebody_knows_as_theirs_stays(
    door: Door, make: Make, database: Database, column: str, value: str, name: str
) -> None:
    ada = await make.user()
    separate = await opened_by(door, SHOP.token())

    async def change(session: Session) -> None:
        new: Any = User.created_at if column == "last_login_at" else value
        await session.execute(update(User).where(User.id == separate).values({column: new}))

    await database.write(change)
    answer = await link(door, ada.headers, SHOP.token())

    assert (answer.status_code, answer.json()["details"]["holds"]) == (409, [name])
    assert await door.users() == 2


async def test_after_the_remedy_it_is_linked(door: Door, make: Make) -> None:
    ada = await make.user()
    separate = await opened_by(door, SHOP.token())
    await make.task(Person(separate, "", "UTC", {}))

    refused = await link(door, ada.headers, SHOP.token())
    await door.database.write(users.delete, separate)
    answer = await link(door, ada.headers, SHOP.token())

    assert (refused.status_code, answer.status_code) == (409, 201)
    assert await opened_by(door, SHOP.token()) == ada.id


async def test_an_account_just_opened_holds_nothing(database: Database) -> None:
    """A table that every new account gets rows in is to be named in `absorb_account.BY_ITSELF`."""
    opened = await database.write(sign_up, "ada@example.org")

    held = await database.read(absorb_account.held_by, opened.id)

    assert held == []


async def test_a_token_nobody_trusted_vouches_for_links_nothing(door: Door, make: Make) -> None:
    ada = await make.user()
    ours = ada.headers["Authorization"].removeprefix("Bearer ")
    bad = [
        STRANGER.token(),
        SHOP.token(claims(exp=1)),
        SHOP.token(claims(aud="somebody else")),
        ours,
        "qlk_nothing",
        "x",
    ]

    answers = [await link(door, ada.headers, token) for token in bad]

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (422, "token_refused")
        assert answer.json()["errors"][0]["pointer"] == "/body/token"
    assert await count_rows(door.database, ExternalIdentity) == 0


async def test_s075_neither_strangers_nor_keys_link(door: Door, make: Make) -> None:
    ada = await make.user()
    key = await make.key(ada, "tasks:read", "tasks:write")

    stranger = await link(door, {}, SHOP.token())
    program = await link(door, key.headers, SHOP.token())

    assert (stranger.status_code, program.status_code) == (401, 403)
    assert await count_rows(door.database, ExternalIdentity) == 0


async def test_what_an_administrator_closed_is_not_opened_by_linking(
    door: Door, make: Make
) -> None:
    ada = await make.user()
    separate = await opened_by(door, SHOP.token())
    await door.database.write(users.update, separate, {"is_active": False})

    answer = await link(door, ada.headers, SHOP.token())

    assert (answer.status_code, answer.json()["code"]) == (403, "account_closed")
    assert await door.users() == 2


async def test_linking_needs_no_open_registration(open_door: OpenDoor, make: Make) -> None:
    ada = await make.user()
    async with open_door(
        TRUSTED_ISSUERS=entry(secret=SECRET), REGISTRATION_ENABLED="false"
    ) as door:
        answer = await link(door, ada.headers, SHOP.token())

        assert answer.status_code == 201
        assert await opened_by(door, SHOP.token()) == ada.id


async def test_s054_an_issuer_that_cannot_be_asked_links_nothing(
    key_door: Door, published: KeyServer, signer: Signer, make: Make
) -> None:
    ada = await make.user()
    published.fault = b""

    refused = await link(key_door, ada.headers, signer.token())

    assert (refused.status_code, refused.json()["code"]) == (503, "issuer_unreachable")
    assert refused.headers["retry-after"]


async def test_the_owner_hears_of_it_by_mail(
    open_door: OpenDoor, make: Make, database: Database
) -> None:
    ada = await make.user(email="ada@example.org")
    async with open_door(
        TRUSTED_ISSUERS=entry(secret=SECRET), SMTP_HOST="127.0.0.1", SMTP_FROM="q@example.org"
    ) as door:
        await link(door, ada.headers, SHOP.token())
        await link(door, ada.headers, SHOP.token())

    async with database.reader() as session:
        (letter,) = (await session.scalars(select(Mail))).all()
    assert (letter.template, letter.to_address) == ("identity_changed", "ada@example.org")
    assert letter.params == {"provider": "shop", "change": "linked"}


async def test_unlinked_it_opens_an_account_of_its_own_again(door: Door, make: Make) -> None:
    ada = await make.user(password="a rainy day in Turin")
    linked = (await link(door, ada.headers, SHOP.token())).json()

    answer = await door.client.delete(f"{IDENTITIES}/{linked['id']}", headers=ada.headers)

    assert answer.status_code == 204
    assert await opened_by(door, SHOP.token()) != ada.id


async def test_s070_the_last_way_in_is_not_unlinked(door: Door) -> None:
    await opened_by(door, SHOP.token())
    mine = shown(SHOP.token())
    (identity,) = (await door.client.get(IDENTITIES, headers=mine)).json()["items"]

    answer = await door.client.delete(f"{IDENTITIES}/{identity['id']}", headers=mine)

    assert (answer.status_code, answer.json()["code"]) == (409, "last_way_in")


async def test_s058_linking_among_first_requests_leaves_one_account(door: Door, make: Make) -> None:
    ada = await make.user()
    token = SHOP.token()

    linked, *arrivals = await asyncio.gather(
        link(door, ada.headers, token), *(door.show(token) for _ in range(10))
    )

    assert linked.status_code == 201, linked.text
    assert {answer.status_code for answer in arrivals} == {200}
    assert await opened_by(door, token) == ada.id
    assert await door.users() == 1


async def test_two_who_link_one_identity_at_once(door: Door, make: Make) -> None:
    people = [await make.user(password="a rainy day in Turin") for _ in range(2)]

    answers = await asyncio.gather(*(link(door, each.headers, SHOP.token()) for each in people))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await door.users() == 2


async def test_two_empty_accounts_that_absorb_each_other_at_once(door: Door) -> None:
    one, other = SHOP.token(), SHOP.token(claims(sub="countess"))
    await asyncio.gather(opened_by(door, one), opened_by(door, other))

    answers = await asyncio.gather(link(door, shown(one), other), link(door, shown(other), one))

    # The other one finds its account gone, or comes in so late that both are one already.
    assert sorted(answer.status_code for answer in answers) in ([200, 201], [201, 404])
    assert await opened_by(door, one) == await opened_by(door, other)
    assert await door.users() == 1


async def test_a_task_made_meanwhile_is_not_lost(door: Door, make: Make) -> None:
    ada = await make.user()
    token = SHOP.token()
    await opened_by(door, token)

    linked, made = await asyncio.gather(
        link(door, ada.headers, token),
        door.client.post("/api/v1/tasks", headers=shown(token), json={"title": "Keep me"}),
    )

    kept = await count_rows(door.database, Task)
    assert linked.status_code in (201, 409)
    assert kept == (1 if made.status_code == 201 else 0)
