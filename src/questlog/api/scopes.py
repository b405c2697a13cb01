"""What a key needs at which door: decided by method and address template together (S-074).

A door is open to keys when the first word of its address is a kind of thing they can be given, and what it needs is
that kind, to read for GET and to write for everything else. Doors that need another scope, or more than one, are named
here. All others hand out access, or belong to a person: no key opens them (S-075).
"""

from collections.abc import Iterable
from functools import cache

from questlog.api.aliases import API
from questlog.core.exceptions import AuthorizationError
from questlog.identity.principals import Principal
from questlog.identity.scopes import Scope

KINDS = frozenset(
    {
        "events",
        "filters",
        "game",
        "goals",
        "imports",
        "items",
        "labels",
        "learning",
        "occurrences",
        "projects",
        "stats",
        "tasks",
        "webhooks",
    }
)
TASKS_OF_A_USER = "/users/{user_id}/tasks"
SAFE = ("GET", "HEAD")
# Kinds that are called otherwise than the first word of their addresses.
CALLED = {
    "courses": "learning",
    "lessons": "learning",
    "progress": "learning",
    "quizzes": "learning",
    "reminders": "tasks",
    "reflections": "learning",
    "reviews": "learning",
    "rpg": "game",
    "weeks": "learning",
}
# What administrators change of what is there for everybody.
FOR_PEOPLE = frozenset(
    {
        ("POST", "/courses/import"),
        ("POST", "/lessons/{lesson_id}/questions/import"),
        ("POST", "/quizzes/{lesson_id}/questions"),
        ("PATCH", "/quizzes/{lesson_id}/questions/{question_id}"),
        ("DELETE", "/quizzes/{lesson_id}/questions/{question_id}"),
    }
)
NAMED: dict[tuple[str, str], frozenset[Scope]] = {
    # Any key: it reads what agents from outside proposed with the tools it may call itself.
    ("GET", "/ai/proposals"): frozenset(),
    ("GET", "/ai/proposals/{proposal_id}"): frozenset(),
    ("GET", "/auth/me"): frozenset({Scope.ACCOUNT_READ}),
    ("GET", "/users/me"): frozenset({Scope.ACCOUNT_READ}),
    ("GET", "/users/me/export"): frozenset({Scope.EXPORT_READ}),
    ("GET", "/users"): frozenset({Scope.ADMIN_READ}),
    ("GET", "/users/{user_id}"): frozenset({Scope.ADMIN_READ}),
    ("GET", "/admin/audit-log"): frozenset({Scope.ADMIN_READ}),
    ("GET", "/admin/deliveries"): frozenset({Scope.ADMIN_READ}),
    ("GET", "/admin/jobs"): frozenset({Scope.ADMIN_READ}),
    ("GET", "/admin/jobs/{job_id}"): frozenset({Scope.ADMIN_READ}),
    ("GET", "/admin/processes"): frozenset({Scope.ADMIN_READ}),
    ("GET", "/admin/users"): frozenset({Scope.ADMIN_READ}),
    ("GET", "/admin/users/{user_id}"): frozenset({Scope.ADMIN_READ}),
    ("GET", "/admin/users/{user_id}/sessions"): frozenset({Scope.ADMIN_READ}),
    ("POST", "/mcp"): frozenset(),  # each tool needs its own
    ("GET", "/quizzes/{lesson_id}/questions"): frozenset({Scope.ADMIN_READ}),
    ("GET", "/quizzes/{lesson_id}/questions/{question_id}"): frozenset({Scope.ADMIN_READ}),
    ("GET", "/search"): frozenset({Scope.TASKS_READ, Scope.ITEMS_READ}),
    ("GET", "/rpg/preview"): frozenset({Scope.GAME_READ, Scope.TASKS_READ}),
    ("GET", "/sync"): frozenset(
        {
            Scope.EVENTS_READ,
            Scope.FILTERS_READ,
            Scope.GOALS_READ,
            Scope.ITEMS_READ,
            Scope.LABELS_READ,
            Scope.OCCURRENCES_READ,
            Scope.PROJECTS_READ,
            Scope.TASKS_READ,
        }
    ),
    ("GET", "/ws/events"): frozenset({Scope.EVENTS_READ}),
    ("GET", "/tasks/{task_id}/occurrences"): frozenset({Scope.OCCURRENCES_READ}),
    ("POST", "/courses/{course_id}/enroll"): frozenset({Scope.LEARNING_WRITE, Scope.TASKS_WRITE}),
    ("DELETE", "/courses/{course_id}/enrolment"): frozenset(
        {Scope.LEARNING_WRITE, Scope.TASKS_WRITE}
    ),
    ("POST", "/items/{item_id}/to-task"): frozenset({Scope.ITEMS_WRITE, Scope.TASKS_WRITE}),
    ("POST", "/quizzes/{lesson_id}/submit"): frozenset({Scope.LEARNING_WRITE, Scope.TASKS_WRITE}),
    ("GET", "/webhooks/{webhook_id}/deliveries/{delivery_id}"): frozenset(
        {Scope.WEBHOOKS_READ, Scope.EVENTS_READ}
    ),
}


class InsufficientScopeError(AuthorizationError):
    """RFC 6750 § 3.1: the scopes that would do are named in the header and in `details`."""

    code = "insufficient_scope"
    default_message = "This API key may not do this: it lacks {scope}."

    def __init__(self, lacking: Iterable[str]) -> None:
        scope = " ".join(sorted(lacking))
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        super().__init__(details={"scope": scope}, headers={"WWW-Authenticate": challenge})


class PersonNeededError(AuthorizationError):
    code = "sign_in_required"
    default_message = "No API key opens this: sign in yourself."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="insufficient_scope"'})


@cache
def needed(method: str, template: str) -> frozenset[Scope] | None:
    """Return what a key needs for an operation, or None where no key will do."""
    address = template.removeprefix(API)
    if (method, address) in FOR_PEOPLE:
        return None
    named = NAMED.get((method, address))
    if named is not None:
        return named
    word = "tasks" if address.startswith(TASKS_OF_A_USER) else address.split("/")[1]
    kind = CALLED.get(word, word)
    if kind not in KINDS:
        return None
    name = f"{kind}:{'read' if method in SAFE else 'write'}"
    return frozenset({Scope(name)}) if name in Scope else None


def check(principal: Principal, method: str, template: str | None) -> None:
    """Raises `InsufficientScopeError`, `PersonNeededError`, for somebody who came with a key."""
    if principal.scopes is None:
        return
    wanted = None if template is None else needed(method, template)
    if wanted is None:
        raise PersonNeededError()
    require(principal, *wanted)


def require(principal: Principal, *wanted: Scope) -> None:
    """Raises `InsufficientScopeError` unless a key has them all; who signed in has everything."""
    lacking = () if principal.scopes is None else set(wanted) - principal.scopes
    if lacking:
        raise InsufficientScopeError(lacking)
