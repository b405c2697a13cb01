"""Projects over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from questlog.api.deps import ExpectedVersion, Page, PathId, Reader, SlowReader, UserId, Writer
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.core.schemas import QueryFlag
from questlog.planning import project_trash, projects
from questlog.planning.models import Project
from questlog.planning.order_schemas import ReorderRequest
from questlog.planning.project_queries import ProjectFilter
from questlog.planning.project_schemas import (
    ProjectCreate,
    ProjectPage,
    ProjectResponse,
    ProjectUpdate,
    TaskCountsResponse,
)

router = HouseRouter(prefix="/projects", tags=["projects"])


def project_filter(
    goal_id: Annotated[UUID | None, Query(description="Right under this goal.")] = None,
    archived: Annotated[
        QueryFlag, Query(description="The archived ones instead of the others.")
    ] = False,
    trash: Annotated[QueryFlag, Query(description="What was deleted in the last 30 days.")] = False,
) -> ProjectFilter:
    return ProjectFilter(goal_id, archived, trash)


@router.get("", response_model=ProjectPage)
async def list_projects(
    request: Request,
    wanted: Annotated[ProjectFilter, Depends(project_filter)],
    page: Page,
    user_id: UserId,
    session: Reader,
) -> Response:
    """List the projects that are not archived, in their order."""
    found = await projects.page(session, user_id, wanted, page)
    return page_answer(request, found, found.items)


@router.post("", status_code=201, response_model=ProjectResponse)
async def create_project(body: ProjectCreate, user_id: UserId, session: Writer) -> Project:
    """Start a project."""
    return await projects.create(session, user_id, **body.model_dump())


@router.get("/task-counts", response_model=TaskCountsResponse)
async def count_project_tasks(user_id: UserId, session: SlowReader) -> dict[UUID, int]:
    """Count the open tasks of every project, subtasks included: `{project_id: n}`."""
    return await projects.task_counts(session, user_id)


@router.post("/reorder", response_model=ProjectResponse)
async def reorder_project(
    body: ReorderRequest, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> Project:
    """Put a project right before or after another one."""
    return await projects.place(
        session, user_id, body.id, body.neighbour, expected_version=expected
    )


@router.get("/{project_id}", response_model=ProjectResponse)
async def get_project(project_id: PathId, user_id: UserId, session: Reader) -> Project:
    """Give one project."""
    return await projects.get(session, user_id, project_id)


@router.put("/{project_id}", response_model=ProjectResponse, name="put_project")
@router.patch("/{project_id}", response_model=ProjectResponse)
async def update_project(
    project_id: PathId,
    body: ProjectUpdate,
    expected: ExpectedVersion,
    user_id: UserId,
    session: Writer,
) -> Project:
    """Change the fields that are present; `null` clears one that may be empty."""
    return await projects.change(
        session, user_id, project_id, body.changes, expected_version=expected
    )


@router.delete("/{project_id}", status_code=204)
async def delete_project(
    project_id: PathId,
    expected: ExpectedVersion,
    user_id: UserId,
    session: Writer,
    with_tasks: Annotated[
        QueryFlag, Query(description="Its tasks go into the trash, too.")
    ] = False,
) -> None:
    """Put a project into the trash. Its tasks fall to the inbox, unless `with_tasks` is set."""
    await project_trash.delete(
        session, user_id, project_id, with_tasks=with_tasks, expected_version=expected
    )


@router.post("/{project_id}/restore", response_model=ProjectResponse)
async def restore_project(
    project_id: PathId, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> Project:
    """Take a project out of the trash, with the tasks its deletion took or let fall."""
    return await project_trash.restore(session, user_id, project_id, expected_version=expected)


@router.post("/{project_id}/archive", response_model=ProjectResponse)
async def archive_project(
    project_id: PathId, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> Project:
    """Take a project out of sight. Repeating the call changes nothing; its tasks stay as they are."""
    return await projects.archive(session, user_id, project_id, expected_version=expected)


@router.post("/{project_id}/unarchive", response_model=ProjectResponse)
async def unarchive_project(
    project_id: PathId, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> Project:
    """Bring a project back into sight. Repeating the call changes nothing."""
    return await projects.unarchive(session, user_id, project_id, expected_version=expected)
