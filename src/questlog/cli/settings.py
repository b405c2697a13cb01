"""Settings and the database, for commands that work without a server."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError

from questlog.cli.exits import Exit, Failure
from questlog.core import private_files, schema
from questlog.core.config import Settings, SettingsError, load_settings
from questlog.core.db import Database
from questlog.core.exceptions import (
    AuthorizationError,
    NotFoundError,
    QuestlogError,
    UnavailableError,
)
from questlog.main import open_database


def read_settings() -> Settings:
    """Read the settings, or end the command with one line for each mistake."""
    try:
        return load_settings()
    except SettingsError as error:
        lines = "\n".join(f"  {line}" for line in error.lines)
        raise Failure(f"these settings cannot be used:\n{lines}", Exit.USAGE) from error


def make_private(settings: Settings) -> None:
    """Make the data directory and an embedded database that only their owner may read."""
    private_files.make_directory(settings.app.data_dir)
    if settings.database.url.path is not None:
        private_files.make_file(settings.database.url.path)


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
    database = open_database(settings)
    try:
        await schema.bring_up(database)
        return await work(database)
    finally:
        await database.close()


def unreachable(settings: Settings, error: Exception) -> Failure:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return Failure(
        f"the database {settings.database.url} does not answer: {reason}", Exit.UNREACHABLE
    )


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
