"""Doing things, taking them back, and being refused."""

from typing import Any
from uuid import UUID

import pytest

from questlog.flows.undo import Undone, undo
from questlog.planning.hindrances import CannotUndoError
from tests.support.belongings import belongings
from tests.support.invariants import check_invariants
from tests.support.planner import Planner


async def take_back(person: Planner, event_id: UUID) -> Undone:
    undone: Undone = await person.database.write(
        undo, person.user.id, event_id, timezone=person.user.timezone
    )
    return undone


async def done(person: Planner, verb: Any, *args: Any, **options: Any) -> UUID:
    """Do something and return its event."""
    await person.database.write(verb, person.user.id, *args, **options)
    return (await person.last_event()).id


async def refused(person: Planner, event_id: UUID) -> CannotUndoError:
    """Try to undo, see that nothing changed, and return the refusal."""
    before = await belongings(person.database, person.user.id)
    told = await person.told()
    with pytest.raises(CannotUndoError) as refusal:
        await take_back(person, event_id)
    assert await belongings(person.database, person.user.id) == before
    assert await person.told() == told
    await check_invariants(person.database)
    return refusal.value
