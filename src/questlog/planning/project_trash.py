"""Projects in the trash. Their tasks fall to the inbox or, when asked, go along; a restore brings back either."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, exists, select, update
from sqlalchemy import delete as delete_rows

from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.planning import images, ownership
from questlog.planning.models import Project, Task
from questlog.planning.projects import ProjectNotFoundError, record
from questlog.planning.task_trash import KEPT_FOR, PURGED_AT_ONCE

THERE = {"deleted_at": None, "deletion_id": None}
TASKS: Table = Task.__table__  # type: ignore[assignment]  # a table, whatever its declared base type


async def delete(
    session: Session,
    user_id: UUID,
    project_id: UUID,
    *,
    with_tasks: bool = False,
    expected_version: int | None = None,
) -> None:
    """Put a project into the trash. Raises `ProjectNotFoundError`, `NotYoursError`, `PreconditionFailedError`."""
    project = await ownership.claim(
        session,
        Project,
        user_id,
        project_id,
        missing=ProjectNotFoundError,
        expected_version=expected_version,
    )
    project.deleted_at, project.deletion_id = clock.now(), new_id()
    project.version += 1
    here = TASKS.c.project_id == project_id
    gone: list[Touched] = []
    if with_tasks:
        away = {"deleted_at": project.deleted_at, "deletion_id": project.deletion_id}
        gone = await _change_tasks(session, user_id, away, here, TASKS.c.deleted_at.is_(None))
        here = here & (TASKS.c.deletion_id != project.deletion_id)
    fallen = {"project_id": None, "detached_project_id": project_id}
    loose = await _change_tasks(session, user_id, fallen, here)
    before = images.together(
        images.was("project", [project_id], THERE),
        images.was("task", _ids(gone), THERE),
        images.was("task", _ids(loose), {"project_id": project_id, "detached_project_id": None}),
    )
    touched = [*gone, *loose]
    record(
        session, project, "project.deleted", touched=touched, before=before, with_tasks=with_tasks
    )


async def restore(
    session: Session, user_id: UUID, project_id: UUID, *, expected_version: int | None = None
) -> Project:
    """Take a project out of the trash, with the tasks that went along and those nobody moved since.

    Restoring one that is not in the trash changes nothing. Raises `ProjectNotFoundError`, also when the thirty days
    are over, `NotYoursError`.
    """
    project = await ownership.claim(
        session,
        Project,
        user_id,
        project_id,
        missing=ProjectNotFoundError,
        expected_version=expected_version,
        trashed=True,
    )
    if project.deleted_at is None:
        return project
    if project.deleted_at < clock.now() - KEPT_FOR:
        raise ProjectNotFoundError()
    away = {"deleted_at": project.deleted_at, "deletion_id": project.deletion_id}
    project.deleted_at = project.deletion_id = None
    project.version += 1
    columns = TASKS.c
    back = await _change_tasks(session, user_id, THERE, columns.deletion_id == away["deletion_id"])
    loose = (columns.detached_project_id == project_id, columns.project_id.is_(None))
    in_it = {"project_id": project_id, "detached_project_id": None}
    home = await _change_tasks(session, user_id, in_it, *loose)
    before = images.together(
        images.was("project", [project_id], away),
        images.was("task", _ids(back), away),
        images.was("task", _ids(home), {"project_id": None, "detached_project_id": project_id}),
    )
    record(session, project, "project.restored", touched=[*back, *home], before=before)
    return project


async def purge(session: Session, *, before: datetime) -> int:
    """Remove for good what was deleted before a moment, a batch at a time; return how many projects went.

    One whose tasks are still in the trash waits for them.
    """
    is_used = exists().where(TASKS.c.user_id == Project.user_id, TASKS.c.project_id == Project.id)
    old = select(Project.id).where(Project.deleted_at < before, ~is_used).limit(PURGED_AT_ONCE)
    gone = await session.execute(
        delete_rows(Project).where(Project.id.in_(old)).returning(Project.id)
    )
    return len(gone.all())


async def _change_tasks(
    session: Session, user_id: UUID, values: dict[str, Any], *where: ColumnElement[bool]
) -> list[Touched]:
    changed = await session.execute(
        update(TASKS)
        .where(TASKS.c.user_id == user_id, *where)
        .values(values)
        .values(version=TASKS.c.version + 1)
        .returning(TASKS.c.id, TASKS.c.version)
    )
    return [("task", row.id, row.version) for row in changed]


def _ids(touched: Iterable[Touched]) -> list[UUID]:
    return [id_ for _, id_, _ in touched]
