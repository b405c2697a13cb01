"""What answers show: nothing of somebody else's, no secret, and nothing the document does not name."""

import re
from collections.abc import Iterator

from httpx2 import AsyncClient

from questlog.api import deps
from tests.authorisation.conftest import WORD
from tests.support.calls import described, resolved
from tests.support.estate import Estate
from tests.support.make import Make
from tests.support.routes import Operation, calls_of, operations

EXPORT = "/api/v1/users/me/export"
# What is read without naming a thing, by anybody who has signed in.
READINGS = [
    operation
    for operation in operations()
    if operation.method == "GET"
    and not operation.path_ids
    and operation.name != "list_courses"  # there for everybody
    and operation.path != EXPORT  # noted in the audit log, which then differs
    and deps.principal in calls_of(operation.dependant)
    and deps.admin_id not in calls_of(operation.dependant)
]
# Moves on with each request, whoever else is there.
MOVING = re.compile(r'"(exported_at|last_used_at|generated_at|request_id)": ?"[^"]*"')
WORDS = (WORD, f"{WORD}1", f'"{WORD}"', f"search: {WORD}", f"#{WORD}", f"@{WORD}", f"task.{WORD}")


def texts(operation: Operation) -> list[str]:
    """Return the parameters of a query in which words can be written."""
    found = []
    for parameter in map(resolved, described(operation).get("parameters", [])):
        kinds = [parameter["schema"], *parameter["schema"].get("anyOf", ())]
        free = any(
            kind.get("type") == "string" and not kind.keys() & {"format", "enum"} for kind in kinds
        )
        if parameter["in"] == "query" and free:
            found.append(parameter["name"])
    return found


def queries(operation: Operation) -> Iterator[dict[str, str]]:
    if operation.path.endswith("/events/stream"):
        yield {"since": "0", "seconds": "0"}  # without an end it would have none
        return
    yield {}
    if "include_total" in str(described(operation).get("parameters")):
        yield {"include_total": "true"}
    for name in texts(operation):
        yield from ({name: words} for words in WORDS)


async def test_s082_nothing_shows_or_counts_what_is_somebody_elses(
    client: AsyncClient, make: Make
) -> None:
    reader = await make.user()
    await Estate(make, reader, "own").one_of_each()
    await read_everything(
        client, reader.headers
    )  # some things are made when they are first asked for
    alone = await read_everything(client, reader.headers)
    owner = await make.user(email=f"{WORD}@example.org", name=WORD, profile_text=WORD)
    theirs = await Estate(make, owner, WORD).one_of_each()
    await make.project(owner, title=WORD)
    await make.label(owner, name=WORD)

    together = await read_everything(client, reader.headers)

    together["export"] = (await client.get(EXPORT, headers=reader.headers)).text
    changed = [call for call, said in alone.items() if together[call] != said]
    shown = [call for call, said in together.items() if shows(said, theirs)]
    assert not changed
    assert not shown
    assert len(READINGS) > 20


async def read_everything(client: AsyncClient, headers: dict[str, str]) -> dict[str, str]:
    answers = {}
    for operation in READINGS:
        for query in queries(operation):
            answer = await client.request("GET", operation.path, headers=headers, params=query)
            assert answer.status_code in (200, 400, 404, 422), f"{operation} {query} {answer.text}"
            answers[f"{operation} {query}"] = MOVING.sub("", answer.text)
    return answers


def shows(said: str, theirs: dict[str, str]) -> bool:
    """Whether an answer has an id of somebody else's, or their address."""
    return any(id_ in said for id_ in theirs.values()) or f"{WORD}@example.org" in said
