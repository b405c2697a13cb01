"""Every place where an operation takes an id, with the id of what is somebody else's."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from questlog.api import deps
from tests.authorisation.conftest import OWN_LIST, Neighbours
from tests.support.calls import Place, places_in_bodies, places_in_queries
from tests.support.estate import KINDS, MAKERS, ORDERED, is_shared, kind_of
from tests.support.routes import Operation, calls_of, operations

WITH_ID = [operation for operation in operations() if operation.path_ids]
# What belongs to somebody; a course, a week or a lesson is there for everybody.
OWNED = [
    operation
    for operation in WITH_ID
    if deps.admin_id in calls_of(operation.dependant)
    or not all(is_shared(name, operation.path) for name in operation.path_ids)
]
WITH_TWO = [operation for operation in WITH_ID if len(operation.path_ids) > 1]
# Says where a list goes on: it is compared with the caller's own rows, and names nothing.
A_CURSOR = ("redeliver_range", "after")
IN_QUERIES = list(places_in_queries())
IN_BODIES = [p for p in places_in_bodies() if (p.operation.name, p.name) != A_CURSOR]


def told(answer: Response, id_: str = "") -> dict[str, Any]:
    """Return what a refusal says, but for the number of its request and the id it is about."""
    said = {key: value for key, value in answer.json().items() if key != "request_id"}
    return said if not id_ else {**said, "details": str(said["details"]).replace(id_, "…")}


def named(operation: Operation) -> str:
    return operation.name


@pytest.mark.parametrize("operation", WITH_ID, ids=named)
def test_every_id_in_a_path_is_known(operation: Operation) -> None:
    assert set(operation.path_ids) <= KINDS.keys(), "say in tests/support/estate.py what it names"


def test_every_id_in_a_query_or_body_is_known() -> None:
    unknown = [str(p) for p in (*IN_QUERIES, *IN_BODIES) if p.name not in KINDS.keys() | ORDERED]

    assert not unknown, "say in tests/support/estate.py what these name"
    assert len(IN_QUERIES) >= 14
    assert len(IN_BODIES) >= 60
    assert set(KINDS.values()) <= MAKERS.keys() | {"user"}


async def test_s078_s083_s084_what_is_somebody_elses_is_forbidden(neighbours: Neighbours) -> None:
    for operation in OWNED:
        ids = {name: neighbours.theirs[KINDS[name]] for name in operation.path_ids}
        if OWN_LIST + "/" in operation.path:
            ids["user_id"] = str(neighbours.stranger.id)
        body = await neighbours.own_body(operation)
        answer = await neighbours.ask_in_vain(operation, ids, body)
        if answer.status_code != 403 or not is_constant(answer.json()):
            neighbours.broken.append(f"{operation}: {answer.status_code} {answer.text}")

    assert not neighbours.broken, "\n".join(neighbours.broken)


def is_constant(said: dict[str, Any]) -> bool:
    """Whether a refusal tells nothing of what it refuses."""
    code = str(said["code"])
    whose = code.startswith("not_your") or code == "admin_only"
    return whose and not said["details"] and not said["errors"]


async def test_s078_the_calls_are_right_but_for_the_owner(neighbours: Neighbours) -> None:
    """What exists for nobody is not found: so it was the owner, and not the body, that was refused above."""
    for operation in WITH_ID:
        if operation.path.endswith(OWN_LIST):
            continue  # one's own list always exists
        ids = {name: str(uuid4()) for name in operation.path_ids}
        if OWN_LIST in operation.path:
            ids["user_id"] = str(neighbours.stranger.id)
        answer = await neighbours.ask_in_vain(operation, ids, await neighbours.own_body(operation))
        if answer.status_code != expected_of_nothing(operation):
            neighbours.broken.append(f"{operation}: {answer.status_code} {answer.text}")

    assert not neighbours.broken, "\n".join(neighbours.broken)


def expected_of_nothing(operation: Operation) -> int:
    return 403 if deps.admin_id in calls_of(operation.dependant) else 404


async def test_s079_one_id_of_ones_own_does_not_open_another(neighbours: Neighbours) -> None:
    for operation in WITH_TWO:
        for foreign in operation.path_ids:
            ids = await neighbours.own_ids(operation)
            ids[foreign] = neighbours.theirs[KINDS[foreign]]
            answer = await neighbours.ask_in_vain(
                operation, ids, await neighbours.own_body(operation)
            )
            if answer.status_code not in (403, 404):
                neighbours.broken.append(f"{operation} {foreign}: {answer.status_code}")

    assert WITH_TWO
    assert not neighbours.broken, "\n".join(neighbours.broken)


async def test_s080_s081_an_id_in_a_body_reads_as_if_it_were_nobodys(
    neighbours: Neighbours,
) -> None:
    for place in IN_BODIES:
        operation = place.operation
        if is_shared(place.name, operation.path):
            continue
        ids = await neighbours.own_ids(operation)
        answers = []
        for id_ in ids_to_try(neighbours, place):
            body = await neighbours.body_at(place, id_)
            answer = await neighbours.ask_in_vain(operation, ids, body)
            answers.append((answer.status_code, told(answer, id_)))
        refused = [status == 422 and code_of(said) == "not_found" for status, said in answers]
        if not all(refused) or answers[0] != answers[1]:
            neighbours.broken.append(f"{place} {place.body}: {answers}")

    assert not neighbours.broken, "\n".join(neighbours.broken)


async def test_s080_the_same_bodies_are_taken_with_things_of_ones_own(
    neighbours: Neighbours,
) -> None:
    for place in IN_BODIES:
        operation = place.operation
        mine = await neighbours.own.one(kind_of(place.name, operation.path))
        body = await neighbours.body_at(place, mine)
        answer = await neighbours.ask(operation, await neighbours.own_ids(operation), body)
        if answer.status_code not in (200, 201) and code_of(answer.json()) == "not_found":
            neighbours.broken.append(f"{place}: {answer.status_code} {answer.text}")

    assert not neighbours.broken, "\n".join(neighbours.broken)


async def test_s082_an_id_in_a_query_reads_as_if_it_were_nobodys(neighbours: Neighbours) -> None:
    for place in IN_QUERIES:
        if is_shared(place.name, place.operation.path):
            continue
        ids = await neighbours.own_ids(place.operation)
        answers = []
        for id_ in ids_to_try(neighbours, place):
            answer = await neighbours.ask_in_vain(place.operation, ids, **{place.name: id_})
            said = answer.json() if answer.status_code == 200 else told(answer, id_)
            answers.append((answer.status_code, said))
        if answers[0] != answers[1] or not is_empty_or_refused(*answers[0]):
            neighbours.broken.append(f"{place}: {answers}")

    assert not neighbours.broken, "\n".join(neighbours.broken)


def ids_to_try(neighbours: Neighbours, place: Place) -> Iterator[str]:
    """Yield the id of what is somebody else's, and one that nothing has."""
    yield neighbours.theirs[kind_of(place.name, place.operation.path)]
    yield str(uuid4())


def code_of(said: dict[str, Any]) -> str:
    return str(said["errors"][0]["code"] if said.get("errors") else said.get("code"))


def is_empty_or_refused(status: int, said: dict[str, Any]) -> bool:
    return said["items"] == [] if status == 200 else status == 422 or said["code"] == "admin_only"
