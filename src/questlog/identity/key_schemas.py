"""What the doors of API keys take and answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from questlog.core.schemas import Answer, IsoMoment, Strict, title
from questlog.identity.scopes import Scope


class ApiKeyCreate(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Nightly report",
                    "scopes": ["tasks:read", "stats:read"],
                    "expires_at": "2027-01-01T00:00:00Z",
                }
            ]
        }
    )

    name: Annotated[str, title(100), Field(description="What you will know it by.")]
    scopes: Annotated[
        list[Scope],
        Field(
            min_length=1,
            max_length=len(Scope),
            description="What it may do; `:write` does not contain `:read`.",
        ),
    ]
    expires_at: Annotated[
        IsoMoment | None,
        Field(
            description="When it stops working; never, if left out. Without an offset it is read in your zone."
        ),
    ] = None


class ApiKeyResponse(Answer):
    id: UUID
    name: str
    prefix: Annotated[str, Field(description="Its first characters, to know it by.")]
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: Annotated[datetime | None, Field(description="Exact to a minute.")]


class ApiKeyCreatedResponse(ApiKeyResponse):
    key: Annotated[
        str, Field(description="The key itself. It is shown this once and stored nowhere.")
    ]


class ApiKeyPage(BaseModel):
    items: list[ApiKeyResponse]
    next_cursor: str | None
    total: int | None = None
