"""What a key opens and what it does not, for every operation of the API."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from questlog.api import deps, scopes
from questlog.api.aliases import API
from questlog.core.db import Database
from questlog.identity.scopes import Scope
from tests.api.test_every_route import body_for
from tests.support.estate import Estate, kind_of
from tests.support.make import Key, Make
from tests.support.routes import Operation, app_without_database, calls_of, operations
from tests.support.sql import rows_of

READS = sorted(scope for scope in Scope if scope.endswith(":read"))
TOLD_ANYWAY = {"audit_entries"}  # that somebody was refused
OPERATIONS = [one for one in operations() if deps.principal in calls_of(one.dependant)]
OPEN = [one for one in OPERATIONS if scopes.needed(one.method, one.template) is not None]
NEEDING = [one for one in OPEN if scopes.needed(one.method, one.template)]
CLOSED = [one for one in OPERATIONS if scopes.needed(one.method, one.template) is None]
CHANGES = [one for one in OPERATIONS if one.method != "GET"]
# No key opens these, whatever it was given: they hand out access, take it away, or are about a person.
FOR_PEOPLE = {
    "admin",
    "ai",
    "api-keys",
    "audit-log",
    "auth",
    "calendar",
    "conversations",
    "courses",
    "identities",
    "lessons",
    "me",
    "notifications",
    "oauth",
    "quizzes",
    "sessions",
    "users",
    "ws",
}
# Its example asks for missing projects to be made.
ALSO = {
    "quick_add_tasks": {Scope.PROJECTS_WRITE},
    "create_webhook": {Scope.EVENTS_READ},
    "update_webhook": {Scope.EVENTS_READ},
    "put_webhook": {Scope.EVENTS_READ},
    "rotate_webhook_secret": {Scope.EVENTS_READ},
}


def named(operation: Operation) -> str:
    return operation.name


async def call(client: AsyncClient, estate: Estate, operation: Operation, key: Key) -> Response:
    """Send a request that is right in everything but what the key may do."""
    path = await address(estate, operation)
    return await client.request(
        operation.method, path, headers=key.headers, json=body_for(operation)
    )


async def address(estate: Estate, operation: Operation) -> str:
    ids = {name: await estate.one(kind_of(name, operation.path)) for name in operation.path_ids}
    path = operation.path.format(**ids)
    return f"{path}?seconds=0" if operation.name == "stream_events" else path


def test_every_scope_opens_something_but_the_one_that_is_a_standing_yes() -> None:
    opened = set().union(*(scopes.needed(one.method, one.template) or () for one in OPERATIONS))

    assert opened == set(Scope) - {Scope.AGENT_ACT}


def test_s075_nobody_forgets_to_say_whom_a_new_route_is_for() -> None:
    kinds = {operation.path.removeprefix(API + "/").partition("/")[0] for operation in CLOSED}

    assert kinds <= FOR_PEOPLE
    assert not kinds & scopes.KINDS


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_s074_reading_needs_no_right_to_write_and_writing_is_more_than_reading(
    operation: Operation,
) -> None:
    wanted = scopes.needed(operation.method, operation.template) or frozenset()

    kinds = {scope.rpartition(":")[2] for scope in wanted}
    assert kinds <= ({"read", "act"} if operation.method == "GET" else {"write"})


@pytest.mark.parametrize("operation", CHANGES, ids=named)
async def test_s074_a_key_that_reads_everything_changes_nothing(
    operation: Operation, client: AsyncClient, make: Make, database: Database
) -> None:
    owner = await make.user(role="admin")
    key = await make.key(owner, *READS)
    path = await address(Estate(make, owner), operation)
    before = await rows_of(database, but=TOLD_ANYWAY)

    answer = await client.request(
        operation.method, path, headers=key.headers, json=body_for(operation)
    )

    wanted = scopes.needed(operation.method, operation.template)
    assert answer.status_code == 403, answer.text
    if wanted is None:
        assert answer.json()["code"] == "sign_in_required"
        assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope"'
    else:
        named_scopes = " ".join(sorted(wanted))
        assert answer.json()["code"] == "insufficient_scope"
        assert answer.json()["details"] == {"scope": named_scopes}
        challenge = f'Bearer error="insufficient_scope", scope="{named_scopes}"'
        assert answer.headers["www-authenticate"] == challenge
    assert await rows_of(database, but=TOLD_ANYWAY) == before


@pytest.mark.parametrize("operation", CLOSED, ids=named)
async def test_s075_no_key_hands_out_access(
    operation: Operation, client: AsyncClient, make: Make
) -> None:
    owner = await make.user(role="admin")
    key = await make.key(owner, *Scope)

    answer = await call(client, Estate(make, owner), operation, key)

    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_required")


def test_s074_few_doors_are_open_to_every_key() -> None:
    assert {one.name for one in OPEN if one not in NEEDING} == {"list_proposals", "get_proposal"}


@pytest.mark.parametrize("operation", NEEDING, ids=named)
async def test_s074_each_door_needs_its_own_scopes_and_no_others(
    operation: Operation, client: AsyncClient, make: Make
) -> None:
    owner = await make.user(role="admin")
    wanted = scopes.needed(operation.method, operation.template) or frozenset()
    estate = Estate(make, owner)
    fitting = await make.key(owner, *wanted, *ALSO.get(operation.name, ()))
    all_others = await make.key(owner, *(set(Scope) - wanted))

    let_in = await call(client, estate, operation, fitting)
    kept_out = await call(client, estate, operation, all_others)

    assert let_in.status_code not in (401, 403), let_in.text
    assert (kept_out.status_code, kept_out.json()["code"]) == (403, "insufficient_scope")


def documented() -> Iterator[tuple[str, dict[str, Any], frozenset[Scope] | None]]:
    paths = app_without_database().openapi()["paths"]
    for one in OPERATIONS:
        described = paths[one.template][one.method.lower()]
        yield one.name, described, scopes.needed(one.method, one.template)


def test_the_document_says_which_doors_keys_open() -> None:
    told = {
        name: ({"api_key": []} in operation["security"], operation.get("x-scopes"))
        for name, operation, _ in documented()
    }

    assert told == {
        name: (wanted is not None, None if wanted is None else sorted(wanted))
        for name, _, wanted in documented()
    }


async def test_a_key_that_may_not_make_projects_makes_none_on_the_way(
    client: AsyncClient, make: Make
) -> None:
    owner = await make.user()
    tasks_only = await make.key(owner, "tasks:write")
    both = await make.key(owner, "tasks:write", "projects:write")
    body = {"text": "Paint the fence #Garden @outside", "create_missing": True}

    refused = await client.post("/api/v1/tasks/quick", json=body, headers=tasks_only.headers)
    plain = await client.post(
        "/api/v1/tasks/quick", json={"text": "Paint it @outside"}, headers=tasks_only.headers
    )
    made = await client.post("/api/v1/tasks/quick", json=body, headers=both.headers)

    assert (refused.status_code, refused.json()["details"]) == (403, {"scope": "projects:write"})
    assert (plain.status_code, made.status_code) == (201, 201)


async def test_an_event_names_the_key_that_did_it(client: AsyncClient, make: Make) -> None:
    owner = await make.user()
    key = await make.key(owner, "tasks:write", "events:read")

    await client.post("/api/v1/tasks", json={"title": "By a script"}, headers=key.headers)
    await client.post("/api/v1/tasks/quick", json={"text": "By another"}, headers=key.headers)

    newest = (await client.get("/api/v1/events", headers=key.headers)).json()["items"]
    assert [event["actor"] for event in newest] == [f"key:{key.id}"] * 2
