"""The address of a calendar: who is given one, whom it opens to, and what closes it."""

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import select

from questlog.core.db import Database
from questlog.identity import users
from questlog.identity.link_models import CalendarLink
from questlog.identity.models import User
from tests.support.calendars import CALENDAR, subscribed
from tests.support.canaries import Canaries
from tests.support.make import Make


def refused(answer: Response) -> bool:
    if answer.status_code == 404:
        assert answer.json()["code"] == "calendar_not_found"
    return answer.status_code == 404


async def test_a_new_address_closes_the_one_before_and_a_closed_one_opens_nothing(
    client: AsyncClient, canaries: Canaries, make: Make
) -> None:
    user = await make.user()
    seen = []

    first = await subscribed(client, canaries, user)
    second = await subscribed(client, canaries, user)
    seen.append(refused(await client.get(first)))
    seen.append(refused(await client.get(second)))
    for _ in range(2):
        closed = await client.delete(f"{CALENDAR}/token", headers=user.headers)
        assert closed.status_code == 204
    seen.append(refused(await client.get(second)))

    assert seen == [True, False, True]


@pytest.mark.parametrize("secret", ["x", "A" * 43, "A" * 100, "%00" * 43, "é" * 43])
async def test_an_address_nobody_was_given_opens_nothing(
    client: AsyncClient, make: Make, secret: str
) -> None:
    await make.user()

    assert refused(await client.get(f"{CALENDAR}/{secret}.ics"))


async def test_the_calendar_of_a_closed_account_is_closed(
    client: AsyncClient, canaries: Canaries, database: Database, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    path, theirs = (
        await subscribed(client, canaries, user),
        await subscribed(client, canaries, other),
    )

    await database.write(users.update, user.id, {"is_active": False})
    await database.write(users.delete, other.id)

    assert refused(await client.get(path))
    assert refused(await client.get(theirs))
    async with database.reader() as session:
        assert list(await session.scalars(select(CalendarLink.user_id))) == [user.id]


async def test_s067_the_first_proof_of_an_address_closes_a_calendar_of_before(
    client: AsyncClient, canaries: Canaries, database: Database, make: Make
) -> None:
    squatter = await make.user()
    path = await subscribed(client, canaries, squatter)

    async with database.writer() as session:
        user = await session.get(User, squatter.id)
        assert user is not None
        await users.prove_email(session, user)

    assert refused(await client.get(path))


async def test_what_is_told_of_a_link_is_when_it_was_made_and_used(
    client: AsyncClient, canaries: Canaries, make: Make
) -> None:
    user = await make.user()
    before = await client.get(f"{CALENDAR}/token", headers=user.headers)
    path = await subscribed(client, canaries, user)
    unused = (await client.get(f"{CALENDAR}/token", headers=user.headers)).json()
    await client.get(path)
    used = (await client.get(f"{CALENDAR}/token", headers=user.headers)).json()

    assert refused(before)
    assert set(used) == {"created_at", "last_used_at"}
    assert unused["last_used_at"] is None
    assert used["last_used_at"] > used["created_at"]


async def test_no_key_gives_a_calendar_away(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    key = await make.key(user, "tasks:read", "tasks:write")

    answer = await client.post(f"{CALENDAR}/token", headers=key.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_required")
