"""`questlog db copy`: moving house, from SQLite to PostgreSQL or any other way."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from questlog.cli import terminal
from questlog.cli.backup_files import BackupError, nobody_else_in
from questlog.cli.exits import Exit, Failure
from questlog.core import database_copy, database_url, private_files, schema
from questlog.core.database_copy import Copied, CopyError, Progress
from questlog.core.database_url import DatabaseUrl, DatabaseUrlError
from questlog.core.db import Database, Session
from questlog.planning.search.rebuild import rebuild

STEPS = 100
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@click.command()
@click.argument("source")
@click.argument("target")
@click.option("--force", is_flag=True, help="Copy even while others have SOURCE open.")
@terminal.json_option
def copy(source: str, target: str, force: bool, as_json: bool) -> None:
    """Copy a whole database into an empty one, from SQLite to PostgreSQL or any other way.

    Stop the server first: what is written to SOURCE after the beginning stays behind. Both are
    addresses as in DATABASE_URL. An empty TARGET is given its tables; one with rows is refused.
    Everything is there at the end, compared row by row, or nothing is. A password may come from
    PGPASSWORD or ~/.pgpass instead of the address. Keep SECRET_KEY (or secrets.json): what is
    sealed in the database opens with nothing else.

    \b
    questlog db copy sqlite:///data/questlog.db postgresql://questlog@db.example.org/questlog
    """
    old, new = _address(source, "SOURCE"), _address(target, "TARGET")
    if _place(old) == _place(new):
        raise Failure("SOURCE and TARGET are one database", Exit.USAGE)
    _see_to_the_source(old, force=force)
    _see_to_the_target(new)
    with _told(), terminal.progress(STEPS, "Copying") as bar:
        copied = asyncio.run(
            _copy(old, new, lambda done, total: terminal.advance(bar, _step(done, total)))
        )
    if as_json:
        terminal.print_json({"rows": copied.rows, "tables": copied.tables})
    else:
        used = sum(1 for count in copied.tables.values() if count)
        terminal.success(
            f"Copied {copied.rows:,} rows of {used} tables; {new} holds the same as {old}."
        )


def _step(done: int, total: int) -> int:
    return done * STEPS // max(total, 1)


def _address(given: str, name: str) -> DatabaseUrl:
    try:
        return database_url.parse(given)
    except DatabaseUrlError as error:
        raise Failure(f"{name} {error}", Exit.USAGE) from error


def _place(url: DatabaseUrl) -> str:
    return str(url.path.resolve()) if url.path is not None else url.sqlalchemy_url


def _see_to_the_source(url: DatabaseUrl, *, force: bool) -> None:
    """Refuse a source of another shape, and one that others write into."""
    if url.path is not None and not url.path.exists():
        raise Failure(f"there is no database at {url.path}", Exit.NOT_FOUND)
    if not force:
        _refuse_company(url)
    revision = _revision_of(url)
    if revision != schema.head_revision():
        raise Failure(
            f"{url} is at revision {revision or 'none'} and this program at {schema.head_revision()}: "
            "run `questlog db upgrade` with it as DATABASE_URL first",
            Exit.REFUSED,
        )


def _refuse_company(url: DatabaseUrl) -> None:
    if url.path is not None:
        try:
            with nobody_else_in(url.path):
                return
        except BackupError as error:
            raise Failure(f"{error}, or --force", Exit.REFUSED) from error
    with _told(url):
        others = asyncio.run(_others_in(url))
    if others:
        raise Failure(
            f"{others} other connections to {url} are open: stop the server first, or --force",
            Exit.REFUSED,
        )


def _see_to_the_target(url: DatabaseUrl) -> None:
    """Give an empty target its tables."""
    if url.path is not None:
        private_files.make_file(url.path)
    revision = _revision_of(url)
    if revision is None:
        with _told(url):
            schema.upgrade(url)
    elif revision != schema.head_revision():
        raise Failure(
            f"{url} is at revision {revision} and this program at {schema.head_revision()}: "
            "give it an empty database",
            Exit.REFUSED,
        )


def _revision_of(url: DatabaseUrl) -> str | None:
    with _told(url):
        return asyncio.run(_ask_revision(url))


async def _ask_revision(url: DatabaseUrl) -> str | None:
    database = Database(url)
    try:
        return await schema.current_revision(database)
    finally:
        await database.close()


async def _others_in(url: DatabaseUrl) -> int:
    database = Database(url)
    try:
        return await database.read(_count_others)
    finally:
        await database.close()


async def _count_others(session: Session) -> int:
    return await session.scalar(OTHERS) or 0


async def _copy(old: DatabaseUrl, new: DatabaseUrl, progress: Progress) -> Copied:
    source, target = Database(old), Database(new)
    try:
        return await database_copy.copy(source, target, complete=rebuild, progress=progress)
    finally:
        await source.close()
        await target.close()


@contextmanager
def _told(url: DatabaseUrl | None = None) -> Iterator[None]:
    try:
        yield
    except CopyError as error:
        raise Failure(f"{error}. Nothing was copied", Exit.REFUSED) from error
    except (DBAPIError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        where = f"the database {url}" if url else "one of the databases"
        raise Failure(f"{where} does not answer: {reason}", Exit.UNREACHABLE) from error
