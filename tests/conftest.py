"""What every test may ask for: the servers of the run, and the loop they are spoken to on."""

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from redis import Redis

from tests.support import keeper
from tests.support import postgres as postgres_support
from tests.support import smtp as smtp_support
from tests.support.postgres import PostgresServer
from tests.support.smtp import SmtpServer


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # xdist's workers belong to the run of their controller
        config.add_cleanup(keeper.open_run())


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The run's PostgreSQL, one for all workers: our own, or the one TEST_DATABASE_URL names."""
    kind = "foreign-postgres" if "TEST_DATABASE_URL" in os.environ else "postgres"
    address = keeper.shared(kind, "postgres")
    with postgres_support.connect(address, prefix=keeper.run_name()) as server:
        yield server


@pytest.fixture(scope="session")
def valkey_address(worker_number: int) -> str:
    """This worker's Valkey, or its database on the server TEST_REDIS_URL names."""
    foreign = os.environ.get("TEST_REDIS_URL")
    if foreign:
        server, _, number = foreign.rpartition("/")
        return f"{server}/{int(number) + worker_number}"
    return keeper.shared("valkey", f"valkey-{worker_number}")


@pytest.fixture(scope="session")
def worker_number() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture
def redis_url(valkey_address: str) -> str:
    """A Redis database of this worker's own, empty."""
    with Redis.from_url(valkey_address) as redis:
        redis.flushdb()
    return valkey_address


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    async with smtp_support.server() as server:
        yield server


# The house itself: `database` (SQLite and PostgreSQL), `make`, `client`.
