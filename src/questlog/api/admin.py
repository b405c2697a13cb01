"""What administrators do with accounts and their sessions. Every reading is noted in the audit log (`deps.admin_id`)."""

from datetime import datetime, time
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from questlog.api.deps import AdminId, CurrentUser, Desk, Page, PathId, Reader, Writer
from questlog.api.documented import refusing
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.core import clock
from questlog.core.schemas import IsoDate, QueryFlag, text
from questlog.flows.open_account import open_account
from questlog.identity import directory, sessions
from questlog.identity.account_schemas import AccountCreate, AccountPage, AccountResponse
from questlog.identity.directory import AccountFilter
from questlog.identity.schemas import Role, SessionPage

router = HouseRouter(prefix="/admin/users", tags=["admin"])


def account_filter(
    *,
    me: CurrentUser,
    q: Annotated[
        Annotated[str, text(1, 200)] | None,
        Query(description="A part of the name or of the e-mail address."),
    ] = None,
    role: Annotated[Role | None, Query(description="Only accounts of this role.")] = None,
    is_active: Annotated[
        QueryFlag | None, Query(description="Only open accounts, or only closed ones.")
    ] = None,
    seen_since: Annotated[
        IsoDate | None, Query(description="Last sign-in on this day of your zone or later.")
    ] = None,
    seen_before: Annotated[
        IsoDate | None, Query(description="Last sign-in before this day of your zone, or never.")
    ] = None,
) -> AccountFilter:
    zone = clock.zone(me.timezone)
    since, before = (
        None if day is None else datetime.combine(day, time.min, zone)
        for day in (seen_since, seen_before)
    )
    return AccountFilter(q, role, is_active, since, before)


@router.get("", response_model=AccountPage, name="list_accounts")
async def list_users(
    request: Request,
    wanted: Annotated[AccountFilter, Depends(account_filter)],
    page: Page,
    _admin: AdminId,
    session: Reader,
) -> Response:
    """List accounts, the oldest first, with how many sessions each has. For administrators."""
    found = await directory.page(session, wanted, page)
    return page_answer(request, found, found.items)


@router.post("", status_code=201, response_model=AccountResponse, openapi_extra=refusing(409))
async def create_account(
    body: AccountCreate, _admin: AdminId, desk: Desk, session: Writer
) -> dict[str, Any]:
    """Open an account for somebody, also where registration is closed. For administrators.

    Where mail goes out they get a link to set a password, good for half an hour; after that, `POST /auth/password/forgot`
    sends another, and a code by mail lets them in without one.
    """
    made = await open_account(session, desk, **body.model_dump())
    return await directory.get(session, made)


@router.get("/{user_id}", response_model=AccountResponse, name="get_account")
async def get_user(user_id: PathId, _admin: AdminId, session: Reader) -> dict[str, Any]:
    """Give one account, without what its owner writes about themselves. For administrators."""
    return await directory.get(session, user_id)


@router.get("/{user_id}/sessions", response_model=SessionPage)
async def list_account_sessions(
    *,
    request: Request,
    user_id: PathId,
    page: Page,
    _admin: AdminId,
    me: CurrentUser,
    session: Reader,
) -> Response:
    """List where somebody is signed in, the newest sign-in first. For administrators."""
    found = await directory.sessions_of(session, user_id, page)
    items = (sessions.shown(row[0], current=me.session_id) for row in found.items)
    return page_answer(request, found, items)


@router.delete("/{user_id}/sessions", status_code=204)
async def revoke_account_sessions(user_id: PathId, _admin: AdminId, session: Writer) -> None:
    """Sign somebody out everywhere. For administrators."""
    await directory.end_sessions(session, user_id)


@router.delete("/{user_id}/sessions/{session_id}", status_code=204)
async def revoke_account_session(
    user_id: PathId, session_id: PathId, _admin: AdminId, session: Writer
) -> None:
    """Sign somebody out in one place; doing it again changes nothing. For administrators."""
    await directory.end_session(session, user_id, session_id)
