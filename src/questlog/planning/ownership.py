"""Whose a thing is: finding it, claiming it, and what to say when it is not there.

Rows are claimed from the top down (goal, project, task, label, item), so that two writers never wait for each other.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from questlog.core.db import Base, Session
from questlog.core.exceptions import (
    AuthorizationError,
    NotFoundError,
    PreconditionFailedError,
    QuestlogError,
)


class NotYoursError(AuthorizationError):
    code = "not_yours"
    default_message = "This belongs to somebody else."


async def find[Model: Base](
    session: Session,
    model: type[Model],
    user_id: UUID,
    object_id: UUID,
    *,
    missing: type[NotFoundError],
    trashed: bool = False,
) -> Model:
    """Return the user's object; one in the trash only when `trashed` is set.

    Raises `missing`, or `NotYoursError` for somebody else's.
    """
    found = await session.scalar(_mine(model, user_id, object_id, trashed=trashed))
    if found is None:
        raise await explain(session, model, user_id, object_id, missing=missing)
    return found


async def claim[Model: Base](
    session: Session,
    model: type[Model],
    user_id: UUID,
    object_id: UUID,
    *,
    missing: type[NotFoundError],
    expected_version: int | None = None,
    trashed: bool = False,
    for_good: bool = False,
) -> Model:
    """Return the user's object as it stands, locked against other writers until the commit.

    `for_good` is for what will be deleted: nobody may refer to it meanwhile either. Raises `missing`, `NotYoursError`, or `PreconditionFailedError` when `expected_version` has passed.
    """
    statement = _mine(model, user_id, object_id, trashed=trashed)
    locked = statement.with_for_update(key_share=not for_good).execution_options(
        populate_existing=True
    )
    found: Any = await session.scalar(locked)
    if found is None:
        raise await explain(session, model, user_id, object_id, missing=missing)
    if expected_version is not None and found.version != expected_version:
        raise PreconditionFailedError()
    return found  # type: ignore[no-any-return]  # Any, because Base has no version


async def explain(
    session: Session,
    model: type[Base],
    user_id: UUID,
    object_id: UUID,
    *,
    missing: type[NotFoundError],
) -> QuestlogError:
    """Return the error for an object a statement of its owner did not find: not there, or not theirs."""
    columns = model.__table__.c
    owner = await session.scalar(select(columns.user_id).where(columns.id == object_id))
    return missing() if owner in (None, user_id) else NotYoursError()


def alive(model: type[Base]) -> list[ColumnElement[bool]]:
    """Return the condition that keeps the trash out, for what can be in the trash."""
    columns = model.__table__.c
    return [columns.deleted_at.is_(None)] if "deleted_at" in columns else []


def _mine[Model: Base](
    model: type[Model], user_id: UUID, object_id: UUID, *, trashed: bool
) -> Select[Model]:
    columns = model.__table__.c
    statement = select(model).where(columns.id == object_id, columns.user_id == user_id)
    return statement if trashed else statement.where(*alive(model))
