"""Tasks under the address that names their owner. It answers like `/tasks`, but its `complete` toggles."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response

from questlog.api.deps import CurrentUser, ExpectedVersion, Page, PathId, Reader, Writer
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.api.task_filters import Filters, Order
from questlog.api.tasks import ONE
from questlog.flows.add_task import add_task
from questlog.flows.change_task import change_task
from questlog.flows.find_tasks import find_tasks
from questlog.flows.toggle_task import toggle_task
from questlog.identity.principals import Principal
from questlog.planning import task_answers, task_trash, tasks
from questlog.planning.ownership import NotYoursError
from questlog.planning.task_rows import TaskRow
from questlog.planning.task_schemas import TaskCreate, TaskPage, TaskUpdate

OWN_ID = "Your own id: ours, or the `sub` of the trusted issuer's token you come with."
router = HouseRouter(prefix="/users/{user_id}/tasks", tags=["tasks"])


async def owner(
    me: CurrentUser, user_id: Annotated[str, Path(max_length=255, description=OWN_ID)]
) -> Principal:
    """Raises `NotYoursError` for any id but the caller's, whether there is such a user or not.

    Who comes with the token of a trusted issuer is also known by that issuer's name for them.
    """
    if user_id.lower() != str(me.user_id) and (me.subject is None or user_id != me.subject):
        raise NotYoursError()
    return me


Owner = Annotated[Principal, Depends(owner)]
Named = Annotated[str, Path(alias="user_id", max_length=255, description=OWN_ID)]


def _answer(
    row: TaskRow, me: Principal, named: str, receipt: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    return task_answers.answer(row, me.locale, receipt=receipt) | {"user_id": named}


@router.get("", response_model=TaskPage)
async def list_user_tasks(
    *,
    request: Request,
    me: Owner,
    named: Named,
    filters: Filters,
    order: Order,
    page: Page,
    session: Reader,
) -> Response:
    """List your tasks, open and completed."""
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
    return page_answer(request, found, [_answer(row, me, named) for row in found.items])


@router.post("", status_code=201, **ONE)
async def create_user_task(
    me: Owner, named: Named, body: TaskCreate, session: Writer
) -> Mapping[str, Any]:
    """Add a task at the end."""
    added = await add_task(session, me.user_id, body, timezone=me.timezone)
    return _answer(added.task, me, named, added.receipt)


@router.get("/{task_id}", **ONE)
async def get_user_task(
    me: Owner, named: Named, task_id: PathId, session: Reader
) -> Mapping[str, Any]:
    """Give one of your tasks."""
    return _answer(await tasks.get(session, me.user_id, task_id), me, named)


@router.put("/{task_id}", **ONE)
async def update_user_task(
    *,
    me: Owner,
    named: Named,
    task_id: PathId,
    body: TaskUpdate,
    expected: ExpectedVersion,
    session: Writer,
) -> Mapping[str, Any]:
    """Change the fields that are present."""
    changed = await change_task(
        session,
        me.user_id,
        task_id,
        body.changes,
        timezone=me.timezone,
        expected_version=expected,
    )
    return _answer(changed.task, me, named, changed.receipt)


@router.delete("/{task_id}", status_code=204)
async def delete_user_task(
    me: Owner, task_id: PathId, expected: ExpectedVersion, session: Writer
) -> None:
    """Put a task and its subtasks into the trash."""
    await task_trash.throw_away(session, me.user_id, task_id, expected_version=expected)


@router.patch("/{task_id}/complete", **ONE)
async def toggle_user_task(
    me: Owner, named: Named, task_id: PathId, expected: ExpectedVersion, session: Writer
) -> Mapping[str, Any]:
    """Complete a task that is open, reopen one that is done."""
    changed = await toggle_task(
        session, me.user_id, task_id, timezone=me.timezone, expected_version=expected
    )
    return _answer(changed.task, me, named, changed.receipt)
