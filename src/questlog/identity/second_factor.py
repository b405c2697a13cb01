"""Second factors: who needs one, and which ones they have."""

from uuid import UUID

from sqlalchemy import select, update

from questlog.core.db import Session
from questlog.identity.factor_models import Passkey, RecoveryCode, TotpSecret
from questlog.identity.models import User


async def is_required(session: Session, user_id: UUID) -> bool:
    """Return whether a sign-in of this user asks for a second factor, whatever door it comes through."""
    return bool(await session.scalar(select(User.has_second_factor).where(User.id == user_id)))


async def methods(session: Session, user_id: UUID) -> tuple[str, ...]:
    """Return what the user can answer with: `totp`, `passkey`, `recovery_code`."""
    totp = select(TotpSecret.user_id).where(
        TotpSecret.user_id == user_id, TotpSecret.confirmed_at.is_not(None)
    )
    passkey = select(Passkey.id).where(Passkey.user_id == user_id)
    recovery = select(RecoveryCode.id).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    row = (
        await session.execute(
            select(
                totp.exists().label("totp"),
                passkey.exists().label("passkey"),
                recovery.exists().label("recovery_code"),
            )
        )
    ).one()
    return tuple(name for name, has in row._mapping.items() if has)


async def note(session: Session, user_id: UUID) -> bool:
    """Bring `has_second_factor` up to date with the factors there are, and return it."""
    found = await methods(session, user_id)
    required = "totp" in found or "passkey" in found
    await session.execute(update(User).where(User.id == user_id).values(has_second_factor=required))
    return required
