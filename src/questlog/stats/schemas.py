"""Statistics on the wire."""

from datetime import date
from uuid import UUID

from pydantic import Field

from questlog.core.schemas import Answer


class DayResponse(Answer):
    date: date
    count: int = Field(description="Completions on this day of the user's calendar.")
    xp: int
    breakdown: dict[str, int] = Field(
        description="Completions by the id of their project, or `inbox`."
    )


class HeatmapDay(Answer):
    date: date
    count: int
    xp: int


class HeatmapResponse(Answer):
    year: int
    total: int
    best: int = Field(description="The most completions of one day.")
    days: list[HeatmapDay]


class TotalsResponse(Answer):
    completed: int
    xp: int
    days: int = Field(description="Days with at least one completion.")


class PunctualityResponse(Answer):
    planned: int = Field(description="Completions of tasks that had a date.")
    on_time: int = Field(description="Those on their date or before.")
    rate: float | None = Field(description="From 0 to 1; null when nothing had a date.")


class StreakResponse(Answer):
    current: int = Field(description="Days in a row up to today or yesterday.")
    best: int


class PriorityShareResponse(Answer):
    priority: int
    count: int
    xp: int


class ShareResponse(Answer):
    id: UUID | None = Field(description="Null for what belongs to none.")
    title: str | None = Field(description="Null, too, when it was deleted for good.")
    count: int
    xp: int


class OverviewResponse(Answer):
    totals: TotalsResponse
    punctuality: PunctualityResponse
    streak: StreakResponse
    best_weekday: int | None = Field(description="1 is Monday, 7 is Sunday.")
    best_hour: int | None = Field(description="0 to 23, on the user's clock.")
    by_weekday: list[int] = Field(description="From Monday to Sunday.")
    by_hour: list[int] = Field(description="From midnight on.")
    by_priority: list[PriorityShareResponse]
    by_project: list[ShareResponse]
    by_goal: list[ShareResponse]
