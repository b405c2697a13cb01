"""Databases nobody has touched, and people at a terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from questlog.core import database_url, schema
from questlog.core.database_url import DatabaseUrl
from tests.support import server
from tests.support.postgres import PostgresServer
from tests.support.server import RunningServer
from tests.support.terminal import Terminal
from tests.support.terminal_learner import server_ahead


@pytest.fixture
def empty_url(empty_address: str) -> DatabaseUrl:
    return database_url.parse(empty_address)


@pytest.fixture
def served(database_address: str, tmp_path: Path) -> Iterator[RunningServer]:
    """A server on a database of its own."""
    with server.running_server(database_address, tmp_path / "data") as running:
        yield running


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """One server for all tests of a module, once on each engine; each test brings people of its own."""
    folder = tmp_path_factory.mktemp("lasting")
    address = f"sqlite:///{folder / 'questlog.db'}"
    if request.param == "postgresql":
        postgres: PostgresServer = request.getfixturevalue("postgres_server")
        address = postgres.create_database()
        schema.upgrade(database_url.parse(address))
    with server.running_server(address, folder) as running:
        yield running
    if request.param == "postgresql":
        postgres.drop(address)


@pytest.fixture
def ada(lasting_server: RunningServer, tmp_path: Path) -> Terminal:
    """Somebody new, signed in at a terminal."""
    return Terminal(lasting_server, tmp_path / "ada").sign_up(lasting_server)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[DatabaseUrl]:
    """A PostgreSQL without any tables."""
    address = postgres_server.create_database()
    yield database_url.parse(address)
    postgres_server.drop(address)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def moved(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A server whose clock tests can move, once on each engine."""
    of_postgres = request.param == "postgresql"
    postgres = request.getfixturevalue("postgres_server") if of_postgres else None
    with server_ahead(tmp_path_factory.mktemp("moved"), postgres) as running:
        yield running
