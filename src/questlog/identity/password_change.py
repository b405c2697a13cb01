"""Setting a password: what else becomes void with the old one."""

from datetime import timedelta
from typing import Literal

from sqlalchemy import delete

from questlog.automation import audit, events, mail
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.identity import passwords, sessions, users
from questlog.identity.clues import Clues
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import PasswordReset, User
from questlog.identity.principals import Principal
from questlog.identity.reauthentication import Proof, proven_again

NOTICE = "password_changed"
NOTICE_LIFE = timedelta(days=1)


async def change(
    database: Database,
    desk: FrontDesk,
    me: Principal,
    proof: Proof,
    password: str,
    *,
    clues: Clues,
    revoke_others: bool = True,
) -> None:
    """Set a new password for somebody who knows the old one, or has a code.

    Raises `WeakPasswordError` and what `reauthentication` raises.
    """
    passwords.check(password, me.email, pointer="/body/new_password")
    async with proven_again(database, desk, me, proof, "change_password"):
        password_hash = await desk.passwords.hash(password)
        await database.write(
            _change, desk, me, password_hash, clues=clues, revoke_others=revoke_others
        )


async def _change(
    session: Session,
    desk: FrontDesk,
    me: Principal,
    password_hash: str,
    *,
    clues: Clues,
    revoke_others: bool,
) -> None:
    session.info["actor"], session.info["request_id"] = f"user:{me.user_id}", clues.request_id
    user = await users.get_by_id(session, me.user_id)
    await set_password(session, desk, user, password_hash)
    if revoke_others:
        await sessions.revoke_others(session, user.id, me.session_id, reason="password_changed")


async def set_password(
    session: Session,
    desk: FrontDesk,
    user: User,
    password_hash: str,
    *,
    told_as: Literal["password.changed", "password.reset"] = "password.changed",
) -> None:
    """Store a new hash, void links that were sent for the old one, and tell the owner by mail.

    `told_as` is what the audit log calls it.
    """
    user.password_hash = password_hash
    user.updated_at, user.version = clock.now(), user.version + 1
    await session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    events.record(
        session,
        user.id,
        "user.updated",
        ("user", user.id),
        payload={"changed": ["password"]},
        touched=[("user", user.id, user.version)],
    )
    audit.record(session, told_as, account_id=user.id)
    if desk.sends_mail and user.email is not None:
        await mail.enqueue(
            session,
            NOTICE,
            user.email,
            user_id=user.id,
            locale=user.locale,
            params={"changed_at": user.updated_at.isoformat()},
            expires_at=user.updated_at + NOTICE_LIFE,
        )
