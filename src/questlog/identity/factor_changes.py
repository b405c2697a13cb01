"""What every change of somebody's second factors brings with it: the flag, recovery codes, and that the owner hears of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, select

from questlog.automation import audit, events, mail
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError
from questlog.identity import factor_tickets, recovery_codes, second_factor
from questlog.identity.factor_models import Passkey, TotpSecret
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import User
from questlog.identity.users import UserNotFoundError

NOTICE = "factor_changed"
NOTICE_LIFE = timedelta(days=1)

type Kind = Literal["totp", "passkey", "recovery_codes"]
type Change = Literal["added", "removed"]


class NoSecondFactorError(ConflictError):
    code = "no_second_factor"
    default_message = "Recovery codes come with a second factor. Add one first."


@dataclass(frozen=True)
class Account:
    """Whose factors change; `label` is what an app or a browser shows for the account."""

    label: str
    name: str


async def hold(session: Session, user_id: UUID) -> Account:
    """Queue all who change this user's factors, until the transaction ends. Raises `UserNotFoundError`."""
    row = (
        await session.execute(
            select(User.email, User.name)
            .where(User.id == user_id, User.deactivated_at.is_(None))
            .with_for_update(key_share=True)
        )
    ).first()
    if row is None:
        raise UserNotFoundError()
    label = row.email or row.name or str(user_id)
    return Account(label, row.name or label)


async def added(
    session: Session, desk: FrontDesk, user_id: UUID, kind: Kind
) -> tuple[str, ...] | None:
    """Note a new factor; return recovery codes if it is the first, None otherwise."""
    had_one = await second_factor.is_required(session, user_id)
    await second_factor.note(session, user_id)
    await _tell(session, desk, user_id, kind, "added")
    return None if had_one else await recovery_codes.replace(session, user_id)


async def removed(session: Session, desk: FrontDesk, user_id: UUID, kind: Kind) -> None:
    """Note that a factor is gone. Recovery codes go with the last one, sign-ins under way with any."""
    if not await second_factor.note(session, user_id):
        await recovery_codes.remove_all(session, user_id)
    await factor_tickets.void_all_of(session, user_id)
    await _tell(session, desk, user_id, kind, "removed")


async def remove_all(session: Session, desk: FrontDesk, user_id: UUID) -> bool:
    """Remove every factor of somebody who has lost them, and return whether there was any."""
    await hold(session, user_id)
    kinds: tuple[tuple[Kind, type[TotpSecret | Passkey]], ...] = (
        ("totp", TotpSecret),
        ("passkey", Passkey),
    )
    gone: list[Kind] = []
    for kind, model in kinds:
        rows = delete(model).where(model.user_id == user_id).returning(model.user_id)
        if (await session.scalars(rows)).all():
            gone.append(kind)
    for kind in gone:
        await removed(session, desk, user_id, kind)
    return bool(gone)


async def renew_codes(session: Session, desk: FrontDesk, user_id: UUID) -> tuple[str, ...]:
    """Replace the recovery codes. Raises `NoSecondFactorError`."""
    await hold(session, user_id)
    if not await second_factor.is_required(session, user_id):
        raise NoSecondFactorError()
    await _tell(session, desk, user_id, "recovery_codes", "added")
    return await recovery_codes.replace(session, user_id)


async def _tell(
    session: Session, desk: FrontDesk, user_id: UUID, kind: Kind, change: Change
) -> None:
    session.info.setdefault("actor", f"user:{user_id}")
    events.record(session, user_id, f"factor.{change}", ("factor", None), payload={"kind": kind})
    action: Literal["factor.added", "factor.removed"] = (
        "factor.added" if change == "added" else "factor.removed"
    )
    audit.record(session, action, account_id=user_id, details={"kind": kind})
    await _mail(session, desk, user_id, kind, change)


async def _mail(
    session: Session, desk: FrontDesk, user_id: UUID, kind: Kind, change: Change
) -> None:
    if not desk.sends_mail:
        return
    owner = (await session.execute(select(User.email, User.locale).where(User.id == user_id))).one()
    if owner.email is None:
        return
    await mail.enqueue(
        session,
        NOTICE,
        owner.email,
        user_id=user_id,
        locale=owner.locale,
        params={"kind": kind, "change": change},
        expires_at=clock.now() + NOTICE_LIFE,
    )
