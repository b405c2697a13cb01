"""What waits for what, on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.core.schemas import Answer, Patch, Strict, absent
from questlog.planning.dependency_graph import MOST

TaskIds = Annotated[
    list[UUID], Field(max_length=MOST, description="Ids of tasks; their order means nothing.")
]


class DependenciesUpdate(Patch):
    """A list that is there replaces the one that was; one that is left out stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"blocked_by": ["019a9c3e-7a40-7000-8000-000000000008"]}]}
    )

    blocked_by: TaskIds = absent()
    blocks: TaskIds = absent()


class DependencyCreate(Strict):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"blocker_id": "019a9c3e-7a40-7000-8000-000000000008"}]}
    )

    blocker_id: UUID = Field(description="What has to be done first.")


class DependenciesResponse(Answer):
    id: UUID
    blocked_by: list[UUID] = Field(description="What has to be done before this task.")
    blocks: list[UUID] = Field(description="What waits for this task.")
    blocked: bool = Field(description="Something in `blocked_by` is still open.")
    version: int = Field(description="The version of the task.")
