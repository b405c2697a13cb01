"""Other people's agents at `/mcp`: spoken to with the official client, over HTTP."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from questlog.api.scopes import NAMED
from questlog.coach import calling
from questlog.coach.conversations import PROPOSALS
from questlog.coach.tools import TOOLS
from questlog.core.db import Database
from questlog.identity.scopes import Scope
from tests.support import peers
from tests.support.happened import happened
from tests.support.make import Make
from tests.support.peers import House
from tests.support.sql import count_rows

METADATA = "/.well-known/oauth-protected-resource/mcp"
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
TWICE = (
    b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": '
    b'{"name": "create_task", "arguments": {"title": "x", "title": "y"}}}'
)
ACCEPT = {"Accept": "application/json, text/event-stream"}
EVERYTHING = [str(scope) for scope in Scope if not scope.startswith("admin")]
ASKING = [scope for scope in EVERYTHING if scope != Scope.AGENT_ACT]


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with peers.house(app) as house:
        yield house


@asynccontextmanager
async def agent(house: House, shown: Any, mode: str = "auto") -> AsyncIterator[Client]:
    """Connect an agent that shows what a person or a key shows."""
    async with (
        AsyncClient(headers=shown.headers, trust_env=False) as http,
        Client(streamable_http_client(f"{house.url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


def words(result: CallToolResult) -> str:
    return "".join(getattr(part, "text", "") for part in result.content)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_agent_with_a_key_reads_and_proposes(
    mode: str, house: House, client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    key = await make.key(user, *ASKING)
    await make.task(user, title="Полить цветы")

    async with agent(house, key, mode) as other:
        offered = await other.list_tools()
        listed = await other.call_tool("list_tasks", {})
        added = await other.call_tool("create_task", {"title": "Swim"})
    asked = await client.get("/api/v1/ai/proposals", headers=user.headers)
    said = await client.post(
        f"/api/v1/ai/proposals/{added.structured_content['id']}/accept", headers=user.headers
    )

    assert {tool.name for tool in offered.tools} == set(TOOLS)
    hints = {tool.name: tool.annotations for tool in offered.tools}
    assert {name for name, hint in hints.items() if hint and hint.read_only_hint} == {
        name for name, tool in TOOLS.items() if not tool.writes
    }
    assert [task["title"] for task in listed.structured_content["tasks"]] == ["Полить цветы"]
    assert "Полить цветы" in words(listed)
    assert (added.is_error, added.structured_content["state"]) == (False, "open")
    assert [(one["origin"], one["tool"]) for one in asked.json()["items"]] == [
        ("mcp", "create_task")
    ]
    assert said.json()["result"]["title"] == "Swim"


async def test_a_person_may_show_their_token(house: House, make: Make) -> None:
    user = await make.user()

    async with agent(house, user) as other:
        listed = await other.call_tool("list_tasks", {})

    assert listed.structured_content == {"tasks": [], "there_are_more": False}


async def test_s072_an_agent_sees_and_calls_no_more_than_its_key_may(
    house: House, make: Make, database: Database
) -> None:
    user = await make.user()
    key = await make.key(user, "tasks:read")

    async with agent(house, key) as other:
        offered = await other.list_tools()
        refused = [
            await other.call_tool("create_task", {"title": "Swim"}),
            await other.call_tool("list_goals", {}),
            await other.call_tool("delete_all", {}),
            await other.call_tool("list_tasks", {"user_id": str(user.id)}),
        ]

    assert {tool.name for tool in offered.tools} == {"list_tasks", "todays_plan"}
    assert [one.is_error for one in refused] == [True] * 4
    assert [json.loads(words(one))["error"] for one in refused] == [
        "insufficient_scope",
        "insufficient_scope",
        "unknown_tool",
        "invalid_arguments",
    ]
    assert await count_rows(database, PROPOSALS) == 0


async def test_s124_an_agent_does_not_reach_what_is_somebody_elses(
    house: House, make: Make, database: Database
) -> None:
    ada, mallory = await make.user(), await make.user()
    theirs = await make.task(ada, title="Secret plan")
    key = await make.key(mallory, *EVERYTHING)

    async with agent(house, key) as other:
        ticked = await other.call_tool("complete_task", {"task_id": str(theirs.id)})
        found = await other.call_tool("search", {"words": "Secret"})

    assert ticked.is_error
    assert "Secret" not in words(ticked) + words(found)
    assert await count_rows(database, PROPOSALS) == 0


async def test_what_is_allowed_is_done_and_named_after_the_key(
    house: House, client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    key = await make.key(user, *ASKING)
    await client.put("/api/v1/ai/allowed-tools/create_task", headers=user.headers)

    async with agent(house, key) as other:
        added = await other.call_tool("create_task", {"title": "Swim"})

    created = await happened(database, user, "task.created")
    assert (added.is_error, added.structured_content["title"]) == (False, "Swim")
    assert [event.actor for event in created] == [f"key:{key.id}"]


async def test_s125_a_key_that_may_act_acts_and_deletes_nothing_without_a_yes(
    house: House, client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    key = await make.key(user, "agent:act", "tasks:write")
    task = await make.task(user, title="Run")

    async with agent(house, key) as other:
        offered = {tool.name: tool.description or "" for tool in (await other.list_tools()).tools}
        added = await other.call_tool("create_task", {"title": "Swim"})
        asked = await other.call_tool("delete_task", {"task_id": str(task.id)})
        refused = await other.call_tool("create_goal", {"title": "Swim"})
    undone = await client.post(
        f"/api/v1/events/{added.structured_content['event_id']}/undo", headers=user.headers
    )

    created = await happened(database, user, "task.created")
    assert [event.actor for event in created] == [f"key:{key.id}"]
    assert (added.is_error, added.structured_content["title"]) == (False, "Swim")
    assert asked.structured_content["state"] == "open"
    assert refused.is_error
    assert [name for name, said in offered.items() if "proposal" in said] == ["delete_task"]
    assert undone.status_code == 200


async def test_s125_an_agent_that_tries_again_proposes_once(
    house: House, make: Make, database: Database
) -> None:
    key = await make.key(await make.user(), "tasks:write")

    async with agent(house, key) as other:
        asked = [{"title": title} for title in ("Swim", "Swim", "Run")]
        made = [await other.call_tool("create_task", one) for one in asked]

    ids = [one.structured_content["id"] for one in made]
    assert ids[0] == ids[1] != ids[2]
    assert "already" in words(made[1])
    assert await count_rows(database, PROPOSALS) == 2


async def test_an_answer_is_short_whatever_was_proposed(house: House, make: Make) -> None:
    key = await make.key(await make.user(), "tasks:write")

    async with agent(house, key) as other:
        asked = {"title": "Swim", "description": "д" * 7_000}
        made = await other.call_tool("create_task", asked)

    assert made.structured_content["arguments"]["title"] == "Swim"
    assert len(json.dumps(made.structured_content, ensure_ascii=False).encode()) <= 8 * 1024


async def test_what_breaks_is_told_in_one_word_and_logged(
    client: AsyncClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await make.user()
    call = {"name": "list_tasks", "arguments": {}}

    async def broken(*_arguments: Any) -> None:
        raise IntegrityError("INSERT INTO proposals", ("my private note",), Exception("a key"))

    monkeypatch.setattr(calling.Tools, "call", broken)
    with capture_logs() as logged:
        answer = await client.post(
            "/mcp",
            json={**LIST, "method": "tools/call", "params": call},
            headers={**ACCEPT, **user.headers},
        )

    result = answer.json()["result"]
    assert result["isError"] is True
    assert result["structuredContent"]["error"] == "internal_error"
    assert not [word for word in ("INSERT", "private", "a key") if word in answer.text]
    assert [one["event"] for one in logged if one["log_level"] == "error"] == ["mcp_call_failed"]


async def test_without_a_credential_it_says_where_to_read_on(
    client: AsyncClient, make: Make
) -> None:
    key = await make.key(await make.user(), "webhooks:read")

    nothing = await client.post("/mcp", json=LIST, headers=ACCEPT)
    wrong = await client.post("/mcp", json=LIST, headers={**ACCEPT, "Authorization": "Bearer x"})
    any_key = await client.post("/mcp", json=LIST, headers={**ACCEPT, **key.headers})
    told = await client.get(METADATA)
    challenge = nothing.headers["WWW-Authenticate"]

    assert [answer.status_code for answer in (nothing, wrong, any_key)] == [401, 401, 200]
    assert challenge == f'Bearer resource_metadata="{told.json()["resource"][:-4]}{METADATA}"'
    assert "resource_metadata=" in wrong.headers["WWW-Authenticate"]
    assert any_key.json()["result"]["tools"] == []
    assert told.json()["resource"].endswith("/mcp")
    assert told.json()["bearer_methods_supported"] == ["header"]
    assert "agent:act" in told.json()["scopes_supported"]
    assert "authorization_servers" not in told.json()


async def test_a_revoked_key_is_out_at_once(house: House, client: AsyncClient, make: Make) -> None:
    user = await make.user()
    key = await make.key(user, *EVERYTHING)

    async with agent(house, key) as other:
        await other.list_tools()
        await client.delete(f"/api/v1/api-keys/{key.id}", headers=user.headers)
        after = await client.post("/mcp", json=LIST, headers={**ACCEPT, **key.headers})

    assert after.status_code == 401


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"headers": {"Origin": "https://evil.example"}}, 403),
        ({"method": "GET"}, 405),
        ({"method": "DELETE"}, 405),
        ({"content": b"{"}, 400),
        ({"content": b"[" * 10_000}, 422),
        ({"content": TWICE}, 422),
        ({"content": b"x" * 3_000_000}, 413),
        ({"headers": {"Content-Type": "text/plain"}}, 400),
    ],
    ids=["origin", "GET", "DELETE", "broken", "deep", "twice", "long", "media"],
)
async def test_what_is_no_request_of_an_agent_is_refused(
    sent: dict[str, Any], status: int, client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    headers = {**user.headers, **ACCEPT, "Content-Type": "application/json"}
    asked = {"method": "POST", "content": json.dumps(LIST).encode(), **sent}

    answer = await client.request(
        asked["method"],
        "/mcp",
        content=asked["content"],
        headers={**headers, **asked.get("headers", {})},
    )

    assert answer.status_code == status


def test_s074_the_door_is_open_to_every_key_and_each_tool_needs_its_own_scope() -> None:
    named = {door: scopes for door, scopes in NAMED.items() if door[1] == "/mcp"}

    assert named == {("POST", "/mcp"): set()}
    assert all(tool.needs and Scope.AGENT_ACT not in tool.needs for tool in TOOLS.values())
