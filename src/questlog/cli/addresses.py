"""Which server a command speaks to."""

import os
from urllib.parse import urlsplit

import click

from questlog.cli import account as accounts
from questlog.cli import terminal
from questlog.cli.exits import Failure

DEFAULT_SERVER = "http://127.0.0.1:8000"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def address(given: str | None = None) -> str:
    """Return where the server is: as given, as QUESTLOG_SERVER says, as last time, or on this machine."""
    where = given or os.environ.get("QUESTLOG_SERVER") or _last_server() or DEFAULT_SERVER
    parts = urlsplit(where if "://" in where else f"http://{where}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.UsageError(f"--server {where} is no http:// or https:// address.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        terminal.note(
            f"{parts.netloc} is spoken to without encryption: others on the way can read your password."
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _last_server() -> str | None:
    try:
        return accounts.load().server
    except Failure:
        return None
