"""What document 004 prints, walked as printed: the game, the school, the seeder, the commands, one atomic completion."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from questlog.core.db import Database
from questlog.flows.enroll import enroll
from questlog.game import badges
from tests.support import school
from tests.support.keeper import ROOT
from tests.support.make import Make, Person
from tests.support.server import environment


def ok(answer: Response, status: int = 200) -> Any:
    assert answer.status_code == status, f"{answer.request.method} {answer.url}: {answer.text}"
    return answer.json() if answer.content else None


async def student(database: Database, make: Make) -> tuple[Person, school.School]:
    user = await make.user()
    here = await school.brought(database, questions=5)
    await database.write(enroll, user.id, here.course_id, timezone="UTC")
    return user, here


async def test_the_user_carries_the_key_models_numbers(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    me = ok(await client.get("/api/auth/me", headers=user.headers))

    printed = {"xp", "level", "gold", "hearts", "streak", "reviews_today"}
    assert printed <= me["game"].keys()
    assert me["game"] == ok(await client.get("/api/rpg/state", headers=user.headers))


async def test_get_current_user_returns_a_user_or_401(client: AsyncClient) -> None:
    for path in ("tasks", "rpg/quests", "rpg/bosses", "rpg/challenges", "courses", "progress"):
        assert (await client.get(f"/api/{path}")).status_code == 401


async def test_a_course_contains_weeks_of_seven_tasks_and_a_milestone(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user, here = await student(database, make)

    course = ok(await client.get(f"/api/courses/{here.course_id}", headers=user.headers))
    weeks = ok(await client.get(f"/api/weeks?course_id={here.course_id}", headers=user.headers))[
        "items"
    ]
    tasks = ok(await client.get("/api/tasks?limit=100", headers=user.headers))["items"]

    assert [len(week["lessons"]) for week in course["weeks"]] == [7]
    assert [week["milestone"] for week in weeks] == ["You can find a town."]
    assert sorted(task["lesson_id"] for task in tasks) == sorted(map(str, here.lessons.values()))


async def test_quests_bosses_and_challenges_wait_for_a_new_user(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    quests, bosses, challenges = [
        ok(await client.get(f"/api/rpg/{name}", headers=user.headers))["items"]
        for name in ("quests", "bosses", "challenges")
    ]

    assert [len(one["objectives"]) for one in quests if one["state"] == "active"] == [6]
    ladder = [(boss["hp_max"], boss["bonus_xp"]) for boss in bosses]
    assert ladder == [(70, 30), (95, 40), (70, 50), (80, 60), (160, 80), (90, 100), (200, 150)]
    standing = next(one for one in challenges if one["standing"])
    assert (standing["title"], standing["state"]) == ("7-Day Consistency", "active")
    other = next(one for one in challenges if one["can_join"])
    joined = await client.post(f"/api/rpg/challenges/{other['id']}/join", headers=user.headers)
    assert ok(joined)["state"] == "active"


async def test_quiz_crud_is_for_administrators(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user, here = await student(database, make)
    admin = await make.user(role="admin")
    base = f"/api/quizzes/{here.lessons['w1-d1']}"
    body = {
        "kind": "true_false",
        "stem": "Is Oslo a capital?",
        "answer": True,
        "topic": "towns",
        "difficulty": 1,
        "explanation": "Oslo is the capital of Norway.",
    }

    refused = await client.post(f"{base}/questions", json=body, headers=user.headers)
    made = ok(await client.post(f"{base}/questions", json=body, headers=admin.headers), 201)
    place = f"{base}/questions/{made['id']}"
    changed = await client.patch(place, json={"stem": "Oslo?"}, headers=admin.headers)
    seen = ok(await client.get(base, headers=user.headers))["questions"]
    ok(await client.delete(place, headers=admin.headers), 204)

    assert refused.status_code == 403
    assert ok(changed)["stem"] == "Oslo?"
    assert "Oslo?" in [question["stem"] for question in seen]
    assert len(ok(await client.get(base, headers=user.headers))["questions"]) == len(seen) - 1


async def test_bodies_are_never_unvalidated(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    for method, path, body in (
        ("POST", "/api/tasks", {"title": "Read", "xp": 1000}),
        ("POST", "/api/rpg/shop/streak-freeze/buy", {"quantity": -1}),
        ("POST", "/api/rpg/shop/streak-freeze/buy", {"quantity": 1, "price": 0}),
    ):
        answer = await client.request(method, path, json=body, headers=user.headers)

        assert answer.status_code == 422, path


async def test_one_completion_moves_xp_boss_badges_and_challenge(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user, _ = await student(database, make)
    task = ok(await client.get("/api/tasks", headers=user.headers))["items"][0]

    done = ok(await client.post(f"/api/tasks/{task['id']}/complete", headers=user.headers))

    receipt = done["receipt"]
    assert (receipt["xp"], receipt["gold"], receipt["boss"]["damage"]) == (20, 2, 20)
    assert [step["progress"] for step in receipt["challenges"]] == [1]
    assert [badge["code"] for badge in receipt["badges"]] == ["first-task", "first-lesson"]
    assert receipt["lesson"]["done"] == 1
    state = ok(await client.get("/api/rpg/state", headers=user.headers))
    assert (state["xp"], state["gold"], state["streak"]) == (20, 2, 1)


async def test_the_completion_is_one_transaction(
    client: AsyncClient, database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, _ = await student(database, make)
    task = ok(await client.get("/api/tasks", headers=user.headers))["items"][0]

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(badges, "crossed", fail)
    broken = await client.post(f"/api/tasks/{task['id']}/complete", headers=user.headers)

    assert broken.status_code == 500
    assert not ok(await client.get(f"/api/tasks/{task['id']}", headers=user.headers))["completed"]
    state = ok(await client.get("/api/rpg/state", headers=user.headers))
    assert (state["xp"], state["gold"], state["streak"]) == (0, 0, 0)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of what the printed commands read and write, so that nothing is left behind."""
    place = tmp_path / "clone"
    shutil.copytree(ROOT / "migrations", place / "migrations")
    for name in ("alembic.ini", "seed.py", "main.py", "pyproject.toml"):
        shutil.copy(ROOT / name, place / name)
    return place


def test_the_printed_commands_run(clone: Path, database_address: str, tmp_path: Path) -> None:
    printed = (
        ["-m", "alembic", "revision", "--autogenerate", "-m", "description"],
        ["-m", "alembic", "upgrade", "head"],
        ["seed.py"],
        ["seed.py"],
    )

    runs = [
        subprocess.run(
            [sys.executable, *line],
            cwd=clone,
            env=environment(database_address, tmp_path),
            capture_output=True,
            text=True,
            check=False,
        )
        for line in printed
    ]

    assert [run.returncode for run in runs] == [0, 0, 0, 0], [run.stderr[-500:] for run in runs]
    assert "nothing to write" in runs[0].stdout  # the tables are as the migrations make them
    for slug in ("questlog-in-a-week", "thinking-in-numbers"):
        assert slug in runs[2].stdout
