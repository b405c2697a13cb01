"""Projects on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, RootModel

from questlog.core.schemas import Answer, Color, Flag, Patch, Strict, absent, number, title
from questlog.planning.positions import LARGEST

ProjectTitle = Annotated[str, title(500)]
Position = Annotated[float, number(0, LARGEST)]


class ProjectCreate(Strict):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"title": "Kitchen", "color": "#8b5cf6"}]}
    )

    title: ProjectTitle
    color: Color = "#8b5cf6"
    goal_id: UUID | None = None
    position: Position | None = Field(None, description="By default the project goes to the end.")


class ProjectUpdate(Patch):
    model_config = ConfigDict(json_schema_extra={"examples": [{"archived": True}]})

    title: ProjectTitle = absent()
    color: Color = absent()
    goal_id: UUID | None = None
    position: Position = absent()
    archived: Flag = absent()


class ProjectResponse(Answer):
    id: UUID
    user_id: UUID
    title: str
    color: str
    goal_id: UUID | None
    position: float
    archived: bool
    archived_at: datetime | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    version: int


class ProjectPage(Answer):
    items: list[ProjectResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class TaskCountsResponse(RootModel[dict[UUID, int]]):
    """How many tasks are open in each project, subtasks included."""
