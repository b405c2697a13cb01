"""Kept filters over HTTP, and what a filter means."""

from typing import Any

from fastapi import Request, Response

from questlog.api.deps import (
    CurrentUser,
    ExpectedVersion,
    Page,
    PathId,
    Reader,
    Steps,
    UserId,
    Writer,
)
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.flows.explain_filter import explain_filter as explain
from questlog.planning import saved_filters
from questlog.planning.filter_models import SavedFilter
from questlog.planning.filter_schemas import (
    ExplainRequest,
    FilterCreate,
    FilterExplanation,
    FilterPage,
    FilterResponse,
    FilterUpdate,
)
from questlog.planning.order_schemas import ReorderRequest

router = HouseRouter(prefix="/filters", tags=["filters"])


@router.get("", response_model=FilterPage)
async def list_filters(request: Request, page: Page, user_id: UserId, session: Reader) -> Response:
    """List kept filters in their order."""
    found = await saved_filters.page(session, user_id, page)
    return page_answer(request, found, found.items)


@router.post("", status_code=201, response_model=FilterResponse)
async def create_filter(body: FilterCreate, user_id: UserId, session: Writer) -> SavedFilter:
    """Keep a filter. An expression that is none answers 422 with its place; a name that is taken 409."""
    return await saved_filters.create(
        session, user_id, body.name, body.query, color=body.color, position=body.position
    )


@router.post("/explain", response_model=FilterExplanation, response_model_exclude_unset=True)
async def explain_filter(body: ExplainRequest, me: CurrentUser, steps: Steps) -> dict[str, Any]:
    """Say what an expression asks for: its tree, its canonical text, a sentence, and names that match nothing."""
    return await steps.read(explain, me.user_id, body.query, locale=me.locale)


@router.post("/reorder", response_model=FilterResponse)
async def reorder_filter(
    body: ReorderRequest, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> SavedFilter:
    """Put a filter right before or after another one."""
    return await saved_filters.place(
        session, user_id, body.id, body.neighbour, expected_version=expected
    )


@router.get("/{filter_id}", response_model=FilterResponse)
async def get_filter(filter_id: PathId, user_id: UserId, session: Reader) -> SavedFilter:
    """Give one kept filter."""
    return await saved_filters.get(session, user_id, filter_id)


@router.put("/{filter_id}", response_model=FilterResponse, name="put_filter")
@router.patch("/{filter_id}", response_model=FilterResponse)
async def update_filter(
    filter_id: PathId,
    body: FilterUpdate,
    expected: ExpectedVersion,
    user_id: UserId,
    session: Writer,
) -> SavedFilter:
    """Change the fields that are present."""
    return await saved_filters.change(
        session, user_id, filter_id, body.changes, expected_version=expected
    )


@router.delete("/{filter_id}", status_code=204)
async def delete_filter(
    filter_id: PathId, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> None:
    """Delete a kept filter. Its tasks stay as they are."""
    await saved_filters.delete(session, user_id, filter_id, expected_version=expected)
