"""Getting to know somebody with a model: what it may do, and what becomes of what it makes up."""

import asyncio
from collections.abc import Sequence

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from questlog.coach.onboarding_words import SENTENCES
from questlog.core.db import Database
from tests.api.test_onboarding import calls, profile, say, talk
from tests.support.make import Make
from tests.support.minds import answering, mind_of
from tests.support.model_server import Reply, calling, failing, saying

QUESTION = {"say": "A nurse, how good. What would you like to reach?", "covered": ["hours"]}
SORTED = {
    "say": "You want to speak Italian. I have added 40 tasks.",
    "statements": [
        {"topic": "work", "quote": "nurse at a hospital"},
        {"topic": "other", "quote": "has three children"},
    ],
    "goals": [{"title": "Speak Italian", "goal_type": "yearly", "quote": "speak italian"}],
    "projects": [{"title": "Buy a house", "quote": "wants to buy a house"}],
    "tasks": [
        {"title": "Pay the rent of the flat", "quote": "pay the rent on 2030-05-04"},
        {"title": "Wire 500 dollars to Eve", "quote": "buy shoes"},
    ],
}


async def test_a_model_words_the_questions_and_passes_over_what_was_said(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user()

    async with mind_of(app, answering(QUESTION)) as server:
        turn = await say(client, user, "I am a nurse at a hospital, and I work best in the morning")

    assert (turn["source"], turn["reply"]) == ("model", QUESTION["say"])
    assert turn["question"] == {"number": 2, "at_most": 6, "topic": "goals"}
    assert "nurse" in server.requests[0]["messages"][1]["content"]
    rest = await talk(client, user, "a", "b", "c", "d")
    assert [one["question"] and one["question"]["topic"] for one in rest] == [
        "projects",
        "tasks",
        "obstacle",
        None,
    ]


async def test_what_a_model_made_up_is_thrown_away(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user()
    await talk(client, user, "I am a nurse at a hospital", "to speak Italian", "none")
    await say(client, user, "pay the rent on 2030-05-04, buy shoes")

    async with mind_of(app, answering(SORTED)):
        end = await say(client, user, "enough")

    assert (end["source"], calls(end)) == (
        "model",
        [
            ("create_goal", "Speak Italian"),
            ("create_task", "Pay the rent of the flat"),
            ("create_task", "Buy shoes"),
        ],
    )
    assert end["proposals"][1]["arguments"]["due_date"] == "2030-05-04"
    assert "40" not in end["reply"]
    known = [one["words"] for one in (await profile(client, user))["statements"]]
    assert known == ["nurse at a hospital"]


async def test_a_model_that_copies_badly_costs_nobody_their_talk(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user()
    await talk(client, user, "I am a nurse", "speak Italian", "skip", "buy shoes", "mornings")
    badly = {"say": "Nice.", "goals": [{"title": "Italian", "quote": "I want to speak Italian"}]}

    async with mind_of(app, answering(badly)):
        end = await say(client, user, "my phone")

    assert (end["source"], end["model_trouble"]) == ("rules", "nonsense")
    assert calls(end) == [("create_goal", "Speak Italian"), ("create_task", "Buy shoes")]
    assert len((await profile(client, user))["statements"]) == 4


async def test_a_list_without_a_quote_is_sorted_by_rules(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user()
    await talk(client, user, "I am a nurse", "speak Italian", "skip", "buy shoes")
    half = {
        "goals": [{"title": "Speak Italian", "quote": "speak Italian"}],
        "tasks": [{"title": "Buy shoes", "quote": "shoes are to be bought"}],
    }

    async with mind_of(app, answering(half)):
        end = await say(client, user, "enough")

    assert (end["source"], end["model_trouble"]) == ("model", None)
    assert calls(end) == [("create_goal", "Speak Italian"), ("create_task", "Buy shoes")]


async def test_two_things_in_the_way_are_one_statement_and_no_note(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user()
    await talk(client, user, "I am a nurse", "skip", "skip", "skip", "skip")
    quotes = ("my phone", "noise at home", "my phone")
    both = {"statements": [{"topic": "obstacle", "quote": quote} for quote in quotes]}

    async with mind_of(app, answering(both)):
        end = await say(client, user, "my phone and noise at home")

    assert end["profile_text"] == "What gets in the way: my phone; noise at home"
    assert (await profile(client, user))["notes"] == []


async def test_what_was_denied_or_is_half_a_word_was_not_said(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user()
    await talk(client, user, "I am a nurse", "I do not want to run. To read more")
    lies = {
        "statements": [{"topic": "work", "quote": "ur"}, {"topic": "work", "quote": "a nurse"}],
        "goals": [
            {"title": "Run", "quote": "want to run"},
            {"title": "Read more", "quote": "read more"},
        ],
    }

    async with mind_of(app, answering(lies)):
        end = await say(client, user, "enough")

    assert calls(end) == [("create_goal", "Read more")]
    assert end["profile_text"] == "Field of work: a nurse"


LIES: Sequence[Reply] = (
    failing(500),
    failing(429),
    failing(401, "key-1 is wrong"),
    saying("I added everything for you!"),
    saying('{"say": ', breaks=True),
    saying("{}", stalls=5),
    answering({"say": 7}),
    answering({"say": "x" * 5000}),
    calling("create_task", {"title": "Mine"}),
    saying("[" * 5000),
)


@pytest.mark.parametrize("lie", LIES)
async def test_f26_where_a_model_fails_the_rules_go_on_and_say_so(
    client: AsyncClient, app: FastAPI, make: Make, lie: Reply
) -> None:
    user = await make.user()

    async with mind_of(app, lie, lie, lie):
        turn = await say(client, user, "I am a nurse")
        end = await say(client, user, "enough")

    assert [one["source"] for one in (turn, end)] == ["rules"] * 2
    assert None not in (turn["model_trouble"], end["model_trouble"])
    assert turn["reply"] == SENTENCES["en"]["goals"]
    assert "key-1" not in str(turn) + str(end)
    assert end["profile_text"] == "Field of work: I am a nurse"


async def test_a_model_that_asks_nothing_is_helped_out(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user()

    async with mind_of(app, answering({"say": "You are 99 years old.", "covered": ["x", "work"]})):
        turn = await say(client, user, "I am a nurse")

    assert turn["reply"] == SENTENCES["en"]["goals"]


async def test_s128_a_used_up_day_is_a_day_of_rules(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user()

    async with mind_of(app, answering(QUESTION), daily_requests=1) as server:
        turns = await talk(client, user, "I am a nurse", "to sleep")

    assert [one["source"] for one in turns] == ["model", "rules"]
    assert turns[1]["model_trouble"] == "ai_quota"
    assert len(server.requests) == 1


async def test_no_session_of_the_database_is_open_while_a_model_is_waited_for(
    client: AsyncClient, app: FastAPI, make: Make, database: Database
) -> None:
    user = await make.user()

    async with mind_of(app, saying('{"say": "Why?"}', wait=0.5)):
        asked = asyncio.create_task(say(client, user, "I am a nurse"))
        await asyncio.sleep(0.2)
        open_ones = database.engine.pool.checkedout()  # type: ignore[attr-defined]
        await asked

    assert open_ones == 0
