"""Secrets that must not sing: what a test was given or gave is looked for in all that the test produced (S-146).

A canary is a secret of the settings, a password that was sent, or a token, key or code that was answered. None of them
may stand in what is logged or printed, in the database, or in an answer that is not the one that gives it out.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from httpx2 import RequestNotRead, Response
from pydantic import BaseModel, SecretStr
from sqlalchemy import select

from questlog.core.db import Database
from tests.support import filled

SHORTEST = 12  # what is shorter stands somewhere by chance
SENT = frozenset({"password", "current_password", "new_password", "push_url"})
# What our secrets look like, for what was written by processes whose secrets nobody here was told.
SHAPES = {
    "a JWT": re.compile(r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}"),
    "a refresh token": re.compile(r"qr1\.[0-9a-f-]{36}\.\d+\.[\w-]{40,}"),
    "an API key": re.compile(r"qlk_[0-9A-Za-z]{20,}"),
    "a webhook's secret": re.compile(r"whsec_[A-Za-z0-9+/]{32,}"),
    "a link by mail": re.compile(r"[0-9a-f-]{36}\.[\w-]{43}\b"),
    "a hash of a password": re.compile(r"\$argon2id\$v="),
}
KEPT_NAMES = re.compile(r"SECRET|PASSWORD|_KEY(_|$)|TOKEN")
GIVEN = frozenset(
    {"access_token", "refresh_token", "key", "secret", "recovery_codes", "dev_token", "ticket"}
)


class Canaries:
    """The secrets of one test, and where they were heard."""

    def __init__(self) -> None:
        self.kept: set[str] = set()
        self.given: set[str] = set()
        self.heard: list[str] = []
        self.went = False

    def learn_settings(self, settings: Any) -> None:
        self.kept |= {secret for secret in _secrets(settings) if len(secret) >= SHORTEST}

    async def listen(self, response: Response) -> None:
        """Learn what went over the wire; note a secret in an answer it does not belong into."""
        await response.aread()
        sent, said = _json(_sent(response)), _json(response.content)
        passwords = set(_values(sent, SENT))
        self.kept |= passwords
        if response.request.method == "POST":
            self.given |= set(_values(said, GIVEN))
        self.went = self.went or bool(passwords or self.given)
        where = f"the answer to {response.request.method} {response.url.path}"
        self._note(self.kept, response.text, where)

    def look_at(self, text: str, where: str) -> None:
        self._note(self.kept | self.given, text, where)

    async def look_into(self, database: Database) -> None:
        """Read every row of every table, if a secret went over the wire."""
        words = self.kept | self.given
        if not self.went:
            return
        async with database.reader() as session:
            for table in await filled.tables(session):
                rows = (await session.execute(select(table))).all()
                self._note(words, repr(rows), f"the table {table.name}")

    def _note(self, words: set[str], text: str, where: str) -> None:
        self.heard += [f"{where} shows a secret: {word[:4]}…" for word in words if word in text]


def heard_in(text: str, environment: Mapping[str, str]) -> list[str]:
    """Return what a process with this environment told in `text`: its secrets, and whatever looks like one of ours."""
    kept = {name: value for name, value in environment.items() if KEPT_NAMES.search(name)}
    for name, value in environment.items():
        if "://" in value and (password := urlsplit(value).password):
            kept[name] = password
    said = [name for name, value in kept.items() if len(value) >= SHORTEST and value in text]
    return said + [name for name, shape in SHAPES.items() if shape.search(text)]


def _secrets(thing: Any) -> Iterator[str]:
    if isinstance(thing, SecretStr):
        value = thing.get_secret_value()
        yield (urlsplit(value).password or "") if "://" in value else value
    elif isinstance(thing, BaseModel):
        for name in type(thing).model_fields:
            yield from _secrets(getattr(thing, name))
    elif isinstance(thing, list | tuple):
        for one in thing:
            yield from _secrets(one)


def _sent(response: Response) -> bytes:
    """Return what was sent; a body that went out in pieces is gone."""
    try:
        return response.request.content
    except RequestNotRead:
        return b""


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _values(found: Any, names: frozenset[str]) -> Iterator[str]:
    """Yield the texts under these names, however deep."""
    if isinstance(found, list):
        for one in found:
            yield from _values(one, names)
    elif isinstance(found, dict):
        for name, value in found.items():
            texts = value if isinstance(value, list) else [value]
            if name in names:
                yield from (one for one in texts if isinstance(one, str) and len(one) >= SHORTEST)
            else:
                yield from _values(value, names)
