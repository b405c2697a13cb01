"""The audit log over HTTP: one's own part of it, and for administrators all of it."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from questlog.api.day_spans import FirstDay, LastDay, moments
from questlog.api.deps import AdminId, CurrentUser, Page, Reader
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.automation import audit_log
from questlog.automation.audit_log import AuditFilter
from questlog.automation.audit_schemas import AuditPage

router = HouseRouter(tags=["audit-log"])


def own_lines(
    me: CurrentUser,
    action: Annotated[
        str | None,
        Query(
            max_length=64,
            pattern=r"^[a-z_]+\.([a-z_]+|\*)$",
            description="An action such as `login.failed`, or all of a noun: `login.*`.",
        ),
    ] = None,
    first: FirstDay = None,
    last: LastDay = None,
) -> AuditFilter:
    begin, end = moments(first, last, me.timezone)
    return AuditFilter(action, me.user_id, first=begin, last=end)


def all_lines(
    mine: Annotated[AuditFilter, Depends(own_lines)],
    account_id: Annotated[
        UUID | None, Query(description="Only what is about this account.")
    ] = None,
    actor: Annotated[
        str | None,
        Query(
            max_length=80,
            pattern=r"^(cli|system|anonymous|(user|key):[0-9a-f-]{36})$",
            description="Only what this one did: `user:<id>`, `key:<id>`, `cli`, `system` or `anonymous`.",
        ),
    ] = None,
    address: Annotated[
        str | None,
        Query(
            max_length=64,
            pattern=r"^[0-9A-Fa-f.:]+$",
            description="Only what came from this address.",
        ),
    ] = None,
) -> AuditFilter:
    return AuditFilter(mine.action, account_id, actor, address, mine.first, mine.last)


@router.get("/audit-log", response_model=AuditPage)
async def list_own_audit_log(
    request: Request,
    wanted: Annotated[AuditFilter, Depends(own_lines)],
    page: Page,
    me: CurrentUser,
    session: Reader,
) -> Response:
    """List what was done with your account and to it, newest first: sign-ins, keys, passwords, exports and refusals.

    Of what an administrator did you see that one did it, not who or from where.
    """
    found = await audit_log.page(session, wanted, page)
    items = (audit_log.shown_to_owner(row, me.user_id) for row in found.items)
    return page_answer(request, found, items)


@router.get("/admin/audit-log", response_model=AuditPage)
async def list_audit_log(
    request: Request,
    wanted: Annotated[AuditFilter, Depends(all_lines)],
    page: Page,
    _admin: AdminId,
    session: Reader,
) -> Response:
    """List the audit log of the whole server, newest first. For administrators; this reading is noted in it, too."""
    found = await audit_log.page(session, wanted, page)
    return page_answer(request, found, (audit_log.shown(row) for row in found.items))
