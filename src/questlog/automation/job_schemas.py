"""Jobs and processes on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from questlog.core.schemas import Answer


class JobResponse(Answer):
    id: UUID
    name: str
    slot: str | None = Field(description="Which date of a schedule it is; there is one of each.")
    state: Literal["waiting", "done", "dead"] = Field(
        description="`dead` was given up after its last attempt."
    )
    running: bool = Field(description="Whether somebody works on it right now.")
    attempts: int
    most_attempts: int
    due_at: datetime
    last_error: str | None = Field(description="Why the last attempt failed.")
    created_at: datetime
    done_at: datetime | None = Field(description="When it was done or given up.")


class JobPage(Answer):
    items: list[JobResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class ProcessResponse(Answer):
    id: UUID
    kind: Literal["worker", "scheduler"]
    started_at: datetime
    seen_at: datetime = Field(description="Somebody who works says so every five seconds.")


class ProcessList(Answer):
    items: list[ProcessResponse]
