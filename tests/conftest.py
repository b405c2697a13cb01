"""What every test may ask for: the servers of the run, the loop they are spoken to on, and the house itself."""

import gc
import os
import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from redis import Redis

from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.identity.passwords import HashCost
from questlog.main import create_app
from tests.support import catalogue, keeper, statements, world
from tests.support import postgres as postgres_support
from tests.support import smtp as smtp_support
from tests.support.canaries import Canaries
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.postgres import PostgresServer
from tests.support.smtp import SmtpServer

CANARIES = pytest.StashKey[Canaries]()
FEW_COLLECTIONS = (
    20_000  # objects made between two looks for garbage: ten times as many as Python's own
)
LONG = (
    "contract/test_schemathesis.py",
    "faults/test_killing.py",
    "faults/test_postgres_in_trouble.py",
    "faults/test_processes_in_trouble.py",
    "journeys/test_agent_restarts.py",
    "journeys/test_nothing_configured.py",
)
CHEAP = HashCost(memory_kib=8, passes=1)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # xdist's workers belong to the run of their controller
        config.add_cleanup(keeper.open_run())
    catalogue.hold()
    statements.share()


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


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    return world.build_sqlite(tmp_path_factory.mktemp("template") / "template.db")


@pytest.fixture(scope="session")
def postgres_address(postgres_server: PostgresServer) -> str:
    """This worker's migrated database, emptied before each test that asks for one."""
    return postgres_server.create_database(
        postgres_server.template("questlog", world.build_postgresql)
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def database_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the test's own, once on each engine."""
    if request.param == "sqlite":
        path = tmp_path / "questlog.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    address: str = request.getfixturevalue("postgres_address")
    server.empty(address, world.tables())
    yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any tables, once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    postgres: PostgresServer = request.getfixturevalue("postgres_server")
    address = postgres.create_database()
    yield address
    postgres.drop(address)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files whose tests mostly wait: at the end, one worker would wait while the others are done."""
    items.sort(key=lambda item: not str(item.path).endswith(LONG))


def pytest_collection_finish() -> None:
    """Leave what was collected out of later collections of garbage: thousands of tests are never any."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(FEW_COLLECTIONS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test fail whose secrets are in what it logged or printed, in its database or in an answer (S-146)."""
    report = yield
    canaries = item.stash.get(CANARIES, None)
    if canaries is not None and report.when == "teardown":
        for name, text in report.sections:
            canaries.look_at(text, name)
        if canaries.heard and report.passed:
            report.outcome, report.longrepr = "failed", "\n".join(canaries.heard)
    if report.passed:
        report.sections = []  # nobody reads them, and they would be sent from process to process
    return report


@pytest.fixture
def canaries(request: pytest.FixtureRequest) -> Canaries:
    """The secrets of this test, which nothing but their doors may tell."""
    found = request.node.stash[CANARIES] = Canaries()
    return found


@pytest.fixture
def settings(database_address: str, tmp_path: Path, canaries: Canaries) -> Settings:
    settings = world.settings(database_address, tmp_path)
    canaries.learn_settings(settings)
    return settings


@pytest.fixture
async def database(settings: Settings, canaries: Canaries) -> AsyncIterator[Database]:
    async with world.opened(settings) as database:
        yield database
        await canaries.look_into(database)


@pytest.fixture
def desk(settings: Settings) -> Iterator[FrontDesk]:
    """The sign-in doors, hashing passwords as cheaply as the library lets them."""
    desk = FrontDesk(settings, cost=CHEAP)
    yield desk
    desk.close()


@pytest.fixture
def app(settings: Settings, database: Database, desk: FrontDesk) -> FastAPI:
    return create_app(settings, database, desk)


@pytest.fixture
def moving_clock(monkeypatch: pytest.MonkeyPatch) -> MovingClock:
    return MovingClock(monkeypatch)


@pytest.fixture
async def client(app: FastAPI, canaries: Canaries) -> AsyncIterator[AsyncClient]:
    """A client that is nobody; `make.user()` has the headers of somebody."""
    transport = ASGITransport(app, client=("127.0.0.1", 50_000))
    async with AsyncClient(
        transport=transport,
        base_url="http://testserver",
        event_hooks={"response": [canaries.listen]},
    ) as client:
        yield client


@pytest.fixture
def make(app: FastAPI, database: Database) -> Make:
    return Make(database, app)
