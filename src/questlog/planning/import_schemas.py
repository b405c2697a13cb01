"""Imports on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.core.schemas import TEXT_PATTERN, Answer, Flag, Strict, text

type ImportFormat = Literal["taskwarrior", "todoist", "icalendar", "questlog"]


class ImportRequest(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "format": "taskwarrior",
                    "content": '[{"uuid": "2e171a47", "description": "Water the plants", "status": "pending"}]',
                    "dry_run": True,
                }
            ]
        }
    )

    format: ImportFormat
    # For the document alone: the gate has looked at every character already.
    content: str = Field(
        description="The whole file, as text.", json_schema_extra={"pattern": TEXT_PATTERN}
    )
    dry_run: Flag = Field(False, description="Only say what would change.")
    name: Annotated[str, text(0, 255)] | None = Field(
        None,
        description="The name of the file; Todoist's names the project.",
    )


class ImportItem(Answer):
    line: int | None
    kind: Literal["goal", "project", "label", "task", "item"]
    external_id: str
    title: str
    change: Literal["new", "changed", "unchanged"]


class ImportWarning(Answer):
    line: int | None
    message: str


class ImportSummary(Answer):
    id: UUID
    source: ImportFormat
    name: str | None
    new: int
    changed: int
    unchanged: int
    created_at: datetime


class ImportResponse(Answer):
    id: UUID | None = Field(description="Null for a dry run, which is not kept.")
    source: ImportFormat
    name: str | None
    dry_run: bool
    new: int
    changed: int
    unchanged: int
    items: list[ImportItem] = Field(description="The first thousand; the counts count all.")
    warnings: list[ImportWarning] = Field(description="The first thousand.")
    created_at: datetime


class ImportPage(Answer):
    items: list[ImportSummary]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")
