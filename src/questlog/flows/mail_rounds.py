"""Who gets a mail of those that come by themselves, when: each is a job of its user and day, of which there is one.

A server that was down makes up for the newest one, as long as it is worth reading. Who has just switched a mail on, or
moved its hour, gets the next one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

import structlog
from sqlalchemy import Table, select
from sqlalchemy.exc import DataError, IntegrityError

from questlog.automation import jobs, mail, notification_settings
from questlog.automation.jobs import JOBS
from questlog.automation.notification_settings import SETTINGS, Mailing
from questlog.automation.quiet_hours import at_clock
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.identity.models import User

USERS = cast(Table, User.__table__)
AT_ONCE = 500
ONE_DAY = timedelta(days=1)
NOBODY = UUID(int=0)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Round:
    """A mail that comes by itself: `name` is its template, its job and the switch of its readers.

    `newest` gives the day of the one that was due last, by the reader's settings and their local day.
    """

    name: Mailing
    newest: Callable[[Mapping[Any, Any], date], date]
    worth_sending: timedelta


async def make_jobs(database: Database, round_: Round) -> int:
    """Make the jobs of the mails that are due by now and that nobody has made; return how many.

    What is wrong with one reader is logged and keeps nobody else from theirs.
    """
    now, last, made = clock.now(), NOBODY, 0
    while rows := await database.read(_readers, round_, last):
        due = {slot: row for row in rows if (slot := _slot_of(round_, row, now)) is not None}
        if due:
            made += await _make_some(database, round_, due)
        last = rows[-1]["user_id"]
    return made


async def _make_some(
    database: Database, round_: Round, due: Mapping[str, Mapping[Any, Any]]
) -> int:
    """Make these jobs together, or one by one without those that the database refuses."""
    try:
        return await database.write(_make, round_, due)
    except (DataError, IntegrityError) as error:
        if len(due) == 1:
            log.warning("mail_job_not_made", slot=next(iter(due)), error=type(error).__name__)
            return 0
    return sum([await _make_some(database, round_, {slot: row}) for slot, row in due.items()])


async def _readers(session: Session, round_: Round, last: UUID) -> Sequence[Mapping[Any, Any]]:
    wanted = ("digest_at", "review_weekday", "rounds_set_at")
    found = await session.execute(
        select(SETTINGS.c.user_id, *(SETTINGS.c[name] for name in wanted), USERS.c.timezone)
        .join(USERS, USERS.c.id == SETTINGS.c.user_id)
        .where(
            SETTINGS.c.user_id > last,
            SETTINGS.c[round_.name].is_(True),
            USERS.c.deactivated_at.is_(None),
            USERS.c.email.is_not(None),
            USERS.c.email_verified_at.is_not(None),
        )
        .order_by(SETTINGS.c.user_id)
        .limit(AT_ONCE)
    )
    return found.mappings().all()


def _slot_of(round_: Round, row: Mapping[Any, Any], now: datetime) -> str | None:
    """Return what `_slot` does; None also for a reader whose day cannot be told, such as in a zone unknown here."""
    try:
        return _slot(round_, row, now)
    except Exception as error:  # whatever it is: the others get their mails
        log.error("mail_round_not_read", user=str(row["user_id"]), exc_info=error)
        return None


def _slot(round_: Round, row: Mapping[Any, Any], now: datetime) -> str | None:
    """Return the slot of the mail that is due, or None when there is none to send.

    Before the hour of today's it is the one of before, which may have been missed over midnight.
    """
    today = clock.local_date(now, row["timezone"])
    set_at = row["rounds_set_at"]
    for day in (round_.newest(row, today), round_.newest(row, today - ONE_DAY)):
        at = at_clock(day, time.fromisoformat(row["digest_at"]), row["timezone"])
        if at <= now < at + round_.worth_sending and (set_at is None or at > set_at):
            return f"{row['user_id']}:{day.isoformat()}"
    return None


async def _make(session: Session, round_: Round, due: Mapping[str, Mapping[Any, Any]]) -> int:
    there = select(JOBS.c.slot).where(JOBS.c.name == round_.name, JOBS.c.slot.in_(due))
    known = set(await session.scalars(there))
    made = 0
    for slot in due.keys() - known:
        user_id, day = due[slot]["user_id"], slot.rpartition(":")[2]
        args = {"user_id": str(user_id), "day": day}
        job = await jobs.enqueue(session, round_.name, args, slot=slot, user_id=user_id)
        made += job is not None
    return made


async def send(session: Session, round_: Round, user_id: UUID, day: date) -> UUID | None:
    """Write the mail of a day, to be sent when the reader's quiet hours are over; return its id.

    A repeat writes nothing: its id follows from its reader and its day. None also when it is not wanted any more.
    """
    wishes = await notification_settings.of(session, user_id)
    reader = await reader_of(session, user_id)
    mail_id = uuid5(user_id, f"{round_.name}:{day.isoformat()}")
    if reader is None or not getattr(wishes, round_.name) or await mail.is_known(session, mail_id):
        return None
    send_at = wishes.held_until(clock.now(), reader.timezone)
    return await mail.enqueue(
        session,
        round_.name,
        reader.email,
        locale=reader.locale,
        params={"user_id": str(user_id), "day": day.isoformat()},
        expires_at=send_at + round_.worth_sending,
        user_id=user_id,
        due_at=send_at,
        mail_id=mail_id,
    )


async def reader_of(session: Session, user_id: UUID) -> Any:
    """Return address, language and zone of somebody who can be mailed: an open account whose address was proved."""
    found = await session.execute(
        select(USERS.c.email, USERS.c.locale, USERS.c.timezone).where(
            USERS.c.id == user_id,
            USERS.c.deactivated_at.is_(None),
            USERS.c.email.is_not(None),
            USERS.c.email_verified_at.is_not(None),
        )
    )
    return found.one_or_none()
