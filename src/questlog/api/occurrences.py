"""What became of tasks, over HTTP."""

from typing import Annotated

from fastapi import Query, Request, Response

from questlog.api.deps import Page, Reader, UserId
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.core.schemas import IsoDate
from questlog.planning import occurrences
from questlog.planning.occurrences import Outcome
from questlog.planning.task_schemas import OccurrencePage

router = HouseRouter(prefix="/occurrences", tags=["tasks"])


@router.get("", response_model=OccurrencePage)
async def list_occurrences(
    *,
    request: Request,
    page: Page,
    user_id: UserId,
    session: Reader,
    first: Annotated[IsoDate | None, Query(alias="from", description="The first day.")] = None,
    last: Annotated[IsoDate | None, Query(alias="to", description="The last day.")] = None,
    outcome: Annotated[Outcome | None, Query()] = None,
) -> Response:
    """List what was completed, skipped and postponed, newest first. The counts count the completed ones."""
    found = await occurrences.page(session, user_id, page, first=first, last=last, outcome=outcome)
    return page_answer(request, found, found.items)
