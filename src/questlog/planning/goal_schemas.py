"""Goals on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.core.schemas import Answer, Color, Patch, Strict, absent, number, text, title
from questlog.planning.positions import LARGEST

type GoalType = Literal["quarterly", "yearly"]
GoalTitle = Annotated[str, title(500)]
Description = Annotated[str, text(0, 20_000)]
Position = Annotated[float, number(0, LARGEST)]
Period = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}(-Q[1-4])?$",
        max_length=7,
        description="A quarter such as `2026-Q4` for a quarterly goal, a year such as `2026` for a yearly one.",
    ),
]


class GoalCreate(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"title": "Learn Spanish", "goal_type": "yearly", "period": "2026"}]
        }
    )

    title: GoalTitle
    goal_type: GoalType = "quarterly"
    color: Color = "#6366f1"
    period: Period | None = None
    parent_goal_id: UUID | None = None
    description: Description | None = None
    position: Position | None = Field(None, description="By default the goal goes to the end.")


class GoalUpdate(Patch):
    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Learn Spanish well"}]})

    title: GoalTitle = absent()
    goal_type: GoalType = absent()
    color: Color = absent()
    period: Period | None = None
    parent_goal_id: UUID | None = None
    description: Description | None = None
    position: Position = absent()


class GoalResponse(Answer):
    id: UUID
    user_id: UUID
    title: str
    color: str
    goal_type: GoalType
    period: str | None
    parent_goal_id: UUID | None
    description: str | None
    position: float
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    version: int


class GoalPage(Answer):
    items: list[GoalResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class GoalNode(GoalResponse):
    """A goal with what hangs under it; `done` and `total` count the tasks of the whole branch."""

    done: int
    total: int
    ratio: float
    children: list["GoalNode"]


class GoalTreeResponse(Answer):
    items: list[GoalNode]


class ProjectShare(Answer):
    project_id: UUID | None = Field(description="Null for tasks without a project.")
    title: str | None
    done: int
    total: int


class GoalProgressResponse(Answer):
    id: UUID
    done: int
    total: int
    ratio: float = Field(description="The part that is done, from 0 to 1.")
    projects: list[ProjectShare]
