"""The ledger over HTTP."""

from typing import Annotated

from fastapi import Query, Request, Response

from questlog.api.deps import CurrentUser, Page, Reader
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.core.schemas import IsoDate
from questlog.game import ledger_pages
from questlog.game.ledger_pages import LedgerFilter
from questlog.game.view_schemas import LedgerPage, SourceKind

router = HouseRouter(prefix="/rpg/ledger", tags=["game"])


@router.get("", response_model=LedgerPage)
async def list_ledger(
    *,
    request: Request,
    page: Page,
    me: CurrentUser,
    session: Reader,
    first: Annotated[IsoDate | None, Query(alias="from", description="The first day.")] = None,
    last: Annotated[IsoDate | None, Query(alias="to", description="The last day.")] = None,
    source: Annotated[SourceKind | None, Query(description="Only what came from this.")] = None,
) -> Response:
    """List what moved your XP, gold and hearts, newest first, each entry explained in words.

    Nothing moves them otherwise: your XP is the sum of the column `xp`.
    """
    wanted = LedgerFilter(first, last, source)
    found = await ledger_pages.page(session, me.user_id, wanted, page, locale=me.locale)
    return page_answer(request, found, found.items)
