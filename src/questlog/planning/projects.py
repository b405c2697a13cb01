"""Projects: what tasks belong to, and what serves a goal.

A goal that is named is held before the project is claimed: rows are locked from the top down.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from questlog.automation import events
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import NotFoundError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice
from questlog.planning import images, ownership, positions, project_queries, references
from questlog.planning.images import Image
from questlog.planning.lists import WireRow, page_of
from questlog.planning.models import Goal, Project
from questlog.planning.positions import Neighbour
from questlog.planning.project_queries import ProjectFilter
from questlog.planning.title_keys import keyed

DEFAULT_COLOR = "#8b5cf6"


class ProjectNotFoundError(NotFoundError):
    code = "project_not_found"
    default_message = "There is no such project."


async def create(
    session: Session,
    user_id: UUID,
    title: str,
    *,
    color: str = DEFAULT_COLOR,
    goal_id: UUID | None = None,
    position: float | None = None,
) -> Project:
    """Raises `UnknownReferenceError`."""
    await references.check(session, Goal, user_id, goal_id, pointer="/body/goal_id")
    if position is None:
        position = await positions.last(session, Project, user_id)
    now = clock.now()
    project = Project(
        id=new_id(),
        user_id=user_id,
        title=title,
        color=color,
        goal_id=goal_id,
        position=position,
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(project)
    await session.flush()
    record(session, project, "project.created")
    return project


async def get(session: Session, user_id: UUID, project_id: UUID) -> Project:
    """Raises `ProjectNotFoundError`, `NotYoursError`."""
    return await ownership.find(session, Project, user_id, project_id, missing=ProjectNotFoundError)


async def page(
    session: Session, user_id: UUID, wanted: ProjectFilter, request: PageRequest
) -> Slice[WireRow]:
    """Return the user's projects in their order; the trash newest first. Raises `UnknownReferenceError`."""
    await references.check(session, Goal, user_id, wanted.goal_id, pointer="/query/goal_id")
    order = project_queries.TRASH_ORDER if wanted.trash else project_queries.ORDER
    return await page_of(session, project_queries.projects_of(user_id, wanted), order, request)


async def task_counts(session: Session, user_id: UUID) -> dict[UUID, int]:
    """Return the number of open tasks, subtasks included, of every project of the user."""
    rows = await session.execute(project_queries.task_counts_of(user_id))
    return {row.id: row.open for row in rows}


async def change(
    session: Session,
    user_id: UUID,
    project_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> Project:
    """Set the fields named in `changes`, of which `archived` is a flag; what is as it was leaves no trace.

    Raises `ProjectNotFoundError`, `NotYoursError`, `PreconditionFailedError`, `UnknownReferenceError`.
    """
    fields = dict(changes)
    archived = fields.pop("archived", None)
    if fields.get("goal_id") is not None:
        await references.check(session, Goal, user_id, fields["goal_id"], pointer="/body/goal_id")
    project = await _claim(session, user_id, project_id, expected_version)
    changed = {name: value for name, value in fields.items() if getattr(project, name) != value}
    named = sorted(changed)
    if "goal_id" in changed:
        changed["detached_from"] = None
    elif "goal_id" in fields:
        project.detached_from = None
    if changed:
        before = _write(project, changed)
        record(session, project, "project.updated", before=before, changed=named)
    if archived is not None:
        _archive(session, project, archived)
    return project


async def archive(
    session: Session, user_id: UUID, project_id: UUID, *, expected_version: int | None = None
) -> Project:
    """Take a project out of sight; repeating it changes nothing. Raises `ProjectNotFoundError`, `NotYoursError`."""
    project = await _claim(session, user_id, project_id, expected_version)
    _archive(session, project, True)
    return project


async def unarchive(
    session: Session, user_id: UUID, project_id: UUID, *, expected_version: int | None = None
) -> Project:
    """Bring it back into sight; repeating it changes nothing. Raises `ProjectNotFoundError`, `NotYoursError`."""
    project = await _claim(session, user_id, project_id, expected_version)
    _archive(session, project, False)
    return project


async def place(
    session: Session,
    user_id: UUID,
    project_id: UUID,
    neighbour: Neighbour,
    *,
    expected_version: int | None = None,
) -> Project:
    """Put a project right before or after another one.

    Raises `UnknownReferenceError` for either that is none of the user's, `BesideItselfError`.
    """
    project = await references.claim(
        session, Project, user_id, project_id, pointer="/body/id", expected_version=expected_version
    )
    found = await positions.beside(session, Project, user_id, project_id, neighbour)
    before = images.together(
        _write(project, {"position": found.position}), images.positions("project", found.before)
    )
    touched = [("project", id_, version) for id_, version in found.renumbered]
    record(
        session, project, "project.updated", touched=touched, before=before, changed=["position"]
    )
    return project


def record(
    session: Session,
    project: Project,
    type_: str,
    *,
    touched: Sequence[events.Touched] = (),
    before: Image | None = None,
    **facts: Any,
) -> None:
    """Tell the event log what happened to a project and what else moved with it."""
    events.record(
        session,
        project.user_id,
        type_,
        ("project", project.id),
        payload={"title": project.title, **facts},
        touched=[("project", project.id, project.version), *touched],
        before=before,
    )


async def _claim(
    session: Session, user_id: UUID, project_id: UUID, expected_version: int | None
) -> Project:
    return await ownership.claim(
        session,
        Project,
        user_id,
        project_id,
        missing=ProjectNotFoundError,
        expected_version=expected_version,
    )


def _archive(session: Session, project: Project, archived: bool) -> None:
    if project.archived is not archived:
        before = _write(project, {"archived_at": clock.now() if archived else None})
        type_ = "project.archived" if archived else "project.unarchived"
        record(session, project, type_, before=before)


def _write(project: Project, changed: Mapping[str, Any]) -> Image:
    """Return what was replaced."""
    changed = keyed(changed)
    before = images.was("project", [project.id], {name: getattr(project, name) for name in changed})
    for name, value in changed.items():
        setattr(project, name, value)
    project.updated_at = clock.now()
    project.version += 1
    return before
