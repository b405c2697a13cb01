"""Accounts as administrators see and make them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from questlog.core.schemas import Answer, Strict, text
from questlog.identity.schemas import Email, Locale, Role, TimezoneName, example


class AccountCreate(Strict):
    model_config = example({"email": "ada@example.org", "name": "Ada"})

    email: Email
    name: Annotated[str, text(0, 200)] = ""
    role: Role = "user"
    locale: Locale = "en"
    timezone: TimezoneName = "UTC"


class AccountResponse(Answer):
    """An account without what its owner keeps in it: no profile, no settings."""

    id: UUID
    email: str | None
    name: str
    role: Role
    is_active: bool
    email_verified: bool
    has_second_factor: bool
    locale: Locale
    timezone: str
    created_at: datetime
    updated_at: datetime
    last_login_at: datetime | None = Field(description="Exact to a minute.")
    sessions: int = Field(description="In how many places they are signed in.")


class AccountPage(BaseModel):
    items: list[AccountResponse]
    next_cursor: str | None
    total: int | None = None
