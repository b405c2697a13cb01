"""Labels on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.core.schemas import Answer, Color, Patch, Strict, absent, title

LabelName = Annotated[str, title(100)]


class LabelCreate(Strict):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "home"}]})

    name: LabelName
    color: Color = "#6b7280"


class LabelUpdate(Patch):
    model_config = ConfigDict(json_schema_extra={"examples": [{"color": "#16a34a"}]})

    name: LabelName = absent()
    color: Color = absent()


class LabelResponse(Answer):
    id: UUID
    user_id: UUID
    name: str
    color: str
    created_at: datetime
    updated_at: datetime
    version: int


class LabelPage(Answer):
    items: list[LabelResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")
