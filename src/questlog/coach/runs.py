"""Runs as rows: turns of the agent that outlive whoever watches them and whoever thinks them.

Whoever thinks a run is its only writer and numbers what it sends. It proves so with its lease; a late one whose lease
was taken over writes nothing. Who takes over leaves a gap in the numbers, so that what a client saw last is never the
number of something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from questlog.automation import bells
from questlog.clients.language import ModelSaid, Turn, UserSaid
from questlog.coach import conversations, threads
from questlog.coach.conversations import MESSAGES, PARTS, RUNS, Said
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import AuthorizationError, ConflictError, NotFoundError
from questlog.core.ids import new_id

LEASE = timedelta(seconds=30)
GAP = 10_000
REMEMBERED = 20
KEPT = timedelta(days=7)
SWEPT_AT_ONCE = 200
PARTS_AT_ONCE = 500


class RunNotFoundError(NotFoundError):
    code = "run_not_found"
    default_message = "There is no such run."


class NotYourRunError(AuthorizationError):
    code = "not_yours"
    default_message = "This belongs to somebody else."


class RunInProgressError(ConflictError):
    code = "run_in_progress"
    default_message = "The coach is still answering in this conversation. Wait for it, or stop it."


class LostRunError(Exception):
    """Somebody else thinks this run now, or it has ended or is gone."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing a run sends."""

    seq: int
    type: str
    data: dict[str, Any]

    def message(self, run_id: UUID) -> dict[str, Any]:
        return {"type": self.type, "data": self.data, "run_id": str(run_id), "seq": self.seq}


@dataclass(slots=True)
class Held:
    """A run in the hands of whoever thinks it."""

    id: UUID
    user_id: UUID
    conversation_id: UUID
    lease: UUID
    model: str
    locale: str
    timezone: str
    last_seq: int
    rounds: int
    calls: int
    thread: list[Turn] = field(default_factory=list)
    is_taken_over: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run stands for whoever watches it."""

    state: str
    last_seq: int
    conversation_id: UUID
    stop_asked: bool


async def begin(
    session: Session,
    user_id: UUID,
    conversation_id: UUID,
    message: str,
    *,
    model: str,
    locale: str,
    timezone: str,
) -> Held:
    """Keep what the user said and begin a run that answers it, held by the caller.

    Raises `RunInProgressError` while another run of the conversation goes on, and what `add_message` raises.
    """
    earlier = await _remembered(session, user_id, conversation_id)
    run_id, lease, now = new_id(), new_id(), clock.now()
    said = Said(run_id=run_id)
    await conversations.add_message(
        session, user_id, conversation_id, role="user", content=message, said=said
    )
    thread: list[Turn] = [*earlier, UserSaid(message)]
    row = {
        "id": run_id,
        "user_id": user_id,
        "conversation_id": conversation_id,
        "model": model,
        "locale": locale,
        "timezone": timezone,
        "thread": threads.to_json(thread),
        "leased_until": now + LEASE,
        "lease": lease,
        "created_at": now,
    }
    try:
        await session.execute(insert(RUNS).values(**row))
    except IntegrityError as error:
        raise RunInProgressError() from error
    return Held(run_id, user_id, conversation_id, lease, model, locale, timezone, 0, 0, 0, thread)


async def _remembered(session: Session, user_id: UUID, conversation_id: UUID) -> list[Turn]:
    mine = (MESSAGES.c.user_id == user_id, MESSAGES.c.conversation_id == conversation_id)
    newest = select(MESSAGES.c.role, MESSAGES.c.content).where(*mine)
    rows = await session.execute(newest.order_by(MESSAGES.c.seq.desc()).limit(REMEMBERED))
    said: list[Turn] = [
        UserSaid(row.content) if row.role == "user" else ModelSaid(row.content)
        for row in reversed(rows.all())
        if row.content
    ]
    return said


async def write(session: Session, held: Held, parts: Sequence[Part]) -> bool:
    """Store what was sent and how far the thread is; renew the lease. Return whether somebody asked to stop.

    Raises `LostRunError`.
    """
    values: dict[str, Any] = {
        "leased_until": clock.now() + LEASE,
        "thread": threads.to_json(held.thread),
        "rounds": held.rounds,
        "calls": held.calls,
    }
    if parts:
        values["last_seq"] = parts[-1].seq
    moved = await session.execute(
        update(RUNS).where(*_mine(held)).values(**values).returning(RUNS.c.stop_asked_at)
    )
    row = moved.first()
    if row is None:
        raise LostRunError()
    await _store(session, held, parts)
    return row.stop_asked_at is not None


async def renew(session: Session, held: Held) -> bool:
    """Hold a run for longer; return whether somebody asked to stop. Raises `LostRunError`."""
    values = {"leased_until": clock.now() + LEASE}
    moved = await session.execute(
        update(RUNS).where(*_mine(held)).values(**values).returning(RUNS.c.stop_asked_at)
    )
    row = moved.first()
    if row is None:
        raise LostRunError()
    return row.stop_asked_at is not None


async def release(session: Session, held: Held, parts: Sequence[Part]) -> None:
    """Store what was sent and let somebody else go on at once. Raises `LostRunError`."""
    await write(session, held, parts)
    given_back = update(RUNS).where(*_mine(held)).values(leased_until=None, lease=None)
    await session.execute(given_back)


async def finish(
    session: Session,
    held: Held,
    parts: Sequence[Part],
    *,
    state: str,
    error: str | None = None,
) -> None:
    """Store the last parts and end a run: `complete`, `failed` or `interrupted`. Raises `LostRunError`."""
    values: dict[str, Any] = {
        "state": state,
        "error": error,
        "done_at": clock.now(),
        "leased_until": None,
        "lease": None,
        "thread": threads.to_json(held.thread),
        "rounds": held.rounds,
        "calls": held.calls,
    }
    if parts:
        values["last_seq"] = parts[-1].seq
    ended = await session.execute(
        update(RUNS).where(*_mine(held)).values(**values).returning(RUNS.c.id)
    )
    if ended.first() is None:
        raise LostRunError()
    await _store(session, held, parts)


async def _store(session: Session, held: Held, parts: Sequence[Part]) -> None:
    if not parts:
        return
    now = clock.now()
    rows = [
        {
            "run_id": held.id,
            "seq": part.seq,
            "user_id": held.user_id,
            "type": part.type,
            "data": part.data,
            "created_at": now,
        }
        for part in parts
    ]
    await session.execute(insert(PARTS), rows)
    bells.ring_when_committed(session, [held.user_id])


def _mine(held: Held) -> tuple[Any, ...]:
    return (
        RUNS.c.id == held.id,
        RUNS.c.user_id == held.user_id,
        RUNS.c.lease == held.lease,
        RUNS.c.state == "running",
    )


async def take_orphan(session: Session) -> Held | None:
    """Take over a run whose thinker is gone, or return None when there is none."""
    now, lease = clock.now(), new_id()
    orphaned = (
        RUNS.c.state == "running",
        or_(RUNS.c.leased_until.is_(None), RUNS.c.leased_until < now),
    )
    chosen = select(RUNS.c.id).where(*orphaned).order_by(RUNS.c.leased_until).limit(1)
    values = {"lease": lease, "leased_until": now + LEASE, "last_seq": RUNS.c.last_seq + GAP}
    taken = await session.execute(
        update(RUNS)
        .where(RUNS.c.id.in_(chosen.with_for_update(skip_locked=True)), *orphaned)
        .values(**values)
        .returning(*RUNS.c)
    )
    row = taken.first()
    if row is None:
        return None
    return Held(
        row.id,
        row.user_id,
        row.conversation_id,
        lease,
        row.model,
        row.locale,
        row.timezone,
        row.last_seq,
        row.rounds,
        row.calls,
        threads.from_json(row.thread),
        is_taken_over=True,
    )


async def ask_to_stop(session: Session, user_id: UUID, run_id: UUID) -> None:
    """Let a run end soon; one that has ended stays as it is. Raises `RunNotFoundError`, `NotYourRunError`."""
    await progress(session, user_id, run_id)
    going = (RUNS.c.id == run_id, RUNS.c.user_id == user_id, RUNS.c.state == "running")
    await session.execute(update(RUNS).where(*going).values(stop_asked_at=clock.now()))
    bells.ring_when_committed(session, [user_id])


async def progress(session: Session, user_id: UUID, run_id: UUID) -> Progress:
    """Raises `RunNotFoundError`, `NotYourRunError`."""
    found = await session.execute(
        select(
            RUNS.c.user_id,
            RUNS.c.state,
            RUNS.c.last_seq,
            RUNS.c.conversation_id,
            RUNS.c.stop_asked_at,
        ).where(RUNS.c.id == run_id)
    )
    row = found.first()
    if row is None:
        raise RunNotFoundError()
    if row.user_id != user_id:
        raise NotYourRunError()
    return Progress(row.state, row.last_seq, row.conversation_id, row.stop_asked_at is not None)


async def parts_since(session: Session, user_id: UUID, run_id: UUID, since: int) -> list[Part]:
    """Return the next stored parts behind a number, at most some hundreds."""
    mine = (PARTS.c.user_id == user_id, PARTS.c.run_id == run_id, PARTS.c.seq > since)
    columns = (PARTS.c.seq, PARTS.c.type, PARTS.c.data)
    rows = await session.execute(
        select(*columns).where(*mine).order_by(PARTS.c.seq).limit(PARTS_AT_ONCE)
    )
    return [Part(*row) for row in rows]


async def sweep(session: Session) -> int:
    """Delete what runs sent that ended a week ago: their messages tell what was said. Return how many runs went."""
    old = select(RUNS.c.id, RUNS.c.user_id).where(RUNS.c.done_at < clock.now() - KEPT)
    rows = (await session.execute(old.order_by(RUNS.c.done_at).limit(SWEPT_AT_ONCE))).all()
    ids, owners = [row.id for row in rows], {row.user_id for row in rows}
    if ids:
        await session.execute(
            delete(PARTS).where(PARTS.c.user_id.in_(owners), PARTS.c.run_id.in_(ids))
        )
        await session.execute(delete(RUNS).where(RUNS.c.id.in_(ids)))
    return len(ids)
