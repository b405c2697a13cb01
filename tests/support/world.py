"""Empty databases and settings to begin a test with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from questlog.core import schema
from questlog.core.config import Settings, load_settings
from questlog.core.db import Base, Database
from questlog.main import open_database

SECRET = "a-secret-of-the-tests-that-is-long-enough"


def settings(address: str, data_dir: Path, **extra: str) -> Settings:
    environ = {
        "DATABASE_URL": address,
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": SECRET,
        "DATABASE_POOL_SIZE": "8",
        "DATABASE_MAX_OVERFLOW": "8",
        "RATE_LIMIT_ENABLED": "false",
        "RELAY": "off",
    }
    return load_settings(environ | extra, env_file=None)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    database = open_database(settings)
    try:
        yield database
    finally:
        await database.close()


def build_sqlite(path: Path) -> Path:
    build(f"sqlite:///{path}", path.parent)
    return path


def build_postgresql(address: str) -> None:
    build(address, Path.cwd())


def build(address: str, data_dir: Path) -> None:
    """Create the schema in an empty database, the way an operator does."""
    schema.upgrade(settings(address, data_dir).database.url)


@cache
def tables() -> list[str]:
    """Return the names of all tables, from the leaves to the root."""
    return [table.name for table in reversed(Base.metadata.sorted_tables)]


def deletions() -> list[str]:
    """Return what empties every table."""
    return [f"DELETE FROM {name}" for name in tables()]  # noqa: S608  # names of our own
