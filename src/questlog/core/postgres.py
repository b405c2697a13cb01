"""PostgreSQL at the other end of a wire: how long it is waited for, and how we notice that it went away.

The server ends what takes too long by its own timeouts. When it cannot (it hangs, or the network swallows what it says)
we stop waiting a little later, give the connection up and say that the database does not answer.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from questlog.core.database_url import DatabaseUrl

TIMEOUTS: Mapping[str, str] = MappingProxyType(
    {
        "statement_timeout": "60s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "60s",
    }
)
CONNECT_S = 10.0
LONGER_THAN_THE_SERVER = 1.25
UNITS_S = MappingProxyType({"": 0.001, "ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0})
IN_OPTIONS = re.compile(r"(?:-c|--)\s*(\w+)\s*=\s*'?([\w.]+)'?")
DURATION = re.compile(r"(\d+)(ms|s|min|h|)")


class CannotConnectError(Exception):
    """What the driver would raise if it had a word for it."""

    sqlstate = "08001"  # sqlclient_unable_to_establish_sqlconnection


def connect_args(url: DatabaseUrl) -> dict[str, Any]:
    """Add what bounds the waiting to what the address says. What the address asks for itself stays.

    Behind a pooler a session cannot be given timeouts: there the role carries them.
    """
    asked = url.connect_args.get("server_settings", {})
    in_options = dict(IN_OPTIONS.findall(asked.get("options", "")))
    found = {"timeout": CONNECT_S, **url.connect_args}
    theirs = {**TIMEOUTS, **in_options, **asked}
    found["command_timeout"] = _patience(theirs["statement_timeout"])
    if not url.pooler:
        ours = {name: TIMEOUTS[name] for name in TIMEOUTS if name not in in_options}
        found["server_settings"] = {**ours, **asked}
    return found


def _patience(statement_timeout: str) -> float | None:
    """Return the seconds we wait for a statement the server ends after `statement_timeout`; for ever when it does."""
    read = DURATION.fullmatch(statement_timeout)
    seconds = int(read[1]) * UNITS_S[read[2]] if read else 0.0
    return seconds * LONGER_THAN_THE_SERVER or None


def prepare(engine: Engine) -> None:
    """Let the engine take a missing server for what it is, and leave connections alone that ended meanwhile."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "handle_error", _on_error)
    event.listen(engine, "checkout", _check_still_open)


def _connect(
    dialect: Dialect, _record: ConnectionPoolEntry, args: list[Any], options: dict[str, Any]
) -> Any:
    try:
        return dialect.connect(*args, **options)
    except OSError as error:  # TimeoutError is one
        unreachable = dialect.loaded_dbapi.OperationalError
        raise unreachable(f"cannot connect: {error}", CannotConnectError()) from error


def _on_error(context: ExceptionContext) -> OperationalError | None:
    """Translate what the driver raises when no answer comes: the connection is given up with what it was at."""
    error = context.original_exception
    if not isinstance(error, OSError):
        return None
    context.is_disconnect = True
    return OperationalError(context.statement, None, error, connection_invalidated=True)


def _check_still_open(connection: Any, _record: object, _proxy: object) -> None:
    """Take another connection when the server ended this one while it lay in the pool: costs no round trip."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError("the server ended this connection")
