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
from questlog.coach import profile_text, profile_words, waiting
from questlog.coach.models import Statement
from questlog.coach.profile_text import MOST, held, notes
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError, NotFoundError
from questlog.core.ids import new_id
from questlog.identity import users
from questlog.identity.models import User
from questlog.planning import ownership

STATEMENTS = cast(Table, Statement.__table__)
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
    answered: str = ""
    """The topic of the onboarding's question it was said to."""


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


async def told(session: Session, user_id: UUID, locale: str) -> list[str]:
    """Return what holds in lines, as the coach is told it: the newest 50, the oldest of them first."""
    return [profile_words.line(one, locale) for one in await held(session, user_id)][-TOLD_AT_MOST:]


async def get(session: Session, user_id: UUID, statement_id: UUID) -> Statement:
    """Raises `StatementNotFoundError`, `NotYoursError`."""
    return await ownership.find(
        session, Statement, user_id, statement_id, missing=StatementNotFoundError
    )


async def note(
    session: Session, user_id: UUID, said: Said, *, source: str, timezone: str
) -> Statement:
    """Add a statement. One of a topic of which a person has but one makes the older one a dated note.

    Saying the same once more changes nothing. Raises `TooManyStatementsError`.
    """
    await waiting.for_others(session, user_id)
    locale = await profile_text.written_in(session, user_id)
    made = await _noted(session, user_id, said, source=source, timezone=timezone)
    await profile_text.write_anew(session, user_id, locale)
    return made


async def note_all(
    session: Session,
    user_id: UUID,
    said: Sequence[Said],
    *,
    source: str,
    messages: Mapping[str, UUID],
    timezone: str,
) -> list[Said]:
    """Add what there is room for, and return the rest; `messages` tells where each question was answered.

    The profile's text stays as it is.
    """
    await waiting.for_others(session, user_id)
    too_many = []
    for one in said:
        where = messages.get(one.answered)
        try:
            await _noted(session, user_id, one, source=source, timezone=timezone, message_id=where)
        except TooManyStatementsError:
            too_many.append(one)
    return too_many


async def _noted(
    session: Session,
    user_id: UUID,
    said: Said,
    *,
    source: str,
    timezone: str,
    message_id: UUID | None = None,
) -> Statement:
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
    await _replace(session, replaced, made)
    return made


async def _replace(session: Session, replaced: Sequence[Statement], made: Statement) -> None:
    """Make what a statement contradicts dated notes, of which the newest 200 are kept."""
    for old in replaced:
        old.replaced_at, old.replaced_on = made.created_at, made.noted_on
        old.replaced_by = made.id
        old.updated_at, old.version = made.created_at, old.version + 1
    await session.flush()
    forgotten = (
        await profile_text.notes_beyond_the_newest(session, made.user_id) if replaced else []
    )
    for old in forgotten:
        await session.delete(old)
    await session.flush()
    _record(session, made, "statement.noted", [made, *replaced, *forgotten])


async def change(
    session: Session,
    user_id: UUID,
    statement_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> Statement:
    """Put it as the user says. Raises `StatementNotFoundError`, `NotYoursError`, `PreconditionFailedError`."""
    await waiting.for_others(session, user_id)
    statement = await _claim(session, user_id, statement_id, expected_version)
    if all(getattr(statement, name) == value for name, value in changes.items()):
        return statement
    locale = await profile_text.written_in(session, user_id)
    for name, value in changes.items():
        setattr(statement, name, value)
    statement.source = "hand"
    statement.updated_at, statement.version = clock.now(), statement.version + 1
    await session.flush()
    await profile_text.write_anew(session, user_id, locale)
    _record(session, statement, "statement.changed", [statement])
    return statement


async def remove(
    session: Session, user_id: UUID, statement_id: UUID, *, expected_version: int | None = None
) -> None:
    """Forget one statement. Raises `StatementNotFoundError`, `NotYoursError`, `PreconditionFailedError`."""
    await waiting.for_others(session, user_id)
    statement = await _claim(session, user_id, statement_id, expected_version)
    locale = await profile_text.written_in(session, user_id)
    await session.delete(statement)
    await session.flush()
    await profile_text.write_anew(session, user_id, locale)
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
