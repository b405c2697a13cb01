"""Ledger, quests, bosses, challenges and badges over HTTP."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.game import earning, taking_back
from questlog.game.content import content
from tests.support.deeds import deed, did
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_statements

RPG = "/api/v1/rpg"
MORNING = datetime(2026, 11, 21, 8, tzinfo=UTC)


async def asked(client: AsyncClient, user: Person, path: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{RPG}{path}", headers=user.headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def later(make: Make, user: Person, clock: MovingClock, *, days: int) -> Person:
    """Return the user, signed in again so many days later."""
    clock.move(days=days)
    return replace(user, headers=await make.sign_in(user.id))


async def one_of(client: AsyncClient, user: Person, path: str, id_: str) -> dict[str, Any]:
    return next(
        one for one in await asked(client, user, path) if id_ in (one.get("id"), one.get("code"))
    )


async def test_the_ledger_explains_every_point(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user(locale="ru")
    await did(database, user, title="Крыша", difficulty="hard")
    await did(database, user, "review", title="Столица", base=2)

    card, task = await asked(client, user, "/ledger")

    assert task["words"] == (
        "Задача «Крыша» выполнена: опыт +15, золото +1. 10 × 1,5 (сложность: высокая) = 15. "
        "Ящик «Когда-нибудь»: здоровье −15."
    )
    assert (task["xp"], task["gold"], task["damage"], task["entry"]) == (15, 1, 15, "grant")
    assert (card["source_kind"], card["xp"]) == ("review", 2)


async def test_the_ledger_is_narrowed_and_read_in_pages(
    client: AsyncClient, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    for number in range(3):
        await did(database, user, title=f"Task {number}")
    user = await later(make, user, moving_clock, days=1)
    await did(database, user, "goal")

    today = await asked(client, user, "/ledger?from=2026-11-22&to=2026-11-22")
    tasks = await asked(client, user, "/ledger?source=task")
    with count_statements(database) as statements:
        answer = await client.get(
            f"{RPG}/ledger?limit=2&include_total=true&source=task", headers=user.headers
        )
    rest = await client.get(
        f"{RPG}/ledger?limit=2&source=task&cursor={answer.json()['next_cursor']}",
        headers=user.headers,
    )

    assert [one["source_kind"] for one in today] == ["goal"]
    assert len(tasks) == 3
    assert (answer.json()["total"], len(answer.json()["items"])) == (3, 2)
    assert [one["words"] for one in rest.json()["items"]] == [tasks[2]["words"]]
    assert len([one for one in statements if "FROM ledger" in one]) == 2


async def test_what_was_taken_back_is_told_with_its_name(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    done = await did_and_taken_back(database, user)

    back, paid = await asked(client, user, "/ledger")

    assert back["reverses_id"] == paid["id"]
    assert back["words"].startswith(f"Task “{done}” completed, taken back: −10 XP, −1 gold.")
    assert back["xp"] + paid["xp"] == 0


async def did_and_taken_back(database: Database, user: Person) -> str:
    one = deed(title="Walls")
    await database.write(earning.earn, user.id, one, timezone="UTC")
    await database.write(taking_back.take_back, user.id, one.cause_id, timezone="UTC")
    return one.title


async def test_a_quest_shows_how_far_every_objective_has_come(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    await did(database, user, has_project=True)

    first, *others = await asked(client, user, "/quests")

    progress = {step["code"]: step["progress"] for step in first["objectives"]}
    assert (first["id"], first["state"]) == ("first-steps", "active")
    assert progress["first-task"] == progress["task-of-a-project"] == progress["three-days"] == 1
    assert (progress["hundred-xp"], progress["first-goal"]) == (10, 0)
    assert first["objectives"][0]["reached"] is True
    assert first["reward"] == {"xp": 50, "gold": 30, "streak_freezes": 1}
    assert {one["state"] for one in others} == {"ahead"}
    assert others[0]["starts_after"] == "first-steps"


async def test_the_boss_one_faces_comes_first_and_the_ladder_after(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    await did(database, user, base=70)
    await did(database, user, base=20)

    found = await asked(client, user, "/bosses")

    names = [(one["code"], one["state"]) for one in found]
    assert names[0] == ("moth-of-open-tabs", "active")
    assert (found[0]["hp_max"], found[0]["hp_left"]) == (95, 75)
    assert [state for _, state in names[1:6]] == ["ahead"] * 5
    assert names[-1] == ("drawer-of-someday", "defeated")
    assert (found[-1]["hp_left"], found[-1]["bonus_xp"]) == (0, 30)
    assert found[1]["id"] is None


async def test_badges_one_has_come_first_and_the_nearest_after(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    for _ in range(3):
        await did(database, user)

    found = await asked(client, user, "/badges")
    earned = await asked(client, user, "/badges?earned=true")
    missing = await asked(client, user, "/badges?earned=false")

    assert found == earned + missing
    assert [one["code"] for one in earned] == ["first-task"]
    assert earned[0]["progress"] == earned[0]["target"] == 1
    assert (missing[0]["code"], missing[0]["progress"]) == ("streak-3", 1)
    assert len(found) == len(content().badges) >= 30


async def test_a_badge_of_a_course_is_shown_by_its_own_title(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    badge = ("week/numbers/1", "Numbers, week 1", "weeks_completed")
    await did(database, user, "lesson", badges=[badge])

    found = await one_of(client, user, "/badges", "week/numbers/1")

    assert (found["title"], found["metric"], found["target"]) == ("Numbers, week 1", None, None)
    assert found["earned_on"] is not None


async def test_the_standing_challenge_is_there_and_others_are_joined(
    client: AsyncClient, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    await did(database, user)
    standing = await one_of(client, user, "/challenges", "seven-day-consistency")

    joined = await client.post(f"{RPG}/challenges/brisk-week/join", headers=user.headers)
    await did(database, user)

    brisk = await one_of(client, user, "/challenges", "brisk-week")
    assert (standing["state"], standing["progress"], standing["days_left"]) == ("active", 1, 7)
    assert joined.status_code == 200, joined.text
    assert joined.json() == {**brisk, "progress": 0}
    assert (brisk["progress"], brisk["target"], brisk["ends_on"]) == (10, 300, "2026-11-27")
    assert (brisk["round"], brisk["times_completed"], brisk["can_join"]) == (1, 0, False)
    assert joined.headers["Event-Id"]


async def test_g13_a_challenge_is_joined_once_and_rests_on_the_day_it_ends(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    address = f"{RPG}/challenges/brisk-week"

    answers = [
        await client.post(f"{address}/{verb}", headers=user.headers)
        for verb in ("leave", "join", "join", "leave", "leave", "join")
    ]
    user = await later(make, user, moving_clock, days=1)
    again = await client.post(f"{address}/join", headers=user.headers)

    assert [answer.status_code for answer in answers] == [409, 200, 409, 200, 409, 409]
    assert [answer.json().get("code") for answer in answers] == [
        "not_in_challenge",
        None,
        "challenge_joined",
        None,
        "not_in_challenge",
        "challenge_rests",
    ]
    assert answers[3].json()["state"] == "left"
    assert answers[5].json()["details"] == {"from": "2026-11-22"}
    assert (again.status_code, again.json()["round"]) == (200, 2)


@pytest.mark.parametrize("verb", ["join", "leave"])
async def test_there_is_no_such_challenge(client: AsyncClient, make: Make, verb: str) -> None:
    user = await make.user(locale="ru")

    answer = await client.post(f"{RPG}/challenges/world-peace/{verb}", headers=user.headers)

    assert (answer.status_code, answer.json()["code"]) == (404, "challenge_not_found")
    assert answer.json()["detail"] == "Такого испытания нет. Посмотрите в списке, какие есть."


def is_of_sign_in(statement: str) -> bool:
    return "sign_in_sessions" in statement or "FROM users" in statement


async def test_looking_changes_nothing_and_shows_the_day_it_is(
    client: AsyncClient, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(MORNING)
    user = await make.user()
    await did(database, user)
    user = await later(make, user, moving_clock, days=10)

    first = await asked(client, user, "/challenges")
    with count_statements(database) as statements:
        second = await asked(client, user, "/challenges")
        await asked(client, user, "/quests")
        await asked(client, user, "/bosses")
        await asked(client, user, "/badges")

    assert first == second
    assert first[0]["round"] == 2
    assert (first[0]["started_on"], first[0]["progress"]) == ("2026-12-01", 0)
    assert not [one for one in statements if one.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len([one for one in statements if not is_of_sign_in(one)]) == 2 * 4


async def test_a_preview_tells_what_the_receipt_will(client: AsyncClient, make: Make) -> None:
    user, other = await make.user(), await make.user()
    task = await make.task(user, difficulty="hard")
    address = f"{RPG}/preview?task_id="

    seen = await client.get(f"{address}{task.id}", headers=user.headers)
    foreign = await client.get(f"{address}{task.id}", headers=other.headers)
    unknown = await client.get(f"{address}{new_id()}", headers=user.headers)

    assert seen.status_code == 200, seen.text
    told = seen.json()
    assert (told["task_id"], told["pays"], told["xp"], told["gold"]) == (str(task.id), True, 15, 1)
    assert told["boss"] == {
        "name": "The Drawer of Someday",
        "damage": 15,
        "hp_left": 55,
        "defeated": False,
    }
    assert [one["code"] for one in told["badges"]] == ["first-task"]
    assert foreign.status_code == unknown.status_code == 422
    assert foreign.json()["errors"] == unknown.json()["errors"]


async def test_a_key_that_may_read_the_game_may_not_play_it(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    reading = await make.key(user, "game:read")
    playing = await make.key(user, "game:write")
    join = f"{RPG}/challenges/brisk-week/join"

    answers = [
        await client.get(f"{RPG}/ledger", headers=reading.headers),
        await client.post(join, headers=reading.headers),
        await client.get(f"{RPG}/ledger", headers=playing.headers),
        await client.post(join, headers=playing.headers),
    ]

    assert [answer.status_code for answer in answers] == [200, 403, 403, 200]
