"""Places in the list of what a transaction recorded: what came after one, and dropping it again."""

from uuid import UUID

from questlog.automation.events import PENDING, REPLACED
from questlog.core.db import Session


def mark(session: Session) -> int:
    return len(session.info.get(PENDING, ()))


def recorded_since(session: Session, place: int = 0) -> list[UUID]:
    """Return the ids of the events behind a mark, in their order, for the event of the whole that names its parts."""
    return [event["id"] for event in session.info.get(PENDING, [])[place:]]


def forget_since(session: Session, place: int) -> None:
    """Drop the events behind a mark: what they tell was rolled back to a savepoint."""
    pending = session.info.get(PENDING, [])
    for event in pending[place:]:
        session.info.get(REPLACED, {}).pop(event["id"], None)
    del pending[place:]
