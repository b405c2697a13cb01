"""Tasks on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from questlog.core.receipt_schemas import Advance, BadgeName, Blow, Kept, LessonStep
from questlog.core.schemas import (
    Answer,
    DateOrMoment,
    Flag,
    IsoDate,
    Patch,
    Strict,
    absent,
    number,
    text,
    title,
    whole_number,
)
from questlog.planning.positions import LARGEST
from questlog.planning.rrule import LONGEST_TEXT
from questlog.planning.task_words import Difficulty, Priority, Scope, Status

MAX_LABELS = 50

TaskTitle = Annotated[str, title(1000)]
Description = Annotated[str, text(0, 20_000)]
LabelName = Annotated[str, title(100)]
Labels = Annotated[
    list[LabelName],
    Field(
        max_length=MAX_LABELS, description="By name, in any letter case; new names become labels."
    ),
]
Minutes = Annotated[int, whole_number(1, 525_600)]
Position = Annotated[float, number(0, LARGEST)]
Recurrence = Annotated[
    str,
    text(1, LONGEST_TEXT),
    Field(
        description="`daily`, `weekly`, `biweekly`, `monthly`, `yearly`, an RRULE (RFC 5545) of days, or a phrase in"
        " English or Russian: `every 2 weeks on mon, thu`, `каждые! 3 дня`. `every!` counts from completion."
    ),
]


def _agree(status: str | None, completed: bool | None) -> None:
    if status is not None and completed is not None and completed != (status == "completed"):
        raise ValueError("`status` and `completed` contradict each other")


class TaskCreate(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Water the plants",
                    "due_date": "2026-12-01",
                    "recurrence": "weekly",
                    "labels": ["home"],
                }
            ]
        }
    )

    title: TaskTitle
    description: Description | None = None
    priority: Priority = 0
    status: Status = absent()
    completed: Flag = absent()
    due_date: DateOrMoment | None = None
    start_date: IsoDate | None = None
    deadline: IsoDate | None = None
    duration: Minutes | None = Field(None, description="In minutes.")
    project_id: UUID | None = None
    goal_id: UUID | None = None
    parent_task_id: UUID | None = Field(
        None, description="A subtask takes its parent's project and goal."
    )
    labels: Labels = Field(default_factory=list)
    difficulty: Difficulty = "normal"
    recurrence: Recurrence | None = None
    position: Position = absent()

    @model_validator(mode="after")
    def _check(self) -> Self:
        _agree(self.status, self.completed)
        return self

    @property
    def is_done(self) -> bool:
        return self.status == "completed" or bool(self.completed)


class TaskUpdate(Patch):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"priority": "high", "due_date": "2026-12-24T18:00:00+01:00"}]
        }
    )

    title: TaskTitle = absent()
    description: Description | None = None
    priority: Priority = absent()
    status: Status = absent()
    completed: Flag = absent()
    due_date: DateOrMoment | None = None
    start_date: IsoDate | None = None
    deadline: IsoDate | None = None
    duration: Minutes | None = Field(None, description="In minutes.")
    project_id: UUID | None = None
    goal_id: UUID | None = None
    parent_task_id: UUID | None = None
    labels: Labels = absent()
    difficulty: Difficulty = absent()
    recurrence: Recurrence | None = None
    position: Position = absent()

    @model_validator(mode="after")
    def _check(self) -> Self:
        _agree(self.status, self.completed)
        return self


class CompletionRequest(Strict):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"occurrence": "2026-12-01"}, {"on": "yesterday"}]}
    )

    occurrence: Annotated[
        IsoDate,
        Field(description="Which date of a series is meant; by default the one it stands at."),
    ] = absent()
    on: Annotated[
        Literal["yesterday"],
        Field(description="It was done yesterday. Accepted until noon of the user's day."),
    ] = absent()


class Postponement(Strict):
    model_config = ConfigDict(json_schema_extra={"examples": [{"until": "2026-12-03"}]})

    until: DateOrMoment


class Rescheduling(Strict):
    model_config = ConfigDict(json_schema_extra={"examples": [{"due_date": "2026-12-03"}]})

    due_date: DateOrMoment | None
    scope: Annotated[
        Scope,
        Field(
            description="`series`: it goes on from the new date by its rule. `this`: only the present date is moved,"
            " ahead or back, and the next one is as it would have been."
        ),
    ] = "series"


class TaskMove(Patch):
    project_id: UUID | None = None
    parent_task_id: UUID | None = None


class GoalShare(Answer):
    """How far a goal has come with this change."""

    id: UUID
    done: int
    total: int


class Receipt(Answer):
    """What a completion or reopening brought about; empty when there was nothing to do."""

    next_due: date | None = Field(None, description="The date a series moved to.")
    subtasks_open: int = Field(0, description="Completing a task leaves its subtasks as they are.")
    goals: list[GoalShare] = Field([], description="The goals this task serves, nearest first.")
    unblocked: list[UUID] = Field(
        [], description="Open tasks that waited for this one and wait for nothing more."
    )
    event_id: UUID | None = None
    xp: int = Field(
        0, description="With the bonuses of what it completed; negative when taken back."
    )
    gold: int = 0
    level_before: int = 1
    level_after: int = 1
    streak: int = 0
    boss: Blow | None = None
    challenges: list[Advance] = Field([])
    quests: list[Advance] = Field([])
    badges: list[BadgeName] = Field([], description="Earned, or gone when taken back.")
    lesson: LessonStep | None = Field(None, description="The lesson that is done with the task.")
    capped: bool = Field(False, description="Whether a daily limit took something away.")
    kept: list[Kept] = Field([], description="What stays although the completion is taken back.")


class TaskResponse(Answer):
    id: UUID
    user_id: str = Field(description="The owner, as the address named them.")
    title: str
    description: str | None
    priority: int = Field(description="0 (none) to 4 (urgent).")
    priority_label: Literal["none", "low", "medium", "high", "urgent"]
    status: Literal["pending", "in_progress", "completed", "cancelled"]
    completed: bool
    due_date: date | None = Field(description="The day, where the user lives.")
    due_at: datetime | None = Field(description="The moment, if the task has a time of day.")
    start_date: date | None
    deadline: date | None
    duration: int | None = Field(description="In minutes.")
    project_id: UUID | None
    goal_id: UUID | None
    parent_task_id: UUID | None
    labels: list[str]
    difficulty: Difficulty
    recurrence: str | None = Field(
        description="One of the five words, or an RRULE; behind `every!` if it counts from completion. May be sent back."
    )
    recurrence_text: str | None = Field(
        description="The same as a sentence in the user's language."
    )
    recurrence_next: list[date] = Field(description="The five dates after the due date.")
    position: float
    lesson_id: UUID | None
    completed_at: datetime | None
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int
    receipt: Receipt | None = None


class TaskPage(Answer):
    items: list[TaskResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class TaskCounts(Answer):
    """The views count open top-level tasks, as their lists show them; the completed ones count occurrences."""

    today: int
    inbox: int
    upcoming: int
    overdue: int
    completed_today: int
    completed: int


class OccurrenceResponse(Answer):
    id: UUID
    task_id: UUID
    title: str = Field(description="As it was at that time.")
    project_id: UUID | None
    goal_id: UUID | None
    priority: int
    scheduled_date: date | None
    outcome: Literal["completed", "skipped", "postponed"]
    completed_at: datetime = Field(description="When it was completed, skipped or postponed.")
    day: date = Field(description="The same as a day, where the user lived.")
    receipt: dict[str, Any]


class OccurrencePage(Answer):
    items: list[OccurrenceResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")
