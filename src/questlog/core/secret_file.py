"""Secrets that were made here, once, and are kept in one file that only its owner may read."""

import json
import os
import secrets
import tempfile
from pathlib import Path

FILE_NAME = "secrets.json"
BYTES_OF_ENTROPY = 64


class SecretFileError(Exception):
    """The file can be neither read nor made; the message says which and why."""


def stored_secret(directory: Path, name: str) -> str:
    """Return the secret `name` of `directory`, made at the first call.

    Any number of processes may start at once: the file appears whole or not at all, and all of them read the same.
    """
    path = directory / FILE_NAME
    try:
        if not path.exists():
            _create(path, {name: secrets.token_urlsafe(BYTES_OF_ENTROPY)})
        kept = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SecretFileError(f"{path} cannot be made or read: {error.strerror}") from error
    except ValueError:
        raise SecretFileError(
            f"{path} is damaged: restore it from a backup, or remove it"
        ) from None
    secret = kept.get(name) if isinstance(kept, dict) else None
    if not isinstance(secret, str) or not secret:
        raise SecretFileError(f"{path} holds no {name}: restore it from a backup, or remove it")
    return secret


def is_private(directory: Path) -> bool:
    """True when nobody but the owner may touch the file, or when there is none."""
    path = directory / FILE_NAME
    return not path.exists() or path.stat().st_mode & 0o077 == 0


def _create(path: Path, content: dict[str, str]) -> None:
    """Put the file in place unless another process was first.

    `mkstemp` opens with O_EXCL and mode 0600, and `link` refuses an existing name: no reader ever meets half a file,
    which writing into an O_EXCL file of the final name would allow.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secrets-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        Path(draft).unlink()
