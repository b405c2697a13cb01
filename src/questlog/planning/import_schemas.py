"""Imports on the wire."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from questlog.core.schemas import (
    TEXT_PATTERN,
    Answer,
    Flag,
    Strict,
    absent,
    text,
    title,
    whole_number,
)
from questlog.planning.importers import Columns
from questlog.planning.importers.cells import is_pattern
from questlog.planning.importers.columns import Field as ColumnField

type ImportFormat = Literal[
    "csv",
    "google_tasks",
    "icalendar",
    "microsoft_todo",
    "outlook",
    "questlog",
    "taskwarrior",
    "ticktick",
    "todoist",
]
ColumnNumber = Annotated[int, whole_number(1, 1000)]
ColumnName = Annotated[str, title(200)]


def _date_pattern(value: str) -> str:
    if not is_pattern(value):
        raise ValueError("must be made of %d, %m, %Y and their like")
    return value


def _bytes(value: str) -> str:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("must be base64 (RFC 4648)") from error
    return value


class ImportRequest(Strict):
    """The file, and how it is to be read. `mapping` and what stands below it are for `csv`; `outlook` knows dates."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "format": "taskwarrior",
                    "content": '[{"uuid": "2e171a47", "description": "Water the plants", "status": "pending"}]',
                    "dry_run": True,
                },
                {
                    "format": "csv",
                    "content": "What;When\nWater the plants;24.12.2026\n",
                    "mapping": {"title": "What", "due": 2},
                    "dry_run": True,
                },
            ],
            "oneOf": [{"required": ["content"]}, {"required": ["content_base64"]}],
        }
    )

    format: ImportFormat = Field(
        default=absent().default,
        description="The program that wrote the file; without it the file shows which.",
    )
    # For the document alone: the gate has looked at every character already.
    content: str = Field(
        default=absent().default,
        description="The whole file, as text.",
        json_schema_extra={"pattern": TEXT_PATTERN},
    )
    content_base64: Annotated[str, AfterValidator(_bytes)] = Field(
        default=absent().default,
        description="The whole file as bytes, in any of UTF-8, UTF-16, windows-1251 and windows-1252.",
        json_schema_extra={
            "pattern": "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
        },
    )
    dry_run: Flag = Field(False, description="Only say what would change.")
    skip_refused: Flag = Field(
        False,
        description="Leave out what is refused; otherwise nothing comes of a file that has any.",
    )
    plan: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] | None = Field(
        None,
        description="The `plan` of a dry run; if anything else would happen by now, nothing does.",
    )
    name: Annotated[str, text(0, 255)] | None = Field(
        None,
        description="The name of the file; Todoist's names the project.",
    )
    mapping: dict[ColumnField, ColumnName | ColumnNumber] | None = Field(
        None,
        description="Our fields, and the columns they are in: by name, or by number from 1. What is not here is "
        "recognised by the name of the column.",
    )
    delimiter: Literal[",", ";", "\t", "|"] | None = Field(
        None, description="What stands between the cells; without it the first line shows which."
    )
    date_format: Annotated[str, text(2, 60), AfterValidator(_date_pattern)] | None = Field(
        None,
        description="How dates are written, such as `%d/%m/%y %H:%M`.",
        json_schema_extra={"pattern": r"^[^%]*(?:%[YymdBbHIMSpz%][^%]*)+$"},
    )
    day_first: Flag | None = Field(None, description="Whether 03/04/2026 is the third of April.")
    label_separator: Annotated[str, text(1, 5)] | None = Field(
        None, description="What stands between labels; a comma, a semicolon or a bar without it."
    )
    has_header: Flag = Field(True, description="Whether the first row names the columns.")

    @model_validator(mode="after")
    def _has_one_file(self) -> Self:
        if ("content" in self.model_fields_set) == ("content_base64" in self.model_fields_set):
            raise ValueError("give either content or content_base64")
        return self

    @property
    def file(self) -> str | bytes:
        given = self.model_fields_set
        return self.content if "content" in given else base64.b64decode(self.content_base64)

    @property
    def columns(self) -> Columns:
        return Columns(
            mapping={str(name): column for name, column in (self.mapping or {}).items()},
            delimiter=self.delimiter,
            date_format=self.date_format,
            day_first=self.day_first,
            label_separator=self.label_separator,
            has_header=self.has_header,
        )


class ImportChange(Answer):
    field: str
    old: Any = Field(description="What is here; long texts are cut.")
    new: Any


class ImportItem(Answer):
    line: int | None
    kind: Literal["goal", "project", "label", "task", "item"] | None = Field(
        description="Null for what is refused."
    )
    external_id: str | None
    title: str
    change: Literal["new", "changed", "unchanged", "refused"]
    changes: list[ImportChange] = Field([], description="Field by field, for what is changed.")
    reason: str | None = Field(None, description="Why it is refused.")


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
    refused: int
    plan: str | None = Field(
        description="Of a dry run: send it along to have this done and nothing else."
    )
    event_id: UUID | None = Field(
        description="The event that undoes the import; null when nothing changed."
    )
    items: list[ImportItem] = Field(
        description="The first thousand, refused ones first, unchanged ones last; the counts count all."
    )
    warnings: list[ImportWarning] = Field(description="The first thousand.")
    created_at: datetime


class ImportPage(Answer):
    items: list[ImportSummary]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")
