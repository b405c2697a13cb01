"""Filters over HTTP: kept ones, expressions in addresses, explanations."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.ids import new_id
from tests.support.make import Make, Person

FILTERS, TASKS = "/api/v1/filters", "/api/v1/tasks"


async def kept(client: AsyncClient, user: Person, name: str, query: str) -> dict[str, Any]:
    body = {"name": name, "query": query}
    answer = await client.post(FILTERS, json=body, headers=user.headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def titles(client: AsyncClient, user: Person, **query: Any) -> list[str]:
    answer = await client.get(TASKS, params=query, headers=user.headers)
    assert answer.status_code == 200, answer.text
    return [task["title"] for task in answer.json()["items"]]


async def add(client: AsyncClient, user: Person, title: str, **fields: Any) -> dict[str, Any]:
    answer = await client.post(TASKS, json={"title": title, **fields}, headers=user.headers)
    assert answer.status_code == 201, answer.text
    task: dict[str, Any] = answer.json()
    return task


async def test_filters_go_round_trip_in_their_order(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    first = await kept(client, user, "Urgent", "p1")
    second = await kept(client, user, "Work", "#Work & !subtask")
    body = {"id": second["id"], "before": first["id"]}
    moved = await client.post(f"{FILTERS}/reorder", json=body, headers=user.headers)
    listed = await client.get(FILTERS, params={"include_total": "true"}, headers=user.headers)

    assert [each["name"] for each in listed.json()["items"]] == ["Work", "Urgent"]
    assert listed.json()["total"] == 2
    assert listed.json()["items"][0] == moved.json()
    read = await client.get(f"{FILTERS}/{first['id']}", headers=user.headers)
    assert read.json() == first
    fields = "id user_id name query color position created_at updated_at version"
    assert set(first) == set(fields.split())


async def test_a_filter_changes_under_its_tag_and_goes(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    made = await kept(client, user, "Urgent", "p1")
    address = f"{FILTERS}/{made['id']}"

    changed = await client.patch(
        address, json={"query": "p1 | p2"}, headers={**user.headers, "If-Match": '"1"'}
    )
    late = await client.patch(
        address, json={"name": "Later"}, headers={**user.headers, "If-Match": '"1"'}
    )
    gone = await client.delete(address, headers=user.headers)
    missing = await client.get(address, headers=user.headers)

    assert (changed.status_code, changed.json()["query"]) == (200, "p1 | p2")
    assert (late.status_code, gone.status_code, missing.status_code) == (412, 204, 404)


async def test_a_name_is_taken_in_every_letter_case(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    await kept(client, user, "Дом", "@дом")
    other = await kept(client, user, "Work", "#Work")

    made = await client.post(FILTERS, json={"name": "ДОМ", "query": "p1"}, headers=user.headers)
    renamed = await client.patch(
        f"{FILTERS}/{other['id']}", json={"name": "дом"}, headers=user.headers
    )

    for answer in (made, renamed):
        assert (answer.status_code, answer.json()["code"]) == (409, "filter_exists")


@pytest.mark.parametrize("door", ["list", "create", "explain"])
async def test_a_broken_filter_answers_with_its_place(
    client: AsyncClient, make: Make, door: str
) -> None:
    user = await make.user()
    query = "today & overdu"

    if door == "list":
        answer = await client.get(TASKS, params={"filter": query}, headers=user.headers)
    elif door == "create":
        body = {"name": "Mine", "query": query}
        answer = await client.post(FILTERS, json=body, headers=user.headers)
    else:
        answer = await client.post(
            f"{FILTERS}/explain", json={"query": query}, headers=user.headers
        )

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "filter_syntax")
    assert problem["detail"] == ("“overdu” at character 9 is no condition. Did you mean “overdue”?")
    told = problem["details"]
    assert (told["position"], told["length"], told["near"]) == (8, 6, "overdu")
    pointer = "/query/filter" if door == "list" else "/body/query"
    assert pointer in answer.text


async def test_an_error_is_said_in_russian(client: AsyncClient, make: Make) -> None:
    user = await make.user(locale="ru")

    answer = await client.get(TASKS, params={"filter": "(сегодня"}, headers=user.headers)

    assert answer.json()["detail"] == "На месте 9 скобка ещё открыта: закройте её знаком )."


async def test_an_expression_and_a_kept_filter_and_parameters_hold_together(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    work = await make.project(user, title="Работа")
    place = {"project_id": str(work.id)}
    await add(client, user, "both", labels=["x"], priority=4, **place)
    await add(client, user, "no label", priority=4, **place)
    await add(client, user, "no project", labels=["x"], priority=4)
    await add(client, user, "not urgent", labels=["x"], **place)
    mine = await kept(client, user, "Work", "#РАБОТА")

    found = await titles(client, user, filter="@X", filter_id=mine["id"], priority=4)

    assert found == ["both"]


async def test_a_filter_is_about_open_tasks_and_subtasks(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    parent = await add(client, user, "parent")
    await add(client, user, "child", parent_task_id=parent["id"])
    done = await add(client, user, "done")
    await client.post(f"{TASKS}/{done['id']}/complete", headers=user.headers)
    await add(client, user, "cancelled", status="cancelled")

    found = {
        query: await titles(client, user, filter=query)
        for query in ("all", "completed", "cancelled", "completed | cancelled", "completed: today")
    }
    told = [
        await titles(client, user, filter="all", completed="true"),
        await titles(client, user, filter="all", status="cancelled"),
    ]

    assert found == {
        "all": ["parent", "child"],
        "completed": ["done"],
        "cancelled": ["cancelled"],
        "completed | cancelled": ["done", "cancelled"],
        "completed: today": ["done"],
    }
    assert told == [["done"], ["cancelled"]]


async def test_a_filtered_list_goes_on_page_by_page(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    for number in range(5):
        await add(client, user, f"task {number}", priority=4 if number != 2 else 0)
    order = {"sort": "title", "order": "desc"}
    query: dict[str, Any] = {"filter": "p1", "limit": 2, "include_total": "true", **order}

    first = (await client.get(TASKS, params=query, headers=user.headers)).json()
    second = await titles(client, user, **query, cursor=first["next_cursor"])

    assert [task["title"] for task in first["items"]] == ["task 4", "task 3"]
    assert first["total"] == 4
    assert second == ["task 1", "task 0"]


async def test_the_explanation_has_tree_text_words_and_warnings(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    await make.project(user, title="Work")

    answer = await client.post(
        f"{FILTERS}/explain",
        json={"query": "(today|od) & #work &!@nothing*"},
        headers=user.headers,
    )

    told = answer.json()
    assert answer.status_code == 200
    assert told["canonical"] == "(today | overdue) & #work & !@nothing*"
    assert told["description"] == (
        "Open tasks: (due today or overdue) and in the project “work” and not with the label “nothing*”"
    )
    assert told["tree"]["op"] == "and"
    assert told["tree"]["of"][1] == {
        "op": "is",
        "field": "project",
        "relation": "named",
        "value": "work",
        "text": "#work",
        "position": 13,
        "length": 5,
    }
    assert told["warnings"] == [
        {
            "code": "unknown_names",
            "detail": "You have nothing called nothing*, so nothing matches it yet.",
            "names": ["nothing*"],
        }
    ]


async def test_the_explanation_speaks_russian(client: AsyncClient, make: Make) -> None:
    user = await make.user(locale="ru")

    answer = await client.post(
        f"{FILTERS}/explain", json={"query": "просрочено, п1"}, headers=user.headers
    )

    assert answer.json()["description"] == "Открытые задачи: просрочено; или срочное"
    assert [warning["detail"] for warning in answer.json()["warnings"]] == [
        "Списки через запятую показываются одним списком."
    ]


async def test_s078_a_foreign_filter_is_forbidden_and_a_missing_one_not_found(
    client: AsyncClient, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    made = await kept(client, owner, "Mine", "p1")

    for id_, status in ((made["id"], 403), (str(new_id()), 404)):
        address = f"{FILTERS}/{id_}"
        answers = [
            await client.get(address, headers=other.headers),
            await client.patch(address, json={"name": "Yours"}, headers=other.headers),
            await client.delete(address, headers=other.headers),
        ]
        assert [answer.status_code for answer in answers] == [status] * 3


async def test_s082_a_foreign_kept_filter_reads_like_a_missing_one(
    client: AsyncClient, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    made = await kept(client, owner, "Mine", "p1")

    answers = [
        await client.get(TASKS, params={"filter_id": id_}, headers=other.headers)
        for id_ in (made["id"], str(new_id()))
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


async def test_s082_names_in_filters_are_ones_own(client: AsyncClient, make: Make) -> None:
    owner, other = await make.user(), await make.user()
    goal = await make.goal(owner, title="Secret")
    project = await make.project(owner, title="Secret", goal_id=goal.id)
    await make.task(owner, title="hidden", project_id=project.id)
    await add(client, owner, "also hidden", labels=["Secret"])
    await add(client, other, "mine")

    queries = ["#Secret", "##Secret", "@Secret", "goal: Secret", "@*", "#*", "search: hidden"]
    found = {query: await titles(client, other, filter=query) for query in queries}
    explained = [
        await client.post(f"{FILTERS}/explain", json={"query": query}, headers=other.headers)
        for query in queries[:6]
    ]

    assert found == {query: [] for query in queries}
    assert [[warning["code"] for warning in answer.json()["warnings"]] for answer in explained] == [
        ["unknown_names"]
    ] * 6


async def test_what_happens_to_filters_is_told(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    made = await kept(client, user, "Mine", "p1")
    address = f"{FILTERS}/{made['id']}"

    await client.patch(address, json={"color": "#16a34a"}, headers=user.headers)
    await client.delete(address, headers=user.headers)
    told = await client.get("/api/v1/events", headers=user.headers)

    types = [event["type"] for event in told.json()["items"]]
    assert sorted(types) == ["filter.created", "filter.deleted", "filter.updated"]


async def test_a_search_and_a_filter_hold_together(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    await add(client, user, "Water the plants", priority=4)
    await add(client, user, "Water the lawn")

    assert await titles(client, user, q="water", filter="p1 & !#x & !@y") == ["Water the plants"]
