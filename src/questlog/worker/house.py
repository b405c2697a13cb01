"""What the work that is done later may use."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.core.security import Keyring


@dataclass(frozen=True)
class House:
    """The database and what the settings say. A job opens its own transactions, short ones."""

    database: Database
    settings: Settings
    keyring: Keyring = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keyring", self.settings.tokens.keyring())


type Work = Callable[[House, Mapping[str, Any]], Awaitable[object]]
"""Called with the house and the job's `args`. It may be called twice for one job, after a crash."""
