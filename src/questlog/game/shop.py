"""The shop: what can be bought, for how much, and who may buy it now. The prices are the content's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from questlog.core.db import Session
from questlog.core.exceptions import ConflictError, NotFoundError, ValidationError
from questlog.core.ids import new_id
from questlog.core.translations import translated
from questlog.game import turns
from questlog.game.content import content
from questlog.game.ledger import Entry
from questlog.game.rules import ShopItem


class UnknownItemError(NotFoundError):
    code = "unknown_item"
    default_message = (
        "The shop does not have this. Look into the shop for the codes of what it has."
    )


class NotEnoughGoldError(ConflictError):
    code = "not_enough_gold"
    default_message = "This costs {price} gold, and you have {gold}."


class HoldsEnoughError(ConflictError):
    code = "holds_enough"
    default_message = "You can hold {hold} of these, and you have {owned}."


class HeartsFullError(ConflictError):
    code = "hearts_full"
    default_message = "No heart would be missing. Come back when one is."


class HeartsOffError(ConflictError):
    code = "hearts_off"
    default_message = (
        "Hearts are switched off: none is lost. Switch them on in your settings first."
    )


class OneBringsAllError(ValidationError):
    code = "one_brings_all"
    default_message = "One of these brings everything that is missing. Buy 1."


@dataclass(frozen=True, slots=True)
class Purchase:
    """What `quantity` of an item cost and bring."""

    code: str
    quantity: int
    price: int
    hearts: int = 0
    freezes: int = 0
    potion: int = 0

    def entry(self, day: date) -> Entry:
        id_ = new_id()
        return Entry(
            "change",
            "purchase",
            self.code,
            id_,
            day,
            key=str(id_),
            gold=-self.price,
            hearts=self.hearts,
            freezes=self.freezes,
            potion=self.potion,
            details={"item": self.code, "quantity": self.quantity},
        )


def item_of(code: str) -> ShopItem:
    """Raises `UnknownItemError`."""
    try:
        return content().item[code]
    except KeyError:
        raise UnknownItemError() from None


def purchase(player: Mapping[str, Any], item: ShopItem, quantity: int = 1) -> Purchase:
    """Return what buying would do to a settled player.

    Raises `HoldsEnoughError`, `OneBringsAllError`, `HeartsOffError`, `HeartsFullError`, `NotEnoughGoldError`.
    """
    brought = _brought(player, item, quantity)
    price = item.price * quantity
    if player["gold"] < price:
        raise NotEnoughGoldError(details={"price": price, "gold": player["gold"]})
    return Purchase(item.code, quantity, price, **brought)


async def browse(session: Session, user_id: UUID, *, timezone: str) -> dict[str, Any]:
    """Return everything there is, with what somebody has of it and whether they can buy one more now."""
    turn = await turns.look(session, user_id, timezone=timezone)
    items = [_offer(turn.player, item, turn.locale) for item in content().rules.shop]
    return {"gold": turn.player["gold"], "items": items}


def _offer(player: Mapping[str, Any], item: ShopItem, locale: str) -> dict[str, Any]:
    return {
        "code": item.code,
        "title": item.title.in_(locale),
        "text": item.text.in_(locale),
        "price": item.price,
        "owned": owned(player, item),
        "hold": item.hold,
        **_verdict(player, item, locale),
    }


def _verdict(player: Mapping[str, Any], item: ShopItem, locale: str) -> dict[str, Any]:
    try:
        purchase(player, item)
    except ConflictError as error:
        return {"can_buy": False, "refusal": translated(error.message, locale, error.details)}
    return {"can_buy": True, "refusal": None}


def owned(player: Mapping[str, Any], item: ShopItem) -> int:
    """Return how much of it a player has: freezes, hearts, or completions that a potion is left for."""
    column = "potion_left" if item.completions else "streak_freezes" if item.hold else "hearts"
    return int(player[column])


def _brought(player: Mapping[str, Any], item: ShopItem, quantity: int) -> dict[str, int]:
    """A potion says for how many completions, a freeze how many one can hold, and a refill neither."""
    if item.completions is not None:
        return {"potion": item.completions * quantity}
    if item.hold is not None:
        held = player["streak_freezes"]
        if held + quantity > item.hold:
            raise HoldsEnoughError(details={"hold": item.hold, "owned": held})
        return {"freezes": quantity}
    missing = content().rules.hearts.max - player["hearts"]
    if quantity > 1:
        raise OneBringsAllError(pointer="/body/quantity")
    if player["hearts_off"]:
        raise HeartsOffError()
    if missing <= 0:
        raise HeartsFullError()
    return {"hearts": missing}
