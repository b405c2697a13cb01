"""What is kept of a profile, and its text: written from the statements, and following them until its user writes it."""

from uuid import UUID

from sqlalchemy import Select, select

from questlog.coach import profile_words
from questlog.coach.models import Statement
from questlog.core.db import Session
from questlog.identity import users
from questlog.identity.models import User

MOST = 200


async def held(session: Session, user_id: UUID) -> list[Statement]:
    """Return what holds, the oldest first."""
    found = await session.scalars(
        select(Statement)
        .where(Statement.user_id == user_id, Statement.replaced_at.is_(None))
        .order_by(Statement.id)
    )
    return list(found)


async def notes(session: Session, user_id: UUID) -> list[Statement]:
    """Return what held once, the newest 200 in the order in which they were replaced."""
    found = await session.scalars(_newest_notes(user_id).limit(MOST))
    return list(found)[::-1]


async def notes_beyond_the_newest(session: Session, user_id: UUID) -> list[Statement]:
    """Return the dated notes that are more than a profile keeps."""
    return list(await session.scalars(_newest_notes(user_id).offset(MOST)))


def _newest_notes(user_id: UUID) -> Select[Statement]:
    return (
        select(Statement)
        .where(Statement.user_id == user_id, Statement.replaced_at.is_not(None))
        .order_by(Statement.replaced_at.desc(), Statement.id.desc())
    )


async def text(session: Session, user_id: UUID, locale: str) -> str:
    """Return how what holds and what held reads."""
    there, gone = await held(session, user_id), await notes(session, user_id)
    return profile_words.text(there, gone, locale)


async def written_in(session: Session, user_id: UUID) -> str | None:
    """Return the language in which the profile's text was written from its statements.

    None: there is no text, or it is the user's own.
    """
    stands = await session.scalar(select(User.profile_text).where(User.id == user_id))
    if not stands:
        return None
    there, gone = await held(session, user_id), await notes(session, user_id)
    languages = profile_words.LABELS
    return next((one for one in languages if profile_words.text(there, gone, one) == stands), None)


async def write_anew(session: Session, user_id: UUID, locale: str | None) -> None:
    """Let a text that was written from the statements follow them; one written by hand stays."""
    if locale is not None:
        changes = {"profile_text": await text(session, user_id, locale) or None}
        await users.update(session, user_id, changes)
