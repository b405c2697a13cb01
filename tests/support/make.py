"""Make rows for tests. Every argument has a default, so that a test states only what matters."""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from questlog.automation import events
from questlog.automation.models import Event, EventCounter
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.core.security import digest
from questlog.game import players
from questlog.identity import key_text
from questlog.identity.door_models import ExternalIdentity
from questlog.identity.factor_models import Passkey
from questlog.identity.key_models import ApiKey
from questlog.identity.models import SignInSession, User
from questlog.planning.filter_models import SavedFilter
from questlog.planning.import_models import Import
from questlog.planning.models import (
    Goal,
    Item,
    Label,
    Occurrence,
    Project,
    Task,
    TaskLabel,
)
from questlog.planning.reminder_models import Reminder
from tests.support.make_coach import MakeCoach
from tests.support.make_school import MakeSchool
from tests.support.make_webhooks import MakeWebhooks
from tests.support.rows import Person

__all__ = ["Key", "Make", "Person"]


@dataclass(frozen=True)
class Key:
    """An API key and the headers of a program's request."""

    id: UUID
    text: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}"}


class Make(MakeCoach, MakeSchool, MakeWebhooks):
    async def user(
        self,
        *,
        email: str | None = None,
        timezone: str = "UTC",
        locale: str = "en",
        role: str = "user",
        password: str | None = None,
        **more: Any,
    ) -> Person:
        self._count += 1
        if password is not None:
            more["password_hash"] = await self._app.state.front_desk.passwords.hash(password)
        values = {
            "id": new_id(),
            "email": email or f"user{self._count}@example.org",
            "timezone": timezone,
            "locale": locale,
            "role": role,
            "settings": {},
            **self._stamps(),
            **more,
        }

        async def save(session: Session) -> None:
            await session.execute(insert(User).values(**values))
            await session.execute(insert(EventCounter).values(user_id=values["id"], last_seq=0))
            await players.start(session, values["id"], timezone=timezone)

        await self.database.write(save)
        headers = await self.sign_in(values["id"])
        return Person(values["id"], values["email"], timezone, headers)

    async def sign_in(self, user_id: UUID) -> dict[str, str]:
        """Open a session and return the headers of its requests."""
        session = await self.session(user_id)
        token = self._app.state.front_desk.access_tokens.issue(user_id, session.id)
        return {"Authorization": f"Bearer {token}"}

    async def session(self, user_id: UUID) -> SignInSession:
        now = clock.now()
        far = now + timedelta(days=7)
        values = {
            "id": new_id(),
            "user_id": user_id,
            "key": secrets.token_bytes(32),
            "created_at": now,
            "rotated_at": now,
            "last_used_at": now,
            "expires_at": far,
            "ends_at": far,
            "door": "password",
        }
        return await self._save(SignInSession(**values))

    async def goal(self, user: Person, *, title: str = "Speak Italian", **more: Any) -> Goal:
        values = {
            "color": "#6366f1",
            "goal_type": "yearly",
            "position": self._next(),
            **self._stamps(),
            **more,
        }
        return await self._save(Goal(id=new_id(), user_id=user.id, title=title, **values))

    async def project(self, user: Person, *, title: str = "Italian course", **more: Any) -> Project:
        values = {"color": "#8b5cf6", "position": self._next(), **self._stamps(), **more}
        return await self._save(Project(id=new_id(), user_id=user.id, title=title, **values))

    async def task(
        self,
        user: Person,
        *,
        title: str = "Read a page",
        due_on: date | None = None,
        completed_at: datetime | None = None,
        **more: Any,
    ) -> Task:
        values = {
            "priority": 0,
            "state": "pending",
            "position": self._next(),
            **self._stamps(),
            **more,
        }
        return await self._save(
            Task(
                id=new_id(),
                user_id=user.id,
                title=title,
                due_on=due_on,
                completed_at=completed_at,
                **values,
            )
        )

    async def label(self, user: Person, *, name: str = "home", **more: Any) -> Label:
        values = {"folded": name.casefold(), "color": "#6b7280", **self._stamps(), **more}
        return await self._save(Label(id=new_id(), user_id=user.id, name=name, **values))

    async def kept_filter(
        self, user: Person, *, name: str = "Urgent", query: str = "p1", **more: Any
    ) -> SavedFilter:
        values = {
            "folded": name.casefold(),
            "color": "#0ea5e9",
            "position": self._next(),
            **self._stamps(),
            **more,
        }
        return await self._save(
            SavedFilter(id=new_id(), user_id=user.id, name=name, query=query, **values)
        )

    async def item(self, user: Person, *, title: str = "An idea", **more: Any) -> Item:
        values = {"search_text": title.casefold(), **self._stamps(), **more}
        return await self._save(Item(id=new_id(), user_id=user.id, title=title, **values))

    async def imported(self, user: Person, *, source: str = "taskwarrior", **more: Any) -> Import:
        values = {"summary": {}, "created_at": clock.now(), **more}
        return await self._save(Import(id=new_id(), user_id=user.id, source=source, **values))

    async def occurrence(self, user: Person, task: Task, **more: Any) -> Occurrence:
        now = clock.now()
        values = {
            "key": "once",
            "outcome": "completed",
            "done_at": now,
            "done_on": now.date(),
            "before": {},
            "receipt": {},
            "title": task.title,
            **more,
        }
        return await self._save(Occurrence(id=new_id(), user_id=user.id, task_id=task.id, **values))

    async def reminder(self, user: Person, task: Task, **more: Any) -> Reminder:
        values = {**self._stamps(), **more}
        if "at" not in values:
            values.setdefault("minutes_before", 30)
        return await self._save(Reminder(id=new_id(), user_id=user.id, task_id=task.id, **values))

    async def api_key(self, user: Person, *, name: str = "Backup", **more: Any) -> ApiKey:
        """Make a key that nobody knows: what its digest is of is thrown away."""
        values = {
            "prefix": "qlk_made",
            "digest": secrets.token_hex(32),
            "scopes": ["tasks:read"],
            "created_at": clock.now(),
            **more,
        }
        return await self._save(ApiKey(id=new_id(), user_id=user.id, name=name, **values))

    async def key(self, user: Person, *scopes: str, **more: Any) -> Key:
        """Make a key that can be used."""
        text = key_text.make()
        values = {
            "name": "Backup",
            "prefix": text[: key_text.SHOWN],
            "digest": digest(text),
            "created_at": clock.now(),
            **more,
        }
        row = ApiKey(id=new_id(), user_id=user.id, scopes=list(scopes), **values)
        return Key((await self._save(row)).id, text)

    async def identity(
        self, user: Person, *, subject: str = "somebody", **more: Any
    ) -> ExternalIdentity:
        now = clock.now()
        values = {
            "issuer": "https://id.example.org",
            "provider": "example",
            "created_at": now,
            "last_used_at": now,
            **more,
        }
        return await self._save(
            ExternalIdentity(id=new_id(), user_id=user.id, subject=subject, **values)
        )

    async def passkey(self, user: Person, *, name: str = "Phone", **more: Any) -> Passkey:
        values = {
            "credential_id": secrets.token_urlsafe(32),
            "public_key": secrets.token_bytes(77),
            "transports": ["internal"],
            "created_at": clock.now(),
            **more,
        }
        return await self._save(Passkey(id=new_id(), user_id=user.id, name=name, **values))

    async def event(self, user: Person, *, type: str = "session.created") -> Event:
        """Note that something happened which cannot be undone."""

        async def save(session: Session) -> UUID:
            return events.record(session, user.id, type, (type.partition(".")[0], new_id()))

        event_id = await self.database.write(save)
        async with self.database.reader() as session:
            return await session.get_one(Event, event_id)

    async def one_of_everything(self, user: Person, *, times: int) -> None:
        """Give a user more rows of every kind a list may show."""
        for number in range(times):
            goal = await self.goal(user, title=f"Goal {number}")
            project = await self.project(user, title=f"Project {number}", goal_id=goal.id)
            task = await self.task(user, title=f"Task {number}", project_id=project.id)
            label = await self.label(user, name=f"label{number}")
            await self._save(TaskLabel(task_id=task.id, label_id=label.id, user_id=user.id))
            await self.occurrence(user, task)
            await self.item(user, title=f"Item {number}")
            await self.kept_filter(user, name=f"Filter {number}")
            await self.imported(user)
            await self.session(user.id)
            await self.event(user)
            await self.delivery(user)
            await self.proposal(user)
