"""Database addresses as people write them, turned into what SQLAlchemy and the two drivers take.

PostgreSQL always means asyncpg here, whatever driver the address names; asyncpg through SQLAlchemy refuses the query
keys of libpq, so each of them is mapped, dropped for a reason, or refused by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urlencode

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

POSTGRESQL_SCHEMES = frozenset(
    {"postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg"}
)
SQLITE_SCHEMES = frozenset({"sqlite", "sqlite+aiosqlite", "sqlite+pysqlite", "sqlite+onehop"})
POOLER_PORT = 6543  # where Supabase listens in transaction mode

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SESSION_ATTRIBUTES = ("any", "primary", "standby", "read-write", "read-only", "prefer-standby")

# asyncpg reads these from the query of a DSN only, so they travel in one that says nothing else.
THROUGH_DSN = frozenset(
    {
        "sslcert",
        "sslkey",
        "sslrootcert",
        "sslcrl",
        "sslpassword",
        "sslnegotiation",
        "ssl_min_protocol_version",
        "ssl_max_protocol_version",
    }
)
SERVER_SETTINGS = frozenset({"application_name", "options"})
AS_THEY_ARE = frozenset({"passfile", "krbsrvname", "gsslib"})
# asyncpg has neither channel binding nor GSS encryption, and leaves keepalives to the system.
DROPPED = frozenset(
    {
        "channel_binding",
        "gssencmode",
        "keepalives",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
    }
)
# SQLAlchemy asks for these itself; `check_same_thread` is in every FastAPI tutorial.
DROPPED_FOR_SQLITE = frozenset({"check_same_thread"})


class DatabaseUrlError(ValueError):
    """The address cannot be used; the message says why and never holds its password."""


@dataclass(frozen=True)
class DatabaseUrl:
    """Where the database is. `safe` may be logged; `sqlalchemy_url` and `connect_args` may not."""

    kind: Literal["sqlite", "postgresql"]
    safe: str
    sqlalchemy_url: str = field(repr=False)
    connect_args: dict[str, Any] = field(default_factory=dict, repr=False)
    path: Path | None = None
    pooler: bool = False

    @property
    def is_sqlite(self) -> bool:
        return self.kind == "sqlite"

    def __str__(self) -> str:
        return self.safe


def parse(address: str, *, pooler: bool = False) -> DatabaseUrl:
    """Read an address in any accepted form.

    `pooler` says that a transaction pooler stands in front of PostgreSQL; it is also recognised by a host with
    `-pooler` in its name (Neon), by port 6543 (Supabase) and by `?pgbouncer=true`.
    """
    try:
        url = make_url(address.strip())
    except (ArgumentError, ValueError):
        raise DatabaseUrlError("is no database address") from None
    if url.drivername in SQLITE_SCHEMES:
        return _sqlite(url, pooler=pooler)
    if url.drivername in POSTGRESQL_SCHEMES:
        return _postgresql(url, pooler=pooler)
    raise DatabaseUrlError(
        f"begins with `{url.drivername}:`, which is neither SQLite nor PostgreSQL"
    )


def sqlite_file(path: Path) -> DatabaseUrl:
    address = URL.create("sqlite+onehop", database=str(path)).render_as_string(hide_password=False)
    return DatabaseUrl("sqlite", safe=f"sqlite:///{path}", sqlalchemy_url=address, path=path)


def _sqlite(url: URL, *, pooler: bool) -> DatabaseUrl:
    if pooler:
        raise DatabaseUrlError(
            "is an SQLite file, and a transaction pooler (DATABASE_POOLER) stands before PostgreSQL only"
        )
    if not url.database or ":memory:" in url.database or "mode" in url.query:
        raise DatabaseUrlError(
            "is a database in memory: every connection would see its own, and nothing would outlive the process"
        )
    if url.host:
        raise DatabaseUrlError(
            "has two slashes; `sqlite:///` takes three, and four before an absolute path"
        )
    if url.database.startswith("file:"):
        raise DatabaseUrlError("is an SQLite `file:` URI; give the path alone")
    _refuse_unknown(set(url.query) - DROPPED_FOR_SQLITE)
    return sqlite_file(Path(url.database))


def _postgresql(url: URL, *, pooler: bool) -> DatabaseUrl:
    query = {
        key: value if isinstance(value, str) else value[-1] for key, value in url.query.items()
    }
    url = _moved_from_query(url, query)
    pooler = query.pop("pgbouncer", "false").lower() == "true" or pooler
    pooler = pooler or "-pooler" in (url.host or "") or url.port == POOLER_PORT
    connect_args = _connect_args(query)
    if pooler:
        # asyncpg then sends unnamed statements, which survive a change of server connection between transactions.
        connect_args["statement_cache_size"] = 0
    url = url.set(drivername="postgresql+asyncpg")
    return DatabaseUrl(
        "postgresql",
        safe=url.set(drivername="postgresql", query={}).render_as_string(hide_password=True),
        sqlalchemy_url=url.render_as_string(hide_password=False),
        connect_args=connect_args,
        pooler=pooler,
    )


def _moved_from_query(url: URL, query: dict[str, str]) -> URL:
    """Give libpq's `?host=…&port=…&user=…&password=…&dbname=…` their places; several hosts stay in the query."""
    hosts = {key: url.query[key] for key in ("host", "port") if key in url.query}
    for key in ("host", "port"):
        query.pop(key, None)
    part = {"user": "username", "password": "password", "dbname": "database"}
    moved = {part[key]: query.pop(key) for key in tuple(part) if key in query}
    if not (url.database or moved.get("database")):
        raise DatabaseUrlError("names no database after the host")
    return url.set(query=hosts, **moved)  # type: ignore[arg-type]  # the keys are those of `part`


def _connect_args(query: Mapping[str, str]) -> dict[str, Any]:
    if "ssl" in query and "sslmode" in query and query["ssl"] != query["sslmode"]:
        raise DatabaseUrlError("has `ssl` and `sslmode`, and they disagree")
    arguments: dict[str, Any] = {}
    settings = {key: value for key, value in query.items() if key in SERVER_SETTINGS}
    through_dsn = {key: value for key, value in query.items() if key in THROUGH_DSN}
    for key, value in query.items():
        if key in TRANSLATED:
            name, translate = TRANSLATED[key]
            arguments[name] = translate(key, value)
        elif key in AS_THEY_ARE:
            arguments[key] = value
    if settings:
        arguments["server_settings"] = settings
    if through_dsn:
        arguments["dsn"] = f"postgresql://?{urlencode(through_dsn)}"
    _refuse_unknown(
        set(query) - set(TRANSLATED) - AS_THEY_ARE - SERVER_SETTINGS - THROUGH_DSN - DROPPED
    )
    return arguments


def _refuse_unknown(keys: set[str]) -> None:
    if keys:
        raise DatabaseUrlError(f"has the query key `{min(keys)}`, which means nothing here")


def _one_of(words: tuple[str, ...]) -> Callable[[str, str], str]:
    def choose(key: str, value: str) -> str:
        if value not in words:
            raise DatabaseUrlError(f"has a `{key}` that is none of {', '.join(words)}")
        return value

    return choose


def _seconds(key: str, value: str) -> int | None:
    """Zero and less mean "wait for ever" to libpq, which is None to asyncpg."""
    try:
        return max(int(value), 0) or None
    except ValueError:
        raise DatabaseUrlError(f"has a `{key}` that is no whole number of seconds") from None


def _count(key: str, value: str) -> int:
    if not value.isdecimal():
        raise DatabaseUrlError(f"has a `{key}` that is no whole number")
    return int(value)


TRANSLATED: Mapping[str, tuple[str, Callable[[str, str], Any]]] = MappingProxyType(
    {
        "sslmode": ("ssl", _one_of(SSL_MODES)),
        "ssl": ("ssl", _one_of(SSL_MODES)),
        "target_session_attrs": ("target_session_attrs", _one_of(SESSION_ATTRIBUTES)),
        "connect_timeout": ("timeout", _seconds),
        "statement_cache_size": ("statement_cache_size", _count),
        "prepared_statement_cache_size": ("prepared_statement_cache_size", _count),
    }
)
