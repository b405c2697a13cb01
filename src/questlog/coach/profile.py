"""What the coach holds to be true of its user: single statements, each visible, editable and deletable.

Nothing is in it that the user did not say. A statement that a newer one contradicts stays as a dated note.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy import delete as delete_rows

from questlog.automation import events
from questlog.coach import profile_words
from questlog.coach.models import Statement
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError, NotFoundError
from questlog.core.ids import new_id
from questlog.identity import users
from questlog.identity.models import User
from questlog.planning import ownership

STATEMENTS = cast(Table, Statement.__table__)
MOST = 200
TOLD_AT_MOST = 50
# A person has one of these at a time: a newer statement takes the place of an older one.
ONLY_ONE = frozenset({"work", "hours", "obstacle"})


class StatementNotFoundError(NotFoundError):
    code = "statement_not_found"
    default_message = "There is no such statement in your profile."


class TooManyStatementsError(ConflictError):
    code = "too_many_statements"
    default_message = "A profile has at most {most} statements. Delete one first."


@dataclass(frozen=True, slots=True)
class Said:
    """Something somebody said of themselves, in their words."""

    topic: str
    words: str


async def held(session: Session, user_id: UUID) -> list[Statement]:
    """Return what holds, the oldest first."""
    found = await session.scalars(
        select(Statement)
        .where(Statement.user_id == user_id, Statement.replaced_at.is_(None))
        .order_by(Statement.id)
    )
    return list(found)


async def whole(session: Session, user_id: UUID) -> dict[str, Any]:
    """Return the profile's text with what holds and what held."""
    text = await session.scalar(select(User.profile_text).where(User.id == user_id))
    return {
        "profile_text": text,
        "statements": await held(session, user_id),
        "notes": await notes(session, user_id),
    }


async def write_text(session: Session, user_id: UUID, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the text as its user writes it, and return the whole profile."""
    await users.update(session, user_id, changes)
    return await whole(session, user_id)


async def notes(session: Session, user_id: UUID) -> list[Statement]:
    """Return what held once, the newest 200 in the order in which they were replaced."""
    found = await session.scalars(
        select(Statement)
        .where(Statement.user_id == user_id, Statement.replaced_at.is_not(None))
        .order_by(Statement.replaced_at.desc(), Statement.id.desc())
        .limit(MOST)
    )
    return list(found)[::-1]


async def told(session: Session, user_id: UUID, locale: str) -> list[str]:
    """Return what holds in lines, as the coach is told it: the newest 50, the oldest of them first."""
    return [profile_words.line(one, locale) for one in await held(session, user_id)][-TOLD_AT_MOST:]


async def get(session: Session, user_id: UUID, statement_id: UUID) -> Statement:
    """Raises `StatementNotFoundError`, `NotYoursError`."""
    return await ownership.find(
        session, Statement, user_id, statement_id, missing=StatementNotFoundError
    )


async def note(
    session: Session,
    user_id: UUID,
    said: Said,
    *,
    source: str,
    message_id: UUID | None = None,
    timezone: str,
) -> Statement:
    """Add a statement. One of a topic of which a person has but one makes the older one a dated note.

    Saying the same once more changes nothing. Raises `TooManyStatementsError`.
    """
    await _wait_for_others(session, user_id)
    there = await held(session, user_id)
    same = next((one for one in there if (one.topic, one.words) == (said.topic, said.words)), None)
    if same is not None:
        return same
    replaced = [one for one in there if one.topic == said.topic and said.topic in ONLY_ONE]
    if len(there) - len(replaced) >= MOST:
        raise TooManyStatementsError(details={"most": MOST})
    now = clock.now()
    made = Statement(
        id=new_id(),
        user_id=user_id,
        topic=said.topic,
        words=said.words,
        source=source,
        message_id=message_id,
        noted_on=clock.today(timezone),
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(made)
    for old in replaced:
        old.replaced_at, old.replaced_by = now, made.id
        old.updated_at, old.version = now, old.version + 1
    await session.flush()
    _record(session, made, "statement.noted", [made, *replaced])
    return made


async def _wait_for_others(session: Session, user_id: UUID) -> None:
    """Let one write into a profile at a time, so that what is counted is counted rightly."""
    await session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


async def change(
    session: Session,
    user_id: UUID,
    statement_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> Statement:
    """Put it as the user says. Raises `StatementNotFoundError`, `NotYoursError`, `PreconditionFailedError`."""
    statement = await _claim(session, user_id, statement_id, expected_version)
    if all(getattr(statement, name) == value for name, value in changes.items()):
        return statement
    for name, value in changes.items():
        setattr(statement, name, value)
    statement.source = "hand"
    statement.updated_at, statement.version = clock.now(), statement.version + 1
    await session.flush()
    _record(session, statement, "statement.changed", [statement])
    return statement


async def remove(
    session: Session, user_id: UUID, statement_id: UUID, *, expected_version: int | None = None
) -> None:
    """Forget one statement. Raises `StatementNotFoundError`, `NotYoursError`, `PreconditionFailedError`."""
    statement = await _claim(session, user_id, statement_id, expected_version)
    await session.delete(statement)
    await session.flush()
    _record(session, statement, "statement.deleted", [statement])


async def clear(session: Session, user_id: UUID) -> None:
    """Forget everything that is known of the user, the dated notes and their profile's text included."""
    await users.update(session, user_id, {"profile_text": None})
    gone = await session.execute(
        delete_rows(STATEMENTS)
        .where(STATEMENTS.c.user_id == user_id)
        .returning(STATEMENTS.c.id, STATEMENTS.c.version)
    )
    touched = [("statement", row.id, row.version) for row in gone]
    if touched:
        events.record(
            session,
            user_id,
            "profile.cleared",
            ("user", user_id),
            payload={"statements": len(touched)},
            touched=touched,
        )


async def _claim(
    session: Session, user_id: UUID, statement_id: UUID, expected_version: int | None
) -> Statement:
    return await ownership.claim(
        session,
        Statement,
        user_id,
        statement_id,
        missing=StatementNotFoundError,
        expected_version=expected_version,
    )


def _record(
    session: Session, statement: Statement, type_: str, touched: Sequence[Statement]
) -> None:
    """What was said of somebody is for their profile alone: events tell the topic only."""
    events.record(
        session,
        statement.user_id,
        type_,
        ("statement", statement.id),
        payload={"topic": statement.topic},
        touched=[("statement", one.id, one.version) for one in touched],
    )
