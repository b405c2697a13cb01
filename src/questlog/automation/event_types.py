"""The catalogue of events: every type that is recorded, what it means, and the schema of what it says.

What is recorded has to be here; tests hold each event they cause against it.
"""

from collections.abc import Mapping
from typing import Any

from questlog.automation import (
    event_types_of_accounts,
    event_types_of_coach,
    event_types_of_learning,
    event_types_of_planning,
)
from questlog.automation.event_facts import ID, TEXT, EventType, of, told

TEST = told(
    "webhook.test",
    "Somebody asked for a test. It tells of no event, and goes to one webhook whatever its patterns.",
    webhook_id=of(ID, "The webhook."),
    message=of(TEXT, "A sentence."),
)
ALL: Mapping[str, EventType] = {
    each.type: each
    for each in (
        *event_types_of_planning.TYPES,
        *event_types_of_learning.TYPES,
        *event_types_of_accounts.TYPES,
        *event_types_of_coach.TYPES,
    )
}


def shown() -> list[dict[str, Any]]:
    """Return the catalogue as it is published, with the message of a test at the end."""
    return [
        {"type": each.type, "description": each.description, "data_schema": each.data_schema}
        for each in (*ALL.values(), TEST)
    ]
