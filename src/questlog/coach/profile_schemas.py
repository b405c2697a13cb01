"""A profile on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.core.schemas import Answer, Patch, Strict, absent, text, title

Topic = Literal["work", "goal", "hours", "obstacle", "other"]
Words = Annotated[str, title(500)]
ProfileText = Annotated[str, text(0, 20_000)]


class StatementCreate(Strict):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"topic": "hours", "words": "Early in the morning"}]}
    )

    topic: Topic = Field(
        description="Of `work`, `hours` and `obstacle` there is one: a newer statement makes the older one a dated note."
    )
    words: Words


class StatementUpdate(Patch):
    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "After nine at night"}]})

    words: Words = absent()


class StatementResponse(Answer):
    """One thing you said of yourself. A newer one took the place of what has `replaced_at`."""

    id: UUID
    topic: str
    words: str
    source: Literal["onboarding", "chat", "hand"]
    message_id: UUID | None = Field(description="Where you said so.")
    noted_on: date
    replaced_at: datetime | None
    replaced_by: UUID | None
    created_at: datetime
    updated_at: datetime
    version: int


class ProfileUpdate(Patch):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"profile_text": "A nurse who learns Italian."}]}
    )

    profile_text: ProfileText | None = None


class ProfileResponse(Answer):
    profile_text: str | None = Field(
        description="Written from the statements by an onboarding and following them, and yours to change: what you wrote by hand stays."
    )
    statements: list[StatementResponse] = Field(description="What holds, the oldest first.")
    notes: list[StatementResponse] = Field(
        description="What held once, the newest 200 in the order in which they were replaced."
    )
