"""What a user can own, one of every kind: for promises about what belongs to somebody.

A new kind is one line in `MAKERS`; a new name for the id of something is one in `KINDS`. A name that is in neither
fails the tests of ownership, so that no address and no field is forgotten.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from questlog.core import clock
from tests.support.make import Make, Person

type Maker = Callable[[Make, Person, str], Awaitable[Any]]

# What parameters and fields that hold an id are called, and what they name.
KINDS: Mapping[str, str] = {
    "account_id": "user",
    "blocked_by": "task",
    "blocker_id": "task",
    "blocks": "task",
    "card_id": "card",
    "conversation_id": "conversation",
    "course_id": "course",
    "delivery_id": "delivery",
    "event_id": "event",
    "filter_id": "filter",
    "goal_id": "goal",
    "identity_id": "identity",
    "import_id": "import",
    "item_id": "item",
    "job_id": "job",
    "key_id": "api key",
    "label_id": "label",
    "lesson_id": "lesson",
    "occurrence_id": "occurrence",
    "parent_goal_id": "goal",
    "parent_task_id": "task",
    "passkey_id": "passkey",
    "project_id": "project",
    "proposal_id": "proposal",
    "question_id": "question",
    "reminder_id": "reminder",
    "session_id": "session",
    "statement_id": "statement",
    "subject_id": "task",
    "task_id": "task",
    "user_id": "user",
    "webhook_id": "webhook",
    "week_id": "week",
}
# What is the same for everybody, so that nobody's is somebody else's.
SHARED = frozenset({"course", "job", "lesson", "question", "week"})
# In an order, the address says what is ordered; in a batch, commands are about tasks.
ORDERED = frozenset({"id", "before", "after"})
RESOURCES: Mapping[str, str] = {
    "filters": "filter",
    "goals": "goal",
    "projects": "project",
    "tasks": "task",
    "webhooks": "delivery",
}
# Ids a client makes up for what is not there yet.
MADE_UP = frozenset({"temp_id"})


async def _occurrence(make: Make, user: Person, word: str) -> Any:
    return await make.occurrence(user, await make.task(user, title=word))


async def _reminder(make: Make, user: Person, word: str) -> Any:
    return await make.reminder(user, await make.task(user, title=word))


async def _session(make: Make, user: Person, _word: str) -> Any:
    return await make.session(user.id)


async def _event(make: Make, user: Person, _word: str) -> Any:
    return await make.event(user)


async def _import(make: Make, user: Person, word: str) -> Any:
    return await make.imported(user, name=f"{word}.csv")


async def _week(make: Make, _user: Person, word: str) -> Any:
    week = await make.week(title=word)
    await make.lesson(week)
    return week


MAKERS: Mapping[str, Maker] = {
    "api key": lambda make, user, word: make.api_key(user, name=word),
    "card": lambda make, user, _word: make.card(user),
    "conversation": lambda make, user, word: make.conversation(user, title=word),
    "course": lambda make, _user, word: make.course(title=word),
    "delivery": lambda make, user, _word: make.delivery(user),
    "event": _event,
    "filter": lambda make, user, word: make.kept_filter(user, name=word),
    "goal": lambda make, user, word: make.goal(user, title=word),
    "identity": lambda make, user, word: make.identity(user, subject=word),
    "import": _import,
    "item": lambda make, user, word: make.item(user, title=word),
    "job": lambda make, _user, word: make.job(word),
    "label": lambda make, user, word: make.label(user, name=word),
    "lesson": lambda make, _user, word: make.lesson(title=word),
    "occurrence": _occurrence,
    "passkey": lambda make, user, word: make.passkey(user, name=word),
    "project": lambda make, user, word: make.project(user, title=word),
    "proposal": lambda make, user, word: make.proposal(user, word),
    "question": lambda make, _user, word: make.question(stem=word),
    "reminder": _reminder,
    "session": _session,
    "statement": lambda make, user, word: make.statement(user, words=word),
    "task": lambda make, user, word: make.task(user, title=word),
    "webhook": lambda make, user, word: make.webhook(user, description=word),
    "week": _week,
}


def is_shared(name: str, path: str) -> bool:
    """Tell whether what the parameter or field names is the same for everybody."""
    return kind_of(name, path) in SHARED


def kind_of(name: str, path: str) -> str:
    """Return what the parameter or field `name` of the operations at `path` names."""
    if name in ORDERED:
        return RESOURCES[path.removeprefix("/api/v1/").partition("/")[0]]
    return KINDS[name]


class Estate:
    """What one user owns, made when asked for; each thing with a name has `word` in it."""

    def __init__(self, make: Make, owner: Person, word: str = "thing") -> None:
        self.owner = owner
        self.word = word
        self._make = make
        self._count = 0

    async def one(self, kind: str) -> str:
        """Return the id of a new thing of this kind; of the user, if that is the kind."""
        if kind == "user":
            return str(self.owner.id)
        self._count += 1
        made = await MAKERS[kind](self._make, self.owner, f"{self.word}{self._count}")
        return str(made.id)

    async def series(self) -> str:
        """Return the id of a new task that repeats."""
        day = clock.today(self.owner.timezone)
        task = await self._make.task(
            self.owner, title=self.word, rule="FREQ=DAILY", due_on=day, rhythm_from=day
        )
        return str(task.id)

    async def one_of_each(self) -> dict[str, str]:
        return {kind: await self.one(kind) for kind in [*MAKERS, "user"]}
