"""Two servers, one Redis, one count (S-108), and what becomes of it when Redis goes away (S-111)."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from signal import SIGTERM

import httpx2
import pytest

from tests.support import valkey
from tests.support.make import Make
from tests.support.server import RunningServer, running_server

QUOTA = 50
LIMITS = {"RATE_LIMIT_ENABLED": "true", "RATE_LIMIT_REQUESTS": str(QUOTA)}
LABELS = "/api/v1/labels"


@pytest.fixture
def two_servers(
    database_address: str, tmp_path: Path, redis_url: str
) -> Iterator[tuple[RunningServer, RunningServer]]:
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(
                running_server(database_address, tmp_path / name, REDIS_URL=redis_url, **LIMITS)
            )
            for name in ("one", "other")
        )
        yield one, other


async def test_s108_two_servers_with_one_redis_let_exactly_the_quota_pass(
    two_servers: tuple[RunningServer, RunningServer], make: Make
) -> None:
    user = await make.user()

    with ThreadPoolExecutor(20) as callers:
        addresses = [f"{server.url}{LABELS}" for server in two_servers] * 100
        found = Counter(callers.map(lambda address: status_of(address, user.headers), addresses))

    assert found == {200: QUOTA, 429: 200 - QUOTA}
    assert [server.stop() for server in two_servers] == [-SIGTERM, -SIGTERM]


async def test_s111_a_redis_that_dies_fails_nobody(
    database_address: str, tmp_path: Path, make: Make
) -> None:
    user = await make.user()

    with ExitStack() as stack:
        with valkey.server() as redis_url:
            server = stack.enter_context(
                running_server(database_address, tmp_path, REDIS_URL=redis_url, **LIMITS)
            )
            address = f"{server.url}{LABELS}"
            before = [status_of(address, user.headers) for _ in range(QUOTA + 1)]
        after = [status_of(address, user.headers) for _ in range(QUOTA + 1)]
        metrics = httpx2.get(f"{server.url}/metrics", trust_env=False).text

    assert before == [200] * QUOTA + [429]
    assert after == [200] * (QUOTA + 1)
    assert f"questlog_rate_limit_uncounted_total {QUOTA + 1}.0" in metrics


def status_of(address: str, headers: dict[str, str]) -> int:
    return httpx2.get(address, headers=headers, trust_env=False, timeout=30).status_code
