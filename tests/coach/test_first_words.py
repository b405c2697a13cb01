"""What stands between something said and the question to the model: one short transaction, and nobody else's work."""

from questlog.automation import bells
from questlog.coach import model_uses, runs
from questlog.coach.briefing import DayPurse
from questlog.coach.model_uses import Use
from questlog.coach.runs import Part
from questlog.core import clock
from questlog.core.db import Database
from tests.coach.talking import mind_of, talk
from tests.support.make import Make, Person
from tests.support.model_server import model_server
from tests.support.sql import count_statements


async def used(database: Database, user: Person) -> Use:
    return await database.read(model_uses.of_day, user.id, clock.today(user.timezone))


async def test_the_model_is_asked_after_one_transaction_of_few_statements(
    database: Database, make: Make
) -> None:
    user = await make.user()

    async with model_server() as server, talk(database, mind := mind_of(server)) as coach:
        first = await coach.hold(user, "Hello", opening=coach.briefing.open)
        with count_statements(database) as in_a_new_one:
            held = await coach.hold(user, "Again", opening=coach.briefing.open)
        with count_statements(database) as before_the_model:
            system = await DayPurse(database, held, mind).claim()

    assert first.system == system
    assert before_the_model == []
    assert len(in_a_new_one) <= 10
    assert await used(database, user) == Use(requests=2)


async def test_a_turn_that_asks_once_more_is_counted_once_more(
    database: Database, make: Make
) -> None:
    user = await make.user()

    async with model_server() as server, talk(database, mind := mind_of(server)) as coach:
        held = await coach.hold(user, "Hello", opening=coach.briefing.open)
        purse = DayPurse(database, held, mind)
        told = [await purse.claim() for _ in range(3)]

    assert len(set(told)) == 1
    assert await used(database, user) == Use(requests=3)


async def test_a_day_without_room_keeps_what_was_said_and_counts_nothing(
    database: Database, make: Make
) -> None:
    user = await make.user()

    async with (
        model_server() as server,
        talk(database, mind_of(server, daily_requests=1)) as coach,
    ):
        await coach.told(user, (await coach.say(user, "Hello")).id)
        held = await coach.say(user, "More")
        parts = await coach.told(user, held.id)

    assert parts[-1].type == "error"
    assert parts[-1].data["code"] == "ai_quota"
    assert len(server.requests) == 1
    assert (await used(database, user)).requests == 1


async def test_what_the_coach_says_wakes_nobody_who_waits_for_events(
    database: Database, make: Make
) -> None:
    user = await make.user()

    async with talk(database, None) as coach:
        held = await coach.hold(user, "Hello")
        with bells.listen() as of_events, bells.listen(of_talk=True) as of_talk:
            held.last_seq += 1
            part = Part(held.last_seq, "text_delta", {"text": "Good"})
            await database.write(runs.write, held, [part])
            was_heard = await of_talk.wait(5)
            was_woken = await of_events.wait(0)

    assert was_heard
    assert not was_woken
