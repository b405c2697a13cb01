"""Answers about webhooks."""

from typing import Any

from questlog.api.examples.things import CHANGED, EVENT, MADE, STAMPS, USER, page_of

WEBHOOK = "019a9c3e-7a40-7000-8000-000000000011"
DELIVERY = "019a9c3e-7a40-7000-8000-000000000012"

_webhook = {
    "id": WEBHOOK,
    "url": "https://example.org/hooks/questlog",
    "events": ["goal.*", "task.completed"],
    "description": "Lights in the hall",
    "active": True,
    "disabled_reason": None,
    "disabled_at": None,
    "failing_since": None,
    "previous_secret_until": None,
    "version": 1,
    **STAMPS,
}
_delivery = {
    "id": DELIVERY,
    "webhook_id": WEBHOOK,
    "event_id": EVENT,
    "event_type": "task.completed",
    "state": "waiting",
    "attempts": 1,
    "due_at": CHANGED,
    "last_status": 503,
    "last_failure": "bad_status",
    "created_at": MADE,
    "done_at": None,
}
_attempt = {
    "number": 1,
    "started_at": MADE,
    "duration_ms": 87,
    "status": 503,
    "failure": "bad_status",
    "answer": "Back in a minute",
}
_type = {
    "type": "label.created",
    "description": "A label was made.",
    "data_schema": {
        "type": "object",
        "properties": {"name": {"type": "string", "description": "Its name as it was then."}},
        "required": ["name"],
    },
}
_job = {
    "id": "019a9c3e-7a40-7000-8000-000000000013",
    "name": "roll_over",
    "slot": "2026-11-24T08:00:00Z",
    "state": "dead",
    "running": False,
    "attempts": 5,
    "most_attempts": 5,
    "due_at": MADE,
    "last_error": "OperationalError",
    "created_at": MADE,
    "done_at": CHANGED,
}
_process = {
    "id": "019a9c3e-7a40-7000-8000-000000000014",
    "kind": "worker",
    "started_at": MADE,
    "seen_at": CHANGED,
}
_account_delivery = {**_delivery, "account_id": USER, "host": "example.org"}

EXAMPLES: dict[str, Any] = {
    "WebhookResponse": _webhook,
    "WebhookSecretResponse": {**_webhook, "secret": "whsec_shown-this-once"},
    "WebhookPage": page_of(_webhook),
    "DeliveryResponse": _delivery,
    "DeliveryPage": page_of(_delivery),
    "DeliveryDetails": {
        **_delivery,
        "body": '{"type":"task.completed","timestamp":"2026-11-24T08:15:00Z","data":{"title":"Water the plants"}}',
        "log": [_attempt],
    },
    "RedeliverResponse": {"count": 12, "has_more": False, "next_after": None},
    "AccountDeliveryPage": page_of(_account_delivery),
    "JobResponse": _job,
    "JobPage": page_of(_job),
    "ProcessList": {"items": [_process]},
    "EventTypePage": page_of(_type),
}
