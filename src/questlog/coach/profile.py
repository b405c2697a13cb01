"""What the coach holds to be true of its user: single statements, each visible, editable and deletable.

Nothing is in it that the user did not say. A statement that a newer one contradicts stays as a dated note.
"""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy import delete as delete_rows

from questlog.automation import events
from questlog.coach.models import Statement
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError, NotFoundError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.planning import ownership
from questlog.planning.lists import WireRow, page_of

STATEMENTS = cast(Table, Statement.__table__)
SHOWN = tuple(column for column in STATEMENTS.c if column.name != "user_id")
ORDER = (SortKey(STATEMENTS.c.id),)
MOST = 200
TOLD_AT_MOST = 50
# A person has one of these at a time: a newer statement takes the place of an older one.
ONLY_ONE = frozenset({"work", "hours", "rhythm", "obstacle", "style"})


class StatementNotFoundError(NotFoundError):
    code = "statement_not_found"
    default_message = "There is no such statement in your profile."


class TooManyStatementsError(ConflictError):
    code = "too_many_statements"
    default_message = "A profile has at most {most} statements. Delete one first."


async def page(
    session: Session, user_id: UUID, request: PageRequest, *, with_notes: bool = False
) -> Slice[WireRow]:
    """Return what holds, the oldest first; `with_notes` also what was replaced."""
    mine = select(*SHOWN).where(STATEMENTS.c.user_id == user_id)
    if not with_notes:
        mine = mine.where(STATEMENTS.c.replaced_at.is_(None))
    return await page_of(session, mine, ORDER, request)


async def told(session: Session, user_id: UUID) -> list[str]:
    """Return what holds, as the coach is told it: the newest 50, the oldest of them first."""
    held = (STATEMENTS.c.user_id == user_id, STATEMENTS.c.replaced_at.is_(None))
    found = await session.execute(
        select(STATEMENTS.c.words)
        .where(*held)
        .order_by(STATEMENTS.c.id.desc())
        .limit(TOLD_AT_MOST)
    )
    return [row.words for row in found][::-1]


async def get(session: Session, user_id: UUID, statement_id: UUID) -> Statement:
    """Raises `StatementNotFoundError`, `NotYoursError`."""
    return await ownership.find(
        session, Statement, user_id, statement_id, missing=StatementNotFoundError
    )


async def note(
    session: Session,
    user_id: UUID,
    topic: str,
    words: str,
    *,
    source: str,
    message_id: UUID | None = None,
    timezone: str,
) -> Statement:
    """Add a statement. One of a topic of which a person has but one makes the older one a dated note.

    Saying the same once more changes nothing. Raises `TooManyStatementsError`.
    """
    held = await _held(session, user_id)
    same = next((one for one in held if (one.topic, one.words) == (topic, words)), None)
    if same is not None:
        return same
    replaced = [one for one in held if topic in ONLY_ONE and one.topic == topic]
    if len(held) - len(replaced) >= MOST:
        raise TooManyStatementsError(details={"most": MOST})
    now = clock.now()
    made = Statement(
        id=new_id(),
        user_id=user_id,
        topic=topic,
        words=words,
        source=source,
        message_id=message_id,
        noted_on=clock.today(timezone),
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(made)
    for old in replaced:
        _replace(old, made.id)
    await session.flush()
    _record(session, made, "statement.noted", touched=[made, *replaced])
    return made
