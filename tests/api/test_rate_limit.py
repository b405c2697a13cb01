"""How often one may ask (S-108, S-110, S-111), counted in this process; with a Redis that is away, too."""

import asyncio
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient

from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from tests.support import world
from tests.support.make import Make

QUOTA = 5


class Server:
    """One process of a server with a small quota."""

    def __init__(
        self, address: str, folder: Path, database: Database, desk: FrontDesk, **more: str
    ) -> None:
        limits = {"RATE_LIMIT_ENABLED": "true", "RATE_LIMIT_REQUESTS": str(QUOTA)}
        settings = world.settings(address, folder, **limits, **more)
        self.app = create_app(settings, database, desk)
        self.make = Make(database, self.app)

    def client(self, address: str = "192.0.2.1") -> AsyncClient:
        transport = ASGITransport(self.app, client=(address, 50_000))
        return AsyncClient(transport=transport, base_url="http://testserver")


@pytest.fixture
def server(database_address: str, tmp_path: Path, database: Database, desk: FrontDesk) -> Server:
    return Server(database_address, tmp_path, database, desk)


async def test_s108_exactly_the_quota_passes(server: Server) -> None:
    user = await server.make.user()

    async with server.client() as client:
        answers = await asyncio.gather(
            *(client.get("/api/v1/labels", headers=user.headers) for _ in range(3 * QUOTA))
        )

    statuses = [answer.status_code for answer in answers]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (statuses.count(200), statuses.count(429)) == (QUOTA, 2 * QUOTA)
    assert refused.json()["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-policy"] == f'"default";q={QUOTA};w=60'
    assert refused.headers["ratelimit"].startswith('"default";r=0;t=')


async def test_s108_everybody_has_a_quota_of_their_own(server: Server) -> None:
    one, other = await server.make.user(), await server.make.user()

    async with server.client() as client:
        for _ in range(QUOTA + 1):
            last = await client.get("/api/v1/labels", headers=one.headers)
        first = await client.get("/api/v1/labels", headers=other.headers)

    assert last.status_code == 429
    assert first.status_code == 200
    assert first.headers["ratelimit"].startswith(f'"default";r={QUOTA - 1};t=')


async def test_s110_one_network_is_one_caller(server: Server) -> None:
    answers = []

    for number in range(QUOTA + 1):
        async with server.client(f"2001:db8:1:2::{number:x}") as client:
            answers.append(await client.get("/api/v1/labels"))
    async with server.client("2001:db8:1:3::1") as client:
        neighbour = await client.get("/api/v1/labels")

    assert [answer.status_code for answer in answers] == [401] * QUOTA + [429]
    assert neighbour.status_code == 401


async def test_s111_without_its_redis_a_process_counts_by_itself(
    database_address: str, tmp_path: Path, database: Database, desk: FrontDesk
) -> None:
    lost = Server(database_address, tmp_path, database, desk, REDIS_URL="redis://127.0.0.1:1/0")
    user = await lost.make.user()

    async with lost.client() as client:
        answers = [
            await client.get("/api/v1/labels", headers=user.headers) for _ in range(QUOTA + 1)
        ]
        ready = await client.get("/ready")

    assert [answer.status_code for answer in answers] == [200] * QUOTA + [429]
    assert "does not answer" in ready.json()["checks"]["redis"]
