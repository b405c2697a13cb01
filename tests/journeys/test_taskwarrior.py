"""A real Taskwarrior list comes over: what Questlog shows then is what Taskwarrior said about it at that moment."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx2 import AsyncClient

from questlog.core.db import Database
from tests.support.invariants import check_invariants
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock

DATA = Path(__file__).parents[1] / "data" / "taskwarrior"
EXPORT = (DATA / "export.json").read_text(encoding="utf-8")
SAYS: dict[str, Any] = json.loads((DATA / "says.json").read_text(encoding="utf-8"))
ZONE = ZoneInfo(SAYS["zone"])
NOW = datetime.fromisoformat(SAYS["now"]).replace(tzinfo=ZONE).astimezone(UTC)


class Here:
    """What the user sees, in Taskwarrior's ids."""

    def __init__(self, client: AsyncClient, user: Person) -> None:
        self.client, self.user = client, user

    async def bring(self, content: str = EXPORT, **more: Any) -> Any:
        body = {"format": "taskwarrior", "content": content, **more}
        return await self.client.post("/api/v1/imports", headers=self.user.headers, json=body)

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(f"/api/v1{path}", headers=self.user.headers, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def all(self, path: str, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = await self.get(path, limit=100, **query)
        while page["next_cursor"]:
            found += page["items"]
            page = await self.get(path, limit=100, cursor=page["next_cursor"], **query)
        return [*found, *page["items"]]


def _exported() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(EXPORT)
    return found


def series(uuids: list[str]) -> set[str]:
    """Taskwarrior counts every open child of a series; here the series is one task."""
    born = {child: uuid for uuid, one in SAYS["series"].items() for child in one["children"]}
    return {born.get(uuid, uuid) for uuid in uuids}


def titles(uuids: set[str]) -> list[str]:
    named = {one["uuid"]: one["description"] for one in _exported()}
    return sorted(named[uuid] for uuid in uuids)


def titles_of(tasks: list[dict[str, Any]]) -> list[str]:
    return sorted(task["title"] for task in tasks)


@pytest.fixture
async def here(client: AsyncClient, make: Make, moving_clock: MovingClock) -> Here:
    moving_clock.stop_at(NOW)
    return Here(client, await make.user(timezone=SAYS["zone"]))


async def test_the_views_show_what_taskwarrior_says(here: Here, database: Database) -> None:
    imported = await here.bring()

    assert imported.status_code == 201, imported.text
    assert imported.json()["new"] == len(imported.json()["items"]) >= 60
    today = series(SAYS["today"])
    # A series that is late also has its next child open in Taskwarrior; here it waits for the late one.
    upcoming = series(SAYS["upcoming"]) - today
    assert titles_of(await here.all("/tasks", due_today="true")) == titles(today)
    assert titles_of(await here.all("/tasks", overdue="true")) == titles(series(SAYS["overdue"]))
    assert titles_of(await here.all("/tasks", upcoming="true")) == titles(upcoming)
    assert titles_of(await here.all("/tasks", inbox="true")) == titles(series(SAYS["inbox"]))
    undated = await here.all("/tasks", no_date="true", completed="false")
    assert titles_of(undated) == titles(set(SAYS["undated"]))
    await check_invariants(database)


async def test_the_counts_are_what_taskwarrior_says(here: Here) -> None:
    await here.bring()

    counts = await here.get("/tasks/counts")

    today = series(SAYS["today"])
    assert counts == {
        "today": len(today),
        "inbox": len(series(SAYS["inbox"])),
        "upcoming": len(series(SAYS["upcoming"]) - today),
        "overdue": len(series(SAYS["overdue"])),
        "completed_today": SAYS["completed_today"],
        "completed": SAYS["completed"],
    }
    opened = await here.all("/tasks", completed="false", include_subtasks="true")
    assert len(opened) == len(series([*SAYS["today"], *SAYS["upcoming"], *SAYS["undated"]]))


async def test_the_projects_hold_what_taskwarrior_says(here: Here) -> None:
    await here.bring()

    projects = await here.all("/projects")
    counts = await here.get("/projects/task-counts")

    named = {project["title"]: counts.get(project["id"], 0) for project in projects}
    open_ones = {title: count for title, count in named.items() if count}
    assert open_ones == {name: len(series(uuids)) for name, uuids in SAYS["projects"].items()}
    # Projects in which everything is done come along as well.
    assert set(named) == {one["project"] for one in _exported() if _is_kept(one)}


def _is_kept(one: dict[str, Any]) -> bool:
    return "project" in one and one["status"] != "deleted"


async def test_tags_become_labels(here: Here) -> None:
    await here.bring()

    labels = await here.all("/labels")

    assert {label["name"] for label in labels} == set(SAYS["tags"])


async def test_every_series_goes_on_as_taskwarrior_says(here: Here) -> None:
    await here.bring()

    tasks = await here.all("/tasks", completed="false")

    repeating = {task["title"]: task for task in tasks if task["recurrence"]}
    assert repeating.keys() == {one["title"] for one in SAYS["series"].values()}
    until = {one["uuid"]: one["until"] for one in _exported() if "until" in one}
    for uuid, answer in SAYS["series"].items():
        task = repeating[answer["title"]]
        last = day_of(until[uuid]) if uuid in until else date.max
        # Taskwarrior makes one child more than `until` allows.
        wanted = [str(day) for day in map(day_of, answer["ahead"]) if day <= last]
        found = [task["due_date"], *task["recurrence_next"]]
        assert found == wanted[: len(found)], answer["title"]
        assert len(found) == min(6, len(wanted)), answer["title"]


def day_of(stamp: str) -> date:
    moment = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return moment.astimezone(ZONE).date()


async def test_a_completed_series_moves_to_the_date_taskwarrior_makes_next(here: Here) -> None:
    await here.bring()
    rent = SAYS["series"]["9e4704ba-f9f4-4181-ac0f-a64cb12019ac"]
    [task] = [task for task in await here.all("/tasks") if _is_open(task, rent["title"])]

    answer = await here.client.post(
        f"/api/v1/tasks/{task['id']}/complete", headers=here.user.headers
    )

    assert answer.json()["due_date"] == str(day_of(rent["ahead"][1]))


def _is_open(task: dict[str, Any], title: str) -> bool:
    return bool(task["title"] == title and not task["completed"])


async def test_completions_lie_on_their_days_and_earn_nothing(here: Here) -> None:
    await here.bring()

    days = await here.get("/stats/productivity", days=30)

    ends = [day_of(one["end"]) for one in _exported() if one["status"] == "completed"]
    first = NOW.astimezone(ZONE).date() - timedelta(days=29)
    entries = days["items"] if isinstance(days, dict) else days
    found = {entry["date"]: entry["count"] for entry in entries if entry["count"]}
    assert found == {str(day): ends.count(day) for day in ends if day >= first}
    assert {entry["xp"] for entry in entries} == {0}


async def test_importing_the_file_again_changes_nothing(here: Here, database: Database) -> None:
    first = (await here.bring()).json()
    before = await everything(here)

    again = (await here.bring()).json()

    assert (again["new"], again["changed"]) == (0, 0)
    assert again["unchanged"] == first["new"]
    assert await everything(here) == before
    await check_invariants(database)


async def test_a_dry_run_says_the_same_and_changes_nothing(here: Here) -> None:
    before = await everything(here)

    dry = await here.bring(dry_run=True)

    assert dry.status_code == 200
    assert dry.json()["id"] is None
    assert await everything(here) == before
    real = (await here.bring()).json()
    assert [real[name] for name in ("new", "items", "warnings")] == [
        dry.json()[name] for name in ("new", "items", "warnings")
    ]


@pytest.mark.parametrize(("where", "details"), [("cut", {}), ("date", {"field": "entry"})])
async def test_a_damaged_file_changes_nothing_and_names_the_line(
    here: Here, where: str, details: dict[str, str]
) -> None:
    lines = EXPORT.splitlines(keepends=True)
    line = len(lines) // 2
    if where == "cut":
        damaged = "".join(lines[: line - 1]) + lines[line - 1][:40]
    else:
        lines[line - 1] = lines[line - 1].replace('"entry":"2026', '"entry":"2026-')
        damaged = "".join(lines)
    before = await everything(here)

    answer = await here.bring(damaged)

    assert answer.status_code == 422
    assert answer.json()["code"] == "unreadable_import"
    assert answer.json()["details"] == ({"line": line} | details)
    assert await everything(here) == before


async def everything(here: Here) -> list[list[dict[str, Any]]]:
    return [await here.all(path) for path in ("/tasks", "/projects", "/labels", "/occurrences")]
