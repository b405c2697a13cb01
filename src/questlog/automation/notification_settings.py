"""How a user wants to be told. Who never said has no row and the defaults: reminders by mail, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal, cast
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from sqlalchemy import LargeBinary, Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import audit, events
from questlog.automation.job_models import NotificationSettings
from questlog.automation.quiet_hours import QuietHours
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import PreconditionFailedError, ValidationError
from questlog.core.security import Keyring, same

SETTINGS = cast(Table, NotificationSettings.__table__)
DEFAULTS: Mapping[str, Any] = {
    "reminders_by_mail": True,
    "reminders_by_push": False,
    "daily_digest": False,
    "weekly_review": False,
    "webhook_notices": True,
    "digest_at": "08:00",
    "review_weekday": 0,
    "quiet_from": None,
    "quiet_to": None,
    "push_url": None,
}
ROUNDS = frozenset({"daily_digest", "weekly_review", "digest_at", "review_weekday"})
"""Who changes these gets the next mail that comes by itself, and not one of before."""
KEY = "push addresses"
KEY_MARK_BYTES = 4
RESEALED_AT_ONCE = 200

type Mailing = Literal["reminders_by_mail", "daily_digest", "weekly_review", "webhook_notices"]
"""What a mail can be switched off by."""

log = structlog.get_logger(__name__)


class QuietHoursError(ValidationError):
    code = "quiet_hours_incomplete"
    default_message = "Quiet hours have a beginning and an end, which differ."


class NoPushAddressError(ValidationError):
    code = "no_push_address"
    default_message = "Give the address that pushes go to first."


@dataclass(frozen=True)
class Wishes:
    """What somebody wants. `version` is 0 while they never said."""

    user_id: UUID
    reminders_by_mail: bool
    reminders_by_push: bool
    daily_digest: bool
    weekly_review: bool
    webhook_notices: bool
    digest_at: str
    review_weekday: int
    quiet_from: str | None
    quiet_to: str | None
    push_url: bytes | None
    """Sealed: `push_address` opens it."""
    updated_at: datetime | None = None
    version: int = 0

    def held_until(self, moment: datetime, timezone: str) -> datetime:
        """Return when something of this moment may be sent: at once, or when the quiet hours are over."""
        if self.quiet_from is None or self.quiet_to is None:
            return moment
        quiet = QuietHours(time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_to))
        return quiet.end_after(moment, timezone) or moment


_COLUMNS = [SETTINGS.c[name] for name in (*DEFAULTS, "updated_at", "version")]


async def of(session: Session, user_id: UUID) -> Wishes:
    """Return what the user wants, or what is done for who never said."""
    found = await session.execute(select(*_COLUMNS).where(SETTINGS.c.user_id == user_id))
    row = found.one_or_none()
    return Wishes(user_id, **(DEFAULTS if row is None else row._mapping))


async def change(
    session: Session,
    user_id: UUID,
    changes: Mapping[str, Any],
    *,
    keyring: Keyring,
    expected_version: int | None = None,
) -> Wishes:
    """Set what `changes` names; `push_url` is an address in the clear that was looked at before.

    Raises `QuietHoursError`, `NoPushAddressError`, `PreconditionFailedError`.
    """
    held = await _hold(session, user_id)
    if expected_version is not None and expected_version != held.version:
        raise PreconditionFailedError()
    wanted = dict(changes)
    if "push_url" in wanted:
        wanted |= _addressed(wanted["push_url"], wanted, held, keyring)
    changed = {name: value for name, value in wanted.items() if getattr(held, name) != value}
    _check({**{name: getattr(held, name) for name in DEFAULTS}, **changed})
    if not changed:
        return held
    await _write(session, held, changed)
    if "push_url" in changed:
        audit.record(
            session,
            "push.address_changed",
            account_id=user_id,
            details={"host": host_of(changes["push_url"])},
        )
    return await of(session, user_id)


async def _write(session: Session, held: Wishes, changed: Mapping[str, Any], **facts: Any) -> None:
    now = clock.now()
    moved = {**changed, "updated_at": now, "version": held.version + 1}
    if not ROUNDS.isdisjoint(changed):
        moved["rounds_set_at"] = now
    mine = SETTINGS.c.user_id == held.user_id
    await session.execute(update(SETTINGS).where(mine).values(moved))
    events.record(
        session,
        held.user_id,
        "notification_settings.updated",
        ("notification_settings", held.user_id),
        payload={"fields": sorted(changed), **facts},
        touched=[("notification_settings", held.user_id, held.version + 1)],
    )


async def _hold(session: Session, user_id: UUID) -> Wishes:
    """Return what is, in a row that nobody else changes until the commit; it is made where there is none."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    now = clock.now()
    row = {**DEFAULTS, "user_id": user_id, "created_at": now, "updated_at": now, "version": 0}
    await session.execute(dialect.insert(SETTINGS).values(row).on_conflict_do_nothing())
    await session.execute(
        select(SETTINGS.c.user_id).where(SETTINGS.c.user_id == user_id).with_for_update()
    )
    return await of(session, user_id)


def _addressed(
    url: str | None, wanted: Mapping[str, Any], held: Wishes, keyring: Keyring
) -> dict[str, Any]:
    """An address that is taken away takes the pushes with it; one that is the same again is left as it is sealed."""
    if url is None:
        return {"push_url": None, "reminders_by_push": wanted.get("reminders_by_push", False)}
    if url == push_address(keyring, held):
        return {"push_url": held.push_url}
    return {"push_url": _seal(keyring, held.user_id, url)}


def _check(whole: Mapping[str, Any]) -> None:
    start, end = whole["quiet_from"], whole["quiet_to"]
    if (start is None) != (end is None) or (start is not None and start == end):
        raise QuietHoursError(pointer="/body/quiet_from")
    if whole["reminders_by_push"] and whole["push_url"] is None:
        raise NoPushAddressError(pointer="/body/push_url")


async def switch_off(session: Session, user_id: UUID, mailing: Mailing) -> None:
    """Send no more mails of a kind. A repeat changes nothing."""
    held = await _hold(session, user_id)
    if not getattr(held, mailing):
        return
    await _write(session, held, {mailing: False}, unsubscribed=True)


async def forget_push(session: Session, user_id: UUID) -> None:
    """Push nothing any more, and forget where to."""
    held = await of(session, user_id)
    if held.push_url is None:
        return
    await _write(session, held, {"push_url": None, "reminders_by_push": False})
    audit.record(session, "push.address_changed", account_id=user_id, details={"host": None})


def push_address(keyring: Keyring, wishes: Wishes) -> str | None:
    """Return where pushes go, in the clear; None without one, or when no key of this server opens it."""
    if wishes.push_url is None:
        return None
    clear = _unsealed(keyring, wishes.user_id, wishes.push_url)
    if clear is None:
        log.error("push_address_unreadable", user=str(wishes.user_id))
    return clear


def host_of(url: str | None) -> str | None:
    """Return what may be shown of the address: whoever knows the rest can read somebody's pushes."""
    return None if url is None else urlsplit(url).hostname


async def reseal(session: Session, keyring: Keyring) -> int:
    """Seal with the present key what the previous one sealed, some at a time; return how many."""
    if keyring.previous is None:
        return 0
    mark = func.substr(SETTINGS.c.push_url, 1, KEY_MARK_BYTES, type_=LargeBinary())
    found = await session.execute(
        select(SETTINGS.c.user_id, SETTINGS.c.push_url)
        .where(mark == _mark(keyring.previous))
        .order_by(SETTINGS.c.user_id)
        .limit(RESEALED_AT_ONCE)
        .with_for_update()
    )
    return sum([await _seal_anew(session, keyring, row) for row in found.all()])


async def _seal_anew(session: Session, keyring: Keyring, row: Any) -> bool:
    clear = _unsealed(keyring, row.user_id, row.push_url)
    if clear is None:
        return False
    sealed = _seal(keyring, row.user_id, clear)
    mine = SETTINGS.c.user_id == row.user_id
    await session.execute(update(SETTINGS).where(mine).values(push_url=sealed))
    return True


def _seal(keyring: Keyring, user_id: UUID, url: str) -> bytes:
    """The key's mark, then the address sealed with whose it is: a row copied to somebody else opens nothing."""
    return _mark(keyring) + keyring.seal(KEY, user_id.bytes + url.encode())


def _unsealed(keyring: Keyring, user_id: UUID, sealed: bytes) -> str | None:
    clear = keyring.unseal(KEY, sealed[KEY_MARK_BYTES:])
    if clear is None or not same(clear[: len(user_id.bytes)], user_id.bytes):
        return None
    return clear[len(user_id.bytes) :].decode()


def _mark(keyring: Keyring) -> bytes:
    """Name the key without telling of it, so that what another one sealed is recognised."""
    return keyring.sign("key marks", KEY.encode())[:KEY_MARK_BYTES]
