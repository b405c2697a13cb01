"""Proposals and the switches of tools on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from questlog.core.schemas import Answer

State = Literal["open", "accepted", "rejected", "expired", "failed"]
Origin = Literal["agent", "onboarding", "plan", "mcp"]


class ProposalResponse(Answer):
    """A call the coach would like to make: exactly this tool with exactly these arguments."""

    id: UUID
    conversation_id: UUID | None = Field(description="Where it was proposed, if that still exists.")
    run_id: UUID | None
    tool: str
    arguments: dict[str, Any]
    summary: str = Field(description="What would be done, in one line; it is text, not markup.")
    origin: Origin
    state: State
    result: dict[str, Any] | None = Field(
        description="What came of it: of an accepted one what was done, of a failed one why not."
    )
    expires_at: datetime
    decided_at: datetime | None
    created_at: datetime
    version: int


class ProposalPage(Answer):
    items: list[ProposalResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class AllowedToolResponse(Answer):
    """A tool that changes something, and whether the coach may use it without asking."""

    tool: str
    description: str
    can_be_allowed: bool = Field(description="False of what deletes: the coach always asks.")
    allowed: bool
    allowed_since: datetime | None


class AllowedToolList(Answer):
    items: list[AllowedToolResponse]


ToolName = Annotated[str, Field(max_length=64, pattern=r"^[a-z_]+$")]
