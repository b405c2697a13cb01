"""The ways somebody can sign in by: the last one cannot be removed."""

from uuid import UUID

from sqlalchemy import func, select

from questlog.core.db import Session
from questlog.core.exceptions import ConflictError
from questlog.identity.door_models import ExternalIdentity
from questlog.identity.factor_models import Passkey
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import User


class LastWayInError(ConflictError):
    code = "last_way_in"
    default_message = "This is your last way in. Add another one first."


async def require_one_left(session: Session, desk: FrontDesk, user_id: UUID) -> None:
    """Raise `LastWayInError` if nothing is left to sign in with, once something was removed in this transaction.

    Counted are a password, an address that mail reaches, identities of other providers, and passkeys; not the codes
    that a server without mail shows to who sits at it, because the owner may sit elsewhere. Hold the user's
    row first (`factor_changes.hold`), so that two removals do not each count on the other.
    """
    identities = select(func.count(ExternalIdentity.id)).where(ExternalIdentity.user_id == user_id)
    passkeys = select(func.count(Passkey.id)).where(Passkey.user_id == user_id)
    row = (
        await session.execute(
            select(
                User.password_hash.is_not(None).label("password"),
                User.email.is_not(None).label("address"),
                identities.scalar_subquery().label("identities"),
                passkeys.scalar_subquery().label("passkeys"),
            ).where(User.id == user_id)
        )
    ).one()
    reachable = row.address and desk.sends_mail
    if not (row.password or reachable or row.identities or row.passkeys):
        raise LastWayInError()
