"""The shop's bodies and answers."""

from typing import Annotated

from pydantic import ConfigDict, Field

from questlog.core.schemas import Answer, Strict, whole_number
from questlog.game.state_schemas import GameState

MOST_AT_ONCE = 10


class PurchaseRequest(Strict):
    model_config = ConfigDict(json_schema_extra={"examples": [{"quantity": 1}]})

    quantity: Annotated[int, whole_number(1, MOST_AT_ONCE)] = 1


class ShopItemResponse(Answer):
    code: str
    title: str
    text: str
    price: int
    owned: Annotated[
        int, Field(description="Of a potion: for how many completions it still lasts.")
    ]
    hold: Annotated[int | None, Field(description="How many one can own.")]
    can_buy: bool
    refusal: Annotated[str | None, Field(description="Why not, in words.")]


class ShopResponse(Answer):
    gold: int
    items: list[ShopItemResponse]


class PurchaseResponse(Answer):
    item: str
    quantity: int
    price: Annotated[int, Field(description="What it cost in all.")]
    game: GameState
