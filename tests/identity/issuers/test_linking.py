"""Who has an account here links the identity a trusted issuer vouches for, and both are one from then on."""

import asyncio

from sqlalchemy import select

from questlog.automation.audit_models import AuditEntry
from questlog.automation.models import Event, Mail
from questlog.core.db import Database
from questlog.identity.door_models import ExternalIdentity
from tests.identity.issuers.conftest import IDENTITIES, Door, OpenDoor, entry, shown
from tests.support.issuers import ISSUER, SECRET, KeyServer, Signer, claims, secret_holder
from tests.support.make import Make
from tests.support.sql import count_rows

SHOP = secret_holder()
STRANGER = secret_holder("the secret of somebody nobody here has heard of")


async def test_a_linked_identity_opens_the_account(
    door: Door, make: Make, database: Database
) -> None:
    ada = await make.user(email="ada@example.org")

    answer = await door.link(ada.headers, SHOP.token())

    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert (said["issuer"], said["subject"], said["provider"]) == (ISSUER, "ada", "shop")
    assert await door.opened_by(SHOP.token()) == ada.id
    assert await door.users() == 1
    listed = (await door.client.get(IDENTITIES, headers=ada.headers)).json()["items"]
    assert listed == [said]
    async with database.reader() as session:
        types = (await session.scalars(select(Event.type))).all()
        told = (await session.scalars(select(AuditEntry.action))).all()
    assert types.count("identity.linked") == told.count("identity.linked") == 1


async def test_linking_it_again_changes_nothing(door: Door, make: Make) -> None:
    ada = await make.user()
    first = await door.link(ada.headers, SHOP.token())

    again = await door.link(ada.headers, SHOP.token(claims(jti="another")))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


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

    answers = [await door.link(ada.headers, token) for token in bad]

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (422, "token_refused")
        assert answer.json()["errors"][0]["pointer"] == "/body/token"
    assert await count_rows(door.database, ExternalIdentity) == 0


async def test_s075_neither_strangers_nor_keys_link(door: Door, make: Make) -> None:
    ada = await make.user()
    key = await make.key(ada, "tasks:read", "tasks:write")

    stranger = await door.link({}, SHOP.token())
    program = await door.link(key.headers, SHOP.token())

    assert (stranger.status_code, program.status_code) == (401, 403)
    assert await count_rows(door.database, ExternalIdentity) == 0


async def test_linking_needs_no_open_registration(open_door: OpenDoor, make: Make) -> None:
    ada = await make.user()
    async with open_door(
        TRUSTED_ISSUERS=entry(secret=SECRET), REGISTRATION_ENABLED="false"
    ) as door:
        answer = await door.link(ada.headers, SHOP.token())

        assert answer.status_code == 201
        assert await door.opened_by(SHOP.token()) == ada.id


async def test_s054_an_issuer_that_cannot_be_asked_links_nothing(
    key_door: Door, published: KeyServer, signer: Signer, make: Make
) -> None:
    ada = await make.user()
    published.fault = b""

    refused = await key_door.link(ada.headers, signer.token())

    assert (refused.status_code, refused.json()["code"]) == (503, "issuer_unreachable")
    assert refused.headers["retry-after"]


async def test_the_owner_hears_of_it_by_mail(
    open_door: OpenDoor, make: Make, database: Database
) -> None:
    ada = await make.user(email="ada@example.org")
    async with open_door(
        TRUSTED_ISSUERS=entry(secret=SECRET), SMTP_HOST="127.0.0.1", SMTP_FROM="q@example.org"
    ) as door:
        await door.link(ada.headers, SHOP.token())
        await door.link(ada.headers, SHOP.token())

    async with database.reader() as session:
        (letter,) = (await session.scalars(select(Mail))).all()
    assert (letter.template, letter.to_address) == ("identity_changed", "ada@example.org")
    assert letter.params == {"provider": "shop", "change": "linked"}


async def test_unlinked_it_opens_an_account_of_its_own_again(door: Door, make: Make) -> None:
    ada = await make.user(password="a rainy day in Turin")
    linked = (await door.link(ada.headers, SHOP.token())).json()

    answer = await door.client.delete(f"{IDENTITIES}/{linked['id']}", headers=ada.headers)

    assert answer.status_code == 204
    assert await door.opened_by(SHOP.token()) != ada.id


async def test_s070_the_last_way_in_is_not_unlinked(door: Door) -> None:
    await door.opened_by(SHOP.token())
    mine = shown(SHOP.token())
    (identity,) = (await door.client.get(IDENTITIES, headers=mine)).json()["items"]

    answer = await door.client.delete(f"{IDENTITIES}/{identity['id']}", headers=mine)

    assert (answer.status_code, answer.json()["code"]) == (409, "last_way_in")


async def test_s058_linking_among_first_requests_leaves_one_account(door: Door, make: Make) -> None:
    ada = await make.user()
    token = SHOP.token()

    linked, *arrivals = await asyncio.gather(
        door.link(ada.headers, token), *(door.show(token) for _ in range(10))
    )

    assert linked.status_code == 201, linked.text
    assert {answer.status_code for answer in arrivals} == {200}
    assert await door.opened_by(token) == ada.id
    assert await door.users() == 1


async def test_two_who_link_one_identity_at_once(door: Door, make: Make) -> None:
    people = [await make.user(password="a rainy day in Turin") for _ in range(2)]

    answers = await asyncio.gather(*(door.link(each.headers, SHOP.token()) for each in people))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await door.users() == 2
