"""Answers that keep a copy up to date, and the address of a calendar."""

from typing import Any

from questlog.api.examples.planning import EXAMPLES as PLANNED
from questlog.api.examples.things import CHANGED, MADE, OCCURRENCE

_none: dict[str, list[Any]] = {
    name: []
    for name in ("goals", "projects", "labels", "filters", "reminders", "items", "occurrences")
}

EXAMPLES: dict[str, Any] = {
    "CalendarLinkResponse": {"created_at": MADE, "last_used_at": CHANGED},
    "NewCalendarLinkResponse": {
        "token": "hW0mS1bq4Zx9kY3eV7tN2cR5uP8oJ6aLdFgHiKlMnOp",
        "url": "https://quest.example.org/api/v1/calendar/hW0mS1bq4Zx9kY3eV7tN2cR5uP8oJ6aLdFgHiKlMnOp.ics",
    },
    "get_calendar": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Questlog//Calendar//EN\r\nEND:VCALENDAR\r\n",
    "SyncResponse": {
        "full": False,
        "changes": {**_none, "tasks": PLANNED["TaskPage"]["items"]},
        "tombstones": [{"type": "occurrence", "id": OCCURRENCE}],
        "elsewhere": ["streak"],
        "next": "WzEsNDIsIjAxOWE5YzNlLTdhNDAtNzAwMC04MDAwLTAwMDAwMDAwMDBlZSIsImVuIiwwXQ",
        "has_more": False,
    },
}
