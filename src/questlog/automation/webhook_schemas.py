"""Webhooks and their deliveries on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.core.schemas import Answer, Flag, IsoMoment, Patch, Strict, absent, text

type State = Literal["waiting", "delivered", "failed", "cancelled"]

Url = Annotated[
    str,
    Field(
        pattern=r'^[hH][tT][tT][pP][sS]?://[^\s"<>\\^`{|}\x00-\x20\x7f-\x9f]+$',
        min_length=8,
        max_length=2000,
        description="Where messages are posted to: a public address that begins with https:// or http://.",
    ),
]
Patterns = Annotated[
    list[Annotated[str, Field(pattern=r"^(\*|[a-z_]+\.([a-z_]+|\*))$", max_length=64)]],
    Field(
        min_length=1,
        max_length=100,
        description="What it is told: types such as `task.completed`, all of a noun (`task.*`), or everything (`*`).",
    ),
]
Description = Annotated[str, text(0, 500)]
OwnSecret = Annotated[
    str,
    Field(
        pattern=r"^whsec_[A-Za-z0-9+/]+={0,2}$",
        max_length=100,
        description="A secret of your own: `whsec_` and 24 to 64 random bytes in base64. Without one, it is made.",
    ),
]


class WebhookCreate(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://example.org/hooks/questlog",
                    "events": ["task.completed", "goal.*"],
                    "description": "Lights in the hall",
                }
            ]
        }
    )

    url: Url
    events: Patterns
    description: Description = ""
    active: Flag = True
    secret: OwnSecret | None = None


class WebhookUpdate(Patch):
    model_config = ConfigDict(json_schema_extra={"examples": [{"active": False}]})

    url: Url = absent()
    events: Patterns = absent()
    description: Description = absent()
    active: Annotated[
        Flag,
        Field(
            description="Switching off cancels what waits; switched on, it is told of what happens from then on."
        ),
    ] = absent()


class SecretRotation(Strict):
    model_config = ConfigDict(json_schema_extra={"examples": [{"end_previous": False}]})

    secret: OwnSecret | None = None
    end_previous: Annotated[
        Flag,
        Field(description="Stop signing with the present secret at once, and not in 24 hours."),
    ] = False


class WebhookResponse(Answer):
    id: UUID
    url: str
    events: list[str]
    description: str
    active: bool
    disabled_reason: Literal["user", "gone", "failing"] | None = Field(
        description="Why it is off: you said so, it answered 410, or nothing reached it for 120 hours."
    )
    disabled_at: datetime | None
    failing_since: datetime | None = Field(
        description="When the first failure after the last success was; null while it works."
    )
    previous_secret_until: datetime | None = Field(
        description="Until when messages are signed with the replaced secret, too."
    )
    created_at: datetime
    updated_at: datetime
    version: int


class WebhookSecretResponse(WebhookResponse):
    secret: str = Field(
        description="What messages are signed with. It is shown this once and never again."
    )


class WebhookPage(Answer):
    items: list[WebhookResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class DeliveryResponse(Answer):
    id: UUID = Field(description="The `webhook-id` of the message, the same with every attempt.")
    webhook_id: UUID
    event_id: UUID | None = Field(description="The event it tells of; null for a test.")
    event_type: str
    state: State
    attempts: int = Field(description="How often it was tried; a redelivery counts anew.")
    due_at: datetime | None = Field(
        description="When it is tried next, while it waits; null when it does not."
    )
    last_status: int | None = Field(description="What the endpoint answered last.")
    last_failure: str | None = Field(
        description="Why the last attempt failed: `bad_status`, `gone`, `unreachable`, `unknown` or `unsigned`."
    )
    created_at: datetime
    done_at: datetime | None


class DeliveryPage(Answer):
    items: list[DeliveryResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class AttemptResponse(Answer):
    number: int = Field(description="Counted over all rounds of tries.")
    started_at: datetime
    duration_ms: int | None
    status: int | None
    failure: str | None
    answer: str | None = Field(description="How the answer began: 4 KiB at most.")


class DeliveryDetails(DeliveryResponse):
    body: str = Field(description="What was sent, letter by letter as it was signed.")
    log: list[AttemptResponse] = Field(
        description="The attempts, the oldest first: the last hundred."
    )


class RedeliverRequest(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"}]
        }
    )

    first: Annotated[
        IsoMoment,
        Field(alias="from", description="The first moment. Without an offset: in your zone."),
    ]
    last: Annotated[
        IsoMoment | None,
        Field(
            alias="to", description="The first moment that is not meant any more; now, if left out."
        ),
    ] = None
    states: Annotated[
        list[Literal["delivered", "failed", "cancelled"]],
        Field(
            min_length=1,
            max_length=3,
            default_factory=lambda: ["failed", "cancelled"],
            description="Which deliveries are meant: those that failed or were cancelled, if left out.",
        ),
    ]
    after: Annotated[
        UUID | None,
        Field(description="Only what follows this delivery: `next_after` of the answer before."),
    ] = None


class RedeliverResponse(Answer):
    count: int = Field(description="How many are sent again, the oldest first.")
    has_more: bool = Field(description="There are more than go at once.")
    next_after: UUID | None = Field(
        description="Ask again with this as `after` for the rest; null when there is none."
    )


class AccountDelivery(DeliveryResponse):
    account_id: UUID
    host: str = Field(description="Where it goes, without the rest of the address.")
    last_failure: str | None = Field(description="Why the last attempt failed, exactly.")


class AccountDeliveryPage(Answer):
    items: list[AccountDelivery]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class EventTypeResponse(Answer):
    type: str
    description: str
    data_schema: dict[str, Any] = Field(description="The JSON Schema (2020-12) of `data`.")


class EventTypePage(Answer):
    items: list[EventTypeResponse]
    next_cursor: str | None
