"""Reviews of days and weeks over HTTP."""

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from questlog.api.coach_doors import MaybeMind
from questlog.api.deps import CurrentUser, ExpectedVersion, Page, Reader, Steps, UserId, Writer
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.coach import retrospectives
from questlog.coach.analysis import Analysis, analyze_productivity
from questlog.coach.review_schemas import (
    AnalysisResponse,
    RetrospectivePage,
    RetrospectiveResponse,
    RetrospectiveUpdate,
)
from questlog.coach.toolbox import Who
from questlog.core.schemas import IsoDate
from questlog.identity.principals import Principal

router = HouseRouter(prefix="/ai", tags=["ai"])

Days = Annotated[int, Query(ge=1, le=365, description="How many days, today among them.")]
Week = Annotated[IsoDate, Path(description="Any day of the week.")]


@router.get("/productivity-analysis", response_model=AnalysisResponse)
async def get_productivity_analysis(
    me: CurrentUser, mind: MaybeMind, database: Steps, days: Days = 28
) -> Analysis:
    """Say what your last days look like: facts, and what they mean in a few sentences.

    The facts are counted. Sentences come from rules, or from this server's model; those of a model with a number that is
    none of the facts are taken out, and `removed` has them.
    """
    return await analyze_productivity(database, mind, _who(me), days=days)


@router.get("/retrospective", response_model=RetrospectiveResponse)
async def get_retrospective(me: CurrentUser, mind: MaybeMind, database: Steps) -> dict[str, Any]:
    """Look back at the last week that is over, from Monday to Sunday of your days.

    It is made when it is asked for first, and stays as it is or as you edit it. Goals set the week before come back with
    whether they were met.
    """
    return await retrospectives.weekly_retrospective(database, mind, _who(me))


@router.get("/retrospectives", response_model=RetrospectivePage)
async def list_retrospectives(
    request: Request, page: Page, user_id: UserId, session: Reader
) -> Response:
    """List the retrospectives that were made, the newest week first."""
    found = await retrospectives.page(session, user_id, page)
    return page_answer(request, found, found.items)


@router.get("/retrospective/{week}", response_model=RetrospectiveResponse)
async def get_retrospective_of_week(week: Week, user_id: UserId, session: Reader) -> dict[str, Any]:
    """Give the retrospective of a week, if one was made."""
    return await retrospectives.get(session, user_id, week)


@router.patch("/retrospective/{week}", response_model=RetrospectiveResponse)
async def update_retrospective(
    week: Week,
    body: RetrospectiveUpdate,
    expected: ExpectedVersion,
    user_id: UserId,
    session: Writer,
) -> dict[str, Any]:
    """Edit a retrospective: in your own words, or by saying whether a goal was met.

    A goal whose text stays as it is keeps its measure.
    """
    changes = body.model_dump(exclude_unset=True)
    return await retrospectives.change(session, user_id, week, changes, expected_version=expected)


@router.delete("/retrospective/{week}", status_code=204)
async def delete_retrospective(
    week: Week, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> None:
    """Forget a retrospective. That of the last week is made anew when it is asked for."""
    await retrospectives.delete(session, user_id, week, expected_version=expected)


def _who(me: Principal) -> Who:
    return Who(me.user_id, me.locale, me.timezone, came_as=me.actor)
