"""Runs of the coach: thought once, stored as they are sent, followed from anywhere, ended exactly once."""

import asyncio

import pytest
from sqlalchemy import update

from questlog.coach import runs
from questlog.coach.conversations import ConversationNotFoundError
from questlog.coach.runs import Part, RunInProgressError, RunNotFoundError
from questlog.coach.thinking import TooSlowError
from questlog.core import clock
from questlog.core.db import Database
from questlog.identity.models import User
from tests.coach.talking import impatient, messages, mind_of, talk, text, types
from tests.support.make import Make
from tests.support.model_server import calling, failing, model_server, saying
from tests.support.peers import until


async def test_what_is_said_comes_in_pieces_and_is_kept(database: Database, make: Make) -> None:
    user = await make.user()

    async with (
        model_server(saying("Good ", "morning", ".")) as server,
        talk(database, mind_of(server)) as coach,
    ):
        held = await coach.say(user, "Hello")
        live = await coach.told(user, held.id)
        again = await coach.told(user, held.id)

    assert types(live) == [
        "conversation_created",
        "user_prompt",
        "model_request_start",
        "part_start",
        "text_delta",
        "text_delta",
        "text_delta",
        "final_result_start",
        "final_result",
        "message_saved",
        "complete",
    ]
    assert [part.seq for part in live] == list(range(1, 12))
    assert (again, text(live)) == (live, "Good morning.")
    assert await messages(database) == [
        ("user", "Hello", "complete"),
        ("assistant", "Good morning.", "complete"),
    ]


async def test_who_comes_back_is_told_only_what_is_missing(database: Database, make: Make) -> None:
    user = await make.user()

    async with (
        model_server(saying(*"abcdefgh", pause=0.03)) as server,
        talk(database, mind_of(server)) as here,
        talk(database, None) as elsewhere,
    ):
        held = await here.say(user, "Spell")
        first: list[Part] = []
        async for part in here.thinker.follow(user.id, held.id):
            first.append(part)
            if part.type == "text_delta":
                break
        rest, far = await asyncio.gather(
            here.told(user, held.id, first[-1].seq), elsewhere.told(user, held.id)
        )

    assert [*first, *rest] == far
    assert text(far) == "abcdefgh"


async def test_tools_answer_within_the_turn(database: Database, make: Make) -> None:
    user = await make.user()
    await make.task(user, title="Buy bread")
    replies = (calling("list_tasks", say="Let me see."), saying("Buy bread it is."))

    async with model_server(*replies) as server, talk(database, mind_of(server)) as coach:
        held = await coach.say(user, "What is there?")
        told = await coach.told(user, held.id)

    result = next(part.data for part in told if part.type == "tool_result")
    assert result["result"]["tasks"][0]["title"] == "Buy bread"
    assert text(told) == "Let me see.\n\nBuy bread it is."
    assert "Buy bread" in str(server.requests[1]["messages"][-1])


async def test_writing_waits_for_a_yes(database: Database, make: Make) -> None:
    user = await make.user()
    replies = (calling("create_task", {"title": "Rest"}), saying("Shall I?"))

    async with model_server(*replies) as server, talk(database, mind_of(server)) as coach:
        held = await coach.say(user, "Add something")
        told = await coach.told(user, held.id)

    proposal = next(part.data for part in told if part.type == "proposal")
    assert (proposal["tool"], proposal["state"]) == ("create_task", "open")


@pytest.mark.parametrize(
    ("reply", "trouble", "retryable"),
    [
        (failing(500), "unavailable", True),
        (failing(429), "rate_limited", True),
        (failing(400), "refused", False),
        (saying("Half", breaks=True), "unreachable", True),
        (saying("Half", stalls=30), "timeout", True),
    ],
    ids=["500", "429", "400", "breaks", "stalls"],
)
async def test_f26_a_model_that_fails_is_told_and_the_conversation_goes_on(
    database: Database, make: Make, reply: object, trouble: str, retryable: bool
) -> None:
    user = await make.user()

    async with model_server(reply, saying("Back")) as server:  # type: ignore[arg-type]
        mind = impatient(mind_of(server), first_piece_s=2, next_piece_s=0.3)
        async with talk(database, mind) as coach:
            held = await coach.say(user, "Hello")
            told = await coach.told(user, held.id)
            second = await coach.say(user, "And now?", held.conversation_id)
            answer = await coach.told(user, second.id)

    problem = told[-1].data
    assert told[-1].type == "error"
    assert (problem["trouble"], problem["retryable"]) == (trouble, retryable)
    assert text(answer) == "Back"


async def test_s128_one_turn_at_a_time_in_a_conversation(database: Database, make: Make) -> None:
    user = await make.user()

    async with (
        model_server(saying("Slow", wait=1)) as server,
        talk(database, mind_of(server)) as coach,
    ):
        held = await coach.say(user, "Hello")
        with pytest.raises(RunInProgressError):
            await coach.say(user, "Hello again", held.conversation_id)

    assert [role for role, _, _ in await messages(database)] == ["user"]


async def test_s129_a_stopped_run_hangs_up_and_is_interrupted_once(
    database: Database, make: Make
) -> None:
    user = await make.user()

    async with (
        model_server(saying("On ", "and ", "on", stalls=30)) as server,
        talk(database, mind_of(server)) as coach,
    ):
        held = await coach.say(user, "Talk")
        async for part in coach.thinker.follow(user.id, held.id):
            if part.type == "text_delta" and part.data["text"] == "on":
                break
        async with asyncio.timeout(2):
            await coach.thinker.stop(user.id, held.id)
            await coach.thinker.stop(user.id, held.id)
            told = await coach.told(user, held.id)
            await until(lambda: server.hung_up > 0)

    assert told[-1].data == {"state": "interrupted"}
    assert (await messages(database))[1:] == [("assistant", "On and on", "interrupted")]


async def test_s122_foreign_runs_and_conversations_are_not_there(
    database: Database, make: Make
) -> None:
    owner, other = await make.user(), await make.user()

    async with talk(database, None) as coach:
        held = await coach.say(owner, "Hello")
        await coach.told(owner, held.id)
        with pytest.raises(runs.NotYourRunError):
            await coach.told(other, held.id)
        with pytest.raises(runs.NotYourRunError):
            await coach.thinker.stop(other.id, held.id)
        with pytest.raises(ConversationNotFoundError):
            await coach.say(other, "Let me in", held.conversation_id)
        with pytest.raises(RunNotFoundError):
            await coach.told(owner, other.id)

    assert len(await messages(database)) == 2


async def test_s126_a_loop_of_tools_ends_politely(database: Database, make: Make) -> None:
    user = await make.user()

    async with model_server() as server:
        server.otherwise = lambda _body: calling("list_tasks", {"limit": len(server.requests)})
        async with talk(database, mind_of(server)) as coach:
            held = await coach.say(user, "Loop")
            told = await coach.told(user, held.id)

    assert len(server.requests) == 8
    assert told[-1].type == "complete"
    assert "smaller steps" in text(told)


@pytest.mark.parametrize(
    ("arguments", "most_requests"),
    [("{not json", 2), ('{"limit": 1e999}', 2), (f'{{"view": "{"x" * 20_000}"}}', 2), ({}, 4)],
    ids=["broken", "infinite", "20 KB", "the same"],
)
async def test_s126_bad_calls_are_told_once(
    database: Database, make: Make, arguments: object, most_requests: int
) -> None:
    user = await make.user()

    async with model_server() as server:
        server.otherwise = lambda _body: calling("list_tasks", arguments)
        async with talk(database, mind_of(server)) as coach:
            held = await coach.say(user, "Loop")
            told = await coach.told(user, held.id)

    assert (len(server.requests), told[-1].type) == (most_requests, "complete")
    assert len(str(held.made)) < 5_000


async def test_one_who_does_not_listen_is_cut_off_and_the_run_goes_on(
    database: Database, make: Make
) -> None:
    user = await make.user()

    async with (
        model_server(saying(*("x" * 2_500))) as server,
        talk(database, mind_of(server)) as coach,
    ):
        held = await coach.say(user, "Flood")
        idle = coach.thinker.follow(user.id, held.id)
        await anext(idle)
        told = await coach.told(user, held.id)
        with pytest.raises(TooSlowError):
            _ = [part async for part in idle]

    assert text(told) == "x" * 2_500
    assert told[-1].type == "complete"


async def test_a_closed_account_asks_nothing_more(database: Database, make: Make) -> None:
    user = await make.user()

    async with model_server(calling("list_tasks"), saying("Never")) as server:
        server.otherwise = lambda _body: saying("Never")
        async with talk(database, mind_of(server)) as coach:
            held = await coach.hold(user, "Hello")
            async with database.writer() as session:
                closing = update(User).where(User.id == user.id)
                await session.execute(closing.values(deactivated_at=clock.now()))
            coach.thinker.start(held)
            told = await coach.told(user, held.id)

    assert (told[-1].type, told[-1].data["code"]) == ("error", "account_closed")
    assert server.requests == []


async def test_what_a_model_says_is_kept_on_both_engines(database: Database, make: Make) -> None:
    user = await make.user()
    odd = calling("a\x00/b", "\x00{", id_="x y\x00" * 100)

    async with (
        model_server(odd, saying("N\x00UL")) as server,
        talk(database, mind_of(server)) as coach,
    ):
        held = await coach.say(user, "Hello")
        told = await coach.told(user, held.id)

    call = next(part.data for part in told if part.type == "tool_call")
    assert (call["id"], call["name"], call["arguments"]) == ("call_1_0", "a__b", "{")
    assert (text(told), told[-1].type) == ("NUL", "complete")
