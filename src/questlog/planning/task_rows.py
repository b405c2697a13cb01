"""Finding, claiming and writing the row of one task. A row is a mapping from column to value, plus its labels."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, select, update

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import (
    NotFoundError,
    PreconditionFailedError,
    QuestlogError,
    UnknownReferenceError,
)
from questlog.planning import ownership, task_answers
from questlog.planning.models import Task
from questlog.planning.ownership import NotYoursError

TASKS = cast(Table, Task.__table__)

type TaskRow = dict[str, Any]


class TaskNotFoundError(NotFoundError):
    code = "task_not_found"
    default_message = "There is no such task."


async def load(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    *more: ColumnElement[Any],
    expected_version: int | None = None,
) -> TaskRow:
    """Return the user's task with the columns `more` asks for.

    Raises `TaskNotFoundError` (also for the trash), `NotYoursError`, `PreconditionFailedError`.
    """
    alive = TASKS.c.deleted_at.is_(None)
    statement = _mine(user_id, task_id, *more).where(alive)
    return await _one(session, user_id, task_id, statement, expected_version)


async def check(session: Session, user_id: UUID, task_id: UUID) -> None:
    """Raise `TaskNotFoundError` or `NotYoursError` unless the user has this task, not in the trash."""
    found = await session.scalar(
        select(TASKS.c.id).where(
            TASKS.c.id == task_id, TASKS.c.user_id == user_id, TASKS.c.deleted_at.is_(None)
        )
    )
    if found is None:
        raise await missing(session, user_id, task_id)


async def claim(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    *,
    expected_version: int | None = None,
    trashed: bool = False,
    pointer: str | None = None,
) -> TaskRow:
    """Return the user's task, locked against other writers until the commit; errors as `load`.

    With `pointer` the id stands in a body: one that is not the user's raises `UnknownReferenceError`.
    """
    statement = _mine(user_id, task_id)
    if not trashed:
        statement = statement.where(TASKS.c.deleted_at.is_(None))
    locked = statement.with_for_update(key_share=True, of=TASKS)
    try:
        return await _one(session, user_id, task_id, locked, expected_version)
    except (TaskNotFoundError, NotYoursError) as error:
        if pointer is None:
            raise
        raise UnknownReferenceError(pointer=pointer) from error


async def write(session: Session, row: TaskRow, changed: Mapping[str, Any]) -> TaskRow:
    """Store what changed of a claimed row and return the row as it is then."""
    values = {**changed, "updated_at": clock.now(), "version": row["version"] + 1}
    await session.execute(
        update(TASKS)
        .where(TASKS.c.user_id == row["user_id"], TASKS.c.id == row["id"])
        .values(values)
    )
    return {**row, **values}


async def missing(session: Session, user_id: UUID, task_id: UUID) -> QuestlogError:
    """Return the error for a task that was not found among the user's."""
    return await ownership.explain(session, Task, user_id, task_id, missing=TaskNotFoundError)


def _mine(user_id: UUID, task_id: UUID, *more: ColumnElement[Any]) -> Select[Any]:
    columns = [*task_answers.typed_columns(), *more]
    return select(*columns).where(TASKS.c.id == task_id, TASKS.c.user_id == user_id)


async def _one(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    statement: Select[Any],
    expected_version: int | None,
) -> TaskRow:
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise await missing(session, user_id, task_id)
    if expected_version is not None and found.version != expected_version:
        raise PreconditionFailedError()
    return dict(found._mapping)
