"""What an API key may be allowed to do. Which doors each scope opens is `api/scopes.py`'s to say."""

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    """A kind of thing, to read it or to write it. None contains another.

    `agent:act` opens nothing by itself: it is its owner's standing yes to what an agent with this key changes at `/mcp`,
    where other keys only propose. What deletes is proposed all the same.
    """

    ACCOUNT_READ = "account:read"
    ADMIN_READ = "admin:read"
    AGENT_ACT = "agent:act"
    EVENTS_READ = "events:read"
    EVENTS_WRITE = "events:write"
    EXPORT_READ = "export:read"
    FILTERS_READ = "filters:read"
    FILTERS_WRITE = "filters:write"
    GAME_READ = "game:read"
    GAME_WRITE = "game:write"
    GOALS_READ = "goals:read"
    GOALS_WRITE = "goals:write"
    IMPORTS_READ = "imports:read"
    IMPORTS_WRITE = "imports:write"
    ITEMS_READ = "items:read"
    ITEMS_WRITE = "items:write"
    LABELS_READ = "labels:read"
    LABELS_WRITE = "labels:write"
    LEARNING_READ = "learning:read"
    LEARNING_WRITE = "learning:write"
    OCCURRENCES_READ = "occurrences:read"
    OCCURRENCES_WRITE = "occurrences:write"
    PROJECTS_READ = "projects:read"
    PROJECTS_WRITE = "projects:write"
    STATS_READ = "stats:read"
    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"


FOR_ADMINS = frozenset({Scope.ADMIN_READ})


def known(names: Iterable[str]) -> frozenset[str]:
    """Return the scopes among `names`: one that a later version took away opens nothing."""
    return frozenset(names) & frozenset(Scope)
