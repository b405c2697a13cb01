"""The guards of copies: those that syncs keep, and calendars."""

from tests.prove.guard import Guard

COPIES = (
    Guard(
        "the log leaves out addresses that open something",
        "api/gate/edge.py",
        'return SECRET_PART.sub(r"\\1…", path)',
        "return path",
        'tests/api/test_calendar.py -k "can_be_had_alone and sqlite"',
    ),
    Guard(
        "a closed account has no calendar",
        "identity/calendar_links.py",
        "            User.deactivated_at.is_(None),\n",
        "",
        'tests/api/test_calendar_links.py -k "closed_account and sqlite"',
    ),
    Guard(
        "a calendar ends short months as the task does",
        "planning/calendar_rules.py",
        "or anchor.day <= SHORTEST_MONTH",
        "or anchor.day <= 31",
        "tests/planning/test_calendar_rules.py -k short_months",
    ),
    Guard(
        "a sync tells what is its owner's",
        "planning/synced_kinds.py",
        "where(self.table.c.user_id == user_id, *self.alive)",
        "where(*self.alive)",
        'tests/api/test_sync_tokens.py -k "somebody_else and sqlite"',
    ),
    Guard(
        "a copy of another past begins anew",
        "flows/sync.py",
        "return told[0].event_id == place.event_id",
        "return True",
        'tests/api/test_sync_tokens.py -k "another_past and sqlite"',
    ),
    Guard(
        "what was taken back is told as gone",
        "planning/reopenings.py",
        "touched = [*opened, occurrences.touched(last.id)]",
        "touched = opened",
        'tests/api/test_sync.py -k "come_and_go and sqlite"',
    ),
)
