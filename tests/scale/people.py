"""Who uses the installation: each keeps a journal of what was acknowledged, which is the truth at the end (INV-6)."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from httpx2 import AsyncClient, HTTPError, Response

from tests.scale.doors import API, Doors

TASKS = f"{API}/tasks"
KEPT = ("title", "completed", "version")
PASSWORD = "correct-horse-battery-9"
REMINDED_AFTER_S = (3, 20)
MOST_REMINDERS = 5
TOO_LATE = "reminder_past"  # its moment went by while nobody answered
READ_S = 30.0


@dataclass
class Person:
    """`tasks` are as they were last told; None is one that was deleted. `secret` is the one of their webhook."""

    name: str
    doors: Doors
    tasks: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    series: set[str] = field(default_factory=set)
    reminders: set[str] = field(default_factory=set)
    did: Counter[str] = field(default_factory=Counter)
    heard: dict[int, str] = field(default_factory=dict)
    """By `seq`: the id of each event that was told live."""
    webhook_id: str = ""
    secret: str = ""
    user_id: str = ""

    @property
    def path(self) -> str:
        return f"/{self.name}"

    async def move_in(self, receiver: str) -> None:
        """Open an account and give it a webhook that is told of everything."""
        body = {"email": f"{self.name}@example.org", "password": PASSWORD}
        told = (await self._done("POST", f"{API}/auth/register", body)).json()
        self.doors.headers = {"Authorization": f"Bearer {told['access_token']}"}
        self.user_id = (await self.doors.ask("GET", f"{API}/auth/me")).json()["id"]
        hook = {"url": receiver + self.path, "events": ["*"]}
        made = (await self._done("POST", f"{API}/webhooks", hook)).json()
        self.webhook_id, self.secret = made["id"], made["secret"]

    async def live(self, stop: asyncio.Event, pause: float) -> None:
        """Do one thing after another, at random."""
        acts: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (6, self._create),
            (3, self._quick_add),
            (6, self._complete),
            (2, self._reopen),
            (4, self._rename),
            (1, self._delete),
            (1, self._repeat),
            (1, self._remind),
            (4, self._look),
        ]
        weights, verbs = [weight for weight, _ in acts], [verb for _, verb in acts]
        while not stop.is_set():
            (verb,) = self.doors.dice.choices(verbs, weights)
            await verb()
            self.did[verb.__name__.strip("_")] += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause * self.doors.dice.uniform(0.2, 1.8))

    async def listen(self, stop: asyncio.Event) -> None:
        """Follow the event stream, on another server whenever one is gone, from where it ended."""
        leaving = asyncio.create_task(stop.wait())
        while not stop.is_set():
            following = asyncio.create_task(self._follow())
            await asyncio.wait({following, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                following.cancel()
            with suppress(asyncio.CancelledError, HTTPError):
                await following
            await asyncio.sleep(0.2)
        leaving.cancel()

    async def catch_up(self) -> None:
        """Hear what is there and no more."""
        await self._follow(seconds=0)

    async def _follow(self, **more: int) -> None:
        url = self.doors.dice.choice(self.doors.urls)
        params = {"since": max(self.heard, default=0), **more}
        async with (
            AsyncClient(timeout=READ_S, trust_env=False) as http,
            http.stream(
                "GET", f"{url}{API}/events/stream", params=params, headers=self.doors.headers
            ) as answer,
        ):
            if not answer.is_success:
                return
            named = False
            async for line in answer.aiter_lines():
                named = line.startswith("event:") or (named and bool(line))
                if line.startswith("data:") and not named:
                    event = json.loads(line.removeprefix("data:"))
                    self.heard[event["seq"]] = event["id"]

    async def _create(self) -> None:
        title = f"Task {len(self.tasks)} of {self.name}"
        self._keep((await self._done("POST", TASKS, {"title": title, "priority": "high"})).json())

    async def _quick_add(self) -> None:
        text = f"Call {len(self.tasks)} tomorrow 9:00 p1 @phone"
        told = await self._done("POST", f"{TASKS}/quick", {"text": text})
        self._keep(told.json()["items"][0]["task"])

    async def _repeat(self) -> None:
        body = {"title": f"Every day {len(self.tasks)}", "due_date": "2031-05-01"}
        told = await self._done("POST", TASKS, {**body, "recurrence": "daily"})
        self.series.add(self._keep(told.json()))

    async def _complete(self) -> None:
        if task := self._one(completed=False):
            self._keep((await self._done("POST", f"{TASKS}/{task}/complete")).json())

    async def _reopen(self) -> None:
        if task := self._one(completed=True):
            self._keep((await self._done("POST", f"{TASKS}/{task}/incomplete")).json())

    async def _rename(self) -> None:
        if task := self._one():
            renamed = {"title": f"Renamed {self.doors.dice.randrange(1000)}"}
            self._keep((await self._done("PATCH", f"{TASKS}/{task}", renamed)).json())

    async def _delete(self) -> None:
        if task := self._one():
            await self._done("DELETE", f"{TASKS}/{task}")
            self.tasks[task] = None

    async def _remind(self) -> None:
        task = self._one(completed=False)
        if task is None or len(self.reminders) >= MOST_REMINDERS:
            return
        after = timedelta(seconds=self.doors.dice.randint(*REMINDED_AFTER_S))
        body = {"at": (datetime.now(UTC) + after).isoformat()}
        told = await self._done("POST", f"{TASKS}/{task}/reminders", body, may_be=TOO_LATE)
        if told.is_success:
            self.reminders.add(told.json()["id"])

    async def _look(self) -> None:
        for path in ("/tasks?limit=50", "/tasks?filter=today%20%7C%20overdue", "/sync"):
            await self.doors.get(API + path)

    async def _done(
        self, method: str, path: str, body: Any = None, *, may_be: str = ""
    ) -> Response:
        """Return the answer, which must be a success or the refusal `may_be`."""
        answer = await self.doors.write(method, path, body)
        if not answer.is_success and answer.json().get("code") != may_be:
            odd = f"{method} {path} {body}: {answer.status_code} {answer.text[:300]}"
            self.doors.account.odd.append(odd)
            raise RuntimeError(odd)
        return answer

    def _one(self, *, completed: bool | None = None) -> str | None:
        found = [
            task_id
            for task_id, task in self.tasks.items()
            if task is not None and completed in (None, task["completed"])
        ]
        return self.doors.dice.choice(found) if found else None

    def _keep(self, task: dict[str, Any]) -> str:
        self.tasks[task["id"]] = {name: task[name] for name in KEPT}
        return str(task["id"])
