"""Files that only their owner may read: the embedded database, tokens, backups, exports."""

import os
import tempfile
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_DIRECTORY = 0o700


def make_directory(path: Path) -> None:
    """Make the directory if there is none; one that exists keeps the rights its owner gave it."""
    path.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)


def make_file(path: Path) -> None:
    """Make sure that the file exists and is private. SQLite gives the files beside it the same rights."""
    make_directory(path.parent)
    handle = os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE_FILE)
    try:
        os.fchmod(handle, PRIVATE_FILE)
    finally:
        os.close(handle)


def write(path: Path, content: bytes) -> None:
    """Put `content` in place as a whole: a reader sees the old file or the new one."""
    make_directory(path.parent)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
