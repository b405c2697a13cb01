"""Webhooks over HTTP: endpoints, what they were told, and telling it again."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Body, Depends, Query, Request, Response

from questlog.api import scopes
from questlog.api.day_spans import FirstDay, LastDay, moments
from questlog.api.deps import (
    CurrentUser,
    Desk,
    ExpectedVersion,
    Page,
    PathId,
    Reader,
    SlowWriter,
    UserId,
    Writer,
)
from questlog.api.documented import refusing
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.automation import delivery_log, event_types, webhook_changes, webhooks
from questlog.automation.delivery_log import DeliveryFilter
from questlog.automation.webhook_models import Webhook
from questlog.automation.webhook_schemas import (
    DeliveryDetails,
    DeliveryPage,
    DeliveryResponse,
    EventTypePage,
    RedeliverRequest,
    RedeliverResponse,
    SecretRotation,
    State,
    WebhookCreate,
    WebhookPage,
    WebhookResponse,
    WebhookSecretResponse,
    WebhookUpdate,
)
from questlog.automation.webhooks import WithSecret
from questlog.clients.addresses import Network
from questlog.flows import try_webhook
from questlog.flows.try_webhook import Redelivered
from questlog.identity.principals import Principal
from questlog.identity.scopes import Scope

router = HouseRouter(prefix="/webhooks", tags=["webhooks"])


async def allowed_networks(request: Request) -> Sequence[Network]:
    networks: Sequence[Network] = request.app.state.settings.webhooks.allowed_networks
    return networks


async def event_reader(me: CurrentUser) -> Principal:
    """Whoever says where events go gets to read them. Raises `InsufficientScopeError`."""
    scopes.require(me, Scope.EVENTS_READ)
    return me


Allowed = Annotated[Sequence[Network], Depends(allowed_networks)]
EventReader = Annotated[Principal, Depends(event_reader)]


def delivery_filter(
    me: CurrentUser,
    state: Annotated[State | None, Query(description="Only deliveries in this state.")] = None,
    event_type: Annotated[
        str | None,
        Query(
            max_length=64,
            pattern=r"^[a-z_]+\.[a-z_]+$",
            description="Only those that tell of this type.",
        ),
    ] = None,
    first: FirstDay = None,
    last: LastDay = None,
) -> DeliveryFilter:
    begin, end = moments(first, last, me.timezone)
    return DeliveryFilter(state, event_type, begin, end)


@router.get("", response_model=WebhookPage)
async def list_webhooks(request: Request, page: Page, user_id: UserId, session: Reader) -> Response:
    """List webhooks, the oldest first."""
    found = await webhooks.page(session, user_id, page)
    items = (WebhookResponse.model_validate(_shown(row[0])).model_dump() for row in found.items)
    return page_answer(request, found, items)


@router.post("", status_code=201, response_model=WebhookSecretResponse, openapi_extra=refusing(409))
async def create_webhook(
    body: WebhookCreate, *, allowed: Allowed, desk: Desk, me: EventReader, session: Writer
) -> dict[str, Any]:
    """Have an address told of what happens from now on. The answer shows the secret, and nothing ever shows it again.

    Messages are signed as Standard Webhooks says. At most 20 webhooks are kept. An API key needs `events:read` as well.
    """
    made = await webhooks.create(
        session,
        desk.keyring,
        me.user_id,
        body.url,
        body.events,
        description=body.description,
        active=body.active,
        secret=body.secret,
        allowed=allowed,
    )
    return _with_secret(made)


@router.get("/event-types", response_model=EventTypePage)
async def list_event_types(_user: UserId) -> dict[str, Any]:
    """List what can be told, with the JSON Schema of what each message says in `data`."""
    return {"items": event_types.shown(), "next_cursor": None}


@router.get("/{webhook_id}", response_model=WebhookResponse)
async def get_webhook(webhook_id: PathId, user_id: UserId, session: Reader) -> dict[str, Any]:
    """Give one webhook, without its secret."""
    return _shown(await webhooks.get(session, user_id, webhook_id))


@router.put("/{webhook_id}", response_model=WebhookResponse, name="put_webhook")
@router.patch("/{webhook_id}", response_model=WebhookResponse)
async def update_webhook(
    webhook_id: PathId,
    body: WebhookUpdate,
    expected: ExpectedVersion,
    *,
    allowed: Allowed,
    me: EventReader,
    session: Writer,
) -> dict[str, Any]:
    """Change the fields that are present. An API key needs `events:read` as well."""
    row = await webhook_changes.change(
        session, me.user_id, webhook_id, body.changes, allowed=allowed, expected_version=expected
    )
    return _shown(row)


@router.delete("/{webhook_id}", status_code=204)
async def delete_webhook(
    webhook_id: PathId, expected: ExpectedVersion, user_id: UserId, session: SlowWriter
) -> None:
    """Delete a webhook with the log of its deliveries. What waits to be sent never is."""
    await webhooks.remove(session, user_id, webhook_id, expected_version=expected)


@router.post("/{webhook_id}/rotate-secret", response_model=WebhookSecretResponse)
async def rotate_webhook_secret(
    webhook_id: PathId,
    desk: Desk,
    me: EventReader,
    session: Writer,
    body: Annotated[SecretRotation | None, Body()] = None,
) -> dict[str, Any]:
    """Replace the secret. For 24 hours messages are signed with both, so that none is refused meanwhile.

    An API key needs `events:read` as well.
    """
    wanted = body or SecretRotation()
    made = await webhook_changes.rotate_secret(
        session,
        desk.keyring,
        me.user_id,
        webhook_id,
        secret=wanted.secret,
        at_once=wanted.end_previous,
    )
    return _with_secret(made)


@router.post(
    "/{webhook_id}/test",
    status_code=202,
    response_model=DeliveryResponse,
    openapi_extra=refusing(409),
)
async def test_webhook(webhook_id: PathId, user_id: UserId, session: Writer) -> dict[str, Any]:
    """Send a message of type `webhook.test`; its delivery tells what came of it. Ten a minute, redeliveries included."""
    return await try_webhook.test_webhook(session, user_id, webhook_id)


@router.post(
    "/{webhook_id}/redeliver",
    status_code=202,
    response_model=RedeliverResponse,
    openapi_extra=refusing(409),
)
async def redeliver_range(
    webhook_id: PathId, body: RedeliverRequest, me: CurrentUser, session: SlowWriter
) -> Redelivered:
    """Send everything of a time once more, by default what failed or was cancelled. A thousand messages go at once."""
    return await try_webhook.redeliver_between(
        session,
        me.user_id,
        webhook_id,
        body.first,
        body.last,
        states=body.states,
        timezone=me.timezone,
        after=body.after,
    )


@router.get("/{webhook_id}/deliveries", response_model=DeliveryPage)
async def list_deliveries(
    *,
    request: Request,
    webhook_id: PathId,
    wanted: Annotated[DeliveryFilter, Depends(delivery_filter)],
    page: Page,
    user_id: UserId,
    session: Reader,
) -> Response:
    """List what a webhook was or is to be told in the last 30 days, the newest first, and what came of it."""
    found = await delivery_log.page(session, user_id, webhook_id, wanted, page)
    return page_answer(request, found, found.items)


@router.get("/{webhook_id}/deliveries/{delivery_id}", response_model=DeliveryDetails)
async def get_delivery(
    webhook_id: PathId, delivery_id: PathId, user_id: UserId, session: Reader
) -> dict[str, Any]:
    """Give one delivery with what was sent and every attempt."""
    return await delivery_log.get(session, user_id, webhook_id, delivery_id)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    status_code=202,
    response_model=DeliveryResponse,
    openapi_extra=refusing(409),
)
async def redeliver_message(
    webhook_id: PathId, delivery_id: PathId, user_id: UserId, session: Writer
) -> dict[str, Any]:
    """Send one message once more, with the id it had, and with a new round of tries."""
    return await try_webhook.redeliver(session, user_id, webhook_id, delivery_id)


def _shown(row: Webhook) -> dict[str, Any]:
    names = WebhookResponse.model_fields.keys() - {"active", "previous_secret_until"}
    told = {name: getattr(row, name) for name in names}
    return told | {
        "active": row.disabled_at is None,
        "previous_secret_until": row.previous_until,
    }


def _with_secret(made: WithSecret) -> dict[str, Any]:
    return _shown(made.row) | {"secret": made.secret}
