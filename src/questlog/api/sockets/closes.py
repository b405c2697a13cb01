"""Why a socket is closed, as a number (RFC 6455 § 7.4; from 4400 on our own, after the status codes of HTTP)."""

from enum import IntEnum

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from questlog.core.db import DatabaseDownError, translate
from questlog.core.exceptions import (
    AuthenticationError,
    AuthorizationError,
    QuestlogError,
    TooManyRequestsError,
    UnavailableError,
    ValidationError,
)


class Close(IntEnum):
    DONE = 1000
    NOT_TEXT = 1003
    ODD = 1008
    TOO_LARGE = 1009
    FAILED = 1011
    RESTARTING = 1012
    TRY_LATER = 1013
    SIGN_IN = 4401
    FORBIDDEN = 4403
    TOO_SLOW = 4408
    TOO_MANY = 4429


# What may end a connection and is no bug.
TROUBLES = (QuestlogError, DBAPIError, PoolTimeoutError)


class ClosingError(Exception):
    """Ends a socket: `code` says why to the client, and `reason` is the stable word beside it."""

    def __init__(self, code: Close, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(reason)


def meaning(error: Exception) -> QuestlogError:
    """Return what one of `TROUBLES` means to the peer, or raise it: then it was a bug."""
    if isinstance(error, QuestlogError):
        return error
    found = translate(error) if isinstance(error, DBAPIError) else DatabaseDownError()
    if isinstance(found, QuestlogError):
        return found
    raise error


def of_error(error: QuestlogError) -> Close:
    """Return with which number a socket ends that ran into this error."""
    kinds: tuple[tuple[type[QuestlogError], Close], ...] = (
        (AuthenticationError, Close.SIGN_IN),
        (AuthorizationError, Close.FORBIDDEN),
        (TooManyRequestsError, Close.TOO_MANY),
        (UnavailableError, Close.TRY_LATER),
        (ValidationError, Close.ODD),
    )
    return next((close for kind, close in kinds if isinstance(error, kind)), Close.FAILED)
