"""Long titles and descriptions are taken apart into words in a thread, before a transaction begins.

What is read once is remembered, so the verb that stores the words finds them ready; on SQLite it would hold up
everybody otherwise. Short texts cost less than the way to a thread.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator
from typing import Any

from questlog.api.gate.json_body import HostileBodyError, StrictRequest
from questlog.planning.search.index import INDEXED
from questlog.planning.search.words import words_of

LONG = 4000
"""From how many bytes of body on."""


async def read_ahead(request: StrictRequest) -> None:
    """Read the words of a long body. One that is no proper JSON is left to be refused in due course."""
    if len(await request.body()) < LONG:
        return
    try:
        texts = list(_texts(await request.json()))
    except (json.JSONDecodeError, HostileBodyError):
        return
    if texts:
        await asyncio.to_thread(_read, texts)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name in INDEXED and isinstance(part, str):
                yield part
            else:
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _read(texts: Iterable[str]) -> None:
    for text in texts:
        words_of(text)
