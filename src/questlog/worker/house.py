"""What the work that is done later may use, and how it waits."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from questlog.coach.thinking import Thinker
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.core.security import Keyring

DOWN = (SQLAlchemyError, OSError)
"""What a database that is away raises: OSError when there is nobody to connect to."""


@dataclass(frozen=True)
class House:
    """The database, what the settings say, and who works here. A job opens its own transactions, short ones.

    When it ends, what is begun has `grace_s` to come to an end.
    """

    database: Database
    settings: Settings
    kind: str = "server"
    at_once: int = 8
    grace_s: float = 1.5
    thinker: Thinker | None = None
    """Who thinks the coach's runs here, where somebody does besides."""
    keyring: Keyring = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keyring", self.settings.tokens.keyring())


type Work = Callable[[House, Mapping[str, Any]], Awaitable[object]]
"""Called with the house and the job's `args`. It may be called twice for one job, after a crash."""


async def pause(seconds: float, *until: asyncio.Event) -> None:
    """Wait so long, or until one of these is set."""
    waits = [asyncio.ensure_future(event.wait()) for event in until]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
            with suppress(asyncio.CancelledError):
                await each
