"""How long PostgreSQL is waited for, and what its absence means to a caller."""

import asyncio
import socket
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from questlog.core import database_url, postgres
from questlog.core.db import Database, DatabaseDownError, Session, translate
from questlog.core.postgres import TIMEOUTS


async def ping(session: Session) -> None:
    await session.execute(text("SELECT 1"))


def arguments(query: str = "", *, pooler: bool = False) -> dict[str, Any]:
    url = database_url.parse(f"postgresql://a@db.example.org/b{query}", pooler=pooler)
    return postgres.connect_args(url)


def test_a_session_is_given_the_timeouts_of_the_house() -> None:
    found = arguments()

    assert found["server_settings"] == TIMEOUTS
    assert (found["timeout"], found["command_timeout"]) == (10, 75)


@pytest.mark.parametrize(
    ("asked", "patience_s"),
    [("2s", 2.5), ("2000", 2.5), ("400ms", 0.5), ("1min", 75), ("0", None), ("soon", None)],
)
def test_what_the_address_asks_for_stays_and_we_wait_a_quarter_longer(
    asked: str, patience_s: float | None
) -> None:
    found = arguments(f"?options=-c%20statement_timeout%3D{asked}&connect_timeout=3")

    assert found["command_timeout"] == patience_s
    assert found["timeout"] == 3
    assert found["server_settings"] == {
        "options": f"-c statement_timeout={asked}",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "60s",
    }


def test_behind_a_pooler_the_role_carries_the_timeouts() -> None:
    found = arguments(pooler=True)

    assert "server_settings" not in found
    assert found["command_timeout"] == 75


async def test_f13_a_server_that_refuses_is_down() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    database = Database(database_url.parse(f"postgresql://a@127.0.0.1:{port}/b"))

    with pytest.raises(DBAPIError) as caught:
        await database.read(ping)

    assert isinstance(translate(caught.value), DatabaseDownError)
    await database.close()


async def test_f14_a_server_that_says_nothing_is_down_in_bounded_time() -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silence, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        address = f"postgresql://a@127.0.0.1:{port}/b?sslmode=disable&connect_timeout=1"
        database = Database(database_url.parse(address))
        async with asyncio.timeout(5):
            with pytest.raises(DBAPIError) as caught:
                await database.read(ping)
        await database.close()

    assert isinstance(translate(caught.value), DatabaseDownError)
