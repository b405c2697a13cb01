"""What somebody elsewhere is told of an event: the same words to a webhook and to a listener, 20 kB at most."""

from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Row

from questlog.automation.events import EVENTS

LONGEST = 20_000
COLUMNS: tuple[Any, ...] = tuple(
    EVENTS.c[name]
    for name in (
        "id",
        "seq",
        "type",
        "actor",
        "subject_type",
        "subject_id",
        "payload",
        "touched",
        "created_at",
    )
)
"""What a row needs to have for `message`."""


def message(row: Row[Any]) -> dict[str, Any]:
    """Return an event for the wire: nothing but JSON's own types.

    Something very large (a batch of hundreds) leaves out what it touched, and if that is not enough its facts, and says
    so: `truncated`. Whoever needs them asks for the objects.
    """
    told: dict[str, Any] = {
        "id": str(row.id),
        "type": row.type,
        "seq": row.seq,
        "created_at": instant(row.created_at),
        "actor": row.actor,
        "subject": {
            "type": row.subject_type,
            "id": None if row.subject_id is None else str(row.subject_id),
        },
        "data": row.payload,
        "touched": row.touched,
        "truncated": False,
    }
    if _is_too_long(told):
        told |= {"touched": [], "truncated": True}
    if _is_too_long(told):
        told["data"] = {}
    return told


def webhook_body(row: Row[Any]) -> str:
    """Return the body of an event's delivery: Standard Webhooks wants `type`, `timestamp` and `data` at the top."""
    told = message(row)
    return body(told.pop("type"), told["created_at"], told.pop("data"), told)


def body(type_: str, timestamp: str, data: dict[str, Any], more: dict[str, Any]) -> str:
    return to_json({"type": type_, "timestamp": timestamp, "data": data, **more}).decode()


def instant(moment: datetime) -> str:
    """Write a moment the way every answer of the API does."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _is_too_long(told: dict[str, Any]) -> bool:
    """Measure the longest form there is: a webhook's body says the moment twice."""
    return len(to_json({**told, "timestamp": told["created_at"]})) > LONGEST
