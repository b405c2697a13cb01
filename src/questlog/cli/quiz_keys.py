"""The `Idempotency-Key` of answers that are handed in, kept until the server has answered.

Who hands the same answers in again because the result got lost hands them in under the same key, and reads the result
they missed instead of taking a second attempt.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from questlog.cli import account as accounts
from questlog.cli.account import Account
from questlog.cli.exits import Failure
from questlog.core import private_files

NAME = "quiz-handed-in.json"


def key_of(account: Account, lesson_id: str, answers: Sequence[Mapping[str, Any]]) -> str:
    """Return the key these answers were sent under before, or a new one."""
    said = json.dumps([account.server, account.email, lesson_id, answers], sort_keys=True)
    digest = hashlib.sha256(said.encode()).hexdigest()
    place = accounts.home() / NAME
    kept = _read()
    if kept.get("of") == digest and isinstance(kept.get("key"), str):
        return str(kept["key"])
    key = str(uuid4())
    try:
        private_files.write(place, json.dumps({"of": digest, "key": key}).encode())
    except OSError as error:
        raise Failure(f"{place} cannot be written: {error.strerror}") from error
    return key


def forget() -> None:
    (accounts.home() / NAME).unlink(missing_ok=True)


def _read() -> dict[str, Any]:
    try:
        kept = json.loads((accounts.home() / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
