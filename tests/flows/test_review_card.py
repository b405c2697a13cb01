"""Reviewing cards: each comes back in its time, pays once a day, and five a day heal a heart."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from questlog.core import clock, lines
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.game.ledger import LEDGER
from questlog.game.review_days import ReviewsDoneError, limit_of
from questlog.game.turns import PLAYERS
from questlog.identity.models import User
from questlog.learning.cards import (
    CARDS,
    REVIEWS,
    CardNotDueError,
    CardNotFoundError,
    CardNotYoursError,
    NothingSaidError,
)
from questlog.learning.quizzes import AnswerMisfitError
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.quizzing import RIGHT, WRONG, Learner, learner
from tests.support.sql import count_rows

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


async def with_cards(
    make: Make, database: Database, *, cards: int = 1, questions: int = 10
) -> tuple[Learner, list[UUID]]:
    """A learner with cards that are due, all hearts but for what they cost."""
    anna = await learner(make, database, questions=questions)
    await anna.submit(questions - cards)
    return anna, [card["id"] for card in (await anna.daily())["items"]]


async def paid(anna: Learner) -> int:
    async with anna.database.reader() as session:
        mine = (LEDGER.c.user_id == anna.user.id, LEDGER.c.source_kind == "review")
        return await session.scalar(select(func.sum(LEDGER.c.xp)).where(*mine)) or 0


async def counter(anna: Learner, name: str) -> int:
    async with anna.database.reader() as session:
        mine = select(PLAYERS.c.counters).where(PLAYERS.c.user_id == anna.user.id)
        counters: Any = await session.scalar(mine)
        return int(counters.get(name, 0))


async def settings(anna: Learner, **values: Any) -> None:
    async def save(session: Session) -> None:
        await session.execute(update(User).where(User.id == anna.user.id).values(settings=values))

    await anna.database.write(save)


async def make_due(database: Database, card_id: UUID) -> None:
    async def save(session: Session) -> None:
        due = update(CARDS).where(CARDS.c.id == card_id).values(due_at=clock.now())
        await session.execute(due)

    await database.write(save)


async def test_a_right_answer_pays_two_and_the_card_comes_back_later(
    make: Make, database: Database
) -> None:
    anna, [card] = await with_cards(make, database)

    seen = await anna.review(card, answer=RIGHT)

    assert (seen["is_correct"], seen["rating"], seen["receipt"]["xp"]) == (True, 3, 2)
    assert seen["solution"] == RIGHT
    assert (await anna.daily())["items"] == []
    assert (await anna.daily())["next_due_at"] == seen["due_at"]


async def test_a_wrong_answer_pays_nothing_and_is_rated_again(
    make: Make, database: Database
) -> None:
    anna, [card] = await with_cards(make, database)

    seen = await anna.review(card, answer=WRONG, rating=4)

    assert (seen["is_correct"], seen["rating"], seen["receipt"]["xp"]) == (False, 1, 0)
    assert await paid(anna) == 0


async def test_who_only_rates_is_believed_but_not_paid(make: Make, database: Database) -> None:
    anna, [card] = await with_cards(make, database)

    seen = await anna.review(card, rating=4)

    assert (seen["is_correct"], seen["rating"], seen["receipt"]["xp"]) == (None, 4, 0)
    assert seen["state"] == "review"


async def test_g12_a_card_pays_once_a_day_however_often_it_comes(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    anna, [card] = await with_cards(make, database)

    for answer in (WRONG, RIGHT, WRONG, RIGHT, RIGHT):
        await anna.review(card, answer=answer)
        moving_clock.move(minutes=11)
        if not (await anna.daily())["items"]:
            break

    assert await paid(anna) == 2
    assert await counter(anna, "reviews_done") == await count_rows(database, REVIEWS) >= 3


async def test_a_card_pays_again_on_another_day(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna, [card] = await with_cards(make, database)
    await anna.review(card, answer=RIGHT)
    moving_clock.move(days=2)

    await anna.review(card, answer=RIGHT)

    assert await paid(anna) == 4


async def test_g12_of_ten_reviews_of_a_card_at_once_one_counts(
    make: Make, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PATIENCE_S", 0)  # the rows decide, also where nobody stands in line
    anna, [card] = await with_cards(make, database)

    results = await asyncio.gather(
        *(anna.review(card, answer=RIGHT) for _ in range(10)), return_exceptions=True
    )

    assert sum(isinstance(one, dict) for one in results) == 1
    assert sum(isinstance(one, CardNotDueError) for one in results) == 9
    assert await paid(anna) == 2


async def test_five_cards_on_a_day_heal_one_heart(make: Make, database: Database) -> None:
    anna, cards = await with_cards(make, database, cards=7, questions=20)
    before = (await anna.game())["hearts"]

    seen = [await anna.review(card, answer=RIGHT) for card in cards]

    assert before == 0
    assert [one["session_completed"] for one in seen] == [False] * 4 + [True] + [False] * 2
    assert (await anna.game())["hearts"] == 1
    assert await counter(anna, "review_sessions") == 1
    assert (await anna.game())["reviews_today"] == 7


async def test_the_same_card_five_times_is_no_session(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna, [card] = await with_cards(make, database)

    for _ in range(5):
        seen = await anna.review(card, answer=WRONG)
        moving_clock.move(minutes=2)

    assert not seen["session_completed"]
    assert await counter(anna, "review_sessions") == 0


async def test_twenty_cards_a_day_are_enough(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna, cards = await with_cards(make, database, cards=22, questions=30)
    for card in cards:
        await anna.review(card, answer=RIGHT)
    full = await anna.daily()
    moving_clock.move(days=1)

    tomorrow = await anna.daily()
    [rest, *_] = [card["id"] for card in tomorrow["items"] if card["id"] not in cards]

    assert len(cards) == full["done_today"] == full["limit"] == 20
    assert (full["items"], full["left_today"]) == ([], 0)
    assert tomorrow["left_today"] == 20
    assert (await anna.review(rest, answer=RIGHT))["is_correct"]


async def test_the_limit_is_a_setting(make: Make, database: Database) -> None:
    anna, cards = await with_cards(make, database, cards=3)
    await settings(anna, reviews_per_day=1)
    await anna.review(cards[0], answer=RIGHT)

    with pytest.raises(ReviewsDoneError):
        await anna.review(cards[1], answer=RIGHT)

    assert await count_rows(database, REVIEWS) == 1


@pytest.mark.parametrize("odd", [True, -1, 501, "7", None, 2.5, [3]])
def test_a_limit_that_is_none_is_the_usual_one(odd: Any) -> None:
    assert limit_of({"reviews_per_day": odd}) == limit_of({}) == 20


async def test_what_is_refused_leaves_nothing(make: Make, database: Database) -> None:
    anna, [card] = await with_cards(make, database)
    bert = Learner(database, await make.user(), anna.school)

    with pytest.raises(NothingSaidError):
        await anna.review(card)
    with pytest.raises(AnswerMisfitError):
        await anna.review(card, answer=["Oslo"])
    with pytest.raises(CardNotYoursError):
        await bert.review(card, answer=RIGHT)
    with pytest.raises(CardNotFoundError):
        await anna.review(new_id(), answer=RIGHT)

    assert await count_rows(database, REVIEWS) == 0
    assert (await anna.game())["reviews_today"] == 0


async def test_the_longest_due_come_first(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna = await learner(make, database)
    await anna.submit(8)
    moving_clock.move(minutes=5)
    await anna.submit(8, "w1-d2")

    lessons = [card["lesson_id"] for card in (await anna.daily())["items"]]

    assert lessons == [anna.lesson("w1-d1")] * 2 + [anna.lesson("w1-d2")] * 2


async def test_cards_are_shown_without_what_is_right(make: Make, database: Database) -> None:
    anna, _ = await with_cards(make, database)

    [card] = (await anna.daily())["items"]

    assert not {"solution", "explanation", "see", "key", "answer"} & card.keys()
    assert "fjord" not in str(card)


async def test_statistics_tell_how_cards_stand_and_what_comes(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    anna, cards = await with_cards(make, database, cards=4)
    await anna.review(cards[0], answer=RIGHT, rating=4)
    await anna.review(cards[1], answer=WRONG)
    await anna.review(cards[2], answer=RIGHT)

    stats = await anna.stats()

    assert (stats["cards"], stats["new"], stats["learning"], stats["review"]) == (4, 1, 2, 1)
    assert (stats["reviews"], stats["done_today"], stats["left_today"]) == (3, 3, 17)
    assert stats["retention"] == pytest.approx(2 / 3)
    assert stats["forecast"][0]["due"] == 3
    assert sum(day["due"] for day in stats["forecast"]) == 3


async def test_statistics_of_nobody_are_zeros(make: Make, database: Database) -> None:
    anna = await learner(make, database)

    stats = await anna.stats()

    assert {name: stats[name] for name in ("cards", "new", "due", "reviews", "retention")} == {
        "cards": 0, "new": 0, "due": 0, "reviews": 0, "retention": None,
    }  # fmt: skip
    assert [day["due"] for day in stats["forecast"]] == [0] * 7


async def test_g08_hopping_between_zones_makes_no_second_day_for_a_card(
    make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    anna, [card] = await with_cards(make, database)
    await anna.review(card, answer=RIGHT)

    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Kiritimati", "UTC") * 2:
        moving_clock.move(minutes=11)
        there = Learner(database, replace(anna.user, timezone=zone), anna.school)
        await make_due(database, card)
        await there.review(card, answer=WRONG)
        moving_clock.move(minutes=11)
        await there.review(card, answer=RIGHT)

    assert await paid(anna) == 2
