"""Events on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from questlog.core.schemas import Answer


class EventResponse(Answer):
    id: UUID
    seq: int = Field(description="The number of the event among the user's, without gaps.")
    type: str = Field(description="What happened, such as `task.completed`.")
    actor: str = Field(description="Who did it: `user:<id>` or `system`.")
    subject_type: str = Field(description="The kind of object it happened to.")
    subject_id: UUID | None
    payload: dict[str, Any] = Field(description="A few facts, as they were at that moment.")
    created_at: datetime
    undoable_until: datetime | None = Field(
        description="Until when it can be undone, unless something later depends on it; null when it cannot."
    )
    undone_by: UUID | None = Field(description="The event that undid it.")


class EventPage(Answer):
    items: list[EventResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class UndoneEvent(Answer):
    id: UUID
    type: str


class UndoneObject(Answer):
    type: str
    id: UUID
    version: int


class UndoResponse(Answer):
    event_id: UUID = Field(
        description="The event of this undo; undoing that one redoes the change."
    )
    undone: UndoneEvent
    objects: list[UndoneObject] = Field(description="What moved, with the versions it has now.")
