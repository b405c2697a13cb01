"""The audit log on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from questlog.core.schemas import Answer


class AuditEntryResponse(Answer):
    id: UUID
    created_at: datetime
    action: str = Field(description="What was done, such as `login.failed`.")
    actor: str = Field(
        description="Who did it: `user:<id>`, `key:<id>`, `admin`, `cli`, `system` or `anonymous`."
    )
    account_id: UUID | None = Field(description="Whose account it was about, if anybody's.")
    address: str | None = Field(description="From where; blanked after 90 days.")
    user_agent: str | None
    request_id: str | None
    details: dict[str, Any] = Field(description="A few facts, none of them secret.")


class AuditPage(Answer):
    items: list[AuditEntryResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")
