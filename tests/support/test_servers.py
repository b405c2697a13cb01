"""The servers that tests lean on are real, fresh and gone afterwards."""

import asyncio
import subprocess
import sys
import time
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import asyncpg
import pytest
from redis import ConnectionError as RedisDownError
from redis import Redis

from tests.support import postgres, valkey
from tests.support.keeper import ROOT
from tests.support.postgres import PostgresServer
from tests.support.smtp import Fault, SmtpServer, dropped, permanent, slow, temporary


async def test_postgres_makes_databases_that_do_not_know_each_other(
    postgres_server: PostgresServer,
) -> None:
    first, second = postgres_server.create_database(), postgres_server.create_database()

    await _execute(first, "CREATE TABLE note (body text)")
    with pytest.raises(asyncpg.UndefinedTableError):
        await _execute(second, "SELECT * FROM note")

    postgres_server.drop(first)
    postgres_server.drop(second)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(first)


async def test_postgres_copies_a_template_quickly(postgres_server: PostgresServer) -> None:
    original = postgres_server.create_database()
    await _execute(original, "CREATE TABLE note AS SELECT 'Привет' AS body")

    started = time.perf_counter()
    copies = [postgres_server.create_database(template=original) for _ in range(4)]
    seconds_each = (time.perf_counter() - started) / 4

    for copy in copies:
        assert await _value(copy, "SELECT count(*) FROM note WHERE body ILIKE 'привет'") == 1
        postgres_server.drop(copy)
    postgres_server.drop(original)
    assert seconds_each < 1


def test_postgres_builds_a_template_once(postgres_server: PostgresServer) -> None:
    built: list[str] = []

    first = postgres_server.template("of_this_test", built.append)
    second = postgres_server.template("of_this_test", built.append)

    assert first == second
    assert len(built) == 1


def test_postgres_forgets_a_template_whose_building_failed(postgres_server: PostgresServer) -> None:
    def fail(url: str) -> None:
        raise ValueError(url)

    with pytest.raises(ValueError, match="postgresql://"):
        postgres_server.template("broken", fail)
    built: list[str] = []
    postgres_server.template("broken", built.append)

    assert len(built) == 1


def test_a_server_of_ones_own_is_gone_afterwards() -> None:
    with postgres.running(durable=True) as address:
        assert asyncio.run(_value(address, "SHOW fsync")) == "on"

    with pytest.raises(ConnectionRefusedError):
        asyncio.run(_value(address, "SELECT 1"))


def test_redis_is_empty_and_has_what_we_use(redis_url: str) -> None:
    with Redis.from_url(redis_url, decode_responses=True) as redis:
        empty = redis.dbsize()
        redis.xadd("stream", {"field": "1"})
        redis.xgroup_create("stream", "group", "0")
        message = redis.xreadgroup("group", "worker", {"stream": ">"})
        counted = redis.register_script("return redis.call('incr', KEYS[1])")(keys=["counter"])

    assert empty == 0
    assert message
    assert counted == 1


def test_redis_is_emptied_between_tests(redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        assert redis.dbsize() == 0


def test_valkey_of_ones_own_is_gone_afterwards() -> None:
    with valkey.server() as address:
        assert _answers(address)

    assert not _answers(address)


@pytest.mark.parametrize("end", ["close()", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_run_takes_its_servers_with_it(end: str) -> None:
    program = (
        "import os, signal\n"
        "from tests.support import keeper\n"
        "close = keeper.open_run()\n"
        "print(keeper.shared('valkey', 'mine'), keeper.shared('valkey', 'mine'), flush=True)\n"
        f"{end}\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True
    )

    first, second = done.stdout.split()
    assert first == second
    deadline = time.monotonic() + 10
    while _answers(first) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _answers(first)


async def test_smtp_keeps_the_message_as_it_was_meant(smtp: SmtpServer) -> None:
    await _send(smtp, "Код входа")

    assert [message["Subject"] for message in smtp.messages] == ["Код входа"]
    assert smtp.messages[0].get_content().strip() == "123456"
    assert smtp.recipients == [["to@example.org"]]


@pytest.mark.parametrize(
    ("fault", "code"), [(temporary(), 451), (permanent(), 550), (temporary(at="MAIL"), 451)]
)
async def test_smtp_fails_once_as_told(smtp: SmtpServer, fault: Fault, code: int) -> None:
    smtp.faults.append(fault)

    with pytest.raises(aiosmtplib.SMTPException) as caught:
        await _send(smtp)
    await _send(smtp, "second")

    assert str(code) in repr(caught.value)
    assert [message["Subject"] for message in smtp.messages] == ["second"]


async def test_smtp_is_slow_as_told(smtp: SmtpServer) -> None:
    smtp.faults.append(slow(5))

    with pytest.raises(aiosmtplib.SMTPReadTimeoutError):
        await _send(smtp, patience=0.2)

    assert smtp.messages == []


async def test_smtp_hangs_up_in_the_middle(smtp: SmtpServer) -> None:
    smtp.faults.append(dropped())

    with pytest.raises((aiosmtplib.SMTPServerDisconnected, ConnectionError)):
        await _send(smtp)
    await _send(smtp, "second")

    assert [message["Subject"] for message in smtp.messages] == ["second"]


async def test_smtp_refuses_until_it_listens_again(smtp: SmtpServer) -> None:
    await smtp.refuse()
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await _send(smtp)

    await smtp.listen()
    await _send(smtp, "second")

    assert (await smtp.message(1))["Subject"] == "second"


async def _send(server: SmtpServer, subject: str = "first", *, patience: float = 5) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "from@example.org",
        "to@example.org",
        subject,
    )
    message.set_content("123456")
    await aiosmtplib.send(
        message, hostname=server.host, port=server.port, start_tls=False, timeout=patience
    )


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _value(url: str, query: str) -> Any:
    connection = await asyncpg.connect(url)
    value = await connection.fetchval(query)
    await connection.close()
    return value


def _answers(address: str) -> bool:
    try:
        with Redis.from_url(address) as redis:
            return bool(redis.ping())
    except RedisDownError:
        return False
