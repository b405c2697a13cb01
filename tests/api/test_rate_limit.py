"""How often one may ask (S-108, S-110, S-111, S-112), counted in one process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient

from questlog.core import redis_client
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from tests.support import world
from tests.support.make import Make

QUOTA = 5
DOOR_QUOTA = 3
LABELS = "/api/v1/labels"
AWAY = "redis://127.0.0.1:1/0"


class Server:
    """One process of a server with a small quota."""

    def __init__(
        self, address: str, folder: Path, database: Database, desk: FrontDesk, **more: str
    ) -> None:
        limits = {
            "RATE_LIMIT_ENABLED": "true",
            "RATE_LIMIT_REQUESTS": str(QUOTA),
            "RATE_LIMIT_SIGN_IN_REQUESTS": str(DOOR_QUOTA),
        }
        self.app = create_app(world.settings(address, folder, **limits | more), database, desk)
        self.make = Make(database, self.app)

    def client(self, address: str = "192.0.2.1") -> AsyncClient:
        transport = ASGITransport(self.app, client=(address, 50_000))
        return AsyncClient(transport=transport, base_url="http://testserver")

    async def close(self) -> None:
        if self.app.state.redis is not None:
            await self.app.state.redis.aclose()


type Start = Callable[..., Server]


@pytest.fixture
async def start(
    database_address: str, tmp_path: Path, database: Database, desk: FrontDesk
) -> AsyncIterator[Start]:
    started: list[Server] = []

    def _start(**settings: str) -> Server:
        started.append(Server(database_address, tmp_path, database, desk, **settings))
        return started[-1]

    yield _start
    for server in started:
        await server.close()


@pytest.fixture
def server(start: Start) -> Server:
    return start()


async def statuses(server: Server, times: int, path: str = LABELS, **more: object) -> list[int]:
    async with server.client() as client:
        return [(await client.get(path, **more)).status_code for _ in range(times)]  # type: ignore[arg-type]


async def knocks(server: Server, times: int) -> list[int]:
    """Try to sign in, each time as somebody else."""
    async with server.client() as client:
        return [
            (
                await client.post(
                    "/api/v1/auth/login",
                    json={"email": f"nobody{number}@example.com", "password": "wrong horse"},
                )
            ).status_code
            for number in range(times)
        ]


@pytest.mark.parametrize("counted_in", ["memory", "redis"])
async def test_s108_exactly_the_quota_passes(
    counted_in: str,
    start: Start,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # On a busy machine a quarter of a second is not much for two hundred at once in one process.
    monkeypatch.setattr(redis_client, "REQUEST_TIMEOUT_S", 10)
    shared = {"REDIS_URL": request.getfixturevalue("redis_url")} if counted_in == "redis" else {}
    server = start(RATE_LIMIT_REQUESTS="50", **shared)
    user = await server.make.user()

    async with server.client() as client:
        answers = await asyncio.gather(
            *(client.get(LABELS, headers=user.headers) for _ in range(200))
        )

    found = [answer.status_code for answer in answers]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (found.count(200), found.count(429)) == (50, 150)
    assert refused.json()["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-policy"] == '"default";q=50;w=60'
    assert refused.headers["ratelimit"].startswith('"default";r=0;t=')


async def test_s108_one_more_than_the_quota_is_refused(server: Server) -> None:
    user = await server.make.user()

    found = await statuses(server, QUOTA + 1, headers=user.headers)

    assert found == [200] * QUOTA + [429]


@pytest.mark.parametrize("counted_in", ["memory", "redis"])
async def test_s108_who_waits_as_long_as_told_passes(
    counted_in: str, start: Start, request: pytest.FixtureRequest
) -> None:
    shared = {"REDIS_URL": request.getfixturevalue("redis_url")} if counted_in == "redis" else {}
    server = start(RATE_LIMIT_PERIOD="1", RATE_LIMIT_REQUESTS="1", **shared)
    user = await server.make.user()

    async with server.client() as client:
        await client.get(LABELS, headers=user.headers)
        refused = await client.get(LABELS, headers=user.headers)
        await asyncio.sleep(int(refused.headers["retry-after"]))
        later = await client.get(LABELS, headers=user.headers)

    assert refused.status_code == 429
    assert later.status_code == 200


async def test_s108_everybody_has_a_quota_of_their_own(server: Server) -> None:
    one, other = await server.make.user(), await server.make.user()

    async with server.client() as client:
        for _ in range(QUOTA + 1):
            last = await client.get(LABELS, headers=one.headers)
        first = await client.get(LABELS, headers=other.headers)

    assert last.status_code == 429
    assert first.status_code == 200
    assert first.headers["ratelimit"].startswith(f'"default";r={QUOTA - 1};t=')


async def test_s108_fewer_pass_at_the_doors(server: Server) -> None:
    found = await knocks(server, DOOR_QUOTA + 1)

    anonymous = await statuses(server, 1)

    assert found == [401] * DOOR_QUOTA + [429]
    assert anonymous == [401]  # the doors are counted apart


async def test_s108_without_redis_each_process_takes_its_share(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUESTLOG_PROCESSES", "2")
    server = start(RATE_LIMIT_REQUESTS="10")
    user = await server.make.user()

    found = await statuses(server, 6, headers=user.headers)
    async with server.client() as client:
        ready = await client.get("/ready")

    assert found == [200] * 5 + [429]
    assert ready.status_code == 200
    assert "each of 2 processes" in ready.json()["checks"]["rate_limits"]


async def test_s108_off_only_when_told(start: Start) -> None:
    server = start(RATE_LIMIT_ENABLED="false")
    user = await server.make.user()

    found = await statuses(server, QUOTA * 3, headers=user.headers)

    assert found == [200] * QUOTA * 3


async def test_s110_one_network_is_one_caller(server: Server) -> None:
    answers = []

    for number in range(QUOTA + 1):
        async with server.client(f"2001:db8:1:2:{number:x}::{number:x}") as client:
            answers.append(await client.get(LABELS))
    async with server.client("2001:db8:1:3::1") as client:
        neighbour = await client.get(LABELS)

    assert [answer.status_code for answer in answers] == [401] * QUOTA + [429]
    assert neighbour.status_code == 401


@pytest.mark.parametrize(
    "spellings",
    [
        ("192.0.2.7", "::ffff:192.0.2.7", "::FFFF:c000:207"),
        ("2001:db8::1", "2001:DB8:0:0:0:0:0:1", "2001:0db8:0000::0001"),
    ],
    ids=["mapped", "spelled"],
)
async def test_s110_however_it_is_spelled(spellings: tuple[str, ...], start: Start) -> None:
    server = start(RATE_LIMIT_REQUESTS="2")
    answers = []

    for address in spellings:
        async with server.client(address) as client:
            answers.append((await client.get(LABELS)).status_code)

    assert answers == [401, 401, 429]


async def test_s111_the_doors_count_by_themselves_while_redis_is_away(start: Start) -> None:
    lost = start(REDIS_URL=AWAY)

    found = await knocks(lost, DOOR_QUOTA + 1)

    assert found == [401] * DOOR_QUOTA + [429]


async def test_s111_others_pass_and_are_told_of_while_redis_is_away(start: Start) -> None:
    lost = start(REDIS_URL=AWAY)
    user = await lost.make.user()

    found = await statuses(lost, QUOTA + 3, headers=user.headers)
    async with lost.client() as client:
        ready = await client.get("/ready")
        metrics = await client.get("/metrics")

    assert found == [200] * (QUOTA + 3)
    assert ready.status_code == 503
    assert "does not answer" in ready.json()["checks"]["redis"]
    assert f"questlog_rate_limit_uncounted_total {QUOTA + 3}.0" in metrics.text


@pytest.mark.parametrize(
    "path", [LABELS, "/api/labels", "/API/V1/LABELS", "/api/v1//labels", "/api/v1/labels?limit=1"]
)
async def test_s112_another_spelling_of_an_address_is_no_new_count(
    path: str, server: Server
) -> None:
    user = await server.make.user()
    await statuses(server, QUOTA, headers=user.headers)

    found = await statuses(server, 1, path, headers=user.headers)

    assert found[0] in (404, 429)
