"""The watch over secrets wakes when it should: otherwise its silence means nothing (S-146)."""

from httpx2 import AsyncClient
from sqlalchemy import update

from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import User
from tests.support.canaries import Canaries, heard_in
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


async def test_s146_what_a_process_tells_is_known_by_its_look(
    client: AsyncClient, make: Make, desk: FrontDesk
) -> None:
    """Secrets that a server of its own gave to somebody else, and those of its settings."""
    tokens = await register(client)
    key = await make.key(await make.user(), "tasks:read")
    forgot = await client.post("/api/v1/auth/password/forgot", json={"email": "ada@example.org"})
    secrets = {
        "a JWT": tokens["access_token"],
        "a refresh token": tokens["refresh_token"],
        "an API key": key.text,
        "a link by mail": forgot.json()["dev_token"],
        "a hash of a password": await desk.passwords.hash(PASSWORD),
        "SMTP_PASSWORD": "a letter box with a lock",
        "DATABASE_URL": "a-word-within-an-address",
    }
    environment = {
        "SMTP_PASSWORD": secrets["SMTP_PASSWORD"],
        "DATABASE_URL": f"postgresql://me:{secrets['DATABASE_URL']}@localhost/db",
    }

    heard = {name: heard_in(f"line={text} more", environment) for name, text in secrets.items()}

    assert heard == {name: [name] for name in secrets}
    assert heard_in(f"request_id={tokens['user']['id']} ms=1.0", environment) == []


async def test_s146_neither_the_document_nor_readiness_nor_numbers_show_a_secret(
    client: AsyncClient, canaries: Canaries
) -> None:
    await register(client)
    for path in ("/openapi.json", "/metrics", "/ready", "/api/v1/nowhere", "/"):
        answer = await client.get(path)
        canaries.look_at(answer.text, path)

    assert canaries.kept
    assert canaries.heard == []
