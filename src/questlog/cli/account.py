"""Who is signed in at this terminal, and the numbers of the last list. Both are files only their owner may read."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click

from questlog.cli.exits import Exit, Failure
from questlog.core import private_files

ACCOUNT = "account.json"
LAST_LIST = "last-list.json"


@dataclass(frozen=True)
class Account:
    """A signed-in user on one server. `expires_at` is when the access token ends, in seconds of the Unix clock."""

    server: str
    email: str
    timezone: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float


def home() -> Path:
    """Return the directory of these files: QUESTLOG_HOME, or where the system keeps a user's configuration."""
    return Path(os.environ.get("QUESTLOG_HOME") or click.get_app_dir("questlog"))


def load() -> Account:
    kept = _read(ACCOUNT)
    try:
        return Account(**kept)
    except TypeError:
        raise Failure("you are not signed in: run `questlog login`", Exit.NOT_SIGNED_IN) from None


def save(account: Account) -> None:
    _write(ACCOUNT, asdict(account))


def forget() -> None:
    for name in (ACCOUNT, LAST_LIST):
        (home() / name).unlink(missing_ok=True)


def remember_list(account: Account, kind: str, ids: list[str]) -> None:
    """Let the numbers 1, 2, … mean these ids until the next list of the same kind."""
    lists = _lists_of(account)
    lists[kind] = ids
    _write(LAST_LIST, {"of": _owner(account), "lists": lists})


def last_list(account: Account, kind: str) -> list[str]:
    """Return the ids that the numbers mean; none when somebody else was signed in then."""
    return list(_lists_of(account).get(kind, []))


def _lists_of(account: Account) -> dict[str, list[str]]:
    kept = _read(LAST_LIST)
    lists = kept.get("lists") if kept.get("of") == _owner(account) else None
    return lists if isinstance(lists, dict) else {}


def _owner(account: Account) -> list[str]:
    return [account.server, account.email]


def _read(name: str) -> dict[str, Any]:
    try:
        kept = json.loads((home() / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Failure(f"{home() / name} cannot be read: {error}") from error
    return kept if isinstance(kept, dict) else {}


def _write(name: str, content: dict[str, Any]) -> None:
    try:
        private_files.write(home() / name, json.dumps(content, indent=2).encode())
    except OSError as error:
        raise Failure(f"{home() / name} cannot be written: {error.strerror}") from error
