"""Tasks over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Body, Request, Response

from questlog.api.deps import CurrentUser, ExpectedVersion, Page, PathId, Reader, UserId, Writer
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.api.task_filters import Filters, Order
from questlog.core import clock
from questlog.flows.add_task import add_task
from questlog.flows.change_task import change_task
from questlog.flows.complete_task import complete_task as complete
from questlog.flows.find_tasks import find_tasks
from questlog.flows.reopen_task import reopen_task as reopen
from questlog.planning import occurrences, task_delays, task_moves, task_trash, tasks
from questlog.planning.order_schemas import ReorderRequest
from questlog.planning.task_answers import answer
from questlog.planning.task_schemas import (
    CompletionRequest,
    OccurrencePage,
    Postponement,
    Rescheduling,
    TaskCounts,
    TaskCreate,
    TaskMove,
    TaskPage,
    TaskResponse,
    TaskUpdate,
)

router = HouseRouter(prefix="/tasks", tags=["tasks"])
# An empty receipt is sent as `{}`: what a row does not say is left out.
ONE: dict[str, Any] = {"response_model": TaskResponse, "response_model_exclude_unset": True}


@router.get("", response_model=TaskPage)
async def list_tasks(
    *,
    request: Request,
    filters: Filters,
    order: Order,
    page: Page,
    me: CurrentUser,
    session: Reader,
) -> Response:
    """List tasks, open and completed. The views (inbox, due_today, upcoming, overdue) list open ones."""
    found = await find_tasks(
        session,
        me.user_id,
        filters.wanted(),
        page,
        timezone=me.timezone,
        query=filters.filter,
        filter_id=filters.filter_id,
        sort=order.sort,
        descending=order.descending,
    )
    return page_answer(request, found, [answer(row, me.locale) for row in found.items])


@router.get("/counts", response_model=TaskCounts)
async def count_tasks(me: CurrentUser, session: Reader) -> dict[str, int]:
    """Count the views, by the same definitions as their lists, and what was completed."""
    return await tasks.counts(session, me.user_id, today=clock.today(me.timezone))


@router.post("", status_code=201, **ONE)
async def create_task(body: TaskCreate, me: CurrentUser, session: Writer) -> Mapping[str, Any]:
    """Add a task at the end. A recurrence without a date begins on its first date from today."""
    added = await add_task(session, me.user_id, body, timezone=me.timezone)
    return answer(added.task, me.locale, receipt=added.receipt)


@router.post("/reorder", **ONE)
async def reorder_task(
    body: ReorderRequest, expected: ExpectedVersion, me: CurrentUser, session: Writer
) -> Mapping[str, Any]:
    """Put a task right before or after another one of the same parent."""
    row = await task_moves.reorder(
        session, me.user_id, body.id, body.neighbour, expected_version=expected
    )
    return answer(row, me.locale)


@router.get("/{task_id}", **ONE)
async def get_task(task_id: PathId, me: CurrentUser, session: Reader) -> Mapping[str, Any]:
    """Give one task."""
    return answer(await tasks.get(session, me.user_id, task_id), me.locale)


@router.put("/{task_id}", **ONE, name="put_task")
@router.patch("/{task_id}", **ONE)
async def update_task(
    task_id: PathId, body: TaskUpdate, expected: ExpectedVersion, me: CurrentUser, session: Writer
) -> Mapping[str, Any]:
    """Change the fields that are present; `null` clears one that may be empty. Completing runs its flow."""
    changed = await change_task(
        session,
        me.user_id,
        task_id,
        body.changes,
        timezone=me.timezone,
        expected_version=expected,
    )
    return answer(changed.task, me.locale, receipt=changed.receipt)


@router.delete("/{task_id}", status_code=204)
async def delete_task(
    task_id: PathId, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> None:
    """Put a task and its subtasks into the trash, where they can be taken back for thirty days."""
    await task_trash.throw_away(session, user_id, task_id, expected_version=expected)


@router.post("/{task_id}/restore", **ONE)
async def restore_task(
    task_id: PathId, expected: ExpectedVersion, me: CurrentUser, session: Writer
) -> Mapping[str, Any]:
    """Take a task out of the trash, with the subtasks that went along."""
    row = await task_trash.restore(session, me.user_id, task_id, expected_version=expected)
    return answer(row, me.locale)


@router.patch("/{task_id}/complete", **ONE, name="patch_complete_task")
@router.post("/{task_id}/complete", **ONE)
async def complete_task(
    task_id: PathId,
    expected: ExpectedVersion,
    me: CurrentUser,
    session: Writer,
    body: Annotated[CompletionRequest | None, Body()] = None,
) -> Mapping[str, Any]:
    """Mark a task done; a series moves to its next date. Repeating changes nothing and answers an empty receipt."""
    done = await complete(
        session,
        me.user_id,
        task_id,
        timezone=me.timezone,
        expected_version=expected,
        **(body.model_dump(exclude_unset=True) if body is not None else {}),
    )
    return answer(done.task, me.locale, receipt=done.receipt)


@router.post("/{task_id}/incomplete", **ONE)
async def reopen_task(
    task_id: PathId, expected: ExpectedVersion, me: CurrentUser, session: Writer
) -> Mapping[str, Any]:
    """Take the last completion back. Repeating changes nothing and answers an empty receipt."""
    opened = await reopen(
        session, me.user_id, task_id, timezone=me.timezone, expected_version=expected
    )
    return answer(opened.task, me.locale, receipt=opened.receipt)


@router.post("/{task_id}/skip", **ONE)
async def skip_task(
    task_id: PathId, expected: ExpectedVersion, me: CurrentUser, session: Writer
) -> Mapping[str, Any]:
    """Leave out the date a series stands at: it goes to the next one, and the date counts as skipped."""
    row = await task_delays.skip(
        session, me.user_id, task_id, timezone=me.timezone, expected_version=expected
    )
    return answer(row, me.locale)


@router.post("/{task_id}/postpone", **ONE)
async def postpone_task(
    task_id: PathId, body: Postponement, expected: ExpectedVersion, me: CurrentUser, session: Writer
) -> Mapping[str, Any]:
    """Put off the date a task stands at to a later one; it counts as postponed, and a series keeps its rhythm."""
    row = await task_delays.postpone(
        session,
        me.user_id,
        task_id,
        body.until,
        timezone=me.timezone,
        expected_version=expected,
    )
    return answer(row, me.locale)


@router.post("/{task_id}/reschedule", **ONE)
async def reschedule_task(
    task_id: PathId, body: Rescheduling, expected: ExpectedVersion, me: CurrentUser, session: Writer
) -> Mapping[str, Any]:
    """Give a task another date; a series goes on from there by the same rule, unless only `this` date is moved."""
    row = await task_delays.reschedule(
        session,
        me.user_id,
        task_id,
        body.due_date,
        scope=body.scope,
        timezone=me.timezone,
        expected_version=expected,
    )
    return answer(row, me.locale)


@router.post("/{task_id}/move", **ONE)
async def move_task(
    task_id: PathId, body: TaskMove, expected: ExpectedVersion, me: CurrentUser, session: Writer
) -> Mapping[str, Any]:
    """Give a task another project or parent; its subtasks come along."""
    row = await task_moves.move(
        session,
        me.user_id,
        task_id,
        body.changes,
        timezone=me.timezone,
        expected_version=expected,
    )
    return answer(row, me.locale)


@router.post("/{task_id}/to-task", **ONE)
async def convert_task(
    task_id: PathId, expected: ExpectedVersion, me: CurrentUser, session: Writer
) -> Mapping[str, Any]:
    """Make a subtask a task of its own, in the project of its parent; its subtasks come along. A repeat changes nothing."""
    row = await task_moves.move(
        session,
        me.user_id,
        task_id,
        {"parent_task_id": None},
        timezone=me.timezone,
        expected_version=expected,
    )
    return answer(row, me.locale)


@router.post("/{task_id}/duplicate", status_code=201, **ONE)
async def duplicate_task(task_id: PathId, me: CurrentUser, session: Writer) -> Mapping[str, Any]:
    """Make the same task again, open, with its labels and subtasks."""
    return answer(await task_moves.duplicate(session, me.user_id, task_id), me.locale)


@router.get("/{task_id}/occurrences", response_model=OccurrencePage)
async def list_task_occurrences(
    request: Request, task_id: PathId, page: Page, user_id: UserId, session: Reader
) -> Response:
    """List what became of a task on its dates, newest first."""
    found = await occurrences.page_of_task(session, user_id, task_id, page)
    return page_answer(request, found, found.items)
