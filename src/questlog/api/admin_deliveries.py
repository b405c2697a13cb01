"""What administrators see of webhooks: where deliveries stand, and why they fail. Never what they say."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from questlog.api.deps import AdminId, Page, Reader
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.api.webhooks import delivery_filter
from questlog.automation import delivery_log
from questlog.automation.delivery_log import DeliveryFilter
from questlog.automation.webhook_schemas import AccountDeliveryPage

router = HouseRouter(prefix="/admin/deliveries", tags=["admin"])


@router.get("", response_model=AccountDeliveryPage, name="list_account_deliveries")
async def list_deliveries(
    *,
    request: Request,
    wanted: Annotated[DeliveryFilter, Depends(delivery_filter)],
    account_id: Annotated[
        UUID | None, Query(description="Only what this account's webhooks are told.")
    ] = None,
    page: Page,
    _admin: AdminId,
    session: Reader,
) -> Response:
    """List the deliveries of all accounts, the newest first, with the exact reason of a failure. For administrators."""
    found = await delivery_log.everybodys_page(session, wanted, account_id, page)
    return page_answer(request, found, found.items)
