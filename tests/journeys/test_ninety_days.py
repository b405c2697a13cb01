"""Ninety days of one learner: enrol, learn, fail, review, miss days, freeze, defeat bosses, reopen, finish.

Every receipt is held against the rules when it comes, and the totals once more at the end, each by a few lines.
"""

from collections import Counter
from datetime import date, timedelta
from itertools import count, takewhile
from math import floor
from typing import Any

from httpx2 import AsyncClient

from questlog.core.db import Database
from questlog.learning import bundled, course_imports
from tests.game.reference_view import shown
from tests.journeys.ninety_days import FIRST_DAY, SLUG, Learner
from tests.support.invariants import check_invariants
from tests.support.moving_clock import MovingClock

DAYS = 90
FROZEN, LOST = 24, range(40, 44)
BUSY, TOO_MANY = 60, 62
PURCHASES = {15: "focus-potion", 20: "streak-freeze", 50: "focus-potion", 70: "streak-freeze"}
CHALLENGES = {7: "brisk-week", 28: "a-shelf-of-lessons", 64: "ten-heavy-stones"}
GOALS = (10, 30, 55)


async def test_ninety_days_of_one_learner_add_up(
    client: AsyncClient, database: Database, moving_clock: MovingClock
) -> None:
    course = bundled.read(bundled.CONTENT / SLUG).course
    await database.write(course_imports.import_course, course)
    moving_clock.stop_at(FIRST_DAY)
    vera = Learner(client, moving_clock)
    await vera.sign_up()
    await vera.enroll()

    for day in range(DAYS):
        if day != FROZEN and day not in LOST:
            await vera.move_to(FIRST_DAY + timedelta(days=day))
            await learn(vera)
            await work(vera, day)
            await agrees(vera)

    assert sorted(vera.done) == sorted(vera.lessons)
    await totals_add_up(vera)
    await possessions_are_right(vera)
    await check_invariants(database)


async def learn(vera: Learner) -> None:
    """Two lessons at most: some by their quiz, some by their task, some after failing the quiz once."""
    for _ in range(2):
        task = await vera.due_lesson()
        if task is None:
            break
        number = len(vera.done)
        if number % 5 == 4 and vera.book.life.hearts:
            assert not await vera.take_quiz(task, wrong=4)
            await vera.move_to(vera.now + timedelta(hours=1))
            assert await vera.take_quiz(task)
        elif number % 3 == 1:
            await vera.tick(task)
        else:
            assert await vera.take_quiz(task, wrong=number % 2)
        await vera.move_to(vera.now + timedelta(minutes=30))
    await vera.move_to(vera.now + timedelta(hours=6))
    await vera.review(most=20)


async def work(vera: Learner, day: int) -> None:
    kinds = ["normal", "trivial", "hard", "boss"]
    task = await vera.work(kinds[day % 4], **({"project_id": vera.project} if day % 3 else {}))
    if day % 9 == 5:
        await vera.reopen(task)
    if day % 18 == 5:
        await vera.complete(task)
    if day in PURCHASES:
        await vera.buy(PURCHASES[day])
    if day in CHALLENGES:
        await vera.join(CHALLENGES[day])
    if day in GOALS:
        await vera.reach_a_goal()
    for _ in range(TOO_MANY if day == BUSY else 0):
        await vera.work()


async def agrees(vera: Learner) -> None:
    state, rules = await vera.state(), shown(vera.book)
    same = ("xp", "level", "gold", "gold_debt", "hearts", "streak", "best_streak", "streak_freezes")

    assert {name: state[name] for name in same} == {name: rules[name] for name in same}, vera.now


async def totals_add_up(vera: Learner) -> None:
    state, ledger = await vera.state(), await whole_ledger(vera)
    total = {name: sum(entry[name] for entry in ledger) for name in ("xp", "gold", "hearts")}
    kinds = Counter(entry["source_kind"] for entry in standing(ledger))
    spent = sum(entry["gold"] for entry in ledger if entry["source_kind"] == "purchase")
    level = next(
        n for n in count(1) if state["xp"] < sum(floor(100 * k**1.2) for k in range(1, n + 1))
    )
    missed = [entry for entry in ledger if entry["source_kind"] == "day"]

    assert state["xp"] == total["xp"] == sum(receipt["xp"] for receipt in vera.receipts)
    assert state["gold"] - state["gold_debt"] == total["gold"]
    assert total["gold"] == spent + sum(receipt["gold"] for receipt in vera.receipts)
    assert state["hearts"] == state["hearts_max"] + total["hearts"]
    assert state["level"] == level == vera.receipts[-1]["level_after"]
    assert state["streak"] == streak_of(ledger) > 7
    assert kinds["lesson"] == len(vera.lessons)
    assert kinds["boss"] == len(vera.book.fallen) >= 4
    assert Counter(entry["streak_freezes"] for entry in missed)[-1] >= 1
    assert min(entry["hearts"] for entry in missed) == -1
    assert sum(receipt.get("capped", False) for receipt in vera.receipts) >= TOO_MANY - 30


def standing(ledger: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the grants that were not taken back."""
    undone = {entry["reverses_id"] for entry in ledger}
    return [one for one in ledger if one["entry"] == "grant" and one["id"] not in undone]


def streak_of(ledger: list[dict[str, Any]]) -> int:
    """Count the days with something done, back to the first that has neither that nor a freeze."""
    paid = [one for one in standing(ledger) if one["source_kind"] in ("task", "lesson")]
    done = {date.fromisoformat(one["day"]) for one in paid}
    frozen = {date.fromisoformat(one["day"]) for one in ledger if one["streak_freezes"] < 0}
    last = FIRST_DAY.date() + timedelta(days=DAYS - 1)
    alive = takewhile(lambda day: day in done | frozen, (last - timedelta(days=n) for n in count()))
    return len(done.intersection(alive))


async def whole_ledger(vera: Learner) -> list[dict[str, Any]]:
    entries, cursor = [], ""
    while True:
        page = await vera.call("GET", f"/rpg/ledger?limit=100{cursor}")
        entries += page["items"]
        if page["next_cursor"] is None:
            return entries
        cursor = f"&cursor={page['next_cursor']}"


async def possessions_are_right(vera: Learner) -> None:
    progress = await vera.call("GET", "/progress")
    badges = await vera.call("GET", "/rpg/badges?earned=true")
    bosses = await vera.call("GET", "/rpg/bosses")
    quests = await vera.call("GET", "/rpg/quests")

    [course] = progress["items"] if "items" in progress else progress["courses"]
    own = [f"week/{SLUG}/{number}" for number in range(1, 5)] + [f"course/{SLUG}"]
    rules = shown(vera.book)
    assert (course["done"], course["total"]) == (len(vera.lessons), len(vera.lessons))
    assert sorted(badge["code"] for badge in badges["items"]) == sorted([*rules["badges"], *own])
    fallen = Counter(boss["code"] for boss in bosses["items"] if boss["state"] == "defeated")
    assert fallen == Counter(boss.rung.code for boss in vera.book.fallen)
    states = {quest["id"]: quest["state"] for quest in quests["items"]}
    for kind, code, _round, state, _done in rules["strivings"]:
        assert kind != "quest" or states[code] == state
