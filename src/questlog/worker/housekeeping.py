"""What is done every minute: deleting what is over, erasing closed accounts, and, in each process, writing down its uses."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from questlog.automation import (
    audit_log,
    heartbeats,
    job_sweeping,
    mail,
    notification_settings,
    undo_states,
    webhook_secrets,
)
from questlog.core.db import Database
from questlog.core.outages import is_away
from questlog.core.security import Keyring
from questlog.flows.erase_account import erase_all_closed
from questlog.identity import (
    api_keys,
    attempts,
    email_codes,
    exchange_codes,
    factor_tickets,
    oidc_attempts,
    password_resets,
    sessions,
    socket_tickets,
    totp,
)
from questlog.identity.front_desk import FrontDesk

EVERY_S = 60.0
SWEEPS = (
    attempts.sweep,
    email_codes.sweep,
    password_resets.sweep,
    factor_tickets.sweep,
    oidc_attempts.sweep,
    exchange_codes.sweep,
    socket_tickets.sweep,
    sessions.sweep,
    api_keys.sweep,
    mail.sweep,
    undo_states.sweep,
    job_sweeping.sweep,
    heartbeats.sweep,
    audit_log.sweep,
)
"""Each in a transaction of its own: what one cannot delete, such as a role kept from the audit log, is left."""

log = structlog.get_logger(__name__)


async def write_uses_forever(database: Database, desk: FrontDesk, stop: asyncio.Event) -> None:
    """Store when sessions and keys were last used here until `stop` is set, and once more then."""
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EVERY_S)
        try:
            await desk.presence.write_uses(database)
        except SQLAlchemyError as error:
            log.warning("uses_wait_for_the_database", error=type(error).__name__)


async def keep_house(database: Database, keyring: Keyring) -> None:
    """Do what is due in the whole house; whichever process comes to it does it for all."""
    await sweep(database)
    await _safely("erasing", erase_all_closed(database))
    await _safely("resealing", reseal(database, keyring))


async def sweep(database: Database) -> None:
    """Delete what is over."""
    for each in SWEEPS:
        await _safely(each.__module__, database.write(each))


async def _safely(what: str, work: Awaitable[object]) -> None:
    """One that fails holds up no other; a database that is away ends the round."""
    try:
        await work
    except Exception as error:
        if is_away(error):
            raise
        log.error("house_not_kept", what=what, exc_info=error)


async def reseal(database: Database, keyring: Keyring) -> None:
    """Seal anew what a replaced SECRET_KEY sealed, so that the key can be taken out of the settings."""
    for what, some in (
        ("totp_secrets", totp.reseal),
        ("push_addresses", notification_settings.reseal),
        ("webhook_secrets", webhook_secrets.reseal),
    ):
        while keyring.previous and (done := await database.write(some, keyring)):
            log.info(f"{what}_resealed", count=done)
