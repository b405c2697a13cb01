"""`questlog backup` and `restore`, for the embedded SQLite database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from questlog.cli import backup_files, terminal
from questlog.cli.backup_files import BackupError, Progress
from questlog.cli.exits import Exit, Failure
from questlog.cli.settings import read_settings
from questlog.core import clock
from questlog.core.config import Settings

STEPS = 100  # of a progress bar
FOLDER = "backups"


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file if there is one.")
@terminal.json_option
def backup(file: Path | None, force: bool, as_json: bool) -> None:
    """Copy the SQLite database to FILE, while the server goes on writing.

    Without FILE it goes to the folder `backups` in DATA_DIR, named after the moment. A manifest is
    written beside it: keep the two together, `questlog restore` asks for both. The server's secrets
    (secrets.json, or your environment) are not in it.

    \b
    questlog backup
    questlog backup monday.db
    """
    settings = read_settings()
    database = _database(settings)
    target = file or settings.app.data_dir / FOLDER / f"questlog-{clock.now():%Y%m%dT%H%M%SZ}.db"
    if not database.exists():
        raise Failure(f"there is no database at {database}", Exit.NOT_FOUND)
    if target.exists() and not force:
        raise Failure(f"{target} exists already: take another name, or --force", Exit.REFUSED)
    with _told(), _bar("Copying") as progress:
        manifest = backup_files.make(database, target, progress)
    if as_json:
        terminal.print_json({"file": str(target), **asdict(manifest)})
    else:
        terminal.success(f"Wrote {target} ({manifest.bytes:,} bytes).")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Take a file without a fitting manifest, too.")
def restore(file: Path, force: bool) -> None:
    """Put a backup in the place of the SQLite database. Stop the server first.

    Only an unchanged file of `questlog backup` is taken, unless --force says otherwise. The database
    that was there stays beside it, with `.before-restore` after its name, until the next restore.

    \b
    questlog restore monday.db
    """
    settings = read_settings()
    database = _database(settings)
    with _told():
        try:
            with _bar("Checking") as progress:
                backup_files.verify(file, progress)
        except BackupError as error:
            if not force:
                raise Failure(f"{error}. --force takes it all the same", Exit.REFUSED) from error
            terminal.note(f"{error}; taken all the same.")
        with _bar("Restoring") as progress:
            kept = backup_files.restore(file, database, progress)
    terminal.success(f"Restored {database} from {file}.")
    if kept is not None:
        click.echo(f"The database that was there is now {kept}.")


def _database(settings: Settings) -> Path:
    path = settings.database.url.path
    if path is None:
        raise Failure("this is for SQLite; for PostgreSQL use pg_dump and pg_restore", Exit.USAGE)
    return path


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BackupError as error:
        raise Failure(str(error), Exit.REFUSED) from error
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}") from error


@contextmanager
def _bar(label: str) -> Iterator[Progress]:
    with terminal.progress(STEPS, label) as bar:
        yield lambda done, total: terminal.advance(bar, done * STEPS // max(total, 1))
