"""Every operation asked by who may ask it: what comes back is what the document names, and no secret (S-087)."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema_rs
from httpx2 import AsyncClient, Response

from questlog.core.db import Database
from tests.authorisation.conftest import PASSWORD, Neighbours
from tests.support import school
from tests.support.calls import described, document
from tests.support.estate import Estate
from tests.support.make import Make
from tests.support.routes import Operation, operations

# What a key has to be called to be looked at twice.
SECRET = re.compile(
    r"passw|secret|token|digest|hash|cipher|sealed|nonce|verifier|salt|private|internal|credential|(^|_)(key|code)s?$"
)
# Called so, and nothing to hide.
HARMLESS = frozenset(
    {"code", "token_type", "tokens", "daily_digest", "digest_at", "previous_secret_until"}
)
TOKENS = frozenset({"access_token", "refresh_token"})
# What is given out, once, to whom it is for.
GIVEN: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("log_in", "register_user", "sign_up"), TOKENS),
    "begin_totp": frozenset({"secret"}),
    "create_api_key": frozenset({"key"}),
    "create_calendar_link": frozenset({"token"}),
    "create_webhook": frozenset({"secret"}),
    "forgot_password": frozenset({"dev_token"}),
    "rotate_webhook_secret": frozenset({"secret"}),
    "send_code": frozenset({"dev_code"}),
}
# Whose example names what nobody has: the tests of the doors look at what they answer to those who do.
REFUSED: Mapping[str, int] = {
    "ask_for_passkey": 401,
    "begin_provider_login": 302,
    "buy_item": 409,
    "confirm_totp": 404,
    "delete_enrolment": 404,
    "delete_question": 404,
    "delete_reminder": 404,
    "delete_retrospective": 404,
    "end_mailing": 404,
    "exchange_code": 401,
    "finish_provider_login": 400,
    "get_calendar": 404,
    "get_calendar_link": 404,
    "get_retrospective_of_week": 404,
    "get_delivery": 404,
    "get_question": 404,
    "get_reminder": 404,
    "leave_challenge": 409,
    "link_identity_by_token": 422,
    "log_out": 401,
    "put_reminder": 404,
    "refresh_tokens": 401,
    "register_passkey": 401,
    "redeliver_message": 404,
    "remove_totp": 404,
    "replace_recovery_codes": 409,
    "reset_password": 404,
    "show_second_factor": 401,
    "show_unsubscribe": 404,
    "sign_in_with_passkey": 401,
    "submit_quiz": 409,
    "undo_event": 409,
    "update_question": 404,
    "update_reminder": 404,
    "update_retrospective": 404,
    "verify_code": 401,
}
BODIES: Mapping[str, Any] = {
    "complete_task": {},
    "import_course_file": {"file": json.dumps(school.course()), "name": "towns.json"},
    "log_in": {"email": "own@example.org", "password": PASSWORD},
    "patch_complete_task": {},
    "register_user": {"email": "new@example.org", "password": PASSWORD},
    "review_card": {"rating": "good"},
    "sign_up": {"email": "newer@example.org", "password": PASSWORD},
}
QUERIES: Mapping[str, Mapping[str, str]] = {
    "search_tasks_and_items": {"q": "own"},
    "stream_events": {"since": "0", "seconds": "0"},
}


async def test_s087_answers_hold_what_the_document_names_and_no_secret(
    client: AsyncClient, make: Make, database: Database
) -> None:
    await make.user(email="own@example.org", password=PASSWORD)
    broken: list[str] = []

    for operation in operations():
        user = await make.user(role="admin", password=PASSWORD)
        own = Estate(make, user, "own")
        answer = await asked(Neighbours(client, database, user, {}, user, own), operation)
        broken += [
            f"{operation} ({operation.name}): {fault}" for fault in faults(operation, answer)
        ]

    assert not broken, "\n".join(broken)


async def asked(own: Neighbours, operation: Operation) -> Response:
    ids = await own.own_ids(operation)
    if operation.name == "skip_task":
        ids = {"task_id": await own.own.series()}
    body = BODIES[operation.name] if operation.name in BODIES else await own.own_body(operation)
    query = dict(QUERIES.get(operation.name, {}))
    if operation.name == "preview_reward":
        query["task_id"] = await own.own.one("task")
    return await own.ask(operation, ids, body, **query)


def faults(operation: Operation, answer: Response) -> Iterator[str]:
    expected = REFUSED.get(operation.name)
    if not (answer.is_success if expected is None else answer.status_code == expected):
        yield f"{answer.status_code} {answer.text}: give its example, a body or what it needs"
    if not answer.content or "json" not in answer.headers.get("content-type", ""):
        return
    found = answer.json()
    keys = secrets_in(found) - HARMLESS - GIVEN.get(operation.name, frozenset())
    if keys:
        yield f"shows {sorted(keys)}"
    yield from undocumented(operation, answer.status_code, found)


def secrets_in(found: Any) -> set[str]:
    """Return the keys, however deep, that are called like something secret and are not empty."""
    if isinstance(found, list):
        return set().union(*map(secrets_in, found))
    if not isinstance(found, dict):
        return set()
    own = {key for key, value in found.items() if SECRET.search(key) and value not in (None, [])}
    return own.union(*map(secrets_in, found.values()))


def undocumented(operation: Operation, status: int, found: Any) -> Iterator[str]:
    """Yield where an answer has fields that its schema does not name."""
    answers = described(operation)["responses"]
    reference = answers[str(status)]
    content = closed()["components"]["responses"].get(
        reference.get("$ref", "").split("/")[-1], reference
    )
    schema = next(iter(content["content"].values()))["schema"]
    validator = jsonschema_rs.validator_for(schema | {"components": closed()["components"]})
    yield from (
        f"{error.message} at {error.instance_path}" for error in validator.iter_errors(found)
    )


@cache
def closed() -> dict[str, Any]:
    """Return the document with every object of answers closed to fields it does not name."""
    strict = deepcopy(document())
    for schema in strict["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return strict
