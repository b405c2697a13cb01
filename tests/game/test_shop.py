"""Buying: the price is the server's, gold is spent once, and nobody holds more than there may be."""

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.core.db import Database, Session
from questlog.flows.buy import buy
from questlog.game import recompute
from questlog.game.adjustments import adjust
from questlog.game.ledger import LEDGER
from questlog.game.shop import HeartsFullError, HoldsEnoughError, NotEnoughGoldError
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_statements


async def test_a_freeze_costs_what_the_shop_says(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ada = await make.user()
    await give(database, ada, gold=120)

    answer = await client.post("/api/v1/rpg/shop/streak-freeze/buy", headers=ada.headers)

    assert answer.status_code == 200
    told = answer.json()
    assert (told["item"], told["quantity"], told["price"]) == ("streak-freeze", 1, 50)
    assert (told["game"]["gold"], told["game"]["streak_freezes"]) == (70, 1)
    assert await differences(database, ada) == []


async def test_what_one_cannot_pay_is_refused_in_words(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ada = await make.user(locale="ru")
    await give(database, ada, gold=49)

    answer = await client.post("/api/v1/rpg/shop/streak-freeze/buy", headers=ada.headers)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_enough_gold")
    assert answer.json()["detail"] == "Это стоит 50 золота, а у вас 49."
    assert (await state(client, ada))["gold"] == 49


async def test_one_can_hold_two_freezes(database: Database, make: Make) -> None:
    ada = await make.user()
    await give(database, ada, gold=500, freezes=1)

    with pytest.raises(HoldsEnoughError):
        await database.write(buy, ada.id, "streak-freeze", quantity=2, timezone="UTC")
    bought = await database.write(buy, ada.id, "streak-freeze", timezone="UTC")

    assert (bought.game["gold"], bought.game["streak_freezes"]) == (450, 2)


async def test_a_refill_brings_what_is_missing_and_only_then(
    database: Database, make: Make
) -> None:
    ada = await make.user()
    await give(database, ada, gold=300, hearts=-3)

    bought = await database.write(buy, ada.id, "heart-refill", timezone="UTC")
    with pytest.raises(HeartsFullError):
        await database.write(buy, ada.id, "heart-refill", timezone="UTC")

    assert (bought.game["gold"], bought.game["hearts"]) == (200, 5)
    assert await differences(database, ada) == []


async def test_one_refill_brings_all_so_two_are_not_sold(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ada = await make.user()
    await give(database, ada, gold=300, hearts=-3)

    answer = await client.post(
        "/api/v1/rpg/shop/heart-refill/buy", json={"quantity": 2}, headers=ada.headers
    )

    [problem] = answer.json()["errors"]
    assert (answer.status_code, answer.json()["code"]) == (422, "one_brings_all")
    assert problem["pointer"] == "/body/quantity"
    seen = await state(client, ada)
    assert (seen["gold"], seen["hearts"]) == (300, 2)


async def test_with_hearts_switched_off_the_shop_says_so(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ada = await make.user()
    await give(database, ada, gold=300, hearts=-3)
    off = {"settings": {"hearts": False}}
    await client.patch("/api/v1/auth/me", json=off, headers=ada.headers)

    answer = await client.post("/api/v1/rpg/shop/heart-refill/buy", headers=ada.headers)

    assert (answer.status_code, answer.json()["code"]) == (409, "hearts_off")
    assert (await state(client, ada))["gold"] == 300


async def test_potions_add_up(client: AsyncClient, database: Database, make: Make) -> None:
    ada = await make.user()
    await give(database, ada, gold=100)

    await client.post(
        "/api/v1/rpg/shop/focus-potion/buy", json={"quantity": 3}, headers=ada.headers
    )

    shop = (await client.get("/api/v1/rpg/shop", headers=ada.headers)).json()
    potion = next(item for item in shop["items"] if item["code"] == "focus-potion")
    assert (shop["gold"], potion["owned"], potion["can_buy"]) == (40, 15, True)


async def test_the_shop_says_why_something_cannot_be_bought(
    client: AsyncClient, make: Make
) -> None:
    ada = await make.user()

    shop = (await client.get("/api/v1/rpg/shop", headers=ada.headers)).json()

    assert [(item["code"], item["price"], item["refusal"]) for item in shop["items"]] == [
        ("streak-freeze", 50, "This costs 50 gold, and you have 0."),
        ("heart-refill", 100, "No heart would be missing. Come back when one is."),
        ("focus-potion", 20, "This costs 20 gold, and you have 0."),
    ]


async def test_g15_of_ten_who_buy_at_once_one_gets_it(database: Database, make: Make) -> None:
    ada = await make.user()
    await give(database, ada, gold=100, hearts=-5)

    async def attempt() -> str:
        try:
            await database.write(buy, ada.id, "heart-refill", timezone="UTC")
        except (NotEnoughGoldError, HeartsFullError) as error:
            return error.code
        return "bought"

    outcomes = await asyncio.gather(*(attempt() for _ in range(10)))

    assert outcomes.count("bought") == 1
    async with database.reader() as session:
        prices = await session.scalars(
            select(LEDGER.c.gold).where(LEDGER.c.source_kind == "purchase")
        )
    assert list(prices) == [-100]
    assert await differences(database, ada) == []


async def test_g15_no_more_is_bought_than_can_be_paid(database: Database, make: Make) -> None:
    ada = await make.user()
    await give(database, ada, gold=50)

    async def attempt() -> bool:
        try:
            await database.write(buy, ada.id, "focus-potion", timezone="UTC")
        except NotEnoughGoldError:
            return False
        return True

    outcomes = await asyncio.gather(*(attempt() for _ in range(10)))

    assert sum(outcomes) == 2
    assert await differences(database, ada) == []


@pytest.mark.parametrize(
    "body",
    [
        {"quantity": -1},
        {"quantity": 0},
        {"quantity": 1.5},
        {"quantity": 10**30},
        {"quantity": True},
        {"quantity": "1"},
        {"price": 1},
        {"quantity": 1, "gold": 1000},
    ],
)
async def test_g16_neither_odd_quantities_nor_prices_are_taken(
    client: AsyncClient, database: Database, make: Make, body: dict[str, Any]
) -> None:
    ada = await make.user()
    await give(database, ada, gold=100)

    answer = await client.post("/api/v1/rpg/shop/focus-potion/buy", json=body, headers=ada.headers)

    assert answer.status_code == 422
    assert (await state(client, ada))["gold"] == 100


async def test_nothing_else_is_sold(client: AsyncClient, make: Make) -> None:
    ada = await make.user()

    answer = await client.post("/api/v1/rpg/shop/philosophers-stone/buy", headers=ada.headers)

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_item")


async def test_a_purchase_that_fails_later_leaves_nothing(database: Database, make: Make) -> None:
    ada = await make.user()
    await give(database, ada, gold=100)

    async def buy_and_stumble(session: Session) -> None:
        await buy(session, ada.id, "focus-potion", timezone="UTC")
        raise ValueError("stumbled")

    with pytest.raises(ValueError, match="stumbled"):
        await database.write(buy_and_stumble)

    async with database.reader() as session:
        kinds = await session.scalars(select(LEDGER.c.source_kind))
    assert list(kinds) == ["adjustment"]
    assert await differences(database, ada) == []


async def test_looking_is_one_statement_and_buying_five(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ada = await make.user()
    await give(database, ada, gold=200)
    await state(client, ada)

    with count_statements(database) as looked:
        await state(client, ada)
    with count_statements(database) as bought:
        await client.post("/api/v1/rpg/shop/focus-potion/buy", headers=ada.headers)

    assert len(looked) == 1, looked
    # the player, the ledger, the player's totals, the counter of events, the event
    assert len(bought) == 5, bought


async def test_g11_a_freeze_bought_today_covers_tomorrow(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    ada = await make.user()
    task = await make.task(ada)
    await client.post(f"/api/v1/tasks/{task.id}/complete", headers=ada.headers)
    await give(database, ada, gold=50)
    await client.post("/api/v1/rpg/shop/streak-freeze/buy", headers=ada.headers)

    moving_clock.move(days=2)

    seen = await state(client, ada, await make.sign_in(ada.id))
    assert (seen["streak"], seen["streak_freezes"], seen["hearts"]) == (1, 0, 5)


async def give(database: Database, user: Person, **amounts: int) -> None:
    await database.write(adjust, user.id, amounts, reason="for a test", timezone=user.timezone)


async def state(
    client: AsyncClient, user: Person, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    answer = await client.get("/api/v1/rpg/state", headers=headers or user.headers)
    found: dict[str, Any] = answer.json()
    return found


async def differences(database: Database, user: Person) -> list[recompute.Difference]:
    return await database.write(recompute.compare, user.id)
