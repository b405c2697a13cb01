"""Quick add over HTTP: what lines mean, and what is written."""

import json
from datetime import datetime
from functools import partial
from itertools import batched
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import select

from questlog.automation.models import Event
from questlog.core import clock
from questlog.core.db import Database
from questlog.planning.models import Label, Project, Task
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows
from tests.support.task_calls import post

TABLE = json.loads((Path(__file__).parents[1] / "data/phrases/quick_add.json").read_text("utf-8"))
ZONE = ZoneInfo(TABLE["timezone"])
SAME_NAME = ("title", "priority", "deadline", "duration", "description", "difficulty", "recurrence")


@pytest.fixture
async def ada(make: Make, moving_clock: MovingClock) -> Person:
    """Somebody with the projects and goals of the table, on the morning of the table."""
    moving_clock.stop_at(datetime.fromisoformat(TABLE["now"]))
    ada = await make.user(timezone=TABLE["timezone"])
    for title in TABLE["projects"]:
        await make.project(ada, title=title)
    for title in TABLE["goals"]:
        await make.goal(ada, title=title)
    return ada


async def quick(client: AsyncClient, user: Person, text: str, **more: Any) -> Response:
    return await post(client, user, "/quick", {"text": text, **more})


async def added(client: AsyncClient, user: Person, text: str, **more: Any) -> list[dict[str, Any]]:
    answer = await quick(client, user, text, **more)
    assert answer.status_code == (200 if more.get("dry_run") else 201), answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def said(task: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    """What a task is in the words of the table, which leave out what is empty."""
    due = task["due_date"]
    if task["due_at"] is not None:
        local = datetime.fromisoformat(task["due_at"]).astimezone(ZONE)
        due = local.replace(tzinfo=None).isoformat(timespec="minutes")
    fields = {
        **{name: task[name] for name in SAME_NAME},
        "due": due,
        "start": task["start_date"],
        "labels": task["labels"],
        "project": titles.get(task["project_id"]),
        "goal": titles.get(task["goal_id"]),
    }
    if fields["difficulty"] == "normal":
        del fields["difficulty"]
    return {name: value for name, value in fields.items() if value not in (None, 0, [])}


async def test_every_line_means_the_task_of_the_table(
    client: AsyncClient, database: Database, ada: Person
) -> None:
    titles = await titles_of(client, ada)

    items = [
        item
        for lines in batched(TABLE["lines"], 65)
        for item in await added(client, ada, "\n".join(case["line"] for case in lines))
    ]

    wanted = [
        {name: value for name, value in case.items() if name not in ("line", "spans")}
        for case in TABLE["lines"]
    ]
    assert [said(item["task"], titles) for item in items] == wanted
    spans = [[[span["kind"], span["text"]] for span in item["spans"]] for item in items]
    assert spans == [case["spans"] for case in TABLE["lines"]]
    assert await count_rows(database, Task.__table__) == len(TABLE["lines"])


async def titles_of(client: AsyncClient, user: Person) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in ("projects", "goals"):
        answer = await client.get(f"/api/v1/{kind}?limit=100", headers=user.headers)
        found |= {one["id"]: one["title"] for one in answer.json()["items"]}
    return found


@pytest.mark.parametrize("case", TABLE["texts"], ids=lambda case: case["tasks"][0][1])
async def test_what_is_indented_hangs_under_what_is_above(
    client: AsyncClient, ada: Person, case: dict[str, Any]
) -> None:
    items = await added(client, ada, case["text"])

    above: dict[str | None, dict[str, Any]] = {None: {"depth": 0}}
    seen = []
    for task in (item["task"] for item in items):
        parent = above[task["parent_task_id"]]
        assert task["project_id"] == parent.get("project_id", task["project_id"])
        above[task["id"]] = task | {"depth": parent["depth"] + 1}
        seen.append([parent["depth"] + 1, task["title"]])
    assert seen == case["tasks"]


async def test_spans_count_the_characters_of_the_whole_text(
    client: AsyncClient, ada: Person
) -> None:
    text = "Buy ☕ tomorrow\r\n\t- Купить 🥐 завтра p1\r\n"

    items = await added(client, ada, text)

    for span in (span for item in items for span in item["spans"]):
        assert text[span["start"] : span["end"]] == span["text"]
    assert [span["value"] for item in items for span in item["spans"]] == [
        "2026-11-19",
        "2026-11-19",
        4,
    ]


async def test_a_dry_run_says_what_the_real_one_does_and_writes_nothing(
    client: AsyncClient, database: Database, ada: Person
) -> None:
    text = "Plan #Party @Fun every fri 9:00\n\tInvite @fun @new\n\t\tAnn\nRest #party !friday ~1h"
    run = partial(added, client, ada, text, create_missing=True)

    foreseen = await run(dry_run=True)
    before = [await count_rows(database, model.__table__) for model in (Task, Label, Event)]
    real = await run()

    assert before == [0, 0, 0]
    assert comparable(foreseen) == comparable(real)
    assert await count_rows(database, Task.__table__) == 4


async def test_the_whole_table_is_foreseen(client: AsyncClient, ada: Person) -> None:
    for cases in batched(TABLE["lines"], 65):
        text = "\n".join(case["line"] for case in cases)

        foreseen = await added(client, ada, text, create_missing=True, dry_run=True)
        real = await added(client, ada, text, create_missing=True)

        assert comparable(foreseen) == comparable(real)


def comparable(items: list[dict[str, Any]]) -> list[Any]:
    """Items without what cannot be known beforehand: ids are named by their first appearance."""
    text = json.dumps(items)
    ids: dict[str, str] = {}
    for item in items:
        for name in ("id", "project_id", "parent_task_id"):
            if item["task"][name]:
                ids.setdefault(item["task"][name], f"id {len(ids)}")
    for id_, name in ids.items():
        text = text.replace(id_, name)
    named: list[Any] = json.loads(text)
    return named


async def test_a_missing_project_is_made_once_if_that_is_wanted(
    client: AsyncClient, database: Database, ada: Person
) -> None:
    text = 'One #Сад\nTwo #сад\nThree #Work #"New flat"'

    items = await added(client, ada, text, create_missing=True)

    tasks = [item["task"] for item in items]
    titles = await titles_of(client, ada)
    assert [titles[task["project_id"]] for task in tasks] == ["Сад", "Сад", "New flat"]
    assert tasks[2]["title"] == "Three #Work"
    assert [items[1]["spans"][0][name] for name in ("kind", "value")] == ["project", "Сад"]
    assert await count_rows(database, Project.__table__) == len(TABLE["projects"]) + 2


async def test_projects_of_others_in_the_trash_and_in_the_archive_are_not_there(
    client: AsyncClient, make: Make, ada: Person
) -> None:
    await make.project(await make.user(), title="Foreign")
    await make.project(ada, title="Thrown away", deleted_at=clock.now())
    await make.project(ada, title="Archived", archived_at=clock.now())

    items = await added(client, ada, 'One #Foreign\nTwo #"Thrown away"\nThree #Archived')

    assert [item["task"]["project_id"] for item in items] == [None] * 3
    assert {item["spans"][0]["kind"] for item in items} == {"unknown_project"}


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("Milk\n\n  #Work tomorrow", 3, "quick_add_failed"),
        ("Milk\n" + "x" * 1001, 2, "quick_add_failed"),
        ("1\n 2\n  3\n   4\n    5\n     6", 6, "quick_add_failed"),
        ("Milk\nPlan #Work\n\tInvite #Home", 3, "subtask_follows_parent"),
        ("Milk\nPlan\n\tInvite #Home", 3, "subtask_follows_parent"),
        ("Milk\nLabel @" + "\ufdfa" * 30, 2, "label_name_too_long"),
        ("Milk\n" + "".join(f"@a{n} " for n in range(51)) + "Label", 2, "quick_add_failed"),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
async def test_one_line_that_fails_is_named_and_nothing_is_added(
    client: AsyncClient,
    database: Database,
    ada: Person,
    text: str,
    line: int,
    code: str,
    dry_run: bool,
) -> None:
    answer = await quick(client, ada, text, dry_run=dry_run)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code)
    assert problem["details"]["line"] == line
    assert [error["pointer"] for error in problem["errors"]] == ["/body/text"]
    place = slice(problem["details"]["start"], problem["details"]["end"])
    assert text[place].startswith(problem["details"]["text"].removesuffix("…"))
    assert await count_rows(database, Task.__table__) == 0
    assert await count_rows(database, Event.__table__) == 0


@pytest.mark.parametrize("text", [" ", "\n\n", "-", "- \n* ", "x\n" * 101])
async def test_a_text_without_tasks_or_with_too_many_is_refused(
    client: AsyncClient, ada: Person, text: str
) -> None:
    answer = await quick(client, ada, text)

    assert (answer.status_code, answer.json()["code"]) == (422, "quick_add_failed")


async def test_the_problem_is_told_in_russian(client: AsyncClient, make: Make) -> None:
    olga = await make.user(locale="ru")

    answer = await quick(client, olga, "Молоко\n#1 завтра p1\np2")

    assert answer.json()["detail"] == "В строке 3 нет названия."


async def test_the_answer_says_where_the_first_task_lives(client: AsyncClient, ada: Person) -> None:
    foreseen = await quick(client, ada, "Milk\nBread", dry_run=True)
    real = await quick(client, ada, "Milk\nBread")

    assert "Location" not in foreseen.headers
    first = await client.get(real.headers["Location"], headers=ada.headers)
    assert first.json()["title"] == "Milk"
    assert real.json().keys() == {"items"}


async def test_several_tasks_are_one_event_together(
    client: AsyncClient, database: Database, ada: Person
) -> None:
    one = await quick(client, ada, "Milk")
    several = await quick(client, ada, "Bread\nButter @new")

    async with database.reader() as session:
        found = list(await session.scalars(select(Event).order_by(Event.seq)))
    types = ["task.created", "task.created", "label.created", "task.created", "batch.applied"]
    assert sorted(event.type for event in found) == sorted(types)
    assert one.headers["Event-Id"] == str(found[0].id)
    assert several.headers["Event-Id"] == str(found[-1].id)


async def test_a_repeated_request_adds_once(
    client: AsyncClient, database: Database, ada: Person
) -> None:
    headers = {**ada.headers, "Idempotency-Key": "once"}
    body = {"text": "Milk\nBread"}

    answers = [
        await client.post("/api/v1/tasks/quick", json=body, headers=headers) for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert await count_rows(database, Task.__table__) == 2
