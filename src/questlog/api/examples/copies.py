"""Answers that keep a copy up to date."""

from typing import Any

from questlog.api.examples.planning import EXAMPLES as PLANNED
from questlog.api.examples.things import OCCURRENCE

_none: dict[str, list[Any]] = {
    name: [] for name in ("goals", "projects", "labels", "filters", "items", "occurrences")
}

EXAMPLES: dict[str, Any] = {
    "SyncResponse": {
        "full": False,
        "changes": {**_none, "tasks": PLANNED["TaskPage"]["items"]},
        "tombstones": [{"type": "occurrence", "id": OCCURRENCE}],
        "elsewhere": ["streak"],
        "next": "WzEsNDIsIjAxOWE5YzNlLTdhNDAtNzAwMC04MDAwLTAwMDAwMDAwMDBlZSIsImVuIiwwXQ",
        "has_more": False,
    },
}
