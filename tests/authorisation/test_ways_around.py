"""Every operation by every odd way of spelling it (S-090, S-091): none leads around sign-in, or to another handler.

An address is compared as its decoded path, once, as it stands. What is spelled otherwise is not found; nothing is put
right by a redirect, which would lose the token on its way.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from tests.api.test_every_route import PUBLIC
from tests.authorisation.conftest import OWN_LIST, Neighbours
from tests.authorisation.test_foreign_ids import OWNED
from tests.support.calls import body_schema, described, resolved
from tests.support.estate import KINDS
from tests.support.prints import differing, prints
from tests.support.routes import Operation, operations
from tests.support.wire import Wire, serving

OPERATIONS = operations()
SIGNED_IN = [operation for operation in OPERATIONS if operation.name not in PUBLIC]
WITH_ID = [operation for operation in OPERATIONS if operation.path_ids]
NO_ADDRESS = frozenset({400, 404, 405})
OTHER_METHODS = ("HEAD", "OPTIONS", "TRACE", "PURGE")
OVERRIDES = {
    "X-HTTP-Method-Override": "DELETE",
    "X-HTTP-Method": "DELETE",
    "X-Method-Override": "DELETE",
    "X-Original-URL": "/api/v1/health",
    "X-Rewrite-URL": "/api/v1/health",
    "X-Original-Method": "DELETE",
}


@pytest.fixture
async def wire(app: FastAPI) -> AsyncIterator[Wire]:
    async with serving(app) as port:
        wire = Wire(port)
        yield wire
        await wire.hang_up()


def odd_spellings(address: str) -> Iterator[str]:
    """Yield what other servers take for `address`, and we do not."""
    parent, _, last = address.rpartition("/")
    yield f"{address}/"
    yield f"{address}//"
    yield f"/{address}"
    yield f"{parent}//{last}"
    yield address.replace("/api/", "/api//", 1)
    yield f"{parent}/./{last}"
    yield f"{address}/."
    yield f"/api/v1/health/..{address.removeprefix('/api/v1')}"
    yield f"/api/v1/health/%2e%2e{address.removeprefix('/api/v1')}"
    yield f"/api/v1/health/%2E%2E%2F{address.removeprefix('/api/v1/')}"
    yield f"/api/v1/health/%252e%252e{address.removeprefix('/api/v1')}"
    yield f"{parent}%5c{last}"
    yield f"{parent}%252f{last}"
    yield f"{address};jsessionid=1"
    yield f"{address}.json"
    yield from (f"{address}%{byte}" for byte in ("00", "0a", "0d", "20", "09", "2f", "3flimit=1"))
    yield f"{address}%e2%80%8b"
    yield re.sub(r"^/api/v1/[a-z-]+", lambda found: found[0].upper(), address)
    yield re.sub(r"^/api/v1/[a-z]", lambda found: found[0][:-1] + found[0][-1].upper(), address)


def same_spellings(address: str) -> Iterator[str]:
    """Yield other ways to write the same path (RFC 3986 § 2.3, RFC 9112 § 3.2.2)."""
    head, letter, rest = address[: len("/api/v1/")], address[len("/api/v1/")], address[9:]
    yield f"{head}%{ord(letter):02x}{rest}"
    yield f"/%61pi{address.removeprefix('/api')}"
    yield f"http://elsewhere.example{address}"


def any_ids(operation: Operation) -> dict[str, str]:
    return dict.fromkeys(operation.path_ids, "0197c5a0-0000-7000-8000-000000000000")


async def test_s090_an_odd_spelling_is_no_address(neighbours: Neighbours, wire: Wire) -> None:
    """Neither for strangers nor for who is signed in, and where sign-in is not asked for neither."""
    before = await prints(neighbours.database)

    for operation in OPERATIONS:
        body: Any = {} if operation.has_body else None
        for target in odd_spellings(operation.address(any_ids(operation))):
            for headers in ({}, neighbours.stranger.headers):
                answer = await wire.ask(operation.method, target, headers, body)
                if answer.status not in NO_ADDRESS or "location" in answer.headers:
                    neighbours.broken.append(f"{operation.method} {target}: {answer.status}")

    assert not neighbours.broken, "\n".join(neighbours.broken)
    assert not differing(before, await prints(neighbours.database))


async def test_s090_another_way_to_write_a_path_asks_for_the_same_sign_in(
    neighbours: Neighbours, wire: Wire
) -> None:
    for operation in SIGNED_IN:
        for target in same_spellings(operation.address(any_ids(operation))):
            answer = await wire.ask(
                operation.method, target, body={} if operation.has_body else None
            )
            if (answer.status, answer.code) != (401, "not_authenticated"):
                neighbours.broken.append(f"{operation.method} {target}: {answer.status}")

    assert not neighbours.broken, "\n".join(neighbours.broken)


async def test_s090_other_methods_reach_no_handler(neighbours: Neighbours, wire: Wire) -> None:
    """405 with what the address understands, and nothing of the request in the answer (RFC 9110 § 9.3.8)."""
    tried = 0

    for operation in OPERATIONS:
        address = operation.address(any_ids(operation))
        for method in OTHER_METHODS:
            headers = {**neighbours.stranger.headers, "X-Echo": "bounced"}
            answer = await wire.ask(method, address, headers)
            tried += 1
            if answer.status != 405 or operation.method not in answer.headers["allow"].split(", "):
                neighbours.broken.append(f"{method} {address}: {answer.status} {answer.headers}")
            if b"bounced" in answer.body:
                neighbours.broken.append(f"{method} {address} echoes the request")

    assert tried == len(OPERATIONS) * len(OTHER_METHODS)
    assert not neighbours.broken, "\n".join(neighbours.broken)


async def test_s090_no_header_makes_one_method_or_address_another(
    neighbours: Neighbours, wire: Wire
) -> None:
    """What is somebody else's stays forbidden; a `GET` of one's own stays a `GET`."""
    for operation in OWNED:
        ids = {name: neighbours.theirs[KINDS[name]] for name in operation.path_ids}
        if OWN_LIST + "/" in operation.path:
            ids["user_id"] = str(neighbours.stranger.id)
        body = await neighbours.own_body(operation)
        made = await prints(neighbours.database)
        plain, with_override = [
            await wire.ask(
                operation.method,
                operation.address(ids),
                {**neighbours.stranger.headers, **more},
                body,
            )
            for more in ({}, OVERRIDES)
        ]
        if (plain.status, plain.code) != (with_override.status, with_override.code):
            neighbours.broken.append(f"{operation}: {plain.status} {with_override.status}")
        if plain.status != 403 or differing(made, await prints(neighbours.database)):
            neighbours.broken.append(f"{operation}: {plain.status} {plain.code}, or an effect")

    assert not neighbours.broken, "\n".join(neighbours.broken)


async def test_s090_a_method_in_the_query_is_an_unknown_parameter(
    neighbours: Neighbours, wire: Wire
) -> None:
    for operation in SIGNED_IN:
        ids = await neighbours.own_ids(operation)
        body = await neighbours.own_body(operation)
        before = await prints(neighbours.database)
        for query in ("_method=DELETE", "_method=GET", "X-HTTP-Method-Override=DELETE"):
            target = f"{operation.address(ids)}?{query}"
            answer = await wire.ask(operation.method, target, neighbours.stranger.headers, body)
            if answer.status not in (403, 422):
                neighbours.broken.append(f"{operation} ?{query}: {answer.status}")
        if differing(before, await prints(neighbours.database)):
            neighbours.broken.append(f"{operation} had an effect")

    assert not neighbours.broken, "\n".join(neighbours.broken)


@pytest.mark.parametrize("target", ["*", "/", "//", "/api", "/api/v1", "/api/v1/"])
async def test_s090_what_is_no_address_is_answered(target: str, wire: Wire) -> None:
    answers = [await wire.ask(method, target) for method in ("GET", "OPTIONS", "DELETE")]

    assert all(answer.status < 500 for answer in answers)
    assert not any("location" in answer.headers for answer in answers)


async def test_s091_a_parameter_given_twice_is_refused_everywhere(
    neighbours: Neighbours, wire: Wire
) -> None:
    """Whoever reads the first and whoever reads the last of two must not read different requests."""
    tried = 0

    for operation in SIGNED_IN:
        ids = await neighbours.own_ids(operation)
        for parameter in query_parameters(operation):
            name = parameter["name"]
            target = f"{operation.address(ids)}?{name}=1&{name}=1000000"
            body = await neighbours.own_body(operation)
            answer = await wire.ask(operation.method, target, neighbours.stranger.headers, body)
            tried += 1
            if answer.status != 422 and answer.code != "admin_only":
                neighbours.broken.append(f"{operation} {name}: {answer.status} {answer.code}")

    assert tried >= 100
    assert not neighbours.broken, "\n".join(neighbours.broken)


def query_parameters(operation: Operation) -> list[Mapping[str, Any]]:
    found = map(resolved, described(operation).get("parameters", []))
    return [parameter for parameter in found if parameter["in"] == "query"]


async def test_s091_a_body_cannot_name_another_object_than_its_address(
    neighbours: Neighbours, wire: Wire
) -> None:
    for operation in (one for one in WITH_ID if one.has_body and body_schema(one)):
        ids = {name: neighbours.theirs[KINDS[name]] for name in operation.path_ids}
        for name in (*operation.path_ids, "id", "user_id"):
            own = await neighbours.own_ids(operation)
            body = await neighbours.own_body(operation) | {name: ids.get(name, str(uuid4()))}
            made = await prints(neighbours.database)
            target, headers = operation.address(own), neighbours.stranger.headers
            answer = await wire.ask(operation.method, target, headers, body)
            if answer.status not in (403, 422) or differing(
                made, await prints(neighbours.database)
            ):
                neighbours.broken.append(f"{operation} {name}: {answer.status} {answer.code}")

    assert not neighbours.broken, "\n".join(neighbours.broken)


@pytest.mark.parametrize(
    "name", ["Authorization", "X-API-Key", "Host", "Content-Type", "Idempotency-Key", "If-Match"]
)
async def test_s091_a_header_given_twice_is_refused(
    name: str, neighbours: Neighbours, wire: Wire
) -> None:
    one, other = neighbours.stranger.headers["Authorization"], "second"
    twice = {name: one if name == "Authorization" else "first", name.swapcase(): other}

    answer = await wire.ask("GET", "/api/v1/tasks", neighbours.stranger.headers | twice)

    assert (answer.status, answer.code) == (400, "repeated_header")
