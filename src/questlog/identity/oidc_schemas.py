"""What the doors to other providers take and answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from questlog.core.schemas import Answer, Strict, text
from questlog.identity.issuer_tokens import LONGEST
from questlog.identity.schemas import Confidential, example


class ProviderResponse(Answer):
    name: str
    label: str = Field(description="What the button says.")
    login_url: str = Field(description="Where the button leads.")


class ProviderList(BaseModel):
    items: list[ProviderResponse]


class IdentityResponse(Answer):
    id: UUID
    provider: str
    issuer: str
    subject: str = Field(description="What the provider calls this person. It never changes.")
    email: str | None = Field(description="What the provider said last; the account's own stays.")
    created_at: datetime
    last_used_at: datetime


class IdentityPage(BaseModel):
    items: list[IdentityResponse]
    next_cursor: str | None
    total: int | None = None


class LinkRequest(Strict):
    model_config = example({"redirect_to": "https://app.example.org"})

    redirect_to: Annotated[str, text(1, 500)] | None = Field(
        default=None, description="The page to come back to; one of those the settings list."
    )


class TokenLinkRequest(Confidential):
    model_config = example(
        {"token": "eyJhbGciOiJFUzI1NiIsImtpZCI6Im9uZSJ9.eyJzdWIiOiJhZGEifQ.c2ln"}
    )

    token: Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"^[\x21-\x7e]*$")] = (
        Field(
            description="A token of an issuer this server trusts, as it would stand after `Bearer`."
        )
    )


class LinkResponse(Answer):
    authorization_url: str = Field(description="Send this very browser there: its cookie is asked.")


class ExchangeRequest(Confidential):
    model_config = example({"code": "pW3xTq0Zc1sV9uJ6hYk2dN8mB4aLrE7f5gOiXwQvRtU"})

    code: Annotated[str, text(1, 200)]
    verifier: Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]{43,128}$")] | None = Field(
        default=None, description="What the `exchange_challenge` of the sign-in was made of."
    )
