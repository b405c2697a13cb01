"""`questlog export`: everything of yours in one file."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from questlog.cli import terminal
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import signed_in


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@click.option("--force", is_flag=True, help="Replace the file if there is one.")
def export(file: Path, force: bool) -> None:
    """Write everything that is yours to a JSON file that only you may read; `-` is standard output.

    `questlog import questlog FILE` reads it back, here or on another server.

    \b
    questlog export everything.json
    """
    if str(file) == "-":
        with signed_in() as remote:
            _pour(remote.download("/users/me/export"), sys.stdout.buffer)
        return
    if file.exists() and not force:
        raise Failure(f"{file} exists already: take another name, or --force", Exit.REFUSED)
    with signed_in() as remote:
        size = _save(remote.download("/users/me/export"), file)
    terminal.success(f"Wrote {size:,} bytes to {file}.")


def _save(pieces: Iterator[bytes], file: Path) -> int:
    """Write beside the file first, so that a broken connection leaves the old one as it was."""
    try:
        handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as out:
            size = _pour(pieces, out)
        Path(draft).replace(file)
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}") from error
    finally:
        Path(draft).unlink(missing_ok=True)
    return size


def _pour(pieces: Iterator[bytes], out: BinaryIO) -> int:
    size = 0
    with terminal.progress(0, "Exporting") as bar:
        for piece in pieces:
            out.write(piece)
            size += len(piece)
            bar.update(len(piece))
    out.flush()
    return size
