"""Finding, claiming and writing the row of one task. A row is a mapping from column to value, plus its labels."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, bindparam, select, update

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

# Statements that every request repeats are built once; building one costs more than running it.
MINE = (TASKS.c.id == bindparam("its_id"), TASKS.c.user_id == bindparam("its_owner"))
NOT_DELETED = TASKS.c.deleted_at.is_(None)
ANYWHERE = select(*task_answers.TYPED_COLUMNS).where(*MINE)
ALIVE = ANYWHERE.where(NOT_DELETED)
LOCKED_ANYWHERE = ANYWHERE.with_for_update(key_share=True, of=TASKS)
LOCKED = ALIVE.with_for_update(key_share=True, of=TASKS)
CHANGE = update(TASKS).where(*MINE)
CLAIM = CHANGE.where(NOT_DELETED, TASKS.c.version == bindparam("its_version")).returning(
    TASKS.c.version
)

DATE = ("due_on", "due_at")

type TaskRow = dict[str, Any]


class TaskNotFoundError(NotFoundError):
    code = "task_not_found"
    default_message = "There is no such task."


async def load(
    session: Session,
    user_id: UUID,
    task_id: UUID,
    *,
    statement: Select[Any] = ALIVE,
    expected_version: int | None = None,
    **asked: Any,
) -> TaskRow:
    """Return the user's task; `statement` is `ALIVE` with more columns, for which `asked` has the values.

    Raises `TaskNotFoundError` (also for the trash), `NotYoursError`, `PreconditionFailedError`.
    """
    found = await session.execute(statement, {"its_id": task_id, "its_owner": user_id, **asked})
    row = found.one_or_none()
    if row is None:
        raise await missing(session, user_id, task_id)
    if expected_version is not None and row.version != expected_version:
        raise PreconditionFailedError()
    return dict(row._mapping)


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
    statement = LOCKED_ANYWHERE if trashed else LOCKED
    try:
        return await load(
            session, user_id, task_id, statement=statement, expected_version=expected_version
        )
    except (TaskNotFoundError, NotYoursError) as error:
        if pointer is None:
            raise
        raise UnknownReferenceError(pointer=pointer) from error


async def write(session: Session, row: TaskRow, changed: Mapping[str, Any]) -> TaskRow:
    """Store what changed of a claimed row and return the row as it is then."""
    values = _stamped(row, changed)
    place = {"its_id": row["id"], "its_owner": row["user_id"]}
    await session.execute(CHANGE, {**values, **place})
    return {**row, **values}


async def write_if_unchanged(
    session: Session, row: TaskRow, changed: Mapping[str, Any]
) -> TaskRow | None:
    """Store what changed of a row that was only read. The row decides: None when somebody else changed it since."""
    values = _stamped(row, changed)
    place = {"its_id": row["id"], "its_owner": row["user_id"], "its_version": row["version"]}
    claimed = await session.execute(CLAIM, {**values, **place})
    return {**row, **values} if claimed.scalar_one_or_none() is not None else None


def is_dated_anew(row: Mapping[str, Any], changed: Mapping[str, Any]) -> bool:
    """Tell whether a change gives a task another date: then `dated_at` is now."""
    return any(name in changed and row[name] != changed[name] for name in DATE)


def _stamped(row: TaskRow, changed: Mapping[str, Any]) -> dict[str, Any]:
    now = clock.now()
    dated = {"dated_at": now} if is_dated_anew(row, changed) else {}
    return {**changed, **dated, "updated_at": now, "version": row["version"] + 1}


async def missing(session: Session, user_id: UUID, task_id: UUID) -> QuestlogError:
    """Return the error for a task that was not found among the user's."""
    return await ownership.explain(session, Task, user_id, task_id, missing=TaskNotFoundError)
