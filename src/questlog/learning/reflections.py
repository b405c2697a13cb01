"""What somebody writes at the end of a week: one text for each week."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import events
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of
from questlog.learning import courses
from questlog.learning.models import Reflection

REFLECTIONS = cast(Table, Reflection.__table__)
NEWEST_FIRST = (
    SortKey(REFLECTIONS.c.created_at, descending=True),
    SortKey(REFLECTIONS.c.id, descending=True),
)


async def write(session: Session, user_id: UUID, week_id: UUID, text: str) -> dict[str, Any]:
    """Store what was written about a week, in the place of what stood there. Raises `UnknownReferenceError`."""
    await courses.check_week(session, week_id, pointer="/body/week_id")
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    now = clock.now()
    new = dialect.insert(REFLECTIONS).values(
        id=new_id(),
        user_id=user_id,
        week_id=week_id,
        text=text,
        created_at=now,
        updated_at=now,
        version=1,
    )
    written = new.on_conflict_do_update(
        index_elements=["user_id", "week_id"],
        set_={"text": text, "updated_at": now, "version": REFLECTIONS.c.version + 1},
    ).returning(*REFLECTIONS.c)
    row = (await session.execute(written)).one()
    events.record(
        session,
        user_id,
        "reflection.written",
        ("week", week_id),
        payload={"length": len(text)},
    )
    return dict(row._mapping)


async def page(
    session: Session, user_id: UUID, request: PageRequest, *, week_id: UUID | None = None
) -> Slice[dict[str, Any]]:
    """Return what the user wrote, newest first; about one week when asked. Raises `UnknownReferenceError`."""
    wanted = select(REFLECTIONS).where(REFLECTIONS.c.user_id == user_id)
    if week_id is not None:
        await courses.check_week(session, week_id, pointer="/query/week_id")
        wanted = wanted.where(REFLECTIONS.c.week_id == week_id)
    found = await slice_of(session, wanted, NEWEST_FIRST, request)
    names = [column.name for column in REFLECTIONS.c]
    items = [{name: row._mapping[name] for name in names} for row in found.items]
    return Slice(items, found.next_cursor, found.total)
