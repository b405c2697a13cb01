"""Ids in bodies and filters: they name something of the user's that is alive, or they are refused.

A foreign id, a missing one and one in the trash read alike, so nobody learns which ids exist.
"""

from uuid import UUID

from sqlalchemy import select

from questlog.core.db import Base, Session
from questlog.core.exceptions import NotFoundError, UnknownReferenceError
from questlog.planning import ownership
from questlog.planning.ownership import NotYoursError, alive


async def check(
    session: Session, model: type[Base], user_id: UUID, object_id: UUID | None, *, pointer: str
) -> None:
    """Raise `UnknownReferenceError` at `pointer` unless `object_id` is None or the user's.

    In a writer the row is held in place until the commit, so that a deletion at the same moment waits and then finds
    the new reference.
    """
    if object_id is None:
        return
    columns = model.__table__.c
    statement = select(columns.id).where(
        columns.id == object_id, columns.user_id == user_id, *alive(model)
    )
    if session.info.get("writes"):
        statement = statement.with_for_update(read=True)
    if await session.scalar(statement) is None:
        raise UnknownReferenceError(pointer=pointer)


async def claim[Model: Base](
    session: Session,
    model: type[Model],
    user_id: UUID,
    object_id: UUID,
    *,
    pointer: str,
    expected_version: int | None = None,
) -> Model:
    """Return the object a body names, locked until the commit.

    Raises `UnknownReferenceError` at `pointer`, `PreconditionFailedError`.
    """
    try:
        return await ownership.claim(
            session,
            model,
            user_id,
            object_id,
            missing=NotFoundError,
            expected_version=expected_version,
        )
    except (NotFoundError, NotYoursError) as error:
        raise UnknownReferenceError(pointer=pointer) from error
