"""Endpoints of users and what happens to users, for tests of what is sent where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.automation import events, webhook_secrets
from questlog.automation.delivery_claims import ATTEMPTS
from questlog.automation.events import COUNTERS
from questlog.automation.relay import DELIVERIES, WEBHOOKS
from questlog.automation.webhook_models import Webhook
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.core.security import Keyring
from questlog.worker import relaying
from questlog.worker.delivering import Courier, Send
from tests.support.rows import Person


@dataclass(frozen=True)
class Endpoint:
    id: UUID
    user_id: UUID
    secret: str


async def add(
    database: Database,
    keyring: Keyring,
    user: Person,
    url: str,
    *,
    patterns: Sequence[str] = ("*",),
    **more: Any,
) -> Endpoint:
    """Make an endpoint that is told of what happens from now on."""
    webhook_id, clear, now = new_id(), webhook_secrets.make(), clock.now()

    async def save(session: Session) -> None:
        mine = select(COUNTERS.c.last_seq).where(COUNTERS.c.user_id == user.id)
        values = {
            "id": webhook_id,
            "user_id": user.id,
            "url": url,
            "events": list(patterns),
            "secret": webhook_secrets.seal(keyring, user.id, webhook_id, clear),
            "told_seq": await session.scalar(mine) or 0,
            "created_at": now,
            "updated_at": now,
            **more,
        }
        session.add(Webhook(**values))

    await database.write(save)
    return Endpoint(webhook_id, user.id, webhook_secrets.spelled(clear))


async def happen(
    database: Database, user: Person, *types: str, payload: dict[str, Any] | None = None
) -> list[UUID]:
    """Let something happen to the user and return the events."""

    async def tell(session: Session) -> list[UUID]:
        return [
            events.record(session, user.id, each, ("task", new_id()), payload=payload)
            for each in types or ("task.created",)
        ]

    return await database.write(_touching, tell)


async def _touching(session: Session, tell: Any) -> Any:
    await session.execute(
        select(COUNTERS.c.user_id).limit(1)
    )  # a writer that writes only at its end
    return await tell(session)


async def webhook(database: Database, webhook_id: UUID) -> Any:
    return await _one(database, select(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id))


async def deliveries(database: Database) -> list[Any]:
    async with database.reader() as session:
        return list((await session.execute(select(DELIVERIES).order_by(DELIVERIES.c.id))).all())


async def attempts(database: Database) -> list[Any]:
    order = (ATTEMPTS.c.delivery_id, ATTEMPTS.c.number)
    async with database.reader() as session:
        return list((await session.execute(select(ATTEMPTS).order_by(*order))).all())


async def _one(database: Database, statement: Any) -> Any:
    async with database.reader() as session:
        return (await session.execute(statement)).one()


async def carry(database: Database, send: Send) -> None:
    """Move endpoints along, send what is due, and write what came of it."""
    await relaying.catch_up(database)
    courier = Courier(database, send)
    await courier.round()
    await courier.done()
