"""Reminding people of their tasks, once for each date, whoever looks and however many do.

Who looks reads what may be due and works out when; what is due then is claimed by a write that only one of them wins.
With the claim are committed the event, the mail and the push, so that none of them is lost or made twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, cast
from uuid import UUID

import structlog
from sqlalchemy import Select, Table, and_, bindparam, exists, func, or_, select, tuple_, update
from sqlalchemy.exc import SQLAlchemyError

from questlog.automation import events, jobs, mail, notification_settings
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.identity.models import User
from questlog.planning import images
from questlog.planning.readiness import open_and_alive
from questlog.planning.reminder_moments import (
    LATEST,
    MINUTES_OF_A_DAY,
    Alarm,
    alarm_of,
    is_to_be_seen,
)
from questlog.planning.reminder_moments import is_to_be_told as is_due
from questlog.planning.reminders import OF_A_TASK, REMINDERS
from questlog.planning.task_rows import TASKS

TEMPLATE = "reminder"
PUSH = "push_reminder"
USERS = cast(Table, User.__table__)
AT_ONCE = 1000
MOST_OF_ONE = 50
"""How many of one user's reminders are told together."""
AROUND = timedelta(days=2)
"""How far a local day can be from one of UTC, and how late a reminder is told."""
LONGEST = timedelta(days=32)
NOBODY = UUID(int=0)
WORTH_SENDING = timedelta(hours=24)
PUSHES = 8
"""How often a push is tried: for about an hour and a half."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Due:
    """A reminder whose time has come, as it was read."""

    row: Any
    alarm: Alarm


async def remind_all(database: Database, *, sends_mail: bool) -> int:
    """Tell every reminder that is due by now; return how many were told. What waits for a mail is written, not sent.

    What is wrong with one user is logged and keeps nobody else from being told, neither now nor at the next round: what
    was not told is still to be told then.
    """
    now, told = clock.now(), 0
    for statement in (_at_a_moment(now), _before_a_date(now)):
        last = (NOBODY, NOBODY)
        while rows := await _read(database, statement, last):
            for user_id, timezone, some in _by_user(rows, now):
                told += await _remind_one(
                    database, user_id, some, timezone=timezone, sends_mail=sends_mail
                )
            last = (rows[-1].user_id, rows[-1].id)
            await _note_dates(database, rows, now)
    return told


async def _read(
    database: Database, statement: Select[Any], last: tuple[UUID, UUID]
) -> Sequence[Any]:
    async with database.unit(writes=False) as session:
        session.info["slow"] = True
        found: Sequence[Any] = await database.run(session, _after(session, statement, last))
    return found


async def _after(
    session: Session, statement: Select[Any], last: tuple[UUID, UUID]
) -> Sequence[Any]:
    key = tuple_(REMINDERS.c.user_id, REMINDERS.c.id)
    types = [REMINDERS.c.user_id.type, REMINDERS.c.id.type]
    found = await session.execute(statement.where(key > tuple_(*last, types=types)).limit(AT_ONCE))
    rows: Sequence[Any] = found.all()
    return rows


def _by_user(rows: Sequence[Any], now: datetime) -> Iterator[tuple[UUID, str, list[Due]]]:
    for user_id, group in groupby(rows, lambda row: row.user_id):
        mine = list(group)
        some = [due for row in mine if (due := _due(row, now)) is not None]
        for start in range(0, len(some), MOST_OF_ONE):
            yield user_id, mine[0].timezone, some[start : start + MOST_OF_ONE]


def _due(row: Any, now: datetime) -> Due | None:
    facts = row._mapping
    alarm = _alarm_of(row)
    if alarm is None or not is_due(alarm, facts, now):
        return None
    return Due(row, alarm)


def _alarm_of(row: Any) -> Alarm | None:
    """Return the alarm of a reminder; None also for one that cannot be worked out, such as in a zone unknown here."""
    try:
        return alarm_of(row._mapping, row._mapping, row.timezone)
    except Exception as error:  # whatever it is: the others are told
        log.error("reminder_not_read", user=str(row.user_id), reminder=str(row.id), exc_info=error)
        return None


async def _note_dates(database: Database, rows: Sequence[Any], now: datetime) -> None:
    """Note for reminders that are still to come which date they are for."""
    alarms = ((row, _alarm_of(row)) for row in rows)
    seen = [
        {"whose": row.user_id, "which": row.id, "date": alarm.due_for}
        for row, alarm in alarms
        if alarm is not None and is_to_be_seen(alarm, row._mapping, now)
    ]
    if seen:
        await database.write(_note, seen)


async def _note(session: Session, seen: Sequence[dict[str, Any]]) -> None:
    one = update(REMINDERS).where(
        REMINDERS.c.user_id == bindparam("whose"), REMINDERS.c.id == bindparam("which")
    )
    await session.execute(one.values(seen_for=bindparam("date")), seen)


def _at_a_moment(now: datetime) -> Select[Any]:
    return _candidates().where(
        REMINDERS.c.at <= now, REMINDERS.c.at > now - LATEST, REMINDERS.c.told_for.is_(None)
    )


def _before_a_date(now: datetime) -> Select[Any]:
    """Most tasks are far from their dates; those that are near are looked at more closely by `alarm_of`."""
    soon = and_(
        REMINDERS.c.minutes_before < MINUTES_OF_A_DAY, TASKS.c.due_on <= (now + AROUND).date()
    )
    later = and_(
        REMINDERS.c.minutes_before >= MINUTES_OF_A_DAY, TASKS.c.due_on <= (now + LONGEST).date()
    )
    return _candidates().where(
        REMINDERS.c.minutes_before.is_not(None),
        TASKS.c.due_on >= (now - AROUND).date(),
        or_(soon, later),
    )


def _candidates() -> Select[Any]:
    names = (
        "id",
        "user_id",
        "task_id",
        "at",
        "minutes_before",
        "told_for",
        "seen_for",
        "updated_at",
    )
    return (
        select(
            *(REMINDERS.c[name] for name in names),
            TASKS.c.title,
            TASKS.c.due_on,
            TASKS.c.due_at,
            func.coalesce(TASKS.c.dated_at, TASKS.c.created_at).label("dated_at"),
            USERS.c.timezone,
        )
        .join(TASKS, OF_A_TASK)
        .join(USERS, USERS.c.id == REMINDERS.c.user_id)
        .where(*open_and_alive(TASKS), USERS.c.deactivated_at.is_(None))
        .order_by(REMINDERS.c.user_id, REMINDERS.c.id)
    )


async def _remind_one(
    database: Database, user_id: UUID, some: Sequence[Due], *, timezone: str, sends_mail: bool
) -> int:
    try:
        return await database.write(remind, user_id, some, timezone=timezone, sends_mail=sends_mail)
    except SQLAlchemyError as error:  # its text shows people's data
        log.warning("not_reminded", user=str(user_id), error=type(error).__name__)
    except Exception as error:  # whatever it is: the others are told
        log.error("not_reminded", user=str(user_id), exc_info=error)
    return 0


async def remind(
    session: Session, user_id: UUID, some: Sequence[Due], *, timezone: str, sends_mail: bool
) -> int:
    """Tell those of the reminders that nobody has told and whose tasks still stand as they were; return how many.

    The event is recorded at once. Mail and push wait for the end of the user's quiet hours.
    """
    told = [due for due in some if await _claim(session, due)]
    if not told:
        return 0
    for due in told:
        _record(session, due)
    wishes = await notification_settings.of(session, user_id)
    params = {"user_id": str(user_id), **_what_is(told)}
    send_at = wishes.held_until(clock.now(), timezone)
    if wishes.reminders_by_mail and sends_mail:
        await _write_mail(session, user_id, params, send_at)
    if wishes.reminders_by_push:
        until = (send_at + WORTH_SENDING).isoformat()
        await jobs.enqueue(
            session,
            PUSH,
            {**params, "until": until},
            due_at=send_at,
            user_id=user_id,
            most_attempts=PUSHES,
        )
    return len(told)


def _what_is(told: Sequence[Due]) -> dict[str, list[str | None]]:
    """Say what `reminder_letter.still_due` reads."""
    return {
        "told": [str(due.row.task_id) for due in told],
        "dates": [due.alarm.due_for if due.row.at is None else None for due in told],
    }


async def _claim(session: Session, due: Due) -> bool:
    row = due.row
    still = exists().where(
        TASKS.c.user_id == row.user_id,
        TASKS.c.id == row.task_id,
        TASKS.c.due_on.is_not_distinct_from(row.due_on),
        TASKS.c.due_at.is_not_distinct_from(row.due_at),
        *open_and_alive(TASKS),
    )
    found = await session.scalar(
        update(REMINDERS)
        .where(
            REMINDERS.c.user_id == row.user_id,
            REMINDERS.c.id == row.id,
            REMINDERS.c.updated_at == row.updated_at,
            REMINDERS.c.told_for.is_distinct_from(due.alarm.due_for),
            still,
        )
        .values(told_for=due.alarm.due_for, told_at=clock.now())
        .returning(REMINDERS.c.id)
    )
    return found is not None


def _record(session: Session, due: Due) -> None:
    row = due.row
    events.record(
        session,
        row.user_id,
        "reminder.due",
        ("reminder", row.id),
        payload={
            "task_id": str(row.task_id),
            "title": row.title,
            "due_date": images.plain(row.due_at or row.due_on),
            "at": images.plain(row.at),
            "minutes_before": row.minutes_before,
        },
    )


async def _write_mail(
    session: Session, user_id: UUID, params: dict[str, Any], send_at: datetime
) -> None:
    """Only to an address that was proved: nobody can have others mailed by registering theirs."""
    verified = select(USERS.c.email, USERS.c.locale).where(
        USERS.c.id == user_id, USERS.c.email.is_not(None), USERS.c.email_verified_at.is_not(None)
    )
    reader = (await session.execute(verified)).one_or_none()
    if reader is None:
        return
    await mail.enqueue(
        session,
        TEMPLATE,
        reader.email,
        locale=reader.locale,
        params=params,
        expires_at=send_at + WORTH_SENDING,
        user_id=user_id,
        due_at=send_at,
    )
