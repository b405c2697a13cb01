"""Errors that pass by themselves: the database did not answer, or was asked for too much at once."""

from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from questlog.core.db import translate
from questlog.core.exceptions import UnavailableError


def is_away(error: Exception) -> bool:
    """Say whether the database did not answer, or let somebody else write first: the same may be written later."""
    if isinstance(error, DBAPIError):
        return translate(error) is not error
    return isinstance(error, OSError | UnavailableError | PoolTimeoutError | DisconnectionError)
