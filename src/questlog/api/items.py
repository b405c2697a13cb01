"""Items over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Body, Depends, Query, Request, Response

from questlog.api.deps import CurrentUser, ExpectedVersion, Page, PathId, Reader, UserId, Writer
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.core.schemas import QueryFlag, title
from questlog.flows.item_to_task import item_to_task
from questlog.planning import items
from questlog.planning.item_schemas import ItemCreate, ItemPage, ItemPlace, ItemResponse, ItemUpdate
from questlog.planning.items import ItemFilter
from questlog.planning.models import Item
from questlog.planning.task_answers import answer
from questlog.planning.task_schemas import TaskResponse

router = HouseRouter(prefix="/items", tags=["items"])


def item_filter(
    q: Annotated[
        Annotated[str, title(200)] | None,
        Query(description="Looked for in title and description, as it stands."),
    ] = None,
    is_active: Annotated[QueryFlag | None, Query()] = None,
) -> ItemFilter:
    return ItemFilter(q, is_active)


@router.get("", response_model=ItemPage)
async def list_items(
    request: Request,
    wanted: Annotated[ItemFilter, Depends(item_filter)],
    page: Page,
    user_id: UserId,
    session: Reader,
) -> Response:
    """List items, newest first."""
    found = await items.page(session, user_id, wanted, page)
    return page_answer(request, found, found.items)


@router.post("", status_code=201, response_model=ItemResponse)
async def create_item(body: ItemCreate, user_id: UserId, session: Writer) -> Item:
    """Capture something that is no task yet."""
    return await items.create(session, user_id, **body.model_dump())


@router.get("/{item_id}", response_model=ItemResponse)
async def get_item(item_id: PathId, user_id: UserId, session: Reader) -> Item:
    """Give one item."""
    return await items.get(session, user_id, item_id)


@router.put("/{item_id}", response_model=ItemResponse, name="put_item")
@router.patch("/{item_id}", response_model=ItemResponse)
async def update_item(
    item_id: PathId, body: ItemUpdate, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> Item:
    """Change the fields that are present; `null` clears one that may be empty."""
    return await items.change(session, user_id, item_id, body.changes, expected_version=expected)


@router.delete("/{item_id}", status_code=204)
async def delete_item(
    item_id: PathId, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> None:
    """Delete an item for good. A task it became stays."""
    await items.delete(session, user_id, item_id, expected_version=expected)


@router.post(
    "/{item_id}/to-task",
    status_code=201,
    response_model=TaskResponse,
    response_model_exclude_unset=True,
)
async def convert_item(
    item_id: PathId,
    expected: ExpectedVersion,
    me: CurrentUser,
    session: Writer,
    body: Annotated[ItemPlace | None, Body()] = None,
) -> Mapping[str, Any]:
    """Make a task or a subtask of an item, which keeps the link to it. Repeating the call answers the same task."""
    task = await item_to_task(
        session,
        me.user_id,
        item_id,
        timezone=me.timezone,
        place=body.model_dump() if body is not None else {},
        expected_version=expected,
    )
    return answer(task, me.locale)
