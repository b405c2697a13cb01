"""How somebody is told of things, and the way out at the end of each mail."""

from typing import Annotated, Any

from fastapi import Path, Request

from questlog.api.deps import CountedLightly, ExpectedVersion, Reader, UserId, Writer
from questlog.api.documented import public
from questlog.api.gate.exchange import current
from questlog.api.routing import HouseRouter
from questlog.api.unsubscribe_page import confirmation, question
from questlog.automation import unsubscribing
from questlog.automation.notification_schemas import (
    NotificationSettingsResponse,
    NotificationSettingsUpdate,
    UnsubscribeResponse,
)
from questlog.flows.show_notification_settings import (
    change_notification_settings,
    show_notification_settings,
)
from questlog.flows.unsubscribe import is_subscribed
from questlog.flows.unsubscribe import unsubscribe as switch_off

router = HouseRouter(prefix="/notifications", tags=["notifications"])
LinkToken = Annotated[
    str,
    Path(
        min_length=unsubscribing.LETTERS,
        max_length=unsubscribing.LETTERS,
        pattern=unsubscribing.PATTERN,
        description="What the link in the mail ends with.",
    ),
]
OR_A_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}}
}


@router.get("/settings", response_model=NotificationSettingsResponse)
async def get_notification_settings(
    request: Request, user_id: UserId, session: Reader
) -> dict[str, Any]:
    """Tell how you are told: by mail, by push, when, and when not."""
    state = request.app.state
    return await show_notification_settings(
        session, user_id, settings=state.settings, keyring=state.keyring
    )


@router.put(
    "/settings", response_model=NotificationSettingsResponse, name="put_notification_settings"
)
@router.patch("/settings", response_model=NotificationSettingsResponse)
async def update_notification_settings(
    request: Request,
    body: NotificationSettingsUpdate,
    expected: ExpectedVersion,
    user_id: UserId,
    session: Writer,
) -> dict[str, Any]:
    """Change how you are told. An address for pushes is checked as one of a webhook is: 422 `unsafe_url`."""
    state = request.app.state
    return await change_notification_settings(
        session,
        user_id,
        body.changes,
        settings=state.settings,
        keyring=state.keyring,
        expected_version=expected,
    )


@router.get(
    "/unsubscribe/{token}",
    response_model=UnsubscribeResponse,
    dependencies=[CountedLightly],
    openapi_extra=public(404),
    responses=OR_A_PAGE,
)
async def show_unsubscribe(token: LinkToken, request: Request, session: Reader) -> Any:
    """Say which mails a link switches off, to a browser as a page with a button. Nothing is switched off by looking."""
    mailing, subscribed = await is_subscribed(session, token, keyring=request.app.state.keyring)
    if _is_browser(request):
        page = question if subscribed else confirmation
        return page(mailing, current.get().locale)
    return {"mailing": mailing, "subscribed": subscribed}


@router.post(
    "/unsubscribe/{token}",
    response_model=UnsubscribeResponse,
    dependencies=[CountedLightly],
    openapi_extra=public(404),
    responses=OR_A_PAGE,
)
async def end_mailing(token: LinkToken, request: Request, session: Writer) -> Any:
    """Send no more mails of this kind, in one click and without a sign-in (RFC 8058). A repeat changes nothing."""
    mailing = await switch_off(session, token, keyring=request.app.state.keyring)
    if _is_browser(request):
        return confirmation(mailing, current.get().locale)
    return {"mailing": mailing, "subscribed": False}


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
