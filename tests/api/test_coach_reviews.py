"""Looking at the last days and back at a week, over HTTP: by rules, by a model, and by one that lies."""

import asyncio
import re
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from httpx2 import AsyncClient

from questlog.coach.number_check import checked
from questlog.core.db import Database
from tests.coach.support import NOON, TODAY, WEEK_ON, by_sql, ninety_days
from tests.support.make import Make, Person
from tests.support.minds import answering, mind_of
from tests.support.model_server import failing, saying
from tests.support.moving_clock import MovingClock
from tests.support.peers import until

ANALYSIS = "/api/v1/ai/productivity-analysis"
RETROSPECTIVE = "/api/v1/ai/retrospective"
OF_WEEK = f"{RETROSPECTIVE}/{WEEK_ON}"
SENTENCES = ("achievements", "difficulties", "improvements")


async def get(client: AsyncClient, user: Person, address: str, **query: Any) -> dict[str, Any]:
    answer = await client.get(address, headers=user.headers, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def said_in(found: dict[str, Any]) -> list[str]:
    goals = [one["text"] for one in found["weekly_goals"] + found["last_goals"]]
    return [line for name in SENTENCES for line in found[name]] + goals


async def test_an_analysis_without_a_model_says_who_wrote_it(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await make.user(locale="ru")
    await ninety_days(database, make, user)

    found = await get(client, user, ANALYSIS, days=90)

    assert (found["source"], found["model"], found["trouble"]) == ("rules", None, None)
    assert found["analysis"].startswith("С 28 августа по 25 ноября (90 дней):\nСделано: ")
    assert checked(found["analysis"], found["facts"]).removed == []


async def test_nobody_new_is_told_anything_that_is_not_so(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    analysis = await get(client, user, ANALYSIS)
    week = await get(client, user, RETROSPECTIVE)

    assert "Nothing was completed in this time." in analysis["analysis"]
    assert (week["achievements"], week["last_goals"]) == ([], [])
    assert week["weekly_goals"][0]["text"] == "Finish one task."


async def test_a_lying_model_is_heard_without_its_lies(
    client: AsyncClient, app: FastAPI, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await make.user()
    await ninety_days(database, make, user)
    lies = ("You did 4711 things.", "That is twelve thousand percent more!", "On 3 May you slept.")
    text = "You kept at it. " + " ".join(lies) + "\u0000 Rest a little."

    async with mind_of(app, saying(*text)) as server:
        found = await get(client, user, ANALYSIS)

    assert found["analysis"] == "You kept at it. Rest a little."
    assert (found["source"], found["model"]) == ("model", "compatible/gpt-4o-mini")
    assert found["removed"] == list(lies)
    assert user.email not in str(server.requests)


async def test_a_model_in_trouble_costs_nobody_the_review(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    replies = (
        failing(401, "bad key sk-secret"),
        saying("no JSON at all"),
        answering({"achievements": ["You did 4711 things."]}),
        saying("You did 4711 things."),
    )

    async with mind_of(app, *replies):
        refused = await get(client, user, ANALYSIS)
        nonsense = await get(client, user, RETROSPECTIVE)
        only_lies = await get(client, other, RETROSPECTIVE)
        lie = await get(client, other, ANALYSIS)

    assert [one["source"] for one in (refused, nonsense, only_lies, lie)] == ["rules"] * 4
    assert [one["trouble"] for one in (refused, nonsense, only_lies, lie)] == [
        "refused",
        "nonsense",
        "nonsense",
        "nonsense",
    ]
    assert "sk-secret" not in str(refused)


async def test_s128_a_used_up_budget_leaves_the_rules(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user()

    async with mind_of(app, saying("Go on."), daily_requests=1) as server:
        first = await get(client, user, ANALYSIS)
        second = await get(client, user, ANALYSIS)

    assert (first["source"], second["source"], second["trouble"]) == ("model", "rules", "ai_quota")
    assert len(server.requests) == 1


async def test_a_week_of_a_seeded_history_has_only_numbers_that_sql_confirms(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await make.user()
    await ninety_days(database, make, user)

    found = await get(client, user, RETROSPECTIVE)

    days = {"first": WEEK_ON, "last": WEEK_ON + timedelta(days=6)}
    done = "FROM occurrences WHERE user_id = :me AND outcome = 'completed' AND reopened_at IS NULL"
    count, xp, active = await by_sql(
        database,
        f"SELECT count(*), sum(xp), count(DISTINCT done_on) {done} AND done_on BETWEEN :first AND :last",
        user,
        **days,
    )
    overdue = await by_sql(
        database,
        "SELECT count(*) FROM tasks WHERE user_id = :me AND completed_at IS NULL "
        "AND parent_task_id IS NULL AND due_on < :today",
        user,
        today=TODAY,
    )
    assert found["week_on"] == str(WEEK_ON)
    assert found["achievements"][0].startswith(
        f"{count} tasks done on {active} days, worth {xp} XP."
    )
    assert any(line.startswith(f"{overdue} tasks are overdue") for line in found["difficulties"])
    assert [checked(line, found["facts"]).removed for line in said_in(found)] == [
        [] for _ in said_in(found)
    ]
    assert any(re.search(r"\d", line) for line in said_in(found))


async def test_a_retrospective_is_made_once_however_many_ask(
    client: AsyncClient, app: FastAPI, database: Database, make: Make
) -> None:
    user = await make.user()
    written = answering({"achievements": ["You began."], "weekly_goals": [{"text": "Go on."}]})

    async with mind_of(app, written, written, written) as server:
        asked = [get(client, user, RETROSPECTIVE) for _ in range(3)]
        found = await asyncio.gather(*asked)
        again = await get(client, user, RETROSPECTIVE)

    assert {one["id"] for one in found} == {again["id"]}
    assert (again["achievements"], again["source"]) == (["You began."], "model")
    assert again["weekly_goals"] == [{"text": "Go on.", "measure": None, "met": None}]
    assert len(server.requests) == 1
    assert await by_sql(database, f"{EVENTS} = 'retrospective.made'", user) == 1


EVENTS = "SELECT count(*) FROM events WHERE user_id = :me AND type"


async def test_a_week_that_is_over_is_told_without_todays_streak(
    client: AsyncClient, app: FastAPI, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await make.user()
    said = {"achievements": ["You began."], "difficulties": []}

    async with mind_of(app, answering(said)) as server:
        await get(client, user, RETROSPECTIVE)
        told = server.requests[0]["messages"][-1]["content"]

    assert '"active_days"' in told
    assert "streak" not in told


async def test_a_models_goal_keeps_the_measure_it_names_and_no_other(
    client: AsyncClient, app: FastAPI, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await make.user()
    goals = [
        {"text": "Finish one thing.", "measure": "m1"},
        {"text": "Finish 4711 things.", "measure": "m1"},
        {"text": "Be kind.", "measure": "m99"},
    ]

    async with mind_of(app, answering({"improvements": ["Begin."], "weekly_goals": goals})):
        found = await get(client, user, RETROSPECTIVE)

    least = {"fact": "done", "at_least": 1, "at_most": None, "task_id": None}
    assert found["weekly_goals"] == [
        {"text": "Finish one thing.", "measure": least, "met": None},
        {"text": "Be kind.", "measure": None, "met": None},
    ]
    assert found["removed"] == ["Finish 4711 things."]


async def test_last_weeks_goals_come_back_with_whether_they_were_met(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await make.user()
    await get(client, user, RETROSPECTIVE)
    edited = [{"text": "Finish one task."}, {"text": "Sleep."}, {"text": "Read.", "met": True}]
    await client.patch(OF_WEEK, headers=user.headers, json={"weekly_goals": edited})
    task = await make.task(user, title="Paint the fence")
    await make.occurrence(user, task, done_at=NOON, done_on=TODAY)
    moving_clock.stop_at(NOON + timedelta(days=7))
    headers = await make.sign_in(user.id)

    found = (await client.get(RETROSPECTIVE, headers=headers)).json()
    before = (await client.get(OF_WEEK, headers=headers)).json()

    met = [(one["text"], one["met"]) for one in found["last_goals"]]
    assert met == [("Finish one task.", True), ("Sleep.", None), ("Read.", True)]
    assert before["weekly_goals"] == found["last_goals"]
    assert "Met what you had set yourself: Finish one task." in found["achievements"]
    assert found["week_on"] == str(WEEK_ON + timedelta(days=7))


async def test_a_retrospective_is_edited_and_stays_as_edited(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user = await make.user()
    made = await client.get(RETROSPECTIVE, headers=user.headers)
    tag = {"If-Match": made.headers["etag"]}
    goal = made.json()["weekly_goals"][0]
    changes = {
        "achievements": [" I rested. ", "99 walks"],
        "weekly_goals": [{"text": goal["text"], "met": True}, {"text": "Swim 40 lengths"}],
    }

    changed = await client.patch(OF_WEEK, headers=user.headers | tag, json=changes)
    late = await client.patch(OF_WEEK, headers=user.headers | tag, json={"improvements": []})
    again = await get(client, user, RETROSPECTIVE)
    friday = await get(client, user, f"{RETROSPECTIVE}/{WEEK_ON + timedelta(days=4)}")

    assert (changed.status_code, late.status_code) == (200, 412)
    assert again["achievements"] == ["I rested.", "99 walks"]
    assert again["weekly_goals"][0] == goal | {"met": True}
    assert again["weekly_goals"][1] == {"text": "Swim 40 lengths", "measure": None, "met": None}
    assert again["edited_at"] is not None
    assert again == friday == changed.json()


async def test_a_deleted_retrospective_is_made_anew_and_no_one_elses_is_seen(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOON)
    user, other = await make.user(), await make.user()
    made = await get(client, user, RETROSPECTIVE)

    theirs = [
        await client.get(OF_WEEK, headers=other.headers),
        await client.patch(OF_WEEK, headers=other.headers, json={"improvements": []}),
        await client.delete(OF_WEEK, headers=other.headers),
    ]
    listed = await get(client, user, "/api/v1/ai/retrospectives")
    gone = await client.delete(OF_WEEK, headers=user.headers)
    anew = await get(client, user, RETROSPECTIVE)

    assert [answer.status_code for answer in theirs] == [404] * 3
    assert theirs[0].json()["code"] == "retrospective_not_found"
    assert [one["id"] for one in listed["items"]] == [made["id"]]
    assert gone.status_code == 204
    assert anew["id"] != made["id"]


async def test_no_transaction_is_open_while_the_model_is_waited_for(
    client: AsyncClient, app: FastAPI, make: Make
) -> None:
    user = await make.user()

    async with mind_of(app, saying("Go on.", wait=0.8)) as server:
        waiting = asyncio.create_task(get(client, user, ANALYSIS))
        await until(lambda: bool(server.requests))
        async with asyncio.timeout(0.5):
            await make.task(user)
        found = await waiting

    assert found["analysis"] == "Go on."
