"""A client that keeps a copy by nothing but the answers of syncs, and what the lists show to compare it with."""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Self

from httpx2 import AsyncClient

from tests.support.rows import Person

API = "/api/v1"
LISTS: dict[str, tuple[str, ...]] = {
    "goals": ("/goals",),
    "projects": ("/projects", "/projects?archived=true"),
    "labels": ("/labels",),
    "filters": ("/filters",),
    "tasks": ("/tasks?include_subtasks=true",),
    "reminders": ("/reminders",),
    "items": ("/items",),
    "occurrences": ("/occurrences",),
}

type Answer = dict[str, Any]
type Things = dict[str, dict[str, Answer]]
"""Things by their ids, by the name of their list."""


@dataclass
class Copy:
    """`since` is where it stands."""

    client: AsyncClient
    user: Person
    since: str | None = None
    things: Things = field(default_factory=dict)

    async def ask(self, limit: int | None = None) -> Answer:
        """Ask once, and apply the answer."""
        params: dict[str, Any] = {} if self.since is None else {"since": self.since}
        if limit is not None:
            params["limit"] = limit
        answer = await self.client.get(f"{API}/sync", headers=self.user.headers, params=params)
        assert answer.status_code == 200, answer.text
        told: Answer = answer.json()
        self.apply(told)
        return told

    def apply(self, told: Answer) -> None:
        if told["full"]:
            self.things = {}
        for name, things in told["changes"].items():
            self.things.setdefault(name, {}).update({thing["id"]: thing for thing in things})
        for gone in told["tombstones"]:
            self.things[f"{gone['type']}s"].pop(gone["id"], None)
            if gone["type"] == "task":
                mine = self.things.get("reminders", {})
                for id_ in [id_ for id_, one in mine.items() if one["task_id"] == gone["id"]]:
                    del mine[id_]
        self.since = told["next"]

    async def catch_up(self, limit: int | None = None) -> list[Answer]:
        """Ask until there is nothing more."""
        told = [await self.ask(limit)]
        while told[-1]["has_more"]:
            told.append(await self.ask(limit))
        return told

    def saved(self) -> Self:
        """Return the copy as it is now, as a client has it on its disk."""
        return replace(self, things=deepcopy(self.things))


async def listed(client: AsyncClient, user: Person) -> Things:
    """Return everything the lists show."""
    return {
        name: {
            thing["id"]: thing
            for address in addresses
            for thing in await _whole(client, user, address)
        }
        for name, addresses in LISTS.items()
    }


async def _whole(client: AsyncClient, user: Person, address: str) -> list[Answer]:
    found: list[Answer] = []
    cursor: str | None = None
    while True:
        more = "&" if "?" in address else "?"
        page = f"{API}{address}{more}limit=100" + ("" if cursor is None else f"&cursor={cursor}")
        answer = await client.get(page, headers=user.headers)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found
