"""What the coach's tools take. There is no user, no address and no secret among it (S-124).

A model reads the descriptions; ids are those it was shown by a reading tool.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from questlog.core.schemas import DateOrMoment, IsoDate, Strict, absent, text, whole_number
from questlog.planning.goal_schemas import GoalTitle, GoalType, Period
from questlog.planning.project_schemas import ProjectTitle
from questlog.planning.task_schemas import Description, Labels, Minutes, Recurrence, TaskTitle
from questlog.planning.task_words import Difficulty, Priority

Few = Annotated[int, whole_number(1, 50)]
Words = Annotated[str, text(1, 200)]


class NoArguments(Strict):
    pass


class ListTasks(Strict):
    filter: Annotated[str, text(1, 1000)] | None = Field(
        None, description="For example `today`, `overdue`, `#Kitchen & p1`, `due before: +7 days`."
    )
    view: Literal["due_today", "overdue", "upcoming", "inbox"] | None = None
    limit: Few = 20


class SearchTasks(Strict):
    words: Words
    limit: Few = 10


class TodaysPlan(Strict):
    minutes: Minutes | None = Field(None, description="How much time there is.")


class Statistics(Strict):
    days: Annotated[int, whole_number(1, 365)] = 7


class ReviewCards(Strict):
    limit: Few = 10


class CreateTask(Strict):
    title: TaskTitle
    description: Description | None = None
    due_date: DateOrMoment | None = Field(
        None, description="`2026-12-01` or `2026-12-01T18:00:00`."
    )
    deadline: IsoDate | None = None
    priority: Priority = 0
    difficulty: Difficulty = "normal"
    duration: Minutes | None = Field(None, description="In minutes.")
    project_id: UUID | None = None
    goal_id: UUID | None = None
    parent_task_id: UUID | None = None
    labels: Labels = Field(default_factory=list)
    recurrence: Recurrence | None = None


class UpdateTask(Strict):
    task_id: UUID
    title: TaskTitle = absent()
    description: Description | None = absent()
    due_date: DateOrMoment | None = absent()
    deadline: IsoDate | None = absent()
    priority: Priority = absent()
    difficulty: Difficulty = absent()
    duration: Minutes | None = absent()
    project_id: UUID | None = absent()
    labels: Labels = absent()


class OneTask(Strict):
    task_id: UUID


class PostponeTask(Strict):
    task_id: UUID
    until: IsoDate = Field(description="The new day of this one time.")


class CreateGoal(Strict):
    title: GoalTitle
    goal_type: GoalType = "quarterly"
    period: Period | None = Field(None, description="`2026-Q4` or `2026`.")
    description: Description | None = None
    parent_goal_id: UUID | None = None


class CreateProject(Strict):
    title: ProjectTitle
    goal_id: UUID | None = None
