"""Backups of an SQLite database: a plain database file and, beside it, a manifest that vouches for it."""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from questlog import __version__
from questlog.core import clock, private_files, schema, sqlite

FORMAT = "questlog-backup-1"
PIECE = 1024 * 1024
PAGES_AT_ONCE = 256
# Where SQLite's unix VFS keeps its shared locks (https://sqlite.org/src/file/src/os_unix.c: SHARED_FIRST, SHARED_SIZE).
SHARED_FIRST, SHARED_SIZE = 0x40000002, 510

type Progress = Callable[[int, int], None]
"""Called with what is done and how much there is, in a unit of its own."""


class BackupError(Exception):
    """The message says what is wrong with which file."""


@dataclass(frozen=True)
class Manifest:
    """What a backup was when it was made. `schema` is the revision of its tables, or None before the first one."""

    format: str
    made_at: str
    questlog: str
    schema: str | None
    sha256: str
    bytes: int


def manifest_of(backup: Path) -> Path:
    return backup.with_name(f"{backup.name}.manifest.json")


def make(database: Path, backup: Path, progress: Progress) -> Manifest:
    """Copy the database as it is at one moment, while others write on, and vouch for the copy.

    The copy appears whole or not at all.
    """
    draft = backup.with_name(f".{backup.name}.draft")
    private_files.make_file(draft)
    try:
        _copy(database, draft, progress)
        revision = _sound_revision(draft)
        manifest = Manifest(
            FORMAT,
            clock.now().isoformat(),
            __version__,
            revision,
            _digest(draft),
            draft.stat().st_size,
        )
        _sync(draft)
        private_files.write(manifest_of(backup), json.dumps(asdict(manifest), indent=2).encode())
        draft.replace(backup)
    except sqlite.driver.Error as error:
        raise BackupError(f"{database} cannot be copied: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def verify(backup: Path, progress: Progress) -> Manifest:
    """Return the manifest of a backup that is still what it was. Raises BackupError with the reason otherwise."""
    try:
        manifest = Manifest(**json.loads(manifest_of(backup).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BackupError(
            f"{backup} has no manifest beside it ({manifest_of(backup).name})"
        ) from None
    except (ValueError, TypeError, OSError) as error:
        raise BackupError(f"{manifest_of(backup)} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise BackupError(f"{manifest_of(backup)} is of another kind: {manifest.format}")
    if _digest(backup, progress) != manifest.sha256:
        raise BackupError(f"{backup} is not what it was when it was made: its sha256 differs")
    if manifest.schema is not None and not schema.knows(manifest.schema):
        raise BackupError(
            f"{backup} is of a newer Questlog ({manifest.questlog}, schema {manifest.schema}) than this one"
        )
    return manifest


def restore(backup: Path, database: Path, progress: Progress) -> Path | None:
    """Put the backup in the database's place and return where the old database now lies, if there was one.

    Refuses while any process has the database open. A crash on the way leaves the old one or the new one.
    """
    draft = database.with_name(f".{database.name}.restoring")
    private_files.make_file(draft)
    try:
        _copy_file(backup, draft, progress)
        _sound_revision(draft)
        with nobody_else_in(database):
            kept = _set_aside(database)
            draft.replace(database)
            _sync(database.parent)
    except sqlite.driver.Error as error:
        raise BackupError(f"{backup} is no sound database: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return kept


def _copy(database: Path, target: Path, progress: Progress) -> None:
    address = f"{database.absolute().as_uri()}?mode=rw"
    with (
        closing(sqlite.driver.connect(address, uri=True, isolation_level=None)) as source,
        closing(sqlite.driver.connect(target)) as copy,
    ):
        # A read transaction pins one moment of the WAL: without it each write of others would start the copy anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        source.backup(copy, pages=PAGES_AT_ONCE, sleep=0, progress=_pages_done(progress))
        source.execute("COMMIT")


def _pages_done(progress: Progress) -> Callable[[int, int, int], None]:
    return lambda _status, left, total: progress(total - left, total)


def _sound_revision(path: Path) -> str | None:
    """Check the whole file and return its schema's revision. It is one file afterwards, without a WAL beside it."""
    with closing(sqlite.driver.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise BackupError(f"{path} is damaged: {found}")
        tables = "SELECT count(*) FROM sqlite_schema WHERE name = 'alembic_version'"
        if not connection.execute(tables).fetchone()[0]:
            return None
        row: Any = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return row[0] if row else None


@contextmanager
def nobody_else_in(database: Path) -> Iterator[None]:
    """Hold the database as SQLite itself would for an exclusive write. Works for a damaged file too.

    Whoever has a WAL database open holds a shared lock on it, even while idle.
    """
    if not database.exists():
        yield
        return
    _fold_wal_in(database)
    with database.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_SIZE, SHARED_FIRST)
        except OSError:
            raise BackupError(f"{database} is in use: stop the server first") from None
        yield


def _fold_wal_in(database: Path) -> None:
    """Let the last writes of a healthy database join it, so that what is set aside is complete."""
    try:
        with closing(sqlite.driver.connect(database, timeout=0)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite.driver.Error:
        return  # a damaged one is set aside as it is


def _set_aside(database: Path) -> Path | None:
    """Move the old database away with its WAL, which must never meet the new one; remove what only serves it."""
    _beside(database, "-shm").unlink(missing_ok=True)
    kept = _beside(database, ".before-restore")
    wal = _beside(database, "-wal")
    _beside(kept, "-wal").unlink(missing_ok=True)
    if not database.exists():
        wal.unlink(missing_ok=True)
        return None
    kept.unlink(missing_ok=True)
    os.link(database, kept)
    if wal.exists():
        wal.replace(_beside(kept, "-wal"))
    return kept


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _copy_file(source: Path, target: Path, progress: Progress) -> None:
    total, done = source.stat().st_size, 0
    with source.open("rb") as old, target.open("wb") as new:
        while piece := old.read(PIECE):
            new.write(piece)
            done += len(piece)
            progress(done, total)
    _sync(target)


def _digest(path: Path, progress: Progress | None = None) -> str:
    total, done, digest = path.stat().st_size, 0, hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            done += len(piece)
            if progress is not None:
                progress(done, total)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
