"""The database, for commands that work without a server."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError

from questlog.cli.exits import Exit, Failure
from questlog.cli.settings import make_private, unreachable
from questlog.core import schema
from questlog.core.caller import Caller, asked_by
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.core.exceptions import (
    AuthorizationError,
    NotFoundError,
    QuestlogError,
    UnavailableError,
)
from questlog.main import open_database

OPERATOR = Caller("cli")


def work_on_database[Result](
    settings: Settings, work: Callable[[Database], Awaitable[Result]]
) -> Result:
    """Run `work` on a database of the right shape. What the house refuses ends the command with its sentence."""
    try:
        make_private(settings)
        return asyncio.run(_work(settings, work))
    except schema.SchemaMismatchError as error:
        raise Failure(str(error)) from error
    except QuestlogError as error:
        raise Failure(sentence(error), code_of(error)) from error
    except (DBAPIError, OSError) as error:
        raise unreachable(settings, error) from error


async def _work[Result](
    settings: Settings, work: Callable[[Database], Awaitable[Result]]
) -> Result:
    asked_by.set(lambda: OPERATOR)
    database = open_database(settings)
    try:
        await schema.bring_up(database)
        return await work(database)
    finally:
        await database.close()


def sentence(error: QuestlogError) -> str:
    """Return an error's sentence with its placeholders filled."""
    try:
        return error.message.format(**error.details)
    except (KeyError, IndexError, ValueError):
        return error.message


def code_of(error: QuestlogError) -> Exit:
    for kind, code in (
        (NotFoundError, Exit.NOT_FOUND),
        (AuthorizationError, Exit.NOT_SIGNED_IN),
        (UnavailableError, Exit.UNREACHABLE),
    ):
        if isinstance(error, kind):
            return code
    return Exit.REFUSED
