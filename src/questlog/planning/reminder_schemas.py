"""Reminders on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.core.schemas import Answer, IsoMoment, Patch, Strict, whole_number
from questlog.planning.reminder_moments import LONGEST_MINUTES

MinutesBefore = Annotated[int, whole_number(0, LONGEST_MINUTES)]
AT = "A moment; one without an offset is read in your zone."
BEFORE = (
    "Minutes before the task is due, again for each of its dates; whole days are days of the calendar. A task without a"
    " time of day is due at 09:00."
)


class ReminderCreate(Strict):
    """Either `at` or `minutes_before`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"minutes_before": 30}, {"at": "2199-12-30T17:00:00"}]}
    )

    at: IsoMoment | None = Field(None, description=AT)
    minutes_before: MinutesBefore | None = Field(None, description=BEFORE)


class ReminderUpdate(Patch):
    """Naming one of the two gives up the other."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"minutes_before": 60}]})

    at: IsoMoment | None = Field(None, description=AT)
    minutes_before: MinutesBefore | None = Field(None, description=BEFORE)


class ReminderResponse(Answer):
    id: UUID
    user_id: UUID
    task_id: UUID
    at: datetime | None
    minutes_before: int | None
    created_at: datetime
    updated_at: datetime
    version: int


class ReminderPage(Answer):
    items: list[ReminderResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")
