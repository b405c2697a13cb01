"""The watch over secrets wakes when it should: otherwise its silence means nothing (S-146)."""

from httpx2 import AsyncClient
from sqlalchemy import update

from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.identity.models import User
from tests.support.canaries import Canaries
from tests.support.doors import PASSWORD, register
from tests.support.make import Make


async def test_s146_what_was_sent_and_given_is_watched(
    client: AsyncClient, canaries: Canaries, settings: Settings
) -> None:
    tokens = await register(client)

    assert PASSWORD in canaries.kept
    assert settings.tokens.secret_key.get_secret_value() in canaries.kept
    assert {tokens["access_token"], tokens["refresh_token"]} <= canaries.given
    assert canaries.heard == []


async def test_s146_a_secret_in_the_database_is_heard(database: Database, make: Make) -> None:
    user, watch = await make.user(), Canaries()
    watch.kept, watch.went = {PASSWORD}, True
    async with database.writer() as session:
        await session.execute(update(User).where(User.id == user.id).values(name=PASSWORD))

    await watch.look_into(database)

    assert watch.heard == ["the table users shows a secret: a ra…"]


def test_s146_a_secret_in_a_log_is_heard() -> None:
    watch = Canaries()
    watch.kept, watch.given = {"Questlog, the server"}, {"qr1.0000000000000000"}

    watch.look_at("refused qr1.0000000000000000", "Captured stdout call")
    watch.look_at("nothing to see", "Captured stderr call")

    assert watch.heard == ["Captured stdout call shows a secret: qr1.…"]


async def test_s146_neither_the_document_nor_readiness_nor_numbers_show_a_secret(
    client: AsyncClient, canaries: Canaries
) -> None:
    await register(client)
    for path in ("/openapi.json", "/metrics", "/ready", "/api/v1/nowhere", "/"):
        answer = await client.get(path)
        canaries.look_at(answer.text, path)

    assert canaries.kept
    assert canaries.heard == []
