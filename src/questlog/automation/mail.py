"""Outgoing mail as rows: written with the change that causes it, sent after the commit, at most a few times.

A row says which letter goes to whom; what stands in it is written when it is sent (`worker/mailing.py`), so nothing
here could sign anybody in.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import case, delete, func, or_, select, update

from questlog.automation.models import Mail
from questlog.core import clock
from questlog.core.afterwards import after_commit
from questlog.core.db import Session
from questlog.core.ids import new_id

LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)
KEPT = timedelta(days=7)

type Failure = Literal["expired", "refused", "rejected", "timeout", "unreachable", "unwritten"]


@dataclass(frozen=True)
class Letter:
    """A mail that was taken to be sent; whoever holds it has until `leased_until`, and changes nothing afterwards."""

    id: UUID
    to_address: str
    template: str
    locale: str
    params: Mapping[str, Any]
    created_at: datetime
    expires_at: datetime | None
    attempts: int
    leased_until: datetime


@dataclass(frozen=True)
class Backlog:
    waiting: int
    oldest_at: datetime | None


async def enqueue(
    session: Session,
    template: str,
    to_address: str,
    *,
    locale: str,
    params: Mapping[str, Any],
    expires_at: datetime | None,
    user_id: UUID | None = None,
    due_at: datetime | None = None,
    mail_id: UUID | None = None,
) -> UUID:
    """Add a mail to the caller's transaction, to be sent from `due_at` on and before `expires_at`."""
    now = clock.now()
    mail = Mail(
        id=mail_id or new_id(),
        user_id=user_id,
        to_address=to_address,
        template=template,
        locale=locale,
        params=dict(params),
        created_at=now,
        due_at=due_at or now,
        expires_at=expires_at,
    )
    session.add(mail)
    after_commit(session, _ring)
    return mail.id


async def is_known(session: Session, mail_id: UUID) -> bool:
    """Tell whether a mail with this id was written, within the last week."""
    return await session.scalar(select(Mail.id).where(Mail.id == mail_id)) is not None


async def claim(
    session: Session, most: int, *, patience: Mapping[str, int] | None = None
) -> Sequence[Letter]:
    """Take mails that are due. Nobody else gets them until their lease has run out.

    By its template a letter has a `patience`, 0 unless told: those with less go first, of equals those due first.
    """
    now = clock.now()
    waiting = (Mail.sent_at.is_(None), Mail.failed_at.is_(None), Mail.due_at <= now)
    unleased = or_(Mail.leased_until.is_(None), Mail.leased_until < now)
    # A common table expression, since PostgreSQL may run a plain subquery, limit and all, once for each row.
    chosen = (
        select(Mail.id)
        .where(*waiting, unleased)
        .order_by(
            *([case(patience, value=Mail.template, else_=0)] if patience else []), Mail.due_at
        )
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    rows = await session.execute(
        update(Mail)
        .where(Mail.id.in_(select(chosen.c.id)), *waiting, unleased)
        .values(leased_until=now + LEASE, attempts=Mail.attempts + 1)
        .returning(
            Mail.id,
            Mail.to_address,
            Mail.template,
            Mail.locale,
            Mail.params,
            Mail.created_at,
            Mail.expires_at,
            Mail.attempts,
            Mail.leased_until,
        )
        .execution_options(synchronize_session=False)
    )
    return [Letter(*row) for row in rows]


async def mark_sent(session: Session, letter: Letter) -> None:
    await _settle(session, letter, sent_at=clock.now(), last_error=None)


async def mark_failed(session: Session, letter: Letter, why: Failure) -> None:
    """Give a mail up."""
    await _settle(session, letter, failed_at=clock.now(), last_error=why)


async def postpone(session: Session, letter: Letter, why: Failure) -> None:
    """Try again after a pause that grows fourfold, or give up if the letter would come too late."""
    pause: timedelta = min(FIRST_PAUSE * 4 ** min(letter.attempts - 1, 8), LONGEST_PAUSE)
    due_at = clock.now() + pause
    if letter.expires_at is not None and due_at >= letter.expires_at:
        await mark_failed(session, letter, why)
    else:
        await _settle(session, letter, due_at=due_at, last_error=why)


async def hold(session: Session, letter: Letter, until: datetime) -> None:
    """Keep a mail back: its tries begin anew then."""
    await _settle(session, letter, due_at=until, attempts=0)


async def _settle(session: Session, letter: Letter, **values: Any) -> None:
    """Write under the own lease: who comes late finds the mail in other hands, and changes nothing."""
    await session.execute(
        update(Mail)
        .where(Mail.id == letter.id, Mail.leased_until == letter.leased_until)
        .values(**values, leased_until=None)
        .execution_options(synchronize_session=False)
    )


async def backlog(session: Session) -> Backlog:
    """Return how much mail waits, and since when: a mail server that is down shows here.

    What is held back for somebody's quiet hours does not wait yet.
    """
    is_tried = Mail.attempts > 0
    since = func.min(case((is_tried, Mail.created_at), else_=Mail.due_at))
    statement = select(func.count(), since).where(
        Mail.sent_at.is_(None),
        Mail.failed_at.is_(None),
        or_(is_tried, Mail.due_at <= clock.now()),
    )
    waiting, oldest = (await session.execute(statement)).one()
    return Backlog(waiting, oldest)


async def sweep(session: Session) -> None:
    """Delete what was sent or given up a week ago."""
    edge = clock.now() - KEPT
    await session.execute(delete(Mail).where(or_(Mail.sent_at < edge, Mail.failed_at < edge)))


_bells: set[asyncio.Event] = set()


@contextmanager
def bell() -> Iterator[asyncio.Event]:
    """Lend an event that is set whenever this process has committed a mail."""
    rung = asyncio.Event()
    _bells.add(rung)
    try:
        yield rung
    finally:
        _bells.discard(rung)


def _ring() -> None:
    for each in _bells:
        each.set()
