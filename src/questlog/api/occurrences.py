"""What became of tasks, over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from questlog.api.deps import CurrentUser, ExpectedVersion, Page, PathId, Reader, UserId, Writer
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.core.schemas import IsoDate
from questlog.flows.reopen_occurrence import reopen_occurrence as reopen
from questlog.planning import occurrences
from questlog.planning.occurrences import OccurrenceFilter, Outcome
from questlog.planning.task_answers import answer
from questlog.planning.task_schemas import OccurrencePage, TaskResponse

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
    task_id: Annotated[UUID | None, Query()] = None,
    project_id: Annotated[UUID | None, Query(description="The project of the task then.")] = None,
    goal_id: Annotated[UUID | None, Query(description="The goal of the task then.")] = None,
) -> Response:
    """List what was completed, skipped and postponed, newest first. The counts count the completed ones."""
    wanted = OccurrenceFilter(first, last, outcome, task_id, project_id, goal_id)
    found = await occurrences.page(session, user_id, wanted, page)
    return page_answer(request, found, found.items)


@router.post(
    "/{occurrence_id}/reopen", response_model=TaskResponse, response_model_exclude_unset=True
)
async def reopen_occurrence(
    occurrence_id: PathId, expected: ExpectedVersion, me: CurrentUser, session: Writer
) -> Mapping[str, Any]:
    """Take back a completion, a skip or a postponement of the last 30 days, and answer its task.

    The last one gives the task the dates it had; an older completion of a series is marked as not done, and the series
    stays where it is. Refused when something later goes on from it, or when the task was moved, changed or deleted
    since. Repeating changes nothing and answers an empty receipt. `If-Match` is compared with the task's version.
    """
    opened = await reopen(
        session, me.user_id, occurrence_id, timezone=me.timezone, expected_version=expected
    )
    return answer(opened.task, me.locale, receipt=opened.receipt)
