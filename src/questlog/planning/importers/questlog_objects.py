"""The things an export of Questlog holds, checked one by one: whoever edited the file did it by hand."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from questlog.core.exceptions import QuestlogError
from questlog.core.schemas import Color, Flag, number, text, title, whole_number
from questlog.planning import rrule
from questlog.planning.goal_schemas import GoalType, Period
from questlog.planning.item_schemas import WebAddress
from questlog.planning.labels import fold
from questlog.planning.reminder_moments import LONGEST_MINUTES
from questlog.planning.task_words import Difficulty

YEARS = range(1900, 9999)
FURTHEST = 1e15


def _day(value: Any) -> date:
    if not isinstance(value, str) or len(value) != len("2026-12-31"):
        raise ValueError("must be a date such as 2026-12-31")
    day = date.fromisoformat(value)
    if day.year not in YEARS:
        raise ValueError("lies in another age")
    return day


def _moment(value: Any) -> datetime:
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("must be a moment such as 2026-12-31T17:00:00Z")
    moment = datetime.fromisoformat(value.upper())
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError("must be a moment with an offset such as 2026-12-31T17:00:00Z")
    return moment


def _rule(value: str) -> str:
    try:
        return rrule.write(rrule.read(value))
    except QuestlogError as error:
        raise ValueError(error.message) from error


def _label(value: str) -> str:
    try:
        fold(value)
    except QuestlogError as error:
        raise ValueError(error.message) from error
    return value


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Position = Annotated[float, number(-FURTHEST, FURTHEST)]
Description = Annotated[str, text(0, 20_000)]
RuleText = Annotated[str, Field(max_length=rrule.LONGEST_TEXT), AfterValidator(_rule)]
LabelName = Annotated[str, title(100), AfterValidator(_label)]
ClockFace = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$")]
Hour = Annotated[int, whole_number(0, 23)]
Count = Annotated[int, whole_number(0, 1_000_000)]
Priority = Annotated[int, whole_number(0, 4)]
Minutes = Annotated[int, whole_number(1, 1_000_000)]
type State = Literal["pending", "in_progress", "cancelled"]


class Stored(BaseModel):
    """What a later version may add is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: UUID
    created_at: Moment


class Trashable(Stored):
    deleted_at: Moment | None = None
    deletion_id: UUID | None = None


class StoredGoal(Trashable):
    title: Annotated[str, title(500)]
    color: Color
    goal_type: GoalType
    period: Period | None = None
    parent_goal_id: UUID | None = None
    description: Description | None = None
    position: Position
    completed_at: Moment | None = None
    detached_from: UUID | None = None


class StoredProject(Trashable):
    title: Annotated[str, title(500)]
    color: Color
    goal_id: UUID | None = None
    position: Position
    archived_at: Moment | None = None
    detached_from: UUID | None = None


class StoredLabel(Stored):
    name: LabelName
    color: Color

    @property
    def title(self) -> str:
        return self.name


class StoredTask(Trashable):
    title: Annotated[str, title(1000)]
    description: Description | None = None
    priority: Priority = 0
    state: State = "pending"
    due_on: Day | None = None
    due_at: Moment | None = None
    due_time: ClockFace | None = None
    start_on: Day | None = None
    deadline_on: Day | None = None
    duration_minutes: Minutes | None = None
    project_id: UUID | None = None
    goal_id: UUID | None = None
    parent_task_id: UUID | None = None
    difficulty: Difficulty = "normal"
    rule: RuleText | None = None
    rule_words: Annotated[str, text(0, 500)] | None = None
    rule_from_completion: Flag = False
    rhythm_from: Day | None = None
    rhythm_on: Day | None = None
    dates_used: Count = 0
    position: Position
    completed_at: Moment | None = None
    detached_project_id: UUID | None = None
    detached_goal_id: UUID | None = None
    labels: Annotated[list[LabelName], Field(max_length=1000)] = []

    @model_validator(mode="after")
    def _has_a_date(self) -> Self:
        if self.due_on is None and (self.due_at or self.due_time or self.rule):
            raise ValueError("a time and a recurrence need a date")
        if self.rule is not None and self.rhythm_from is None:
            raise ValueError("a recurrence needs the date that started it")
        return self


class StoredBefore(BaseModel):
    """The dates a task had before a completion, for its reopening."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    due_on: Day | None = None
    due_at: Moment | None = None
    due_time: ClockFace | None = None
    start_on: Day | None = None
    deadline_on: Day | None = None
    rhythm_from: Day | None = None
    rhythm_on: Day | None = None
    dates_used: Count = 0
    state: State = "pending"
    subtasks: list[tuple[UUID, Moment]] = []


class StoredOccurrence(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: UUID
    task_id: UUID
    key: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|once)$")]
    scheduled_on: Day | None = None
    outcome: Literal["completed", "skipped", "postponed"]
    done_at: Moment
    done_on: Day
    done_hour: Hour | None = None
    before: StoredBefore = StoredBefore()
    title: Annotated[str, title(1000)]
    project_id: UUID | None = None
    goal_id: UUID | None = None
    priority: Priority = 0
    reopened_at: Moment | None = None
    round: Annotated[int, whole_number(1, 1_000_000)] = 1


class StoredItem(Stored):
    title: Annotated[str, title(255)]
    description: Description | None = None
    url: WebAddress | None = None
    is_active: Flag = True
    task_id: UUID | None = None


class StoredWait(BaseModel):
    """`task_id` waits until `blocker_id` is done."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    task_id: UUID
    blocker_id: UUID


class StoredReminder(BaseModel):
    """Either at a moment, or some minutes before its task is due."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    task_id: UUID
    at: Moment | None = None
    minutes_before: Annotated[int, whole_number(0, LONGEST_MINUTES)] | None = None
    told_for: Annotated[str, text(0, 40)] | None = None
    created_at: Moment

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        if (self.at is None) == (self.minutes_before is None):
            raise ValueError("a reminder has either a moment or minutes")
        return self


type StoredThing = (
    StoredGoal | StoredProject | StoredLabel | StoredTask | StoredOccurrence | StoredItem
)

MODELS: dict[str, type[StoredThing]] = {
    "goals": StoredGoal,
    "projects": StoredProject,
    "labels": StoredLabel,
    "tasks": StoredTask,
    "occurrences": StoredOccurrence,
    "items": StoredItem,
}
