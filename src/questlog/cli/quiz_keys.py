"""The `Idempotency-Key` of answers that are handed in, kept until the server has answered.

Who hands the same answers in again because the result got lost hands them in under the same key, and reads the result
they missed instead of taking a second attempt.
"""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from questlog.cli import account as accounts
from questlog.cli.account import Account
from questlog.cli.exits import Failure
from questlog.core import private_files

NAME = "quiz-handed-in.json"
MOST_KEPT = 20
KEPT_S = 24 * 60 * 60


def key_of(account: Account, lesson_id: str, answers: Sequence[Mapping[str, Any]]) -> str:
    """Return the key these answers were sent under within a day, or a new one."""
    said = json.dumps([account.server, account.email, lesson_id, answers], sort_keys=True)
    digest = hashlib.sha256(said.encode()).hexdigest()
    kept = _read()
    if digest in kept:
        return str(kept[digest]["key"])
    key = str(uuid4())
    others = list(kept.items())[1 - MOST_KEPT :]
    _write({**dict(others), digest: {"key": key, "at": time.time()}})
    return key


def forget(key: str) -> None:
    """Keep a key no longer, and leave those of other answers."""
    _write({digest: each for digest, each in _read().items() if each["key"] != key})


def _write(kept: Mapping[str, Any]) -> None:
    place = accounts.home() / NAME
    try:
        if kept:
            private_files.write(place, json.dumps(kept).encode())
        else:
            place.unlink(missing_ok=True)
    except OSError as error:
        raise Failure(f"{place} cannot be written: {error.strerror}") from error


def _read() -> dict[str, Any]:
    """Return what is kept by the digest of the answers, oldest first, without what is too old or not understood."""
    try:
        kept = json.loads((accounts.home() / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {digest: each for digest, each in kept.items() if _stands(each)}


def _stands(each: object) -> bool:
    match each:
        case {"key": str(), "at": int() | float() as at}:
            return time.time() - at < KEPT_S
    return False
