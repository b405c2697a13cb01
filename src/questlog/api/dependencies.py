"""What waits for what, over HTTP."""

from questlog.api.deps import ExpectedVersion, PathId, Reader, UserId, Writer
from questlog.api.routing import HouseRouter
from questlog.planning import dependencies
from questlog.planning.dependencies import Dependencies
from questlog.planning.dependency_schemas import (
    DependenciesResponse,
    DependenciesUpdate,
    DependencyCreate,
)

router = HouseRouter(prefix="/tasks", tags=["tasks"])


@router.get("/{task_id}/dependencies", response_model=DependenciesResponse)
async def get_dependencies(task_id: PathId, user_id: UserId, session: Reader) -> Dependencies:
    """Say what a task waits for, and what waits for it."""
    return await dependencies.get(session, user_id, task_id)


@router.put("/{task_id}/dependencies", response_model=DependenciesResponse)
async def put_dependencies(
    task_id: PathId,
    body: DependenciesUpdate,
    expected: ExpectedVersion,
    user_id: UserId,
    session: Writer,
) -> Dependencies:
    """Set what a task waits for, what waits for it, or both. Tasks cannot wait for each other in a circle."""
    return await dependencies.put(
        session, user_id, task_id, expected_version=expected, **body.changes
    )


@router.post("/{task_id}/dependencies", response_model=DependenciesResponse)
async def add_dependency(
    task_id: PathId,
    body: DependencyCreate,
    expected: ExpectedVersion,
    user_id: UserId,
    session: Writer,
) -> Dependencies:
    """Let a task wait for one more. A repeat changes nothing."""
    return await dependencies.add(
        session, user_id, task_id, body.blocker_id, expected_version=expected
    )


@router.delete("/{task_id}/dependencies/{blocker_id}", status_code=204)
async def remove_dependency(
    task_id: PathId,
    blocker_id: PathId,
    expected: ExpectedVersion,
    user_id: UserId,
    session: Writer,
) -> None:
    """Let a task not wait for this one any more. Where it did not, nothing changes."""
    await dependencies.remove(session, user_id, task_id, blocker_id, expected_version=expected)
