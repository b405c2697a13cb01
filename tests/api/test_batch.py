"""Many commands in one request."""

import time
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from questlog.automation.models import Event
from questlog.core.db import Database
from questlog.core.exceptions import ConflictError
from questlog.core.ids import new_id
from questlog.flows import batch, batch_ops
from questlog.flows.batch_ops import Doing, Outcome
from questlog.planning.models import Label, Task
from tests.support.make import Make, Person
from tests.support.sql import count_rows, count_statements
from tests.support.task_calls import errors, listed, made, post


async def send(
    client: AsyncClient, user: Person, *commands: dict[str, Any], atomic: bool = True
) -> Response:
    return await post(client, user, "/batch", {"atomic": atomic, "commands": list(commands)})


def add(title: str, **args: Any) -> dict[str, Any]:
    return {"op": "add", "args": {"title": title, **args}}


async def test_commands_run_in_their_order_by_the_flows_of_single_doors(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    old = await made(client, user, title="Old")
    series = await made(client, user, title="Series", due_date="2026-12-01", recurrence="daily")
    parent, child = str(new_id()), str(new_id())

    answer = await send(
        client,
        user,
        {**add("Parent"), "temp_id": parent},
        {**add("Child", parent_task_id=parent), "temp_id": child},
        {"op": "update", "args": {"id": child, "priority": "high"}},
        {"op": "dependencies", "args": {"id": parent, "blocked_by": [child]}},
        {"op": "complete", "args": {"id": old["id"]}},
        {"op": "incomplete", "args": {"id": old["id"]}},
        {"op": "skip", "args": {"id": series["id"]}},
        {"op": "postpone", "args": {"id": series["id"], "until": "2026-12-05"}},
        {"op": "reschedule", "args": {"id": series["id"], "due_date": "2026-12-09"}},
        {"op": "reorder", "args": {"id": parent, "before": old["id"]}},
        {"op": "duplicate", "args": {"id": old["id"]}},
        {"op": "move", "args": {"id": child, "parent_task_id": None}},
        {"op": "delete", "args": {"id": series["id"]}},
        {"op": "restore", "args": {"id": series["id"]}},
    )

    assert answer.status_code == 200, answer.text
    told = answer.json()
    results = told["results"]
    assert [one["status"] for one in results] == ["ok"] * 14
    assert results[1]["task"]["parent_task_id"] == told["temp_ids"][parent]
    assert results[2]["task"]["priority_label"] == "high"
    assert results[3]["dependencies"]["blocked"] is True
    assert results[4]["task"]["receipt"]["event_id"]
    assert results[8]["task"]["due_date"] == "2026-12-09"
    assert await listed(client, user) == ["Parent", "Old", "Old", "Series", "Child"]


async def test_an_atomic_batch_changes_nothing_when_one_command_is_refused(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    await send(client, user, add("Kept"))
    told_before = await count_rows(database, Event)

    answer = await send(client, user, add("Lost"), add("Refused", project_id=str(new_id())))

    assert answer.status_code == 422
    assert errors(answer) == ["/body/commands/1/args/project_id"]
    assert answer.json()["details"] == {"index": 1, "op": "add"}
    assert await listed(client, user) == ["Kept"]
    assert await count_rows(database, Event) == told_before


async def test_what_is_malformed_is_named_by_its_command_before_anything_runs(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    commands = [add("Fine")] * 7 + [add(""), {"op": "fly", "args": {}}, {"op": "add"}]

    with count_statements(database) as statements:
        answer = await send(client, user, *commands)

    assert answer.status_code == 422
    assert errors(answer) == [
        "/body/commands/7/args/title",
        "/body/commands/8",
        "/body/commands/9/args",
    ]
    assert not [one for one in statements if one.startswith("INSERT")]


async def test_a_batch_that_is_not_atomic_has_a_result_for_each_command(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user, other = await make.user(), await make.user()
    theirs = await made(client, other, title="Theirs")
    before = await count_rows(database, Event)

    answer = await send(
        client,
        user,
        add("First"),
        {"op": "complete", "args": {"id": theirs["id"]}},
        {"op": "complete", "args": {"id": str(new_id())}},
        add("", priority=9),
        add("Nowhere", project_id=str(new_id()), labels=["lost"]),
        {"op": "fly", "args": {}},
        add("Last"),
        atomic=False,
    )

    told = answer.json()
    assert (told["applied"], told["refused"]) == (2, 5)
    assert [one["status"] for one in told["results"]] == ["ok", *["error"] * 5, "ok"]
    foreign, unknown = (told["results"][at]["problem"] for at in (1, 2))
    assert foreign["detail"] == unknown["detail"]
    assert [error["pointer"] for error in foreign["errors"]] == ["/body/commands/1/args/id"]
    assert [error["pointer"] for error in told["results"][3]["problem"]["errors"]] == [
        "/body/commands/3/args/title",
        "/body/commands/3/args/priority",
    ]
    assert await listed(client, user) == ["First", "Last"]
    assert await count_rows(database, Event) == before + 3


@pytest.mark.parametrize("atomic", [True, False])
async def test_a_command_that_fails_halfway_leaves_nothing_behind(
    client: AsyncClient,
    make: Make,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    *,
    atomic: bool,
) -> None:
    user = await make.user()
    real = batch_ops.OPS["add"]

    async def fail_late(doing: Doing, args: Any) -> Outcome:
        done = await real(doing, args)
        if args.title == "Late":
            raise ConflictError()
        return done

    monkeypatch.setattr(batch, "OPS", {**batch_ops.OPS, "add": fail_late})
    commands = [add("First"), add("Late", labels=["new"]), add("Last")]

    answer = await send(client, user, *commands, atomic=atomic)

    assert answer.status_code == (409 if atomic else 200)
    assert await listed(client, user) == ([] if atomic else ["First", "Last"])
    assert await count_rows(database, Label) == 0
    assert await count_rows(database, Event) == (0 if atomic else 3)


async def test_a_temporary_id_of_a_refused_command_names_nothing(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    lost = str(new_id())

    answer = await send(
        client,
        user,
        {**add("Lost", project_id=str(new_id())), "temp_id": lost},
        add("Child", parent_task_id=lost),
        atomic=False,
    )

    problem = answer.json()["results"][1]["problem"]
    assert problem["code"] == "unresolved_temp_id"
    assert problem["errors"][0]["pointer"] == "/body/commands/1/args/parent_task_id"


async def test_a_temporary_id_stands_once(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    same = str(new_id())

    answer = await send(
        client, user, {**add("One"), "temp_id": same}, {**add("Two"), "temp_id": same}
    )

    assert answer.status_code == 422


async def test_a_command_for_a_version_that_has_passed_is_refused(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    task = await made(client, user)
    change = {"op": "update", "if_version": 1, "args": {"id": task["id"], "priority": 1}}

    first = await send(client, user, change, atomic=False)
    again = await send(client, user, change, atomic=False)

    assert first.json()["applied"] == 1
    assert again.json()["results"][0]["problem"]["status"] == 412


async def test_a_batch_is_one_event_behind_those_of_its_commands(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    answer = await send(client, user, add("One"), add("Two"))

    told = answer.json()
    assert answer.headers["Event-Id"] == told["event_id"]
    assert len({told["event_id"], *(one["id"] for one in told["results"])}) == 3


async def test_a_repeated_batch_with_the_same_key_runs_once(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    body = {"commands": [add("Once")]}
    headers = user.headers | {"Idempotency-Key": "a-batch"}

    first = await client.post("/api/v1/tasks/batch", json=body, headers=headers)
    again = await client.post("/api/v1/tasks/batch", json=body, headers=headers)

    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await listed(client, user) == ["Once"]


@pytest.mark.parametrize("count", [0, 1001])
async def test_a_batch_has_one_to_a_thousand_commands(
    client: AsyncClient, make: Make, count: int
) -> None:
    user = await make.user()

    answer = await send(client, user, *[add("Much")] * count)

    assert answer.status_code == 422
    assert errors(answer) == ["/body/commands"]


@pytest.mark.parametrize("atomic", [True, False])
async def test_a_thousand_tasks_are_made_in_seconds_with_few_statements_each(
    client: AsyncClient, make: Make, database: Database, *, atomic: bool
) -> None:
    user = await make.user()
    commands = [add(f"Task {number}", labels=["home"]) for number in range(1000)]

    with count_statements(database) as statements:
        began = time.perf_counter()
        answer = await send(client, user, *commands, atomic=atomic)
        took = time.perf_counter() - began

    assert answer.json()["applied"] == 1000
    assert await count_rows(database, Task) == 1000
    assert len(statements) <= 1000 * (6 if atomic else 8) + 20
    assert took < 20


async def test_a_batch_is_undone_as_a_whole(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    old = await made(client, user, title="Old")
    series = await made(client, user, title="Series", due_date="2026-12-01", recurrence="daily")
    new = str(new_id())
    waits = f"/api/v1/tasks/{old['id']}/dependencies"
    done = await send(
        client,
        user,
        {**add("New"), "temp_id": new},
        {"op": "dependencies", "args": {"id": old["id"], "blocked_by": [new]}},
        {"op": "update", "args": {"id": old["id"], "title": "Changed"}},
        {"op": "complete", "args": {"id": series["id"]}},
        {"op": "delete", "args": {"id": old["id"]}},
    )

    undone = await client.post(
        f"/api/v1/events/{done.json()['event_id']}/undo", headers=user.headers
    )

    assert undone.status_code == 200, undone.text
    assert await listed(client, user) == ["Old", "Series"]
    assert (await client.get(waits, headers=user.headers)).json()["blocked_by"] == []
    again = await client.get(f"/api/v1/tasks/{series['id']}", headers=user.headers)
    assert again.json()["due_date"] == "2026-12-01"
