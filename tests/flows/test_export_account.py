"""Everything out, and in again somewhere else."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.core.db import Database
from questlog.flows import export_account as exports
from questlog.flows.export_account import export_account
from questlog.planning.import_models import Import
from questlog.planning.models import Item, Task
from tests.support.accounts import READ_BACK, bring, document
from tests.support.everything import live, owned_tables
from tests.support.invariants import check_invariants
from tests.support.make import Make, Person

HEAD = {"format", "version", "exported_at", "user"}
PAST = datetime(2026, 10, 3, 12, 0, tzinfo=UTC)
# What was earned stays where it was earned.
MADE_ANEW = {"id", "created_at", "dated_at", "updated_at", "version", "receipt", "xp"}


async def post(client: AsyncClient, user: Person, path: str, body: Any = None) -> Any:
    answer = await client.post(f"/api/v1{path}", headers=user.headers, json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def lived(client: AsyncClient, user: Person) -> None:
    """An account with something of everything, made by the doors people use."""
    year = await post(client, user, "/goals", {"title": "Italian", "goal_type": "yearly"})
    quarter = {"title": "A1", "parent_goal_id": year["id"], "period": "2026-Q4"}
    goal = await post(client, user, "/goals", quarter)
    project = await post(client, user, "/projects", {"title": "Course", "goal_id": goal["id"]})
    gone = await post(client, user, "/projects", {"title": "Old course"})
    top = await post(
        client,
        user,
        "/tasks",
        {
            "title": "Prepare the exam",
            "project_id": project["id"],
            "goal_id": goal["id"],
            "labels": ["Study", "evening"],
            "due_date": "2026-12-01T18:30:00+01:00",
            "difficulty": "hard",
        },
    )
    for name in ("Read", "Write"):
        await post(client, user, "/tasks", {"title": name, "parent_task_id": top["id"]})
    daily = {"title": "Repeat words", "recurrence": "daily", "due_date": "2026-11-01"}
    series = await post(client, user, "/tasks", daily)
    await post(client, user, f"/tasks/{series['id']}/complete")
    done = await post(client, user, "/tasks", {"title": "Buy the book", "goal_id": year["id"]})
    await post(client, user, f"/tasks/{done['id']}/complete")
    again = await post(client, user, "/tasks", {"title": "Book a place"})
    await post(client, user, f"/tasks/{again['id']}/complete")
    await post(client, user, f"/tasks/{again['id']}/incomplete")
    binned = await post(client, user, "/tasks", {"title": "Old homework", "project_id": gone["id"]})
    for path in (f"/tasks/{binned['id']}", f"/projects/{gone['id']}"):
        await client.delete(f"/api/v1{path}", headers=user.headers)
    item = await post(client, user, "/items", {"title": "Film", "url": "https://example.org/film"})
    await client.patch(
        f"/api/v1/items/{item['id']}", headers=user.headers, json={"is_active": False}
    )


def comparable(found: dict[str, Any]) -> dict[str, Any]:
    """The document without ids, moments of making, receipts and XP; each id is replaced by what it names."""
    names = {
        row["id"]: row.get("title") or row.get("name")
        for section in READ_BACK
        for row in found[section]
    }
    deletions = {row.get("deletion_id") for section in READ_BACK for row in found[section]}
    names |= dict.fromkeys(deletions - {None}, "a deletion")
    return {
        section: sorted((plain(row, names) for row in found[section]), key=str)
        for section in READ_BACK
    }


def plain(row: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    return {
        key: names.get(value, value) if isinstance(value, str) else value
        for key, value in row.items()
        if key not in MADE_ANEW
    }


async def test_g21_an_export_read_in_elsewhere_exports_the_same(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ida, jon = await make.user(timezone="Europe/Berlin"), await make.user(timezone="Europe/Berlin")
    await lived(client, ida)
    exported = await document(database, ida)

    report = await bring(database, jon, exported)

    again = await document(database, jon)
    assert comparable(again) == comparable(exported)
    assert max(row["xp"] for row in exported["occurrences"]) > 0
    assert {row["xp"] for row in again["occurrences"]} == {0}
    assert {row["id"] for row in again["tasks"]}.isdisjoint(row["id"] for row in exported["tasks"])
    assert report.new == sum(len(exported[name]) for name in READ_BACK if name != "occurrences")
    assert not report.warnings
    await check_invariants(database)


async def test_reading_it_in_twice_changes_nothing(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ida, jon = await make.user(), await make.user()
    await lived(client, ida)
    exported = await document(database, ida)
    await bring(database, jon, exported)
    before = await document(database, jon)

    report = await bring(database, jon, exported)

    after = await document(database, jon)
    assert (report.new, report.changed) == (0, 0)
    assert {name: after[name] for name in READ_BACK} == {name: before[name] for name in READ_BACK}
    assert after["events"] == before["events"]


async def test_reading_it_into_the_same_account_brings_back_only_what_is_gone(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ida = await make.user()
    await lived(client, ida)
    exported = await document(database, ida)
    [item] = exported["items"]
    await client.delete(f"/api/v1/items/{item['id']}", headers=ida.headers)

    report = await bring(database, ida, exported)

    after = await document(database, ida)
    assert (report.new, report.changed) == (1, 0)
    assert comparable(after) == comparable(exported)
    assert after["tasks"] == exported["tasks"]


async def test_a_later_export_changes_what_changed_there(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ida, jon = await make.user(), await make.user()
    goal = await make.goal(ida, title="Italian")
    task = await make.task(ida, title="Read", goal_id=goal.id)
    await bring(database, jon, await document(database, ida))
    await client.patch(f"/api/v1/goals/{goal.id}", headers=ida.headers, json={"title": "Spanish"})
    await client.post(f"/api/v1/tasks/{task.id}/complete", headers=ida.headers)

    report = await bring(database, jon, await document(database, ida))

    after = await document(database, jon)
    assert (report.new, report.changed) == (0, 2)
    assert [goal["title"] for goal in after["goals"]] == ["Spanish"]
    assert [task["completed_at"] is None for task in after["tasks"]] == [False]
    assert len(after["occurrences"]) == 1
    await check_invariants(database)


async def test_s081_a_file_cannot_lay_hands_on_what_is_somebody_elses(
    database: Database, make: Make
) -> None:
    ida, jon = await make.user(), await make.user()
    project = await make.project(ida, title="Mine")
    theirs = await make.task(ida, title="Mine", project_id=project.id)
    await make.task(jon, title="His")
    file = await document(database, jon)
    ids = {"id": str(theirs.id), "project_id": str(project.id), "parent_task_id": str(project.id)}
    file["tasks"][0] |= ids

    await bring(database, jon, file)

    async with database.reader() as session:
        everywhere = {task.title: task for task in await session.scalars(select(Task))}
    assert (everywhere["Mine"].user_id, everywhere["Mine"].version) == (ida.id, 1)
    async with database.reader() as session:
        brought = list(await session.scalars(select(Task).where(Task.user_id == jon.id)))
    assert {(task.project_id, task.parent_task_id) for task in brought} == {(None, None)}
    await check_invariants(database)


async def test_s143_every_table_with_an_owner_is_in_the_export(
    database: Database, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    await live(database, make, user, "mine")
    await live(database, make, other, "foreign")

    found = await document(database, user)

    owned = {table.name for table, _owner in owned_tables()}
    left_out = exports.FOLDED_IN | exports.LEFT_OUT.keys()
    assert found.keys() - HEAD == owned - left_out
    assert left_out < owned
    assert all(exports.LEFT_OUT.values())
    assert all(found.values()), "a table came out empty"
    for section in exports.sections():
        secret = {column.name for column in section.table.c if column.info.get("secret")}
        kept_back = {column.name for column in section.table.c} - found[section.table.name][
            0
        ].keys()
        derived = exports.DERIVED.get(section.table.name, frozenset())
        assert kept_back == {section.owner.name, *secret, *derived}
    assert str(other.id) not in json.dumps(found)
    assert "foreign" not in json.dumps(found)


async def test_no_secret_leaves(database: Database, make: Make) -> None:
    user = await make.user(password="quite-a-long-phrase-of-mine")

    found = await document(database, user)

    assert found["user"]["email"] == user.email
    assert "password_hash" not in found["user"]
    assert "$argon2" not in json.dumps(found)
    assert all("key" not in one for one in found["sessions"])


async def test_a_large_account_comes_in_pieces_and_is_whole(
    database: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_PER_READING", 3)
    user = await make.user()
    for number in range(10):
        await make.task(user, title=f"Task {number}")

    pieces = [piece async for piece in export_account(database, user.id)]

    found = json.loads(b"".join(pieces))
    assert [task["title"] for task in found["tasks"]] == [f"Task {number}" for number in range(10)]
    assert len(pieces) > 10


async def test_the_export_is_a_file_to_save(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    await make.task(user, title="Купить хлеб")

    answer = await client.get("/api/v1/users/me/export", headers=user.headers)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"].startswith('attachment; filename="questlog-20')
    assert [task["title"] for task in answer.json()["tasks"]] == ["Купить хлеб"]


async def test_an_imported_completion_can_be_taken_back(
    client: AsyncClient, database: Database, make: Make
) -> None:
    ida, jon = await make.user(), await make.user()
    day = date.fromisoformat("2026-11-01")
    series = await make.task(ida, title="Words", due_on=day, rule="FREQ=DAILY", rhythm_from=day)
    await post(client, ida, f"/tasks/{series.id}/complete")
    await bring(database, jon, await document(database, ida))
    [task] = (await document(database, jon))["tasks"]

    await post(client, jon, f"/tasks/{task['id']}/incomplete")

    after = await document(database, jon)
    assert [task["due_on"] for task in after["tasks"]] == ["2026-11-01"]
    assert all(row["reopened_at"] for row in after["occurrences"])
    await check_invariants(database)


async def test_an_import_of_an_account_is_one_event(database: Database, make: Make) -> None:
    ida, jon = await make.user(), await make.user()
    await make.goal(ida)
    await make.item(ida)
    await make.task(ida, completed_at=PAST, created_at=PAST - timedelta(days=1))

    await bring(database, jon, await document(database, ida))

    [event] = (await document(database, jon))["events"]
    assert event["type"] == "import.applied"
    assert {kind for kind, _, _ in event["touched"]} == {"goal", "item", "occurrence", "task"}
    async with database.reader() as session:
        kept = await session.scalar(select(Import).where(Import.user_id == jon.id))
        items = list(await session.scalars(select(Item).where(Item.user_id == jon.id)))
    assert kept is not None
    assert str(kept.id) == event["subject_id"]
    assert [item.search_text for item in items] == ["an idea\n"]
