"""The calendar feed over HTTP, and the secret address it lies at."""

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from questlog.api.aliases import API
from questlog.api.deps import CountedLightly, CurrentUser, Reader, Steps, Writer
from questlog.api.documented import public, refusing
from questlog.api.routing import HouseRouter
from questlog.flows.calendar_feed import calendar_feed
from questlog.identity import calendar_links
from questlog.identity.calendar_schemas import CalendarLinkResponse, NewCalendarLinkResponse
from questlog.identity.link_models import CalendarLink
from questlog.planning.calendar_text import Only

router = HouseRouter(prefix="/calendar", tags=["calendar"])
ICALENDAR = "text/calendar; charset=utf-8"


@router.post("/token", status_code=201, response_model=NewCalendarLinkResponse)
async def create_calendar_link(
    request: Request, me: CurrentUser, session: Writer
) -> dict[str, Any]:
    """Get a secret address of your calendar, to subscribe to in a calendar program.

    Whoever knows it can read your tasks. There is one at a time: a new one closes the one before.
    """
    secret = await calendar_links.make(session, me.user_id)
    base: str = request.app.state.settings.http.base_url
    return {"token": secret, "url": f"{base}{API}/calendar/{secret}.ics"}


@router.get("/token", response_model=CalendarLinkResponse, openapi_extra=refusing(404))
async def get_calendar_link(me: CurrentUser, session: Reader) -> CalendarLink:
    """Say since when your calendar has an address, and when it was read last; the address itself is not shown again."""
    return await calendar_links.get(session, me.user_id)


@router.delete("/token", status_code=204)
async def delete_calendar_link(me: CurrentUser, session: Writer) -> None:
    """Close the address of your calendar: it opens nothing any more, at once. Doing it again changes nothing."""
    await calendar_links.close(session, me.user_id)


@router.get(
    "/{token}.ics",
    response_class=Response,
    dependencies=[CountedLightly],
    openapi_extra=public(404) | {"x-lenient-query": True},
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}},
)
async def get_calendar(
    request: Request,
    database: Steps,
    token: Annotated[str, Path(max_length=100, description="The secret part of the address.")],
    only: Annotated[
        Only | None, Query(description="Events alone, or to-dos alone; by default both.")
    ] = None,
) -> Response:
    """Give a calendar (RFC 5545) to whoever knows its address: dated tasks as events, and all as to-dos.

    Series come with their rule, times in the zone of the owner. Completed tasks stay for 30 days, as to-dos. With
    `If-None-Match`, a calendar that is as it was is a 304.
    """
    held = request.headers.get("if-none-match", "")
    found = await calendar_feed(database, token, held=held, only=only)
    headers = {
        "ETag": f'"{found.tag}"',
        "Cache-Control": "private, no-cache",
        "Content-Disposition": 'inline; filename="questlog.ics"',
    }
    return Response(found.text, headers=headers, media_type=ICALENDAR)
