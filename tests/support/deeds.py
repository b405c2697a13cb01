"""Doing things in the game without the rest of the product."""

from typing import Any

from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.game import earning
from questlog.game.deeds import Deed
from questlog.game.earning import Earned
from tests.support.make import Person


def deed(kind: str = "task", *, title: str = "Roof", base: int = 10, **more: Any) -> Deed:
    """Return something done for the first time."""
    values = {"source_id": new_id(), "key": "once", "cause_id": new_id(), **more}
    return Deed(kind=kind, title=title, base=base, **values)


async def did(database: Database, user: Person, kind: str = "task", **more: Any) -> Earned:
    """Let the user do something and be paid for it."""
    return await database.write(earning.earn, user.id, deed(kind, **more), timezone=user.timezone)
