"""Items on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.core.schemas import Answer, Flag, Patch, Strict, absent, text, title

ItemTitle = Annotated[str, title(255)]
Description = Annotated[str, text(0, 20_000)]
# Only what a browser may safely follow: `javascript:` and the like are no addresses here (S-104).
WebAddress = Annotated[
    str,
    Field(
        pattern=r'^[hH][tT][tT][pP][sS]?://[^\s"<>\\^`{|}\x00-\x20\x7f-\x9f]+$',
        max_length=2048,
        description="An `http` or `https` address.",
    ),
]


class ItemCreate(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"title": "An article on sleep", "url": "https://example.org/sleep"}]
        }
    )

    title: ItemTitle
    description: Description | None = None
    url: WebAddress | None = None
    is_active: Flag = True


class ItemUpdate(Patch):
    model_config = ConfigDict(json_schema_extra={"examples": [{"is_active": False}]})

    title: ItemTitle = absent()
    description: Description | None = None
    url: WebAddress | None = None
    is_active: Flag = absent()


class ItemResponse(Answer):
    id: UUID
    user_id: UUID
    title: str
    description: str | None
    url: str | None
    is_active: bool
    task_id: UUID | None = Field(description="The task it became.")
    created_at: datetime
    updated_at: datetime
    version: int


class ItemPage(Answer):
    items: list[ItemResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class ItemPlace(Strict):
    """Where the task goes that is made of an item."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"parent_task_id": "019a9c3e-7a40-7000-8000-000000000001"}]}
    )

    project_id: UUID | None = None
    goal_id: UUID | None = None
    parent_task_id: UUID | None = Field(
        None, description="A subtask takes its parent's project and goal."
    )
