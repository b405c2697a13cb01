"""Linking an identity whose account is empty gives that account up; what holds something stays."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from questlog.automation.audit_models import AuditEntry
from questlog.core.db import Base, Database, Session
from questlog.flows import absorb_account
from questlog.flows.sign_up import sign_up
from questlog.identity import users
from questlog.identity.door_models import ExternalIdentity
from questlog.identity.models import User
from questlog.planning.models import Task
from tests.identity.issuers.conftest import Door, OpenDoor, shown
from tests.support.issuers import AUDIENCE, ISSUER, SECRET, claims, secret_holder
from tests.support.make import Make, Person
from tests.support.sql import count_rows

SHOP = secret_holder()
STRANGER = secret_holder("the secret of somebody nobody here has heard of")


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


async def test_s058_an_empty_account_of_its_own_becomes_one_with_it(
    door: Door, make: Make, database: Database
) -> None:
    ada = await make.user(email="ada@example.org")
    token = SHOP.token(claims(email="ada@example.org", email_verified=True))
    separate = await door.opened_by(token)

    answer = await door.link(ada.headers, token)

    assert answer.status_code == 201, answer.text
    assert separate != ada.id
    assert await door.opened_by(token) == ada.id
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
        separate = await door.opened_by(SHOP.token())
        added = await door.link(shown(SHOP.token()), elsewhere)

        answer = await door.link(ada.headers, SHOP.token())

        assert (added.status_code, answer.status_code) == (201, 201)
        assert await door.opened_by(SHOP.token()) == await door.opened_by(elsewhere) == ada.id
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
    separate = await door.opened_by(SHOP.token())
    await made(make, Person(separate, "", "UTC", {}))

    answer = await door.link(ada.headers, SHOP.token())

    said = answer.json()
    assert (answer.status_code, said["code"]) == (409, "identity_in_use")
    assert said["details"] == {"account_id": str(separate), "holds": [name]}
    assert "Export that account" in said["detail"]
    assert await door.opened_by(SHOP.token()) == separate
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
    separate = await door.opened_by(SHOP.token())

    async def change(session: Session) -> None:
        new: Any = User.created_at if column == "last_login_at" else value
        await session.execute(update(User).where(User.id == separate).values({column: new}))

    await database.write(change)
    answer = await door.link(ada.headers, SHOP.token())

    assert (answer.status_code, answer.json()["details"]["holds"]) == (409, [name])
    assert await door.users() == 2


async def test_after_the_remedy_it_is_linked(door: Door, make: Make) -> None:
    ada = await make.user()
    separate = await door.opened_by(SHOP.token())
    await make.task(Person(separate, "", "UTC", {}))

    refused = await door.link(ada.headers, SHOP.token())
    await door.database.write(users.delete, separate)
    answer = await door.link(ada.headers, SHOP.token())

    assert (refused.status_code, answer.status_code) == (409, 201)
    assert await door.opened_by(SHOP.token()) == ada.id


async def test_an_account_just_opened_holds_nothing(database: Database) -> None:
    """A table that every new account gets rows in is to be named in `absorb_account.BY_ITSELF`."""
    opened = await database.write(sign_up, "ada@example.org")

    held = await database.read(absorb_account.held_by, opened.id)

    assert held == []


async def test_what_an_administrator_closed_is_not_opened_by_linking(
    door: Door, make: Make
) -> None:
    ada = await make.user()
    separate = await door.opened_by(SHOP.token())
    await door.database.write(users.update, separate, {"is_active": False})

    answer = await door.link(ada.headers, SHOP.token())

    assert (answer.status_code, answer.json()["code"]) == (403, "account_closed")
    assert await door.users() == 2


async def test_two_empty_accounts_that_absorb_each_other_at_once(door: Door) -> None:
    one, other = SHOP.token(), SHOP.token(claims(sub="countess"))
    await asyncio.gather(door.opened_by(one), door.opened_by(other))

    answers = await asyncio.gather(door.link(shown(one), other), door.link(shown(other), one))

    # The other one finds its account gone, or comes in so late that both are one already.
    assert sorted(answer.status_code for answer in answers) in ([200, 201], [201, 404])
    assert await door.opened_by(one) == await door.opened_by(other)
    assert await door.users() == 1


async def test_a_task_made_meanwhile_is_not_lost(door: Door, make: Make) -> None:
    ada = await make.user()
    token = SHOP.token()
    await door.opened_by(token)

    linked, made = await asyncio.gather(
        door.link(ada.headers, token),
        door.client.post("/api/v1/tasks", headers=shown(token), json={"title": "Keep me"}),
    )

    kept = await count_rows(door.database, Task)
    assert linked.status_code in (201, 409)
    assert kept == (1 if made.status_code == 201 else 0)
