"""Runs that are called off early, taken twice, or told what no database keeps: each has one end, and a price."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from questlog.coach import runs
from questlog.coach.conversations import RUNS
from questlog.coach.model_uses import USES
from questlog.core.db import Database
from tests.coach.talking import messages, mind_of, talk, text, types
from tests.support.make import Make
from tests.support.model_server import Called, Reply, calling, model_server, saying
from tests.support.moving_clock import MovingClock


async def test_s129_a_stop_right_behind_the_message_ends_the_run(
    database: Database, make: Make
) -> None:
    user = await make.user()

    async with model_server(saying("One")) as server, talk(database, mind_of(server)) as coach:
        held = await coach.say(user, "Talk")
        await coach.thinker.stop(user.id, held.id)
        async with asyncio.timeout(3):
            told = await coach.told(user, held.id)
        again = await coach.say(user, "And now?", held.conversation_id)
        answer = await coach.told(user, again.id)

    assert told[-1].data == {"state": "interrupted"}
    assert text(answer) == "One"


async def test_f28_a_process_that_finds_its_own_run_after_a_sleep_goes_on_with_it_once(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    user = await make.user()

    async with (
        model_server(saying("Lost ", stalls=30), saying("Found.")) as server,
        talk(database, mind_of(server)) as coach,
    ):
        held = await coach.say(user, "Talk")
        early = asyncio.create_task(coach.told(user, held.id))
        await asyncio.sleep(0.3)
        moving_clock.move(seconds=31)
        taken = await coach.thinker.take_orphans()
        async with asyncio.timeout(3):
            late = await coach.told(user, held.id)
            heard = await early

    assert taken == 1
    assert (late[-1].type, heard[-1].type) == ("complete", "complete")
    assert (await messages(database))[1] == ("assistant", "Found.", "complete")


async def test_f28_only_a_request_that_is_made_again_is_to_be_forgotten(
    database: Database, make: Make, moving_clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await make.user()
    await make.task(user, title="Buy bread")

    async with (
        model_server(calling("list_tasks", say="I look."), saying("Found.")) as server,
        talk(database, mind_of(server)) as gone,
        talk(database, mind_of(server)) as here,
    ):
        monkeypatch.setattr(gone.briefing._tools, "call", _never)
        held = await gone.say(user, "What is there?")
        await asyncio.sleep(0.4)
        moving_clock.move(seconds=31)
        await here.thinker.take_orphans()
        told = await here.told(user, held.id)

    assert "part_reset" not in types(told)
    assert text(told) == "I look.\n\nFound."


async def _never(*_: object) -> None:
    await asyncio.sleep(30)


async def test_s126_no_argument_of_a_model_is_more_than_a_database_keeps(
    database: Database, make: Make
) -> None:
    user = await make.user()
    odd = Reply(calls=(Called("list_tasks", '{"\\u0000a\\ud800": 1}'),))

    async with (
        model_server(odd, saying("Sorry.")) as server,
        talk(database, mind_of(server)) as coach,
        asyncio.timeout(5),
    ):
        held = await coach.say(user, "Look")
        told = await coach.told(user, held.id)

    result = next(part.data for part in told if part.type == "tool_result")
    assert result["status"] == "refused"
    assert told[-1].type == "complete"


async def test_f26_an_answer_without_a_word_is_none(database: Database, make: Make) -> None:
    user = await make.user()

    async with (
        model_server(saying(), saying("Back")) as server,
        talk(database, mind_of(server)) as coach,
    ):
        held = await coach.say(user, "Hello")
        told = await coach.told(user, held.id)
        second = await coach.say(user, "And now?", held.conversation_id)
        answer = await coach.told(user, second.id)

    assert (told[-1].type, told[-1].data["trouble"]) == ("error", "nonsense")
    assert text(answer) == "Back"


async def test_s128_a_stopped_answer_has_its_price(database: Database, make: Make) -> None:
    user = await make.user()

    async with (
        model_server(saying("word " * 300, stalls=30)) as server,
        talk(database, mind_of(server)) as coach,
    ):
        held = await coach.say(user, "Talk on")
        async for part in coach.thinker.follow(user.id, held.id):
            if part.type == "text_delta":
                break
        await coach.thinker.stop(user.id, held.id)
        await coach.told(user, held.id)
    async with database.reader() as session:
        row = (await session.execute(select(USES).where(USES.c.user_id == user.id))).one()
        run = (await session.execute(select(RUNS).where(RUNS.c.id == held.id))).one()

    assert row.requests == 1
    assert row.tokens_in > 300
    assert row.tokens_out == 500
    assert (run.tokens_in, run.tokens_out) == (row.tokens_in, row.tokens_out)


@pytest.mark.parametrize(("locale", "words"), [("en", "other words"), ("ru", "другими словами")])
async def test_a_run_that_was_given_up_says_what_to_do(
    database: Database, make: Make, moving_clock: MovingClock, locale: str, words: str
) -> None:
    user = await make.user(locale=locale)

    async with talk(database, None) as coach:
        held = await coach.hold(user, "Hello", locale=locale)
        held.taken_over = 6
        coach.thinker.start(held)
        told = await coach.told(user, held.id)

    assert words in told[-1].data["detail"]


async def test_a_long_talk_is_remembered_as_far_as_it_fits(database: Database, make: Make) -> None:
    user = await make.user()
    said = saying("a" * 30_000)

    async with (
        model_server(said, said, saying("Short.")) as server,
        talk(database, mind_of(server)) as coach,
    ):
        first = await coach.say(user, "First")
        await coach.told(user, first.id)
        second = await coach.say(user, "Second", first.conversation_id)
        await coach.told(user, second.id)
        third = await coach.say(user, "Third", first.conversation_id)
        await coach.told(user, third.id)

    told = [one for one in server.requests[2]["messages"] if one["role"] != "system"]
    assert [one["role"] for one in told] == ["user", "assistant", "user"]
    assert (told[0]["content"], told[2]["content"]) == ("Second", "Third")


async def test_s126_one_answer_with_very_many_calls_is_cut_to_what_a_turn_may_make(
    database: Database, make: Make
) -> None:
    user = await make.user()
    many = Reply(calls=tuple(Called("list_goals", {}, f"call-{n}") for n in range(400)))

    async with (
        model_server(many, saying("Enough.")) as server,
        talk(database, mind_of(server)) as coach,
    ):
        held = await coach.say(user, "Loop")
        told = await coach.told(user, held.id)

    results = [part.data["status"] for part in told if part.type == "tool_result"]
    assert len(results) == 21
    assert results[20] == "refused"
    assert told[-1].type == "complete"


async def test_s128_tokens_spent_on_thoughts_alone_are_counted(
    database: Database, make: Make
) -> None:
    user = await make.user()
    thinking = Reply(thoughts=("Hm. " * 50,), ended="length", tokens=(3_000, 6_000))

    async with model_server(thinking) as server, talk(database, mind_of(server)) as coach:
        held = await coach.say(user, "Think")
        told = await coach.told(user, held.id)
    async with database.reader() as session:
        row = (await session.execute(select(USES).where(USES.c.user_id == user.id))).one()

    assert (told[-1].data["trouble"], row.tokens_in, row.tokens_out) == ("too_long", 3_000, 6_000)
    assert "too long" in told[-1].data["detail"]


async def test_s129_a_stop_while_a_state_is_stored_ends_the_run(
    database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await make.user()
    whole, stored = database.write, asyncio.Event()

    async def slowly(verb: Any, *args: Any, **more: Any) -> Any:
        done = await whole(verb, *args, **more)
        if verb is runs.write:
            stored.set()
            await asyncio.sleep(0.3)
        return done

    monkeypatch.setattr(database, "write", slowly)
    async with (
        model_server(calling("list_tasks", say="I look."), saying("Found.")) as server,
        talk(database, mind_of(server)) as coach,
    ):
        held = await coach.say(user, "Look")
        await stored.wait()
        await coach.thinker.stop(user.id, held.id)
        async with asyncio.timeout(3):
            told = await coach.told(user, held.id)

    assert told[-1].data == {"state": "interrupted"}
    assert (await messages(database))[1] == ("assistant", "I look.", "interrupted")
