"""Fields that only the house sets, written into every body there is."""

from collections.abc import Mapping
from typing import Any

import pytest

from questlog.api import deps
from tests.authorisation.conftest import Neighbours
from tests.support.calls import body_schema
from tests.support.prints import differing, prints
from tests.support.routes import Operation, calls_of, operations

MOMENT = "2026-01-01T00:00:00Z"
ID = "019a9c3e-7a40-7000-8000-0000000000ff"
PROTECTED: Mapping[str, Any] = {
    "id": ID,
    "user_id": ID,
    "account_id": ID,
    "role": "admin",
    "is_superuser": True,
    "is_admin": True,
    "is_active": True,
    "email_verified": True,
    "email_verified_at": MOMENT,
    "password_hash": "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAA",
    "digest": "0" * 64,
    "scopes": ["admin"],
    "version": 99,
    "depth": 1,
    "completed_at": MOMENT,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "deleted_at": None,
    "deactivated_at": None,
    "revoked_at": None,
    "xp": 1_000_000,
    "level": 99,
    "gold": 1_000_000,
    "hearts": 5,
    "streak": 365,
    "boss_hp": 0,
    "score": 100,
    "__proto__": {"role": "admin"},
    "constructor": {"prototype": {"role": "admin"}},
}
WRITING = [operation for operation in operations() if body_schema(operation)]


async def test_s086_no_body_sets_what_only_the_house_sets(neighbours: Neighbours) -> None:
    tried = 0

    for operation in WRITING:
        ids, body = await neighbours.own_ids(operation), await neighbours.own_body(operation)
        before = await prints(neighbours.database)
        for name, value in PROTECTED.items():
            if name not in allowed(operation):
                answer = await neighbours.ask(operation, ids, {**body, name: value})
                tried += 1
                if not refuses(operation, answer.status_code, answer.json(), name):
                    neighbours.broken.append(f"{operation} {name}: {answer.text}")
        changed = differing(before, await prints(neighbours.database))
        if changed:
            neighbours.broken.append(f"{operation} changed {', '.join(changed)}")

    assert not neighbours.broken, "\n".join(neighbours.broken)
    assert tried >= 20 * len(WRITING)


def allowed(operation: Operation) -> set[str]:
    schema = body_schema(operation)
    return set(schema["properties"]) if schema else set()


def refuses(operation: Operation, status: int, said: dict[str, Any], name: str) -> bool:
    """Whether the field itself was refused; who is no administrator is refused before."""
    if said["code"] == "admin_only":
        return deps.admin_id in calls_of(operation.dependant)
    return status == 422 and f"/body/{name}" in [error["pointer"] for error in said["errors"]]


@pytest.mark.parametrize("operation", WRITING, ids=lambda operation: operation.name)
def test_s086_every_body_is_closed_in_the_document(operation: Operation) -> None:
    schema = body_schema(operation)

    assert schema is not None
    assert schema["additionalProperties"] is False
