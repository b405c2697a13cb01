"""The shop over HTTP."""

from typing import Annotated, Any

from fastapi import Body, Path

from questlog.api.deps import CurrentUser, Reader, Writer
from questlog.api.documented import refusing
from questlog.api.routing import HouseRouter
from questlog.flows.buy import Bought, buy
from questlog.game import shop
from questlog.game.shop_schemas import PurchaseRequest, PurchaseResponse, ShopResponse

router = HouseRouter(prefix="/rpg/shop", tags=["game"])

Item = Annotated[
    str, Path(max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="Its code.")
]


@router.get("", response_model=ShopResponse)
async def get_shop(me: CurrentUser, session: Reader) -> dict[str, Any]:
    """See what gold buys, what one has of it, and why something cannot be bought now."""
    return await shop.browse(session, me.user_id, timezone=me.timezone)


@router.post("/{item}/buy", response_model=PurchaseResponse, openapi_extra=refusing(404, 409, 422))
async def buy_item(
    item: Item,
    me: CurrentUser,
    session: Writer,
    body: Annotated[PurchaseRequest | None, Body()] = None,
) -> Bought:
    """Buy something at the price the shop names. Gold never falls below 0: what one cannot pay is refused."""
    asked = body or PurchaseRequest()
    return await buy(session, me.user_id, item, quantity=asked.quantity, timezone=me.timezone)
