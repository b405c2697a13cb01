"""Reviews of days and weeks on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.core.schemas import Answer, Flag, Patch, Strict, absent, title

Source = Literal["rules", "model"]
MOST_LINES, LONGEST_LINE = 20, 500
Line = Annotated[str, title(LONGEST_LINE)]
Lines = Annotated[list[Line], Field(max_length=MOST_LINES)]


class DayDone(Answer):
    date: date
    done: int


class WeekBefore(Answer):
    first_day: date
    done: int
    active_days: int


class Most(Answer):
    number: int = Field(description="A weekday from 1, Monday, or an hour of 24.")
    done: int


class ProjectDone(Answer):
    title: str | None = Field(description="Null for what belongs to no project.")
    done: int


class PutOff(Answer):
    title: str
    times: int


class Overdue(Answer):
    task_id: UUID
    title: str
    due: date


class FactsResponse(Answer):
    """What was counted. Days are the user's; titles are shortened to a line."""

    first_day: date
    last_day: date
    days: int
    done: int = Field(description="Completions, each date of a series for itself.")
    xp: int
    active_days: int = Field(description="Days with at least one completion.")
    per_day: list[DayDone]
    by_weekday: list[int] = Field(description="From Monday to Sunday.")
    by_hour: list[int] = Field(description="From midnight on.")
    best_weekday: Most | None
    best_hour: Most | None
    planned: int = Field(
        description="Completions that had a date. What is still open is none of them."
    )
    on_time: int = Field(description="Those of them that came on it or before.")
    on_time_percent: int | None
    by_project: list[ProjectDone] = Field(description="The ten with most completions.")
    skipped: int
    postponed: int
    postponed_most: list[PutOff]
    finished: list[str] = Field(description="Titles of what was done, the weightiest first.")
    open_now: int
    overdue_now: int
    overdue_longest: list[Overdue]
    overdue_at_end: int = Field(
        description="Tasks due by the last of these days that is over, and not done by its end."
    )
    due_not_done: int = Field(description="Those of them that were due on these days.")
    streak: int = Field(description="Today's.")
    best_streak: int
    level: int
    weeks_before: list[WeekBefore] = Field(description="The four weeks before, the nearest first.")
    done_in_four_weeks_before: int
    per_week: float
    per_week_before: float
    change_percent: int | None = Field(
        description="Completions by the week, against the four weeks before."
    )


class Told(Answer):
    source: Source = Field(description="Whether rules or a language model wrote the sentences.")
    model: str | None = Field(description="The model that wrote them.")
    trouble: str | None = Field(
        description="Why this server's model did not write them, such as `timeout` or `ai_quota`."
    )
    removed: list[str] = Field(
        description="Sentences of the model that were taken out, because a number in them is none of the facts."
    )


class AnalysisResponse(Told):
    """What the last days look like."""

    days: int
    facts: FactsResponse
    analysis: str = Field(description="Plain text, in the user's language.")


class Measure(Answer):
    """A fact of the week with a bound, or a task that is overdue no more."""

    fact: Literal["done", "active_days", "overdue_now"] | None = None
    at_least: int | None = None
    at_most: int | None = None
    task_id: UUID | None = None


class WeeklyGoal(Answer):
    text: str
    measure: Measure | None = Field(description="Null for a goal only you can judge.")
    met: bool | None = Field(
        description="Null until the week is over, as long as nobody says, or if its task is gone undone."
    )


class RetrospectiveSummary(Told):
    """A retrospective without its facts."""

    id: UUID
    week_on: date = Field(description="The Monday its week began on.")
    achievements: list[str]
    difficulties: list[str]
    improvements: list[str]
    weekly_goals: list[WeeklyGoal] = Field(description="Goals for the week after.")
    edited_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int


class RetrospectiveResponse(RetrospectiveSummary):
    """A look back at a week."""

    facts: FactsResponse
    last_goals: list[WeeklyGoal] = Field(
        description="The goals that were set for this week, and whether they were met."
    )


class RetrospectivePage(Answer):
    items: list[RetrospectiveSummary]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class WeeklyGoalInput(Strict):
    text: Line
    met: Flag | None = None


class RetrospectiveUpdate(Patch):
    """Each list that is given takes the place of the one there was."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "achievements": ["I rested on Sunday."],
                    "weekly_goals": [
                        {"text": "Finish at least 12 tasks."},
                        {"text": "Walk every day.", "met": True},
                    ],
                }
            ]
        }
    )

    achievements: Lines = absent()
    difficulties: Lines = absent()
    improvements: Lines = absent()
    weekly_goals: Annotated[list[WeeklyGoalInput], Field(max_length=MOST_LINES)] = absent()
