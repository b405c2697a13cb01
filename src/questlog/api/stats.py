"""Statistics over HTTP."""

from typing import Annotated

from fastapi import Query

from questlog.api.deps import CurrentUser, SlowReader
from questlog.api.routing import HouseRouter
from questlog.core import clock
from questlog.core.schemas import FIRST_YEAR, LAST_YEAR
from questlog.stats import overview, productivity
from questlog.stats.overview import Overview
from questlog.stats.productivity import DayOfWork, YearOfWork
from questlog.stats.schemas import DayResponse, HeatmapResponse, OverviewResponse

router = HouseRouter(prefix="/stats", tags=["stats"])

Days = Annotated[int, Query(ge=1, le=365, description="How many days, today among them.")]
Year = Annotated[
    int | None,
    Query(ge=FIRST_YEAR, le=LAST_YEAR, description="By default the current one."),
]


@router.get("/productivity", response_model=list[DayResponse])
async def get_productivity(me: CurrentUser, session: SlowReader, days: Days = 7) -> list[DayOfWork]:
    """Count what was completed on each of the last days, oldest first, days without anything among them.

    Every date of a series counts on the day it was done.
    """
    today = clock.today(me.timezone)
    return await productivity.of_days(session, me.user_id, days, today=today)


@router.get("/overview", response_model=OverviewResponse)
async def get_overview(me: CurrentUser, session: SlowReader) -> Overview:
    """Look at everything that was ever completed: how much, how punctually, when, and for what."""
    return await overview.of_all(session, me.user_id, today=clock.today(me.timezone))


@router.get("/heatmap", response_model=HeatmapResponse)
async def get_heatmap(me: CurrentUser, session: SlowReader, year: Year = None) -> YearOfWork:
    """Count what was completed on every day of a year."""
    wanted = clock.today(me.timezone).year if year is None else year
    return await productivity.of_year(session, me.user_id, wanted)
