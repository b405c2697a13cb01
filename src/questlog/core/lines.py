"""A line before a row that many want to change at once, such as a player's.

PostgreSQL wakes those who wait for a changed row in no fair order, each walks the versions that came meanwhile, and late
comers may pass them: sixteen who complete tasks of one user wait four times as long at worst as on average. Who waits
here instead is served in the order of arrival, and the server sees one of this process at a time.

The line is a courtesy and no lock: what is right is decided by the row. Who has stood too long goes on to the row, and
stands in no line again until the unit ends: a circle of a line and a row, such as a task that somebody
further back in the line holds, costs that much once, and then is the server's to see.
"""

import asyncio
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakValueDictionary

PATIENCE_S = 2.0
LINES, PLACE, IS_PATIENCE_SPENT = "lines", "place_in_line", "is_patience_spent"


class Session(Protocol):
    @property
    def info(self) -> dict[Any, Any]: ...


Lines = WeakValueDictionary[UUID, asyncio.Lock]


def open_to(session: Session, lines: Lines) -> None:
    """Let a writer stand in these lines. One that was not let (on SQLite all writers wait in one) never waits."""
    session.info[LINES] = lines


async def wait(session: Session, owner_id: UUID) -> None:
    """Wait until nobody who came before is at the owner's rows. A unit stands in one line at most, until `leave`.

    Called right before each statement that may be the first to lock the owner's player, an enrolment or a card of
    theirs: who held one of them while they wait would stop the very one they wait for. Patience is spent once a unit.
    """
    lines: Lines | None = session.info.get(LINES)
    if lines is None or PLACE in session.info or IS_PATIENCE_SPENT in session.info:
        return
    line = lines.get(owner_id)
    if line is None:
        lines[owner_id] = line = asyncio.Lock()
    try:
        async with asyncio.timeout(PATIENCE_S):
            await line.acquire()
    except TimeoutError:
        session.info[IS_PATIENCE_SPENT] = True
        return
    session.info[PLACE] = line


def leave(session: Session) -> None:
    """Let the next one go. Harmless when repeated."""
    line: asyncio.Lock | None = session.info.pop(PLACE, None)
    if line is not None:
        line.release()
