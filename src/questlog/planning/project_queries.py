"""What people want to see of their projects, as statements that start from the owner."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from questlog.core.pagination import SortKey
from questlog.planning import queries
from questlog.planning.models import Project, Task

WIRE: tuple[Any, ...] = (
    Project.id,
    Project.user_id,
    Project.title,
    Project.color,
    Project.goal_id,
    Project.position,
    Project.archived_at.is_not(None).label("archived"),
    Project.archived_at,
    Project.created_at,
    Project.updated_at,
    Project.deleted_at,
    Project.version,
)
ORDER = (SortKey(Project.__table__.c.position), SortKey(Project.__table__.c.id))
TRASH_ORDER = (SortKey(Project.__table__.c.id, descending=True),)


@dataclass(frozen=True)
class ProjectFilter:
    """Conditions that all hold; in the trash, archived or not makes no difference."""

    goal_id: UUID | None = None
    archived: bool = False
    trash: bool = False


def projects_of(user_id: UUID, wanted: ProjectFilter) -> Select[Any]:
    statement = select(*WIRE).where(Project.user_id == user_id)
    if wanted.goal_id is not None:
        statement = statement.where(Project.goal_id == wanted.goal_id)
    if wanted.trash:
        return statement.where(Project.deleted_at.is_not(None))
    away = Project.archived_at
    return statement.where(
        Project.deleted_at.is_(None), away.is_not(None) if wanted.archived else away.is_(None)
    )


def task_counts_of(user_id: UUID) -> Select[UUID, int]:
    """Each project, archived ones too, and how many open tasks it has."""
    open_here = select(func.count()).where(
        Task.user_id == user_id,
        Task.project_id == Project.id,
        Task.deleted_at.is_(None),
        queries.is_open(),
    )
    count = open_here.correlate(Project).scalar_subquery()
    alive = (Project.user_id == user_id, Project.deleted_at.is_(None))
    return select(Project.id, count.label("open")).where(*alive)
