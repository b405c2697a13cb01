"""What must be true at the end: nothing acknowledged is missing, everybody was told, and every invariant holds."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, func, select
from standardwebhooks import Webhook

from questlog.automation.events import EVENTS
from questlog.automation.job_models import Job
from questlog.automation.models import Mail
from questlog.automation.relay import DELIVERIES, WEBHOOKS
from questlog.core import clock
from questlog.core.db import Database
from questlog.planning.reminders import REMINDERS
from questlog.planning.task_rows import TASKS
from tests.scale.doors import API
from tests.scale.house import House
from tests.scale.people import KEPT, Person
from tests.support import copies
from tests.support.invariants import check_invariants
from tests.support.receiver import Message, Receiver
from tests.support.rows import Person as Named

JOBS = cast(Table, Job.__table__)
MAILS = cast(Table, Mail.__table__)
SETTLED_WITHIN_S = 420.0
LOOK_S = 0.5
FORGIVEN = timedelta(seconds=90)
MOST_LINES = 15


@dataclass
class Told:
    """How events reached their webhooks."""

    events: int = 0
    received: int = 0
    lags: list[float] = field(default_factory=list)

    @property
    def repeated(self) -> int:
        return self.received - self.events


async def settle(database: Database, receiver: Receiver) -> float:
    """Wait until nothing is under way; return how many seconds that took."""
    began, quiet = time.monotonic(), 0
    while quiet < 3:
        if time.monotonic() - began > SETTLED_WITHIN_S:
            return time.monotonic() - began
        count = len(receiver.messages)
        await asyncio.sleep(LOOK_S)
        still = await _under_way(database)
        quiet = 0 if still or len(receiver.messages) > count else quiet + 1
    return time.monotonic() - began


async def _under_way(database: Database) -> int:
    waiting = (
        select(func.count()).select_from(DELIVERIES).where(DELIVERIES.c.state == "waiting"),
        select(func.count())
        .select_from(MAILS)
        .where(MAILS.c.sent_at.is_(None), MAILS.c.failed_at.is_(None)),
        select(func.count())
        .select_from(JOBS)
        .where(JOBS.c.state == "waiting", JOBS.c.due_at <= clock.now()),
    )
    async with database.reader() as session:
        return sum([await session.scalar(statement) or 0 for statement in waiting])


async def broken(
    house: House, database: Database, people: Sequence[Person], receiver: Receiver, told: Told
) -> list[str]:
    """Return every promise that was not kept, in words."""
    found: list[str] = []
    try:
        await check_invariants(database)
    except AssertionError as error:
        found += str(error).splitlines()[:MOST_LINES]
    found += _damage(house)
    for person in people:
        lines = [line async for line in _of_one(database, person, receiver, told)]
        found += [f"{person.name}: {line}" for line in lines[:MOST_LINES]]
    found += [line async for line in _of_the_work(database)]
    for program in house.programs:
        found += [f"the log of {program.name} tells {name}" for name in program.secrets_told()]
    return found


def _damage(house: House) -> Iterator[str]:
    """INV-10 on PostgreSQL: every index and heap is what it should be."""
    database = house.database
    database.program("psql", "-d", "questlog", "-c", "CREATE EXTENSION amcheck")
    done = database.program("pg_amcheck", "--heapallindexed", "-d", "questlog")
    if done.returncode:
        yield f"INV-10: {done.stdout}{done.stderr}"


async def _of_one(
    database: Database, person: Person, receiver: Receiver, told: Told
) -> AsyncIterator[str]:
    for line in await _lost_writes(person):
        yield line
    async with database.reader() as session:
        mine = select(EVENTS).where(EVENTS.c.user_id == person.user_id).order_by(EVENTS.c.seq)
        events = (await session.execute(mine)).all()
        sent = select(DELIVERIES).where(DELIVERIES.c.webhook_id == person.webhook_id)
        deliveries = (await session.execute(sent)).all()
        hook = (
            await session.execute(select(WEBHOOKS).where(WEBHOOKS.c.id == person.webhook_id))
        ).one()
    if hook.disabled_at is not None:
        yield f"its webhook was switched off: {hook.disabled_reason}"
    for line in untold(person, events, deliveries, receiver.at(person.path), told):
        yield line
    for line in unheard(person, events):
        yield line
    for line in await _unsynced(person):
        yield line


async def _lost_writes(person: Person) -> list[str]:
    """INV-6: every task is as its owner was told last."""
    lost = []
    for task_id, wanted in person.tasks.items():
        answer = await person.doors.get(f"{API}/tasks/{task_id}")
        if wanted is None:
            if answer.status_code != 404:
                lost.append(f"INV-6: deleted task {task_id} answers {answer.status_code}")
            continue
        found = {name: answer.json().get(name) for name in KEPT}
        if found != wanted:
            lost.append(f"INV-6: task {task_id} is {found}, acknowledged was {wanted}")
    return lost


def untold(
    person: Person,
    events: Sequence[Any],
    deliveries: Sequence[Any],
    messages: Sequence[Message],
    told: Told,
) -> Iterator[str]:
    """INV-4: every event since the webhook was made was told at least once, always under one id, and nothing else."""
    first = next(row.seq for row in events if row.type == "webhook.created")
    rows = defaultdict[Any, list[Any]](list)
    for row in deliveries:
        rows[row.event_id].append(row)
    told.received += len(messages)
    received = {message.id for message in messages}
    for event in (row for row in events if row.seq > first):
        mine = rows[event.id]
        if [row.state for row in mine] != ["delivered"]:
            yield f"INV-4: {event.type} {event.seq} has {[row.state for row in mine]}"
            continue
        if str(mine[0].id) not in received:
            yield f"INV-4: {event.type} {event.seq} is delivered, and nobody received it"
        told.events += 1
        told.lags.append((mine[0].done_at - event.created_at).total_seconds())
    for event_id in rows.keys() - {row.id for row in events}:
        yield f"INV-4: a delivery tells of {event_id}, which is no event"
    yield from _forged(person, deliveries, messages)


def _forged(
    person: Person, deliveries: Sequence[Any], messages: Sequence[Message]
) -> Iterator[str]:
    known = {str(row.id) for row in deliveries}
    for message in messages:
        if message.id not in known:
            yield f"INV-4: {message.id} was received and is no delivery"
        if not _is_signed(message, person.secret):
            yield f"INV-4: {message.id} is not signed as it should be"


def _is_signed(message: Message, secret: str) -> bool:
    """Look at the signature alone: `verify` would refuse what is older than five minutes by now."""
    at = datetime.fromtimestamp(int(message.headers["webhook-timestamp"]), UTC)
    signature = Webhook(secret).sign(message.id, at, message.body.decode())
    return signature in message.headers["webhook-signature"].split()


def unheard(person: Person, events: Sequence[Any]) -> Iterator[str]:
    """Live: every event was heard, as the event it is, and nothing else."""
    wanted = {row.seq: str(row.id) for row in events}
    missing = sorted(seq for seq, id_ in wanted.items() if person.heard.get(seq) != id_)
    if missing:
        yield f"of {len(wanted)} events, {len(missing)} were not heard live: {missing[:10]}"
    if strange := sorted(person.heard.keys() - wanted.keys()):
        yield f"{len(strange)} were heard and are none: {strange[:10]}"


async def _unsynced(person: Person) -> list[str]:
    """Return how a copy made by syncs alone differs from the lists."""
    client, named = cast(Any, person.doors), cast(Named, person.doors)
    copy = copies.Copy(client, named)
    await copy.catch_up(limit=50)
    listed = await copies.listed(client, named)
    return [
        f"a synced copy has other {name} than the list: {len(copy.things.get(name, {}))} and {len(things)}"
        for name, things in listed.items()
        if copy.things.get(name, {}) != things
    ]


async def _of_the_work(database: Database) -> AsyncIterator[str]:
    async with database.reader() as session:
        for row in await session.execute(select(JOBS).where(JOBS.c.state == "dead")):
            yield f"the job {row.name} {row.slot} is dead: {row.last_error}"
        for row in await session.execute(select(MAILS).where(MAILS.c.failed_at.is_not(None))):
            yield f"a mail was given up: {row.last_error}"
        due = select(EVENTS.c.subject_id).where(EVENTS.c.type == "reminder.due")
        times = Counter(await session.scalars(due))
        marked = select(REMINDERS.c.id).where(REMINDERS.c.told_at.is_not(None))
        told = set(await session.scalars(marked))
        letters = len((await session.execute(select(MAILS.c.id))).all())
        missed = set(await session.scalars(_missed_reminders()))
    for reminder_id, count in times.items():
        if count > 1:
            yield f"reminder {reminder_id} was told {count} times"
    for reminder_id in told ^ times.keys():
        yield f"reminder {reminder_id} is marked as told, or an event tells of it, and not both"
    if times and not letters:
        yield "reminders were told, and no mail was written"
    for reminder_id in missed:
        yield f"reminder {reminder_id} was not told"


def _missed_reminders() -> Any:
    """Select reminders of open tasks whose time has come, and which nobody was told."""
    alive = (TASKS.c.deleted_at.is_(None), TASKS.c.completed_at.is_(None))
    late = (REMINDERS.c.at < clock.now() - FORGIVEN, REMINDERS.c.told_at.is_(None))
    return (
        select(REMINDERS.c.id).join(TASKS, TASKS.c.id == REMINDERS.c.task_id).where(*alive, *late)
    )
