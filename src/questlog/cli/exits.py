"""How a command ends. `questlog --help` prints this table."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import click


class Exit(IntEnum):
    """What the shell is told."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_SIGNED_IN = 3
    NOT_FOUND = 4
    UNREACHABLE = 5
    REFUSED = 6


MEANINGS = {
    Exit.DONE: "done",
    Exit.FAILED: "it did not work; the message says why",
    Exit.USAGE: "wrong usage or wrong settings",
    Exit.NOT_SIGNED_IN: "not signed in, or not allowed",
    Exit.NOT_FOUND: "there is no such thing",
    Exit.UNREACHABLE: "the server or the database does not answer",
    Exit.REFUSED: "refused, and nothing was changed: a value that is not accepted, or a clash",
}


class Failure(click.ClickException):
    """Ends the command with one clear message on standard error.

    `status` is that of the server's answer, if any, and `details` what it told beside the message.
    """

    def __init__(
        self,
        message: str,
        code: Exit = Exit.FAILED,
        *,
        status: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.exit_code = int(code)  # type: ignore[misc]  # click reads it from the instance too
        self.status = status
        self.details = dict(details or {})
