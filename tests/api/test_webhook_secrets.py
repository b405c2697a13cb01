"""What messages are signed with: made or brought along, replaced, never told."""

from datetime import timedelta
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select
from standardwebhooks import Webhook as Verifier

from questlog.automation import webhook_secrets
from questlog.automation.webhook_models import Webhook
from questlog.core import clock
from questlog.core.db import Database
from questlog.core.security import Keyring
from questlog.identity.front_desk import FrontDesk
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.webhook_calls import create, get, post

RANDOM = "whsec_" + "q0dFkNbB1s2mYwq5m0aVd8Zr7oJwX3Gh"


async def secrets_of(database: Database, keyring: Keyring, webhook_id: str) -> list[str]:
    async with database.reader() as session:
        row = await session.get_one(Webhook, UUID(webhook_id))
        return webhook_secrets.secrets_of(row, keyring, clock.now())


async def test_s136_a_made_secret_has_32_random_bytes_and_lies_sealed(
    client: AsyncClient, make: Make, database: Database, desk: FrontDesk
) -> None:
    owner = await make.user()

    made = [(await create(client, owner)).json() for _ in range(2)]

    clear = [webhook_secrets.read(each["secret"]) for each in made]
    assert {len(each) for each in clear} == {32}
    assert clear[0] != clear[1]
    assert await secrets_of(database, desk.keyring, made[0]["id"]) == [made[0]["secret"]]
    async with database.reader() as session:
        sealed = list(await session.scalars(select(Webhook.secret)))
    assert not any(secret in row for secret in clear for row in sealed)


async def test_a_secret_of_ones_own_signs(
    client: AsyncClient, make: Make, database: Database, desk: FrontDesk
) -> None:
    owner = await make.user()

    made = (await create(client, owner, secret=RANDOM)).json()

    assert made["secret"] == RANDOM
    found = await secrets_of(database, desk.keyring, made["id"])
    signature = Verifier(found[0]).sign("msg_1", clock.now(), "{}")
    assert signature == Verifier(RANDOM).sign("msg_1", clock.now(), "{}")


@pytest.mark.parametrize(
    "secret",
    [
        "whsec_c2hvcnQ=",
        "whsec_" + "A" * 32,
        "whsec_" + "QUJD" * 10,
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_" + "q0dFkNbB1s2mYwq5m0aVd8Zr7oJwX3Gh"[:-1],
        "q0dFkNbB1s2mYwq5m0aVd8Zr7oJwX3Gh",
        "whsec_" + "q0dFkNbB1s2mYwq5m0aVd8Zr7oJwX3Gh" * 3,
        "hunter2",
    ],
)
async def test_s136_a_weak_secret_of_ones_own_is_refused(
    client: AsyncClient, make: Make, secret: str
) -> None:
    owner = await make.user()
    kept = await make.webhook(owner)

    made = await create(client, owner, secret=secret)
    rotated = await post(client, owner, f"{kept.id}/rotate-secret", {"secret": secret})

    assert (made.status_code, rotated.status_code) == (422, 422)
    assert made.json()["errors"][0]["pointer"] == "/body/secret"
    assert secret not in made.text + rotated.text


async def test_s135_after_a_rotation_both_secrets_sign_for_24_hours(
    client: AsyncClient,
    make: Make,
    database: Database,
    desk: FrontDesk,
    moving_clock: MovingClock,
) -> None:
    owner = await make.user()
    made = (await create(client, owner)).json()

    rotated = (await post(client, owner, f"{made['id']}/rotate-secret")).json()

    both = await secrets_of(database, desk.keyring, made["id"])
    moving_clock.move(hours=24)
    later = await secrets_of(database, desk.keyring, made["id"])
    assert both == [rotated["secret"], made["secret"]]
    assert later == [rotated["secret"]]
    assert rotated["previous_secret_until"] is not None
    assert rotated["version"] == 2


async def test_a_secret_that_got_out_ends_at_once(
    client: AsyncClient, make: Make, database: Database, desk: FrontDesk
) -> None:
    owner = await make.user()
    made = (await create(client, owner)).json()
    await post(client, owner, f"{made['id']}/rotate-secret")

    last = await post(client, owner, f"{made['id']}/rotate-secret", {"end_previous": True})

    assert await secrets_of(database, desk.keyring, made["id"]) == [last.json()["secret"]]
    assert last.json()["previous_secret_until"] is None


async def test_the_same_secret_again_is_no_rotation(client: AsyncClient, make: Make) -> None:
    owner = await make.user()
    made = (await create(client, owner, secret=RANDOM)).json()

    again = await post(client, owner, f"{made['id']}/rotate-secret", {"secret": RANDOM})

    assert (again.status_code, again.json()["code"]) == (422, "same_secret")
    assert (await get(client, owner, made["id"])).json()["version"] == 1


async def test_a_row_copied_to_another_endpoint_signs_nothing(
    client: AsyncClient, make: Make, database: Database, desk: FrontDesk
) -> None:
    owner, thief = await make.user(), await make.user()
    made, other = await make.webhook(owner), await make.webhook(thief)

    async with database.writer() as session:
        (await session.get_one(Webhook, other.id)).secret = made.secret

    assert await secrets_of(database, desk.keyring, str(other.id)) == []
    assert len(await secrets_of(database, desk.keyring, str(made.id))) == 1


async def test_what_an_older_key_sealed_is_read_and_sealed_anew(
    make: Make, database: Database, desk: FrontDesk, moving_clock: MovingClock
) -> None:
    owner = await make.user()
    old, new = Keyring("o" * 40), Keyring("n" * 40, "o" * 40)
    row = await make.webhook(owner)
    first, second = webhook_secrets.make(), webhook_secrets.make()
    async with database.writer() as session:
        kept = await session.get_one(Webhook, row.id)
        kept.secret = webhook_secrets.seal(old, owner.id, row.id, second)
        kept.previous_secret = webhook_secrets.seal(old, owner.id, row.id, first)
        kept.previous_until = clock.now() + timedelta(hours=1)
    spelled = [webhook_secrets.spelled(second), webhook_secrets.spelled(first)]
    before = await secrets_of(database, new, str(row.id))

    done = [await database.write(webhook_secrets.reseal, new) for _ in range(2)]

    assert done == [1, 0]
    assert before == spelled
    assert await secrets_of(database, Keyring("n" * 40), str(row.id)) == spelled
    assert await secrets_of(database, old, str(row.id)) == []
