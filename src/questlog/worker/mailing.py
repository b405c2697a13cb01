"""The loop that sends mail: at once when this process has committed one, and every few seconds for everybody else's."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from questlog.automation import mail
from questlog.automation.mail import Letter
from questlog.clients import smtp
from questlog.clients.smtp import DeliveryError
from questlog.coach import weekly_letter
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.core.exceptions import QuestlogError
from questlog.flows import daily_digest, weekly_review
from questlog.flows.letters import CONTENTS, held_until
from questlog.identity import letters

POLL_S = 2.0
AT_ONCE = 8
MOST_TRIES_TO_WRITE = 10
LONGEST_WAIT = timedelta(minutes=1)
# What flows say, and what the coach adds to it.
WRITTEN = {**CONTENTS, weekly_review.TEMPLATE: weekly_letter.content}
PATIENCE = {**dict.fromkeys(WRITTEN, 1), daily_digest.TEMPLATE: 2, weekly_review.TEMPLATE: 2}
"""Who waits for a code stands at the door: it goes before reminders, and they before what comes to everybody at eight."""

log = structlog.get_logger(__name__)


async def run_forever(database: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Send what waits until `stop` is set. Without a mail server there is nothing to do."""
    if not settings.mail.enabled:
        await stop.wait()
        return
    with mail.bell() as rung:
        senders = Senders(database, settings, rung)
        while not stop.is_set():
            rung.clear()
            await senders.take()
            await _pause(rung, stop)
        await senders.end()


class Senders:
    """A handful of letters at once; a place that is free is taken again at once, whatever the others wait for."""

    def __init__(self, database: Database, settings: Settings, wake: asyncio.Event) -> None:
        self._database, self._settings, self._wake = database, settings, wake
        self._busy: dict[UUID, asyncio.Task[None]] = {}

    async def take(self) -> None:
        """Begin to send what is due, as far as places are free; `wake` is set when one is free again."""
        free = AT_ONCE - len(self._busy)
        if not free:
            return
        try:
            taken = await self._database.write(mail.claim, free, patience=PATIENCE)
        except SQLAlchemyError as error:
            log.warning("mail_waits_for_the_database", error=type(error).__name__)
            return
        for letter in taken:
            self._busy[letter.id] = asyncio.create_task(self._send(letter))

    async def _send(self, letter: Letter) -> None:
        try:
            await _send(self._database, self._settings, letter)
        except SQLAlchemyError as error:  # its lease runs out, and it is sent then
            log.warning("mail_waits_for_the_database", error=type(error).__name__)
        except Exception as error:  # whatever it is: the others go out
            log.error("mail_not_sent", mail=str(letter.id), exc_info=error)
        finally:
            del self._busy[letter.id]
            self._wake.set()

    async def end(self) -> None:
        """Let what is begun come to an end."""
        if self._busy:
            await asyncio.wait(self._busy.values())


async def readiness(database: Database) -> str:
    """Say in one line whether mail gets away: a code that waits a minute keeps somebody out."""
    try:
        backlog = await database.read(mail.backlog)
    except SQLAlchemyError:
        return "unknown: the database does not answer"
    if backlog.oldest_at is None or clock.now() - backlog.oldest_at < LONGEST_WAIT:
        return "ok"
    return f"{backlog.waiting} waiting, the oldest since {backlog.oldest_at:%Y-%m-%d %H:%M} UTC"


async def _pause(rung: asyncio.Event, stop: asyncio.Event) -> None:
    waits = [asyncio.create_task(rung.wait()), asyncio.create_task(stop.wait())]
    try:
        await asyncio.wait(waits, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def send_waiting(database: Database, settings: Settings) -> int:
    """Send what is due, a handful at once, and return how many letters were taken."""
    taken = await database.write(mail.claim, AT_ONCE, patience=PATIENCE)
    await asyncio.gather(*(_send(database, settings, letter) for letter in taken))
    return len(taken)


async def _send(database: Database, settings: Settings, letter: Letter) -> None:
    if letter.expires_at is not None and letter.expires_at <= clock.now():
        await database.write(mail.mark_failed, letter, "expired")
        return
    if letter.template in CONTENTS and (until := await database.read(held_until, letter)):
        await database.write(mail.hold, letter, until)
        return
    await _write_and_send(database, settings, letter)


async def _write_and_send(database: Database, settings: Settings, letter: Letter) -> None:
    try:
        message = await database.write(_write, settings, letter)
    except (SQLAlchemyError, QuestlogError):
        raise
    except (
        Exception
    ) as error:  # a letter of a newer version, or a mistake of ours: the others go out
        log.error("mail_not_written", mail=str(letter.id), template=letter.template, exc_info=error)
        await _leave_for_later(database, letter)
        return
    if message is None:
        await database.write(mail.mark_failed, letter, "expired")
        return
    try:
        await smtp.deliver(settings.mail, message)
    except DeliveryError as error:
        log.warning("mail_not_sent", mail=str(letter.id), reason=error.reason, retry=error.may_pass)
        if error.may_pass:
            await database.write(mail.postpone, letter, error.reason)
        else:
            await database.write(mail.mark_failed, letter, error.reason)
    else:
        await database.write(mail.mark_sent, letter)


async def _leave_for_later(database: Database, letter: Letter) -> None:
    if letter.attempts < MOST_TRIES_TO_WRITE:
        await database.write(mail.postpone, letter, "unwritten")
    else:
        await database.write(mail.mark_failed, letter, "unwritten")


async def _write(session: Session, settings: Settings, letter: Letter) -> EmailMessage | None:
    return await letters.write(
        session,
        letter,
        keyring=settings.tokens.keyring(),
        sender=settings.mail.sender,
        base_url=settings.http.frontend_url or settings.http.base_url,
        api_url=settings.http.base_url,
        others=WRITTEN,
    )
