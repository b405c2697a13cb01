"""Buying in the shop: the price is the server's, and gold is spent once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from questlog.core.db import Session
from questlog.game import shop, state, turns


@dataclass(frozen=True, slots=True)
class Bought:
    """What was bought, what it cost in all, and where its buyer stands now."""

    item: str
    quantity: int
    price: int
    game: dict[str, Any]


async def buy(
    session: Session, user_id: UUID, code: str, *, quantity: int = 1, timezone: str
) -> Bought:
    """Buy so many of an item. The player's row is locked, so of two at once the second sees the gold that is left.

    Raises `UnknownItemError`, `HoldsEnoughError`, `OneBringsAllError`, `HeartsOffError`, `HeartsFullError`,
    `NotEnoughGoldError`.
    """
    item = shop.item_of(code)
    turn = await turns.begin(session, user_id, timezone=timezone)
    bought = shop.purchase(turn.player, item, quantity)
    turn.enter(bought.entry(turn.today))
    turn.tell(
        "gold.spent",
        ("user", user_id),
        item=code,
        quantity=quantity,
        gold=bought.price,
        left=turn.player["gold"],
    )
    if bought.hearts:
        turn.tell(
            "heart.regained",
            ("user", user_id),
            by="purchase",
            count=bought.hearts,
            hearts=turn.player["hearts"],
        )
    await turns.finish(session, turn)
    return Bought(code, quantity, bought.price, state.of(turn.player))
