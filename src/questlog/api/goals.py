"""Goals over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from questlog.api.deps import (
    CurrentUser,
    ExpectedVersion,
    Page,
    PathId,
    Reader,
    SlowReader,
    UserId,
    Writer,
)
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.core.schemas import QueryFlag
from questlog.flows import rewards
from questlog.planning import goal_progress, goal_trash, goals
from questlog.planning.goal_progress import GoalReport
from questlog.planning.goal_queries import GoalFilter
from questlog.planning.goal_schemas import (
    GoalCreate,
    GoalPage,
    GoalProgressResponse,
    GoalResponse,
    GoalTreeResponse,
    GoalType,
    GoalUpdate,
    Period,
)
from questlog.planning.models import Goal
from questlog.planning.order_schemas import ReorderRequest

router = HouseRouter(prefix="/goals", tags=["goals"])


def goal_filter(
    goal_type: Annotated[GoalType | None, Query()] = None,
    period: Annotated[Period | None, Query()] = None,
    parent_goal_id: Annotated[UUID | None, Query(description="Right under this goal.")] = None,
    completed: Annotated[QueryFlag | None, Query()] = None,
    trash: Annotated[QueryFlag, Query(description="What was deleted in the last 30 days.")] = False,
) -> GoalFilter:
    return GoalFilter(goal_type, period, parent_goal_id, completed, trash)


@router.get("", response_model=GoalPage)
async def list_goals(
    request: Request,
    wanted: Annotated[GoalFilter, Depends(goal_filter)],
    page: Page,
    user_id: UserId,
    session: Reader,
) -> Response:
    """List goals in their order, whatever they hang under."""
    found = await goals.page(session, user_id, wanted, page)
    return page_answer(request, found, found.items)


@router.post("", status_code=201, response_model=GoalResponse)
async def create_goal(body: GoalCreate, user_id: UserId, session: Writer) -> Goal:
    """Set a goal, on its own or under another one, at most five deep."""
    return await goals.create(session, user_id, **body.model_dump())


@router.get("/tree", response_model=GoalTreeResponse)
async def get_goal_tree(user_id: UserId, session: SlowReader) -> dict[str, Any]:
    """Give all goals, each with what hangs under it and how much of the whole branch is done."""
    return {"items": await goal_progress.tree(session, user_id)}


@router.post("/reorder", response_model=GoalResponse)
async def reorder_goal(
    body: ReorderRequest, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> Goal:
    """Put a goal right before or after another one. What it hangs under stays as it is."""
    return await goals.place(session, user_id, body.id, body.neighbour, expected_version=expected)


@router.get("/{goal_id}", response_model=GoalResponse)
async def get_goal(goal_id: PathId, user_id: UserId, session: Reader) -> Goal:
    """Give one goal."""
    return await goals.get(session, user_id, goal_id)


@router.put("/{goal_id}", response_model=GoalResponse, name="put_goal")
@router.patch("/{goal_id}", response_model=GoalResponse)
async def update_goal(
    goal_id: PathId, body: GoalUpdate, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> Goal:
    """Change the fields that are present; `null` clears one that may be empty."""
    return await goals.change(session, user_id, goal_id, body.changes, expected_version=expected)


@router.delete("/{goal_id}", status_code=204)
async def delete_goal(
    goal_id: PathId, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> None:
    """Put a goal into the trash. Its sub-goals, projects and tasks stay, without it."""
    await goal_trash.delete(session, user_id, goal_id, expected_version=expected)


@router.post("/{goal_id}/restore", response_model=GoalResponse)
async def restore_goal(
    goal_id: PathId, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> Goal:
    """Take a goal out of the trash, with everything that hung under it and was not moved since."""
    return await goal_trash.restore(session, user_id, goal_id, expected_version=expected)


@router.post("/{goal_id}/complete", response_model=GoalResponse)
async def complete_goal(
    goal_id: PathId, expected: ExpectedVersion, me: CurrentUser, session: Writer
) -> Goal:
    """Mark a goal reached. Repeating the call changes nothing; its tasks stay as they are.

    The game counts a goal once, and only with at least one completed task under it.
    """
    return await rewards.complete_goal(
        session, me.user_id, goal_id, timezone=me.timezone, expected_version=expected
    )


@router.post("/{goal_id}/incomplete", response_model=GoalResponse)
async def reopen_goal(
    goal_id: PathId, expected: ExpectedVersion, me: CurrentUser, session: Writer
) -> Goal:
    """Take the completion of a goal back. Repeating the call changes nothing."""
    return await rewards.reopen_goal(
        session, me.user_id, goal_id, timezone=me.timezone, expected_version=expected
    )


@router.get("/{goal_id}/progress", response_model=GoalProgressResponse)
async def get_goal_progress(goal_id: PathId, user_id: UserId, session: Reader) -> GoalReport:
    """Count the tasks that serve a goal: its own, and those of its projects and sub-goals, each once.

    Series that still run are left out, subtasks are in, cancelled tasks are out.
    """
    return await goal_progress.of_goal(session, user_id, goal_id)
