from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from questlog.core import database_url
from questlog.core.database_url import DatabaseUrl, DatabaseUrlError
from tests.support.postgres import PostgresServer


@pytest.mark.parametrize(
    "scheme",
    ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg"],
)
def test_every_spelling_of_postgresql_is_asyncpg(scheme: str) -> None:
    url = database_url.parse(f"{scheme}://me:p%40ss@db.example.org:5433/quest")

    assert url == DatabaseUrl(
        "postgresql",
        safe="postgresql://me:***@db.example.org:5433/quest",
        sqlalchemy_url="postgresql+asyncpg://me:p%40ss@db.example.org:5433/quest",
    )
    assert not url.is_sqlite


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("sqlite:///./test.db", "./test.db"),
        ("sqlite:////var/lib/quest.db", "/var/lib/quest.db"),
        ("sqlite+aiosqlite:///quest.db", "quest.db"),
        ("sqlite+pysqlite:///quest.db?check_same_thread=false", "quest.db"),
        (" sqlite:///a b/quest.db ", "a b/quest.db"),
    ],
)
def test_every_spelling_of_sqlite_is_a_file(address: str, path: str) -> None:
    url = database_url.parse(address)

    assert url.is_sqlite
    assert url.path == Path(path)
    assert make_url(url.sqlalchemy_url).database == str(Path(path))
    assert url.connect_args == {}


@pytest.mark.parametrize(
    ("query", "connect_args"),
    [
        ("sslmode=require", {"ssl": "require"}),
        ("ssl=verify-full", {"ssl": "verify-full"}),
        ("sslmode=require&channel_binding=require", {"ssl": "require"}),
        ("application_name=quest", {"server_settings": {"application_name": "quest"}}),
        (
            "options=-c%20statement_timeout%3D5000",
            {"server_settings": {"options": "-c statement_timeout=5000"}},
        ),
        ("options=endpoint%3Dep-x", {"server_settings": {"options": "endpoint=ep-x"}}),
        ("connect_timeout=7", {"timeout": 7}),
        ("connect_timeout=0", {"timeout": None}),
        ("target_session_attrs=read-write", {"target_session_attrs": "read-write"}),
        ("gssencmode=disable&keepalives=1", {}),
        ("passfile=%2Fetc%2Fpgpass", {"passfile": "/etc/pgpass"}),
        (
            "sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem",
            {"ssl": "verify-full", "dsn": "postgresql://?sslrootcert=%2Fetc%2Fca.pem"},
        ),
        ("pgbouncer=true", {"statement_cache_size": 0}),
    ],
)
def test_libpq_keys_are_mapped(query: str, connect_args: dict[str, object]) -> None:
    url = database_url.parse(f"postgresql://me@h/d?{query}")

    assert url.connect_args == connect_args
    assert url.sqlalchemy_url == "postgresql+asyncpg://me@h/d"


@pytest.mark.parametrize(
    ("address", "pooler"),
    [
        ("postgresql://me@h/d", False),
        ("postgresql://me@h:6543/d", True),
        ("postgresql://me@ep-cool-1-pooler.eu.neon.example/d", True),
        ("postgresql://me@h/d?pgbouncer=true", True),
        ("postgresql://me@h/d?pgbouncer=false", False),
    ],
)
def test_transaction_poolers_are_recognised(address: str, pooler: bool) -> None:
    by_address, by_setting = database_url.parse(address), database_url.parse(address, pooler=True)

    assert by_address.pooler is pooler
    assert by_address.connect_args.get("statement_cache_size", 100) == (0 if pooler else 100)
    assert by_setting.connect_args == {"statement_cache_size": 0}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "no database address"),
        ("quest.db", "no database address"),
        ("postgresql://me@h:port/d", "no database address"),
        ("mysql://me@h/d", "neither SQLite nor PostgreSQL"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite+aiosqlite://", "in memory"),
        ("sqlite:///file:x?mode=memory&uri=true", "in memory"),
        ("sqlite:///file:quest.db?uri=true", "`file:` URI"),
        ("sqlite://quest.db/x", "two slashes"),
        ("sqlite:///quest.db?cache=shared", "`cache`"),
        ("postgresql://me@h", "names no database"),
        ("postgresql://me@h/d?sslmod=require", "`sslmod`"),
        ("postgresql://me@h/d?sslmode=maybe", "`sslmode`"),
        ("postgresql://me@h/d?ssl=require&sslmode=disable", "disagree"),
        ("postgresql://me@h/d?connect_timeout=soon", "`connect_timeout`"),
        ("postgresql://me@h/d?target_session_attrs=best", "`target_session_attrs`"),
        ("postgresql://me@h/d?statement_cache_size=-1", "`statement_cache_size`"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(address: str, words: str) -> None:
    with pytest.raises(DatabaseUrlError, match=words):
        database_url.parse(address)


def test_a_pooler_needs_postgresql() -> None:
    with pytest.raises(DatabaseUrlError, match="DATABASE_POOLER"):
        database_url.parse("sqlite:///quest.db", pooler=True)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40))
def test_no_password_is_shown_or_changed(password: str) -> None:
    secret = f"canary{password}"
    written = make_url("postgresql://me@h/d").set(password=secret)

    url = database_url.parse(written.render_as_string(hide_password=False))

    assert make_url(url.sqlalchemy_url).password == secret
    assert "canary" not in f"{url}{url!r}{url.safe}"


@pytest.mark.parametrize(
    "query",
    [
        "sslmode=prefer&channel_binding=prefer",
        "application_name=quest&connect_timeout=5",
        "options=-c%20statement_timeout%3D5000&target_session_attrs=any",
        "sslmode=disable&sslrootcert=%2Fnone.pem",
        "pgbouncer=true&gssencmode=disable",
    ],
)
async def test_postgresql_takes_what_is_made_of_them(
    postgres_server: PostgresServer, query: str
) -> None:
    url = database_url.parse(f"{postgres_server.admin_dsn}?{query}")
    engine = create_async_engine(url.sqlalchemy_url, connect_args=url.connect_args)

    async with engine.connect() as connection:
        timeout = (await connection.execute(text("SHOW statement_timeout"))).scalar()
        name = (await connection.execute(text("SHOW application_name"))).scalar()

    await engine.dispose()
    assert timeout == ("5s" if "statement_timeout" in query else "0")
    assert name == ("quest" if "application_name" in query else "")


async def test_postgresql_may_be_named_in_the_query(postgres_server: PostgresServer) -> None:
    host, port = postgres_server.host, postgres_server.port
    url = database_url.parse(
        f"postgresql:///?host={host}&port={port}&user=postgres&dbname=postgres"
    )
    engine = create_async_engine(url.sqlalchemy_url, connect_args=url.connect_args)

    async with engine.connect() as connection:
        name = (await connection.execute(text("SELECT current_database()"))).scalar()

    await engine.dispose()
    assert name == "postgres"


async def test_tls_files_reach_the_driver() -> None:
    url = database_url.parse("postgresql://me@h/d?sslmode=verify-full&sslrootcert=%2Fno%2Fsuch.pem")

    with pytest.raises(FileNotFoundError):
        await asyncpg.connect(host="localhost", user="me", database="d", **url.connect_args)
